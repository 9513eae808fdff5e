"""Residual checks: autocorrelation and distribution of whitened residuals, and residual SD by participant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.mixedlm.engine.autocorrelation import residual_autocorrelation
from painstats.mixedlm.engine.fit import MixedFit, solution_of
from painstats.mixedlm.engine.innovations import innovations
from painstats.mixedlm.engine.likelihood import random_effects
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, participant_slices
from painstats.mixedlm.engine.scaling import scaled_columns
from painstats.mixedlm.inference.participant_noise import residual_variances

LAGS = 7
"""Lags in days at which autocorrelation is computed; the last shows a weekly pattern."""

PROBABILITIES = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)
"""Probabilities at which residual quantiles are compared with normal ones."""

MIN_DAYS_FOR_EQUAL_VARIANCE = 3
"""Days that a participant needs to enter the test of equal residual variance."""

MAX_WHITE_AUTOCORRELATION = 0.10
"""A larger autocorrelation at one or seven days suggests day-of-week effects or another residual model."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualChecks:
    """Remaining autocorrelation, distribution of the residuals, and residual SDs.

    Parameters
    ----------
    autocorrelation : (7,)
        Of whitened residuals one to seven days apart within participants, pooled; 0 where there is no pair.
    pairs : (7,)
        Number of pairs of days behind each.
    ljung_box_p
        Of all seven together; one degree of freedom less for each of rho and the white share that was estimated.
    is_white
        Whether the autocorrelations at one and at seven days are within 0.10.
    participant_sd : (N,)
        Residual SD of each participant, in outcome units.
    sd_quantiles
        10%, 50% and 90% quantiles of ``participant_sd``.
    equal_variance_p
        Of equal residual variance across participants (Brown-Forsythe test); 1 where fewer than two participants have
        three days.
    quantiles, normal_quantiles : (9,)
        Quantiles of the whitened residuals over their root mean square at ``PROBABILITIES``, and those of a normal
        distribution.
    skewness, excess_kurtosis
        Of the whitened residuals; both are 0 for a normal distribution.
    """

    autocorrelation: Floats
    pairs: Integers
    ljung_box_p: float
    is_white: bool
    participant_sd: Floats
    sd_quantiles: tuple[float, float, float]
    equal_variance_p: float
    quantiles: Floats
    normal_quantiles: Floats
    skewness: float
    excess_kurtosis: float


def residual_checks(fit: MixedFit, rows: ModelRows) -> ResidualChecks:
    """Check that residuals are white, normal and equally variable across participants.

    References
    ----------
    Ljung & Box 1978, Biometrika 65:297, with sums over pairs of days for series with gaps; Brown & Forsythe 1974, J Am
    Stat Assoc 69:364.
    """
    residuals = whitened_residuals(fit, rows)
    correlation, pairs = residual_autocorrelation(residuals, rows, LAGS)
    statistic = float(np.sum(pairs * correlation**2))
    degrees = LAGS - int(fit.optimum.rho_is_free) - int(fit.optimum.white_share_is_free)
    deviation = np.sqrt(residual_variances(fit)[0])
    low, middle, high = np.quantile(deviation, [0.1, 0.5, 0.9])
    return ResidualChecks(
        autocorrelation=correlation,
        pairs=pairs,
        ljung_box_p=float(stats.chi2.sf(statistic, degrees)),
        is_white=bool(np.abs(correlation[[0, LAGS - 1]]).max() <= MAX_WHITE_AUTOCORRELATION),
        participant_sd=deviation,
        sd_quantiles=(float(low), float(middle), float(high)),
        equal_variance_p=_equal_variance_p(residuals, rows),
        quantiles=np.quantile(residuals, PROBABILITIES) / np.sqrt(np.mean(residuals**2)),
        normal_quantiles=np.asarray(stats.norm.ppf(PROBABILITIES)),
        skewness=float(stats.skew(residuals)),
        excess_kurtosis=float(stats.kurtosis(residuals)),
    )


def whitened_residuals(fit: MixedFit, rows: ModelRows) -> Floats:
    """Return (n,): y - Xb - Zu of each row, whitened at the fitted rho and white share, in outcome units."""
    solution, scaling = solution_of(fit), fit.products.scaling
    columns = scaled_columns(rows, scaling)
    participant = np.searchsorted(np.array(fit.participants), rows.participant)
    residual = columns[:, -1] - columns[:, :-1] @ solution.coefficients
    residual -= np.einsum("nq,nq->n", columns[:, fit.products.positions], random_effects(solution)[participant])
    return scaling.outcome_scale * innovations(residual, rows, fit.rho, fit.white_share)


def _equal_variance_p(residuals: Floats, rows: ModelRows) -> float:
    """Return the p-value of equal variance over the participants with enough days."""
    series = [residuals[where] for _, where in participant_slices(rows)]
    enough = [values for values in series if len(values) >= MIN_DAYS_FOR_EQUAL_VARIANCE]
    return float(stats.levene(*enough, center="median").pvalue) if len(enough) > 1 else 1.0

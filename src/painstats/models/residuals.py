"""What the model leaves over: autocorrelation of whitened residuals, and how noisy each person is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.models.likelihood import person_effects
from painstats.models.mixed import MixedFit, solution_of
from painstats.models.person_noise import residual_variances
from painstats.models.rows import Floats, Integers, ModelRows
from painstats.models.scaling import scaled_columns
from painstats.models.whitening import whiten

LAGS = 7
"""Days over which autocorrelation is looked for; the last shows a weekly pattern."""

LARGE = 0.10
"""An autocorrelation at one or seven days beyond this calls for days of the week or another residual model."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualChecks:
    """Autocorrelation that the model has not explained, and residual SDs.

    Parameters
    ----------
    autocorrelation : (7,)
        Of whitened residuals one to seven days apart within people, pooled; 0 where no pair exists.
    pairs : (7,)
        Pairs of days behind each.
    ljung_box_p
        Of all seven together; one degree of freedom less where rho was estimated.
    looks_white
        Whether the autocorrelations at one and at seven days are within 0.10.
    participant_sd : (N,)
        Residual SD of each participant, in outcome units.
    sd_quantiles
        10 %, 50 % and 90 % of ``participant_sd``.
    """

    autocorrelation: Floats
    pairs: Integers
    ljung_box_p: float
    looks_white: bool
    participant_sd: Floats
    sd_quantiles: tuple[float, float, float]


def residual_checks(fit: MixedFit, rows: ModelRows) -> ResidualChecks:
    """Check that what is left over is white.

    References
    ----------
    Ljung & Box 1978, Biometrika 65:297, with sums over pairs of days for series with gaps.
    """
    residuals = whitened_residuals(fit, rows)
    sums, pairs = _lagged_products(residuals, rows)
    correlation = sums / np.maximum(pairs, 1) / np.mean(residuals**2)
    statistic = float(np.sum(pairs * correlation**2))
    degrees = LAGS - int(fit.optimum.rho_is_free)
    deviation = np.sqrt(residual_variances(fit)[0])
    low, middle, high = np.quantile(deviation, [0.1, 0.5, 0.9])
    return ResidualChecks(
        autocorrelation=correlation,
        pairs=pairs,
        ljung_box_p=float(stats.chi2.sf(statistic, degrees)),
        looks_white=bool(np.abs(correlation[[0, LAGS - 1]]).max() <= LARGE),
        participant_sd=deviation,
        sd_quantiles=(float(low), float(middle), float(high)),
    )


def whitened_residuals(fit: MixedFit, rows: ModelRows) -> Floats:
    """Return (n,): y - Xb - Zu of each row, whitened at the fitted rho, in outcome units."""
    solution, scaling = solution_of(fit), fit.products.scaling
    columns = scaled_columns(rows, scaling)
    person = np.searchsorted(np.array(fit.participants), rows.participant)
    left = columns[:, -1] - columns[:, :-1] @ solution.coefficients
    left -= np.einsum("nq,nq->n", columns[:, fit.products.positions], person_effects(solution)[person])
    return scaling.outcome_scale * whiten(left, rows, fit.rho)


def _lagged_products(residuals: Floats, rows: ModelRows) -> tuple[Floats, Integers]:
    """Return sums of products (7,) and pairs (7,) of residuals of the same participant one to seven days apart."""
    sums, pairs = np.zeros(LAGS), np.zeros(LAGS, dtype=np.int64)
    for step in range(1, min(LAGS, len(residuals) - 1) + 1):  # rows apart; at most as many as days
        same = rows.participant[step:] == rows.participant[:-step]
        apart = rows.day[step:] - rows.day[:-step]
        near = same & (apart <= LAGS)
        products = residuals[step:][near] * residuals[:-step][near]
        sums += np.bincount(apart[near] - 1, products, minlength=LAGS)
        pairs += np.bincount(apart[near] - 1, minlength=LAGS)
    return sums, pairs

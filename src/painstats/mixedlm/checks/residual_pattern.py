"""An alarm for residuals that follow a pattern over days which the model does not describe.

If the residual model is true, whitened residuals are uncorrelated, but what is left of them after the fit is not: the
coefficients and random effects follow them, and columns for the days of the week make residuals seven days apart
negatively correlated. With X* and Z* the whitened columns of a participant, K the covariance of their random effects
given the data and Phi that of the coefficients, both in units of sigma^2,

    W = I - Z* K Z*',    C = W - W X* Phi X*' W

is the covariance of what is left. The alarm compares autocorrelations with those that C implies. It changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.mixedlm.checks.residual_checks import LAGS, whitened_residuals
from painstats.mixedlm.engine.autocorrelation import lagged_products, residual_autocorrelation
from painstats.mixedlm.engine.fit import MixedFit, solution_of
from painstats.mixedlm.engine.innovations import innovations
from painstats.mixedlm.engine.likelihood import MAX_RHO, participant_leverage
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, of_some_participants
from painstats.mixedlm.engine.scaling import scaled_columns

LARGEST_P = 0.01
"""The alarm rings at smaller p-values, if the pattern is large enough to matter."""

SMALLEST_DEPARTURE = 0.05
"""Smallest difference of an autocorrelation from the expected one that matters."""

SAMPLED = 200
"""Participants from whom the expected autocorrelation is computed; more hardly change it."""

AT_LIMIT = 1e-6
"""Distance of rho from its limit that counts as none."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualPattern:
    """Autocorrelation that the model leaves over, beyond what fitting itself causes.

    Parameters
    ----------
    autocorrelation : (7,)
        Of whitened residuals one to seven days apart within participants, pooled; 0 where there is no pair.
    expected : (7,)
        The same if the model is true.
    pairs : (7,)
        Number of pairs of days behind each.
    p
        Of the differences of all seven together; one degree of freedom less for each of rho and the white share that
        was estimated.
    rings
        Whether ``p`` is below 0.01 and some difference is at least 0.05 in absolute value.
    largest_lag
        The lag in days with the largest difference.
    drifts
        Whether rho ended at its limit of 0.995: the level drifts over the whole diary.
    """

    autocorrelation: Floats
    expected: Floats
    pairs: Integers
    p: float
    rings: bool
    largest_lag: int
    drifts: bool


def residual_pattern(fit: MixedFit, rows: ModelRows) -> ResidualPattern:
    """Look for a pattern in the residuals of a fit to several participants, or to one.

    Parameters
    ----------
    fit
        A fit with any residual model.
    rows
        The rows it was fitted to.

    References
    ----------
    Ljung & Box 1978, Biometrika 65:297, with sums over pairs of days for series with gaps and with the expectation
    subtracted. Without that it rejects too often: 10 to 16% of single participants at 5%.
    """
    weight = fit.products.residual_scale[_participants_of(fit, rows)]
    correlation, pairs = residual_autocorrelation(whitened_residuals(fit, rows) / weight, rows, LAGS)
    expected = expected_autocorrelation(fit, rows)
    difference = np.abs(correlation - expected)
    optimum = fit.optimum
    degrees = LAGS - int(optimum.rho_is_free) - int(optimum.white_share_is_free)
    p = float(stats.chi2.sf(pairs @ difference**2, degrees))
    return ResidualPattern(
        autocorrelation=correlation,
        expected=expected,
        pairs=pairs,
        p=p,
        rings=bool(p < LARGEST_P and difference.max() >= SMALLEST_DEPARTURE),
        largest_lag=int(difference.argmax()) + 1,
        drifts=not optimum.rho_is_fixed and fit.rho > MAX_RHO - AT_LIMIT,
    )


def expected_autocorrelation(fit: MixedFit, rows: ModelRows) -> Floats:
    """Return (7,): the autocorrelation of whitened residuals that fitting causes, if the model is true.

    The element of C for days t and s is -z_t' K z_s - g_t' Phi g_s, where z are the rows of Z* and g those of W X*, so
    sums over pairs need no matrix of days by days.
    """
    solution, some = solution_of(fit), of_some_participants(rows, SAMPLED)
    own = _participants_of(fit, some)
    columns = scaled_columns(some, fit.products.scaling)[:, :-1] / fit.products.residual_scale[own][:, None]
    columns = innovations(columns, some, fit.rho, fit.white_share)
    Z = columns[:, fit.products.positions]
    G = np.einsum("np,npr->nr", columns, participant_leverage(solution)[own])
    absorbing = np.hstack([np.einsum("nq,nqr->nr", Z, solution.shrinkage[own]), G @ solution.covariance])
    absorbed = np.hstack([Z, G])
    sums, pairs = lagged_products(absorbing, absorbed, some, LAGS)
    left = 1 - np.sum(absorbing * absorbed) / len(own)
    return np.asarray(-sums / np.maximum(pairs, 1) / left)


def _participants_of(fit: MixedFit, rows: ModelRows) -> Integers:
    """Return (n,): the position of each row's participant in the fit."""
    return np.searchsorted(np.array(fit.participants), rows.participant)

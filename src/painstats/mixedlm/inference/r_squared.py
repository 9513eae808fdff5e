"""The share of the outcome's variance that the model explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.whitened_products import whitened


@dataclass(frozen=True, slots=True)
class RSquared:
    """Shares of the variance implied by the model, and its parts in squared outcome units.

    Parameters
    ----------
    marginal
        Share of the fixed effects.
    conditional
        Share of the fixed and random effects together.
    fixed, random, residual
        Variances of Xb over rows, of Zu (mean over rows of z'Gz), and of the residuals.
    """

    marginal: float
    conditional: float
    fixed: float
    random: float
    residual: float


def r_squared(fit: MixedFit) -> RSquared:
    """Return marginal and conditional R squared, from the cross-products alone.

    Without an intercept the variance of Xb is taken about zero, as is usual for such models. Residuals count with their
    marginal variance, autocorrelated or not.

    References
    ----------
    Nakagawa & Schielzeth 2013, Methods Ecol Evol 4:133; Johnson 2014, Methods Ecol Evol 5:944, for random slopes. The
    variance of Xb has the denominator n - 1, as in R's performance package.
    """
    products, scaling = fit.products, fit.products.scaling
    weight, columns = products.residual_scale**2, fit.column_products
    if columns is None:
        columns = np.tensordot(weight, whitened(products, np.asarray(0.0))[0], 1)[:-1, :-1]
    effects = np.linalg.solve(scaling.transform, fit.coefficients - scaling.outcome_centre * scaling.intercept)
    fixed = _variance(columns, np.asarray(effects, dtype=np.float64), scaling.intercept, fit.n_rows)
    z = products.positions
    back = np.linalg.inv(scaling.random_transform)
    covariance = back @ fit.random_covariance @ back.T
    random = float(np.sum(columns[np.ix_(z, z)] * covariance)) / fit.n_rows
    residual = fit.residual_sd**2 * float(products.rows_per_participant @ weight) / fit.n_rows
    whole = fixed + random + residual
    return RSquared(fixed / whole, (fixed + random) / whole, fixed, random, residual)


def _variance(columns: Floats, effects: Floats, intercept: Floats, n: int) -> float:
    """Return the variance over n rows of a combination of columns, from their sums of products (p, p)."""
    squares = float(effects @ columns @ effects)
    if not intercept.any():
        return squares / n
    return (squares - float(intercept @ columns @ effects) ** 2 / n) / (n - 1)

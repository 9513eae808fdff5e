"""Standard errors of the person-specific covariance, from the curvature of the likelihood at its optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.models.likelihood import factor_slope, free_theta, residual_degrees, rho_slope, solve_at
from painstats.models.mixed import MixedFit, scaled_variance
from painstats.models.rows import Floats, Integers

STEP = 1e-4
"""Width of the central differences of the gradient."""


@dataclass(frozen=True, slots=True, eq=False)
class VarianceErrors:
    """How uncertain the person-specific covariance is; not numbers where the fit is singular.

    Parameters
    ----------
    relative_covariance : (q(q+1)/2, q(q+1)/2)
        Covariance of the lower elements of G / sigma^2, row by row.
    se : (q(q+1)/2,)
        Standard errors of the lower elements of G, row by row, in the user's units.
    """

    relative_covariance: Floats
    se: Floats


def variance_errors(fit: MixedFit) -> VarianceErrors:
    """Return standard errors of the elements of G by the delta method, for rho and sigma estimated beside it.

    The likelihood of a variance is skewed unless there are many people, so an interval of estimate and two standard
    errors is poor; at a singular fit the likelihood has no curvature to speak of, and the errors are not numbers.

    References
    ----------
    Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, section 2.4.
    """
    q = len(fit.random)
    size = q * (q + 1) // 2
    nothing = VarianceErrors(np.full((size, size), np.nan), np.full(size, np.nan))
    if fit.is_singular:
        return nothing
    curvature = _curvature(fit)
    if np.linalg.eigvalsh(curvature).min() <= 0:
        return nothing
    covariance = 2 * np.linalg.inv(curvature)
    relative, absolute = _slopes(fit, len(covariance))
    variances = np.einsum("ka,ab,kb->k", absolute, covariance, absolute)
    return VarianceErrors(relative @ covariance @ relative.T, np.sqrt(variances))


def _free_elements(fit: MixedFit) -> tuple[Integers, Integers]:
    """Return rows and columns of the elements of the factor that were free: the lower triangle, or its diagonal."""
    row, column = np.tril_indices(len(fit.random))
    free = free_theta(len(fit.random), fit.optimum.correlated)
    return row[free], column[free]


def _curvature(fit: MixedFit) -> Floats:
    """Return the Hessian of the deviance in the factor, rho where it is free, and log sigma (scaled columns)."""
    point = fit.optimum.factor[_free_elements(fit)]
    if fit.optimum.rho_is_free:
        point = np.append(point, fit.optimum.rho)
    widths = STEP * np.maximum(np.abs(point), 0.1)
    by_parameter = [
        (_gradient_at(fit, point + step, 0.0) - _gradient_at(fit, point - step, 0.0)) / (2 * step.sum())
        for step in np.diag(widths)
    ]
    by_log_sigma = (_gradient_at(fit, point, STEP) - _gradient_at(fit, point, -STEP)) / (2 * STEP)
    hessian = np.empty((point.size + 1, point.size + 1))
    hessian[:-1, :-1] = by_parameter
    hessian[-1, :-1] = hessian[:-1, -1] = by_log_sigma
    hessian[-1, -1] = 4 * residual_degrees(fit.products, fit.reml)
    return (hessian + hessian.T) / 2


def _gradient_at(fit: MixedFit, point: Floats, log_sigma_change: float) -> Floats:
    """Return the gradient (a - 1,) in the free elements of the factor and, where it is free, rho."""
    free = _free_elements(fit)
    factor = np.zeros_like(fit.optimum.factor)
    factor[free] = point[: len(free[0])]
    solution = solve_at(fit.products, factor, point[-1] if fit.optimum.rho_is_free else fit.optimum.rho)
    precision = np.asarray(np.exp(-2 * log_sigma_change) / scaled_variance(fit))
    slope = 2 * (factor_slope(solution, precision, fit.reml) @ factor)[free]
    if not fit.optimum.rho_is_free:
        return np.asarray(slope)
    return np.append(slope, rho_slope(solution, precision, fit.reml))


def _slopes(fit: MixedFit, parameters: int) -> tuple[Floats, Floats]:
    """Return the derivatives (q(q+1)/2, a) of the lower elements of G / sigma^2 and of G in the a parameters."""
    q, transform = len(fit.random), fit.products.scaling.random_transform
    lower = np.tril_indices(q)
    relative = np.zeros((len(lower[0]), parameters))
    factor = transform @ fit.optimum.factor
    for k, (row, column) in enumerate(zip(*_free_elements(fit), strict=True)):
        change = np.outer(transform[:, row], factor[:, column])
        relative[:, k] = (change + change.T)[lower]
    absolute = fit.residual_sd**2 * relative
    absolute[:, -1] = 2 * fit.random_covariance[lower]
    return relative, absolute

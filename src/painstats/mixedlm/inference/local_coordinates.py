"""Local coordinates around a fit, scaled so that its deviance is nearly spherical; refits start from their origin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.deviance_hessian import evaluation_at
from painstats.mixedlm.engine.fit import MixedFit, free_elements_of
from painstats.mixedlm.engine.likelihood import MAX_RHO
from painstats.mixedlm.engine.objective import IMPOSSIBLE_DEVIANCE
from painstats.mixedlm.engine.optimum import semidefinite_factor
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.whitened_products import whitened

MAX_REFIT_GRADIENT = 1e-4
"""Largest projected gradient of an accepted refit, in standard errors of the original fit."""


MIN_INTERIOR_VARIANCE = 1e-3
"""Smallest random-effect variance, relative to the residual variance, from which a refit starts.

On the boundary itself the gradient does not show whether the deviance falls inwards.
"""


MIN_RELATIVE_CURVATURE = 1e-3
"""Smaller curvatures, relative to the largest, are replaced by this before the coordinates are scaled."""


MIN_RELATIVE_INFORMATION = 1e-8
"""Columns of a refit are collinear if their least information falls below this share of the original fit's."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalCoordinates:
    """Coordinates z in which the deviance rises by about one at a distance of one from the optimum, in any direction.

    The parameters (rho, where it is free, then the free elements of L) are ``point + spread @ z``. ``spread`` (d, d) is
    lower triangular, so the bounds of rho are bounds of the first coordinate alone. ``least_information`` is the
    smallest eigenvalue of the sums of products of the fit's columns, scaled to unit length.
    """

    fit: MixedFit
    point: Floats
    spread: Floats
    least_information: float


def local_coordinates_around(fit: MixedFit) -> LocalCoordinates:
    """Return local coordinates around a fit, from central differences of the gradient."""
    inside = interior_factor(fit.optimum.factor)
    rho = [] if fit.optimum.rho_is_fixed else [fit.rho]
    point = np.concatenate([rho, inside[free_elements_of(fit)]])
    widths = 1e-4 * np.maximum(np.abs(point), 0.1)
    flat = LocalCoordinates(fit, point, np.eye(point.size), _least_information(fit.products))
    if point.size == 0:
        return flat
    up, down = (
        np.array([_deviance_and_gradient(fit.products, flat, sign * step)[1] for step in np.diag(widths)])
        for sign in (1, -1)
    )
    hessian = (up - down) / (2 * widths[:, None])
    curvature, directions = np.linalg.eigh((hessian + hessian.T) / 4)
    curvature = np.maximum(np.abs(curvature), MIN_RELATIVE_CURVATURE * np.abs(curvature).max(initial=0.0))
    return replace(flat, spread=np.linalg.cholesky(directions / curvature @ directions.T))


def interior_factor(factor: Floats) -> Floats:
    """Return the factor (q, q) with every random-effect variance at least ``MIN_INTERIOR_VARIANCE``."""
    variances, directions = np.linalg.eigh(factor @ factor.T)
    lacking = directions * np.maximum(MIN_INTERIOR_VARIANCE - variances, 0.0) @ directions.T
    return semidefinite_factor(factor @ factor.T + lacking)


def _least_information(products: CrossProducts) -> float:
    """Return the smallest eigenvalue of the sums of products of columns of unit length; 0 if a column is zero."""
    sums = whitened(products, np.asarray(0.0))[0].sum(axis=0)[:-1, :-1]
    length = np.sqrt(np.diag(sums))
    if np.any(length == 0):
        return 0.0
    return float(np.linalg.eigvalsh(sums / np.outer(length, length))[0])


def _parameters(local: LocalCoordinates, z: Floats) -> tuple[Floats, float]:
    """Return the factor (q, q) and rho at coordinates (d,)."""
    fit, q = local.fit, len(local.fit.random)
    point = local.point + local.spread @ z
    factor, rho = np.zeros((q, q)), fit.rho
    if not fit.optimum.rho_is_fixed:
        rho, point = float(np.clip(point[0], 0.0, MAX_RHO)), point[1:]
    factor[free_elements_of(fit)] = point
    return factor, rho


def _deviance_and_gradient(products: CrossProducts, local: LocalCoordinates, z: Floats) -> tuple[float, Floats]:
    """Return the deviance and its gradient (d,) at coordinates (d,).

    Where the model cannot be evaluated, the deviance is ``IMPOSSIBLE_DEVIANCE`` and the gradient zero.
    """
    factor, rho = _parameters(local, z)
    with_rho = not local.fit.optimum.rho_is_fixed
    with np.errstate(all="ignore"):
        try:
            found = evaluation_at(products, factor, rho, local.fit.reml, with_rho=with_rho)
        except np.linalg.LinAlgError:
            return IMPOSSIBLE_DEVIANCE, np.zeros_like(z)
        gradient = (2 * found.factor_gradient @ factor)[free_elements_of(local.fit)]
    gradient = np.append(found.residual_gradient, gradient) @ local.spread
    possible = np.isfinite(found.deviance) and np.isfinite(gradient).all()
    return (found.deviance, gradient) if possible else (IMPOSSIBLE_DEVIANCE, np.zeros_like(z))


def _limits_of_rho(local: LocalCoordinates) -> tuple[float | None, float | None]:
    """Return the bounds of the first coordinate."""
    if local.fit.optimum.rho_is_fixed:
        return None, None
    return -local.point[0] / local.spread[0, 0], (MAX_RHO - local.point[0]) / local.spread[0, 0]


def _is_stationary(local: LocalCoordinates, z: Floats, gradient: Floats) -> bool:
    """Return whether the gradient is zero, except for rho where a bound holds it."""
    low, high = _limits_of_rho(local)
    pressing = np.zeros(z.size, dtype=bool)
    pressing[:1] = (low is not None and z[:1] <= low and gradient[:1] > 0) or (
        high is not None and z[:1] >= high and gradient[:1] < 0
    )
    return bool(np.abs(gradient[~pressing]).max(initial=0.0) < MAX_REFIT_GRADIENT)

"""Coordinates around a fit in which its deviance is nearly spherical."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.deviance_gradient import height_at
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.likelihood import LARGEST_RHO
from painstats.mixedlm.engine.optimum import semidefinite_factor
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.whitened_products import whitened

STATIONARY = 1e-4
"""Largest projected gradient of an accepted refit, in standard errors of the fit it started from."""


INSIDE = 1e-3
"""Least variance between people, relative to the residuals', that a refit starts from.

On the boundary itself the gradient does not see what lies inside.
"""


FLATTEST = 1e-3
"""Least curvature, relative to the largest, by which the coordinates are stretched."""


COLLINEAR = 1e-8
"""Of what the days of the fit tell of some combination of columns, the part that is none: they are collinear."""


STEEP = 1e20
"""Height of points at which the deviance cannot be computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Bowl:
    """Coordinates z in which the deviance of a fit is round: it rises by one at a distance of one from its optimum.

    The parameters (rho, where it is free, then the free elements of L) are ``point + spread @ z``. ``spread`` (d, d) is
    lower triangular, so that the limits of rho are limits of the first coordinate alone. ``least_information`` is what
    the fit's days tell of the combination of columns that they tell least of.
    """

    fit: MixedFit
    point: Floats
    spread: Floats
    least_information: float


def bowl_around(fit: MixedFit) -> Bowl:
    """Return round coordinates around a fit, from central differences of the gradient."""
    inside = off_the_boundary(fit.optimum.factor)
    rho = [] if fit.optimum.rho_is_fixed else [fit.rho]
    point = np.concatenate([rho, inside[_elements(fit)]])
    widths = 1e-4 * np.maximum(np.abs(point), 0.1)
    flat = Bowl(fit, point, np.eye(point.size), _least_information(fit.products))
    if point.size == 0:
        return flat
    up, down = (_height_and_slope(fit.products, flat, sign * np.diag(widths))[1] for sign in (1, -1))
    hessian = (up - down) / (2 * widths[:, None])
    curvature, directions = np.linalg.eigh((hessian + hessian.T) / 4)
    curvature = np.maximum(np.abs(curvature), FLATTEST * np.abs(curvature).max(initial=0.0))
    return replace(flat, spread=np.linalg.cholesky(directions / curvature @ directions.T))


def off_the_boundary(factor: Floats) -> Floats:
    """Return the factor (q, q) with every variance between people, in any direction, lifted to ``INSIDE``."""
    variances, directions = np.linalg.eigh(factor @ factor.T)
    lacking = directions * np.maximum(INSIDE - variances, 0.0) @ directions.T
    return semidefinite_factor(factor @ factor.T + lacking)


def _least_information(products: CrossProducts) -> float:
    """Return the least eigenvalue of the sums of products of columns of unit length; 0 where a column is empty."""
    sums = whitened(products, np.asarray(0.0))[0].sum(axis=0)[:-1, :-1]
    length = np.sqrt(np.diag(sums))
    if np.any(length == 0):
        return 0.0
    return float(np.linalg.eigvalsh(sums / np.outer(length, length))[0])


def _elements(fit: MixedFit) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the rows and columns of the elements of L that are free."""
    row, column = np.tril_indices(len(fit.random))
    kept = (row == column) | fit.optimum.correlated
    return row[kept], column[kept]


def _parameters(bowl: Bowl, z: Floats) -> tuple[Floats, Floats]:
    """Return factors (D, q, q) and rhos (D,) at coordinates (D, d)."""
    fit, q = bowl.fit, len(bowl.fit.random)
    points = bowl.point + z @ bowl.spread.T
    factor, rho = np.zeros((len(z), q, q)), np.full(len(z), fit.rho)
    if not fit.optimum.rho_is_fixed:
        rho, points = np.clip(points[:, 0], 0.0, LARGEST_RHO), points[:, 1:]
    factor[:, *_elements(fit)] = points
    return factor, rho


def _height_and_slope(products: CrossProducts, bowl: Bowl, z: Floats) -> tuple[Floats, Floats]:
    """Return the deviance (D,) and its gradient (D, d) at coordinates (D, d); impossible ones are flat and high."""
    factor, rho = _parameters(bowl, z)
    with_rho = not bowl.fit.optimum.rho_is_fixed
    with np.errstate(all="ignore"):
        try:
            found = height_at(products, factor, rho, bowl.fit.reml, with_rho=with_rho)
        except np.linalg.LinAlgError:
            return np.full(len(z), STEEP), np.zeros_like(z)
        slope = (2 * found.factor_slope @ factor)[:, *_elements(bowl.fit)]
    if with_rho:
        slope = np.concatenate([found.rho_slope[:, None], slope], axis=1)
    slope = slope @ bowl.spread
    possible = np.isfinite(found.deviance) & np.isfinite(slope).all(axis=1)
    return np.where(possible, found.deviance, STEEP), np.where(possible[:, None], slope, 0.0)


def _limits_of_rho(bowl: Bowl) -> tuple[float | None, float | None]:
    """Return the limits of the first coordinate."""
    if bowl.fit.optimum.rho_is_fixed:
        return None, None
    return -bowl.point[0] / bowl.spread[0, 0], (LARGEST_RHO - bowl.point[0]) / bowl.spread[0, 0]


def _is_stationary(bowl: Bowl, z: Floats, slope: Floats) -> bool:
    """Say whether the gradient is zero but where rho presses against a limit."""
    low, high = _limits_of_rho(bowl)
    pressing = np.zeros(z.size, dtype=bool)
    pressing[:1] = (low is not None and z[:1] <= low and slope[:1] > 0) or (
        high is not None and z[:1] >= high and slope[:1] < 0
    )
    return bool(np.abs(slope[~pressing]).max(initial=0.0) < STATIONARY)

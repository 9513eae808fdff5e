"""The deviance as a function of the free parameters: the free elements of L and, unless it is given, rho."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.deviance_hessian import Evaluation, evaluation_at, hessian
from painstats.mixedlm.engine.likelihood import MAX_RHO, free_elements
from painstats.mixedlm.engine.rows import Floats, Integers

IMPOSSIBLE_DEVIANCE = 1e20
"""Deviance assigned to points at which the model cannot be evaluated."""


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """What is minimised: the profiled deviance in theta and, unless ``fixed_rho`` is given, rho.

    Theta contains the free elements of L: the lower triangle, row by row, or its diagonal if not ``correlated``.
    """

    products: CrossProducts
    reml: bool
    fixed_rho: float | None
    correlated: bool


def elements_of(objective: Objective) -> tuple[Integers, Integers]:
    """Return the rows and columns of the free elements of L."""
    return free_elements(len(objective.products.random), objective.correlated)


def theta_at(objective: Objective, factor: Floats) -> Floats:
    """Return (..., d): the free elements of a factor."""
    return np.asarray(factor[(..., *elements_of(objective))])


def split_point(objective: Objective, points: Floats) -> tuple[Floats, Floats]:
    """Return the factors (..., q, q) and rho (...) of points (..., d)."""
    q, (row, column) = len(objective.products.random), elements_of(objective)
    factor = np.zeros((*points.shape[:-1], q, q))
    factor[..., row, column] = points[..., : row.size]
    if objective.fixed_rho is not None:
        return factor, np.full(points.shape[:-1], objective.fixed_rho)
    return factor, points[..., -1]


def deviance_and_gradient(objective: Objective, point: Floats) -> tuple[float, Floats]:
    """Return the deviance at a point (d,) and its gradient (d,).

    Where the model cannot be evaluated, the deviance is ``IMPOSSIBLE_DEVIANCE`` and the gradient zero.
    """
    found = evaluate_one(objective, point)
    return (IMPOSSIBLE_DEVIANCE, np.zeros_like(point)) if found is None else (found[0].deviance, found[1])


def evaluate_one(objective: Objective, point: Floats) -> tuple[Evaluation, Floats] | None:
    """Return the evaluation at a point (d,) and the gradient (d,), or None where evaluation fails."""
    factor, rho = split_point(objective, point)
    with_rho = objective.fixed_rho is None
    try:
        with np.errstate(all="ignore"):
            evaluation = evaluation_at(objective.products, factor, float(rho), objective.reml, with_rho=with_rho)
            gradient = theta_at(objective, 2 * evaluation.factor_gradient @ factor)
    except np.linalg.LinAlgError:
        return None
    gradient = np.append(gradient, evaluation.residual_gradient)
    return (evaluation, gradient) if np.isfinite(evaluation.deviance) and np.isfinite(gradient).all() else None


def hessian_at(objective: Objective, evaluation: Evaluation) -> Floats:
    """Return (d, d): the second derivatives of the deviance."""
    return hessian(evaluation, *elements_of(objective))


def is_free(objective: Objective, point: Floats, gradient: Floats) -> npt.NDArray[np.bool_]:
    """Return which parameters are not held by a bound."""
    free = np.ones(point.size, dtype=bool)
    if objective.fixed_rho is None:
        below = point[-1] <= 0.0 and gradient[-1] >= 0
        above = point[-1] >= MAX_RHO and gradient[-1] <= 0
        free[-1] = not (below or above)
    return free


def within_limits(objective: Objective, points: Floats) -> Floats:
    """Clip rho of points (..., d) to its bounds, in place."""
    if objective.fixed_rho is None:
        points[..., -1] = np.clip(points[..., -1], 0.0, MAX_RHO)
    return points

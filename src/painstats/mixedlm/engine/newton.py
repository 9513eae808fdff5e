"""Minimisation of the deviance: Fisher scoring far from the optimum, then Newton steps with the exact Hessian."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.deviance_hessian import Evaluation, scoring_terms
from painstats.mixedlm.engine.objective import (
    Objective,
    elements_of,
    evaluate_one,
    hessian_at,
    is_free,
    theta_at,
    within_limits,
)
from painstats.mixedlm.engine.rows import Floats

GRADIENT_TOLERANCE = 1e-9
"""Projected gradient at which Newton steps stop."""

MIN_PREDICTED_DECREASE = 1e-20
"""Newton steps stop when the predicted decrease is smaller; with many rows rounding keeps the gradient above
``GRADIENT_TOLERANCE``.
"""

ROUNDING_OF_DEVIANCE = 1e-7
"""Change of the deviance that may be rounding; for smaller ones the gradient decides which point is better."""

MAX_NEWTON_STEPS = 20
"""Upper limit; a handful of steps is typical."""

MAX_SCORING_STEPS = 3
"""Upper limit on Fisher scoring steps."""

NEWTON_THRESHOLD = 10.0
"""Decrease of the deviance below which Newton steps replace Fisher scoring."""

MIN_SCORED_VARIANCE = 1e-3
"""Smallest random-effect variance, relative to the residual variance, that a Fisher scoring step may reach."""

MAX_SCORED_RHO = 0.9
"""Largest rho that a Fisher scoring step may reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Iterate:
    """A point (d,), the evaluation there, the gradient (d,), and the number of evaluations so far."""

    point: Floats
    evaluation: Evaluation
    gradient: Floats
    evaluations: int


def iterate_at(objective: Objective, point: Floats, evaluations: int = 1) -> Iterate | None:
    """Evaluate a point; None where evaluation fails."""
    found = evaluate_one(objective, point)
    return None if found is None else Iterate(point, *found, evaluations)


def scoring_steps(objective: Objective, iterate: Iterate) -> Iterate:
    """Approach the optimum by Fisher scoring for as long as the deviance decreases by much."""
    for _ in range(MAX_SCORING_STEPS):
        candidate = iterate_at(objective, _scored(objective, iterate), iterate.evaluations + 1)
        if candidate is None or candidate.evaluation.deviance > iterate.evaluation.deviance:
            return replace(iterate, evaluations=iterate.evaluations + 1)
        decrease, iterate = iterate.evaluation.deviance - candidate.evaluation.deviance, candidate
        if decrease < NEWTON_THRESHOLD:
            break
    return iterate


def newton_steps(objective: Objective, iterate: Iterate) -> Iterate:
    """Refine a point by damped Newton steps in the free directions until it is stationary."""
    for _ in range(MAX_NEWTON_STEPS):
        free = is_free(objective, iterate.point, iterate.gradient)
        if np.abs(iterate.gradient[free]).max(initial=0.0) < GRADIENT_TOLERANCE:
            break
        step = np.zeros_like(iterate.point)
        hessian = hessian_at(objective, iterate.evaluation)
        step[free] = newton_step(hessian[np.ix_(free, free)], iterate.gradient[free])
        if -step @ iterate.gradient < MIN_PREDICTED_DECREASE:
            break
        candidate = _downhill(objective, iterate, step, free)
        if candidate.point is iterate.point:
            return candidate
        iterate = candidate
    return iterate


def newton_step(hessian: Floats, gradient: Floats) -> Floats:
    """Return the descent step; directions without curvature are left unchanged."""
    curvature, directions = np.linalg.eigh(hessian)
    size = np.abs(curvature)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 1e-9 * size.max(initial=0.0))
    return np.asarray(-directions @ (inverse * (directions.T @ gradient)))


def _downhill(objective: Objective, iterate: Iterate, step: Floats, free: npt.NDArray[np.bool_]) -> Iterate:
    """Return the first iterate along the step that lowers the deviance, trying ever smaller fractions of it.

    If none does, return the unchanged iterate.
    """
    steepest, evaluations = np.abs(iterate.gradient[free]).max(), iterate.evaluations
    for part in 0.25 ** np.arange(6):
        evaluations += 1
        candidate = iterate_at(objective, within_limits(objective, iterate.point + part * step), evaluations)
        if candidate is None:
            continue
        flatter = np.abs(candidate.gradient[free]).max() < steepest / 2
        if candidate.evaluation.deviance <= iterate.evaluation.deviance + (ROUNDING_OF_DEVIANCE if flatter else 1e-10):
            return candidate
    return replace(iterate, evaluations=evaluations)


def _scored(objective: Objective, iterate: Iterate) -> Floats:
    """Return the point (d,) after a Fisher scoring step in L L' and rho, within the limits of both."""
    row, column = elements_of(objective)
    factor = iterate.evaluation.factor
    directions = np.zeros((row.size, *factor.shape))
    directions[np.arange(row.size), row, column] = directions[np.arange(row.size), column, row] = 1.0
    gradient, information = scoring_terms(iterate.evaluation, directions)
    step = newton_step(information, gradient)
    covariance = factor @ factor.T + np.einsum("t,tab->ab", step[: row.size], directions)
    variances, axes = np.linalg.eigh(covariance)
    covariance = axes * np.maximum(variances, MIN_SCORED_VARIANCE) @ axes.T
    theta = theta_at(objective, np.linalg.cholesky(covariance))
    if objective.fixed_rho is not None:
        return theta
    return np.append(theta, np.clip(iterate.point[-1] + step[-1], 0.0, MAX_SCORED_RHO))

"""Newton's way down the deviance: from afar by Fisher scoring, at the end by exact second derivatives."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.deviance_hessian import Terrain, scoring
from painstats.mixedlm.engine.objective import (
    Objective,
    free_elements,
    hessian_at,
    is_free,
    survey,
    theta_at,
    within_limits,
)
from painstats.mixedlm.engine.rows import Floats

POLISHED = 1e-9
"""Projected gradient at which steps stop."""

WORTH_A_STEP = 1e-20
"""Fall of the deviance that a step must promise; with many rows rounding keeps the gradient from ``POLISHED``."""

HIDDEN = 1e-7
"""Change of the deviance that rounding may hide; below it the gradient says which point is better."""

STEPS = 20
"""Newton steps at most; a handful is the rule."""

SCORING_STEPS = 3
"""Steps of Fisher scoring at most."""

NEAR = 10.0
"""Fall of the deviance below which Newton steps take over from Fisher scoring."""

LEAST_VARIANCE = 1e-3
"""Least variance between people, relative to the residuals', that Fisher scoring steps to."""

LARGEST_SCORED_RHO = 0.9
"""Largest rho that Fisher scoring steps to."""


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A point (d,), the terrain around it, the gradient (d,) there, and how many points were evaluated on the way."""

    point: Floats
    terrain: Terrain
    slope: Floats
    evaluations: int


def stand_at(objective: Objective, point: Floats, evaluations: int = 1) -> Stand | None:
    """Evaluate a point; None where the model cannot be."""
    found = survey(objective, point)
    return None if found is None else Stand(point, *found, evaluations)


def approach(objective: Objective, stand: Stand) -> Stand:
    """Go near the optimum by Fisher scoring, for as long as that leads far down."""
    for _ in range(SCORING_STEPS):
        there = stand_at(objective, _scored(objective, stand), stand.evaluations + 1)
        if there is None or there.terrain.deviance > stand.terrain.deviance:
            return replace(stand, evaluations=stand.evaluations + 1)
        fall, stand = stand.terrain.deviance - there.terrain.deviance, there
        if fall < NEAR:
            break
    return stand


def polish(objective: Objective, stand: Stand) -> Stand:
    """Sharpen a point by damped Newton steps on the directions that are free, until it is stationary."""
    for _ in range(STEPS):
        free = is_free(objective, stand.point, stand.slope)
        if np.abs(stand.slope[free]).max(initial=0.0) < POLISHED:
            break
        step = np.zeros_like(stand.point)
        hessian = hessian_at(objective, stand.terrain)
        step[free] = newton_step(hessian[np.ix_(free, free)], stand.slope[free])
        if -step @ stand.slope < WORTH_A_STEP:
            break
        there = _downhill(objective, stand, step, free)
        if there.point is stand.point:
            return there
        stand = there
    return stand


def newton_step(hessian: Floats, slope: Floats) -> Floats:
    """Return the step downhill; directions without curvature are left alone."""
    curvature, directions = np.linalg.eigh(hessian)
    size = np.abs(curvature)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 1e-9 * size.max(initial=0.0))
    return np.asarray(-directions @ (inverse * (directions.T @ slope)))


def _downhill(objective: Objective, stand: Stand, step: Floats, free: npt.NDArray[np.bool_]) -> Stand:
    """Return where a step, or a part of it, leads down; the stand itself if none does."""
    steepest, evaluations = np.abs(stand.slope[free]).max(), stand.evaluations
    for part in 0.25 ** np.arange(6):
        evaluations += 1
        there = stand_at(objective, within_limits(objective, stand.point + part * step), evaluations)
        if there is None:
            continue
        flatter = np.abs(there.slope[free]).max() < steepest / 2
        if there.terrain.deviance <= stand.terrain.deviance + (HIDDEN if flatter else 1e-10):
            return there
    return replace(stand, evaluations=evaluations)


def _scored(objective: Objective, stand: Stand) -> Floats:
    """Return the point (d,) to which a step of Fisher scoring in L L' and rho leads, inside the limits of both."""
    row, column = free_elements(objective)
    factor = stand.terrain.factor
    directions = np.zeros((row.size, *factor.shape))
    directions[np.arange(row.size), row, column] = directions[np.arange(row.size), column, row] = 1.0
    slopes, information = scoring(stand.terrain, directions)
    step = newton_step(information, slopes)
    covariance = factor @ factor.T + np.einsum("t,tab->ab", step[: row.size], directions)
    variances, axes = np.linalg.eigh(covariance)
    covariance = axes * np.maximum(variances, LEAST_VARIANCE) @ axes.T
    theta = theta_at(objective, np.linalg.cholesky(covariance))
    if objective.fixed_rho is not None:
        return theta
    return np.append(theta, np.clip(stand.point[-1] + step[-1], 0.0, LARGEST_SCORED_RHO))

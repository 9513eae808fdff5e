"""The minimum of the deviance over rho and w by projected, damped Newton steps from several starting points.

The coordinates are x = (logit rho, w). Where the white part is weakly known there can be two optima, one with w at or
near 0 and one with a slow rho and a large w; the lower one counts. CAR(1), w = 0, is always a candidate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.white_profile import ProfilePoint, WhiteProblem, profile_at, profiled_hessian

LOWEST_RHO, HIGHEST_RHO = 0.01, 0.995
"""Limits of rho. Below, the slow part is as good as white noise; above, the level drifts over the whole diary."""

HIGHEST_W = 0.995
"""Limit of w; above it residuals are as good as independent."""

AT_LIMIT = 1e-9
"""Distance from a limit that counts as none."""

STATIONARY = 1e-6
"""Projected gradient in x at which the search ends."""

NEARLY_STATIONARY = 1e-4
"""The same at which a place counts as a minimum that other searches may end at."""

MAX_STEPS = 40
"""Upper limit; six steps are typical."""

LONGEST_STEP = np.array([1.5, 0.25])
"""In x. The deviance is far from quadratic over longer distances."""

LEAST_CURVATURE = 1e-3
"""Smaller curvatures in x are replaced by this."""

NO_DECREASE = 1e-14
"""The search also ends when a step promises less than this: x is then within 1e-7 standard errors."""

NEGLIGIBLE_DECREASE = 1e-7
"""Predicted decrease of the deviance at which refining steps end: rho and w are within 0.0005 standard errors."""

MAX_REFINING_STEPS = 6

SAME_MINIMUM = np.array([0.1, 0.02])
"""In x. A search that comes this close to a minimum already found would end there too; two minima are much further
apart, or as good as one."""

LOWEST = np.array([special.logit(LOWEST_RHO), 0.0])
HIGHEST = np.array([special.logit(HIGHEST_RHO), HIGHEST_W])


def ends_of(
    problem: WhiteProblem, starts: Sequence[tuple[float, float]], factor: Floats, known: ProfilePoint | None = None
) -> list[ProfilePoint]:
    """Search from several (rho, w) and return where the searches ended, the lowest first, ``known`` among them.

    Parameters
    ----------
    factor : (q, q)
        Where the first search starts.
    known
        A stationary point that was found already.
    """
    found = [] if known is None else [known]
    for start in starts:
        ends = [point for point in found if _is_stationary(problem, point)]
        found.append(search(problem, start, found[-1].optimum.factor if found else factor, ends))
    return sorted(found, key=lambda point: point.evaluation.deviance)


def search(
    problem: WhiteProblem, start: tuple[float, float], factor: Floats, known: Sequence[ProfilePoint] = ()
) -> ProfilePoint:
    """Descend from one (rho, w) to a stationary point within the limits, or until close to one that is known."""
    x = np.clip([special.logit(start[0]), start[1]], LOWEST, HIGHEST)
    point = _at(problem, x, factor)
    for _ in range(MAX_STEPS):
        if (same := _close_to(x, known)) is not None:
            return same
        gradient, curvature = derivatives_in_x(problem, point)
        free = _is_free(x, gradient)
        if np.abs(gradient[free]).max(initial=0.0) < STATIONARY:
            break
        step = _step(gradient, curvature, free)
        if -gradient @ step / 2 < NO_DECREASE:
            break
        found = _downhill(problem, x, point, step)
        if found is None:
            break
        x, point = found
    return point


def _is_stationary(problem: WhiteProblem, point: ProfilePoint) -> bool:
    """Return whether a search ended where the deviance is flat, and not just before a limit."""
    x = np.clip([special.logit(point.rho), point.w], LOWEST, HIGHEST)
    gradient, _ = derivatives_in_x(problem, point)
    return bool(np.abs(gradient[_is_free(x, gradient)]).max(initial=0.0) < NEARLY_STATIONARY)


def _close_to(x: Floats, known: Sequence[ProfilePoint]) -> ProfilePoint | None:
    """Return the known stationary point that x is close to."""
    for point in known:
        there = np.clip([special.logit(point.rho), point.w], LOWEST, HIGHEST)
        if (np.abs(x - there) <= SAME_MINIMUM).all():
            return point
    return None


def refined(problem: WhiteProblem, start: tuple[float, float], factor: Floats) -> ProfilePoint | None:
    """Refine a (rho, w) near the optimum with as few passes over the rows as possible; None if that fails.

    Second derivatives, which take three times as long as first ones, are computed at the start and at the end; in
    between they follow from the change of the gradient. Steps end when the next one would lower the deviance by less
    than ``NEGLIGIBLE_DECREASE``.
    """
    point = profile_at(problem, *start, factor)
    curvature = profiled_hessian(problem, point)
    if np.linalg.eigvalsh(curvature)[0] <= 0:
        return None
    for _ in range(MAX_REFINING_STEPS):
        step = np.asarray(-np.linalg.solve(curvature, point.evaluation.residual_gradient), dtype=np.float64)
        if -point.evaluation.residual_gradient @ step / 2 < NEGLIGIBLE_DECREASE:
            return profile_at(problem, point.rho, point.w, point.optimum.factor)
        rho, w = point.rho + float(step[0]), point.w + float(step[1])
        if not (rho_is_inside(rho) and w_is_inside(w)):
            return None
        earlier, point = point, profile_at(problem, rho, w, point.optimum.factor, 1)
        change = point.evaluation.residual_gradient - earlier.evaluation.residual_gradient
        curvature = _updated(curvature, step, change)
    return None


def _updated(curvature: Floats, step: Floats, change: Floats) -> Floats:
    """Return the curvature (2, 2) that agrees with a change of the gradient along a step, if it is positive definite.

    This is the symmetric update of rank one (Nocedal & Wright 2006, Numerical Optimization, section 6.2).
    """
    error = change - curvature @ step
    updated = curvature + np.outer(error, error) / (error @ step)
    return updated if np.isfinite(updated).all() and np.linalg.eigvalsh(updated)[0] > 0 else curvature


def rho_is_inside(rho: float) -> bool:
    """Return whether rho is not at one of its limits."""
    return LOWEST_RHO + AT_LIMIT < rho < HIGHEST_RHO - AT_LIMIT


def w_is_inside(w: float) -> bool:
    """Return whether w is not at one of its limits."""
    return AT_LIMIT < w < HIGHEST_W - AT_LIMIT


def _at(problem: WhiteProblem, x: Floats, factor: Floats) -> ProfilePoint:
    return profile_at(problem, float(special.expit(x[0])), float(x[1]), factor)


def derivatives_in_x(problem: WhiteProblem, point: ProfilePoint) -> tuple[Floats, Floats]:
    """Return the gradient (2,) and Hessian (2, 2) of the profiled deviance in x."""
    slope = point.rho * (1 - point.rho)  # d rho / d logit rho
    change, gradient = np.array([slope, 1.0]), point.evaluation.residual_gradient
    curvature = profiled_hessian(problem, point) * np.outer(change, change)
    curvature[0, 0] += gradient[0] * slope * (1 - 2 * point.rho)
    return gradient * change, curvature


def _is_free(x: Floats, gradient: Floats) -> npt.NDArray[np.bool_]:
    """Return (2,): which coordinates no limit holds."""
    below, above = (x <= LOWEST + 1e-12) & (gradient > 0), (x >= HIGHEST - 1e-12) & (gradient < 0)
    return np.asarray(~below & ~above)


def _step(gradient: Floats, curvature: Floats, free: npt.NDArray[np.bool_]) -> Floats:
    """Return (2,): a Newton step downhill in the free coordinates, shortened to ``LONGEST_STEP``."""
    step = np.zeros(2)
    size, directions = np.linalg.eigh(curvature[np.ix_(free, free)])
    step[free] = -directions @ ((directions.T @ gradient[free]) / np.maximum(np.abs(size), LEAST_CURVATURE))
    return np.asarray(step / max(1.0, np.abs(step / LONGEST_STEP).max()))


def _downhill(
    problem: WhiteProblem, x: Floats, point: ProfilePoint, step: Floats
) -> tuple[Floats, ProfilePoint] | None:
    """Return the first place along the step that is not higher, trying ever smaller parts of it; None without one."""
    for part in 0.25 ** np.arange(7):
        there = np.clip(x + part * step, LOWEST, HIGHEST)
        if np.array_equal(there, x):
            return None
        found = _at(problem, there, point.optimum.factor)
        if found.evaluation.deviance < point.evaluation.deviance + AT_LIMIT:
            return there, found
    return None

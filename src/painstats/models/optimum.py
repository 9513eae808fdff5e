"""Where the deviance is least, with a certificate that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from painstats.models.cross_products import CrossProducts, of_participants
from painstats.models.likelihood import LARGEST_RHO
from painstats.models.objective import (
    Objective,
    Place,
    certificate_of,
    evaluate,
    hessian_at,
    is_free,
    split_point,
    theta_at,
    within_limits,
)
from painstats.models.rows import Floats

STARTS = ((0.3, 0.3), (0.1, 0.1), (1.0, 0.5), (0.3, 0.8))
"""Starting points: person-specific SDs relative to the residual SD (scaled columns), and rho."""

STATIONARY = 1e-4
"""Largest projected gradient of an accepted optimum."""

POLISHED = 1e-8
"""Projected gradient at which Newton steps stop."""

HIDDEN = 1e-7
"""Change of the deviance that rounding may hide; below it the gradient says which point is better."""

CERTIFIED = -1e-6
"""Least scaled eigenvalue of S (``factor_slope``) of an accepted optimum."""

SINGULAR = 1e-4
"""Least eigenvalue of L L' (scaled columns) of a fit that can tell people apart in every direction."""

EVERY = 8
"""With many people, the search starts from the optimum of every eighth."""

MANY_PEOPLE = 1_600
"""People from which it does."""

GUIDED_STEPS = 25
"""Steps along the curvature that every eighth person showed; a handful is the rule."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best point found, and how it was found.

    Parameters
    ----------
    factor : (q, q)
        L with a non-negative diagonal (scaled columns).
    rho
        Residual correlation of days one apart.
    rho_is_fixed
        Whether rho was given.
    rho_is_free
        Whether rho was estimated and is not at one of its limits.
    correlated
        Whether person-specific effects may be correlated; if not, L is diagonal.
    deviance
        In scaled columns.
    projected_gradient
        Largest absolute element of the gradient, without those that press against a limit of rho.
    certificate
        Smallest eigenvalue of S (least element of its diagonal if not ``correlated``) relative to its largest (or 1);
        negative at a false boundary point.
    is_certified
        Whether the point is stationary and no false boundary point.
    is_singular
        Whether L L' has an eigenvalue near zero.
    starts_tried, escapes, evaluations
        Starting points used; false boundary points left behind; calls of the deviance.
    message
        The optimiser's last words.
    """

    factor: Floats
    rho: float
    rho_is_fixed: bool
    rho_is_free: bool
    correlated: bool
    deviance: float
    projected_gradient: float
    certificate: float
    is_certified: bool
    is_singular: bool
    starts_tried: int
    escapes: int
    evaluations: int
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class _Descent:
    """One descent from one starting point: where it ended, and how."""

    point: Floats
    deviance: float
    projected_gradient: float
    certificate: float
    is_singular: bool
    escapes: int
    evaluations: int
    message: str


def find_optimum(
    products: CrossProducts,
    *,
    reml: bool,
    fixed_rho: float | None = None,
    correlated: bool = True,
    starts: Sequence[tuple[float, float]] = STARTS,
) -> Optimum:
    """Minimise the deviance with L-BFGS-B, then Newton steps, from the best of several starting points.

    The other starting points are tried too when the first ends at a singular or uncertified point: such problems can
    have several optima. A descent that ends at a false boundary point leaves it along the certificate's worst
    direction. With many people, the optimum and curvature of every eighth person spare most of the way.
    """
    objective = Objective(products, reml, fixed_rho, correlated)
    guided = _guided(objective, starts)
    descents = [guided] if guided is not None else _descents(objective, starts)
    best = min(descents, key=lambda descent: descent.deviance)
    factor, rho = split_point(objective, best.point)
    return Optimum(
        factor=semidefinite_factor(factor @ factor.T),
        rho=float(rho),
        rho_is_fixed=fixed_rho is not None,
        rho_is_free=fixed_rho is None and bool(0.0 < rho < LARGEST_RHO),
        correlated=correlated,
        deviance=best.deviance,
        projected_gradient=best.projected_gradient,
        certificate=best.certificate,
        is_certified=_is_certified(best),
        is_singular=best.is_singular,
        starts_tried=len(descents),
        escapes=best.escapes,
        evaluations=sum(descent.evaluations for descent in descents),
        message=best.message,
    )


def semidefinite_factor(covariance: Floats) -> Floats:
    """Return the lower Cholesky factor (q, q) of a positive semi-definite matrix: unique, diagonal not negative.

    A column whose pivot is zero but for rounding stays empty.
    """
    remaining = np.array(covariance, dtype=np.float64)
    negligible = 1e-12 * np.diag(remaining)
    factor = np.zeros_like(remaining)
    for k in range(len(remaining)):
        if remaining[k, k] > negligible[k]:
            factor[k:, k] = remaining[k:, k] / np.sqrt(remaining[k, k])
            remaining -= np.outer(factor[:, k], factor[:, k])
    return factor


def _descents(objective: Objective, starts: Sequence[tuple[float, float]]) -> list[_Descent]:
    """Go down from starting points, the lowest first, until one ends at a certified, regular optimum."""
    points = np.stack([_start(objective, *start) for start in starts])
    descents: list[_Descent] = []
    for place in np.argsort(evaluate(objective, points)[0], kind="stable"):
        descents.append(_descend(objective, points[place]))
        if _is_certified(descents[-1]) and not descents[-1].is_singular:
            break
    return descents


def _guided(objective: Objective, starts: Sequence[tuple[float, float]]) -> _Descent | None:
    """Go down from the optimum of every eighth person, along the curvature there; None if that does not arrive.

    Eight times the curvature of an eighth is so near that of all that every step leaves a few per cent of the way.
    """
    people = len(objective.products.participants)
    if people < MANY_PEOPLE:
        return None
    few = replace(objective, products=of_participants(objective.products, np.arange(0, people, EVERY)))
    try:
        descent = _guided(few, starts) or min(_descents(few, starts), key=lambda descent: descent.deviance)
    except np.linalg.LinAlgError:  # an eighth of the people need not show every column
        return None
    if descent.is_singular or not _is_certified(descent) or descent.point.size == 0:
        return None
    hessian = hessian_at(few, descent.point) * people / len(few.products.participants)
    return _follow(objective, descent.point, hessian)


def _follow(objective: Objective, point: Floats, hessian: Floats) -> _Descent | None:
    """Take steps by a curvature that stays the same, for as long as each at least halves the gradient."""
    place, evaluations = evaluate(objective, point[None]), 1
    while evaluations < GUIDED_STEPS:
        slope = place[1][0]
        free = is_free(objective, point, slope)
        if np.abs(slope[free]).max(initial=0.0) < POLISHED:
            break
        step = np.zeros_like(point)
        step[free] = _newton_step(hessian[np.ix_(free, free)], slope[free])
        there = within_limits(objective, point + step)
        place_there, evaluations = evaluate(objective, there[None]), evaluations + 1
        if np.abs(place_there[1][0][free]).max(initial=0.0) > np.abs(slope[free]).max(initial=0.0) / 2:
            break
        point, place = there, place_there
    descent = _ended(objective, point, place, 0, evaluations, "followed the curvature of every eighth person")
    return descent if _is_certified(descent) and not descent.is_singular else None


def _start(objective: Objective, relative_sd: float, rho: float) -> Floats:
    theta = theta_at(objective, relative_sd * np.eye(len(objective.products.random)))
    return theta if objective.fixed_rho is not None else np.append(theta, rho)


def _descend(objective: Objective, point: Floats) -> _Descent:
    """Go down from a point; leave false boundary points as often as it takes, six times at most."""
    evaluations = escapes = 0
    while True:
        point, calls, message = _minimise(objective, point)
        evaluations += calls
        place = evaluate(objective, point[None])
        lower_ground = _escape(objective, point, place) if escapes < 6 else None
        if lower_ground is None:
            return _ended(objective, point, place, escapes, evaluations, message)
        point, escapes = lower_ground, escapes + 1


def _ended(objective: Objective, point: Floats, place: Place, escapes: int, evaluations: int, message: str) -> _Descent:
    slope = place[1][0]
    factor, _ = split_point(objective, point)
    return _Descent(
        point=point,
        deviance=float(place[0][0]),
        projected_gradient=float(np.abs(slope[is_free(objective, point, slope)]).max(initial=0.0)),
        certificate=certificate_of(objective, place[2][0])[0],
        is_singular=bool(np.linalg.eigvalsh(factor @ factor.T).min(initial=np.inf) < SINGULAR),
        escapes=escapes,
        evaluations=evaluations,
        message=message,
    )


def _minimise(objective: Objective, point: Floats) -> tuple[Floats, int, str]:
    """Return where L-BFGS-B and Newton steps end, the number of evaluations, and L-BFGS-B's message."""
    if point.size == 0:
        return point, 0, "nothing to optimise"
    limits: list[tuple[float | None, float | None]] = [(None, None)] * point.size
    if objective.fixed_rho is None:
        limits[-1] = (0.0, LARGEST_RHO)

    def height_and_slope(x: Floats) -> tuple[float, Floats]:
        heights, slopes, _ = evaluate(objective, x[None])
        return float(heights[0]), slopes[0]

    ended = optimize.minimize(
        height_and_slope,
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"ftol": 1e-11, "gtol": 1e-4, "maxiter": 500},
    )
    return _settle(objective, ended.x), int(ended.nfev), str(ended.message)


def _settle(objective: Objective, point: Floats) -> Floats:
    """Polish a point; near a singular one also the nearest of lower rank, and keep the better.

    Beside a singular optimum the deviance has long curved valleys, in which Newton steps stay short.
    """
    factor, _ = split_point(objective, point)
    variances, directions = np.linalg.eigh(factor @ factor.T)
    if variances.min(initial=np.inf) >= SINGULAR:
        return _polish(objective, point)
    kept = directions * np.where(variances < SINGULAR, 0.0, variances) @ directions.T
    lower = _with_covariance(objective, point, kept)
    ends = np.stack([_polish(objective, point), _polish(objective, lower)])
    return np.asarray(ends[evaluate(objective, ends)[0].argmin()])


def _with_covariance(objective: Objective, point: Floats, covariance: Floats) -> Floats:
    """Return a point with other elements of L: those of a covariance (q, q)."""
    theta = theta_at(objective, semidefinite_factor(covariance))
    return np.concatenate([theta, point[theta.size :]])


def _polish(objective: Objective, point: Floats) -> Floats:
    """Sharpen a stationary point by damped Newton steps on the directions that are free."""
    height, slope, _ = (values[0] for values in evaluate(objective, point[None]))
    for _ in range(20):
        free = is_free(objective, point, slope)
        steepest = np.abs(slope[free]).max(initial=0.0)
        if steepest < POLISHED:
            break
        step = np.zeros_like(point)
        step[free] = _newton_step(hessian_at(objective, point)[np.ix_(free, free)], slope[free])
        candidates = within_limits(objective, point + step * 0.25 ** np.arange(6)[:, None])
        for some in (candidates[:1], candidates[1:]):  # the full step is nearly always the one
            heights, slopes, _ = evaluate(objective, some)
            flatter = np.abs(slopes[:, free]).max(axis=1, initial=0.0) < steepest / 2
            lower = np.flatnonzero(heights <= height + np.where(flatter, HIDDEN, 1e-10))
            if lower.size:
                break
        else:
            break
        point, height, slope = some[lower[0]], heights[lower[0]], slopes[lower[0]]
    return point


def _newton_step(hessian: Floats, slope: Floats) -> Floats:
    """Return the step downhill; directions without curvature are left alone."""
    curvature, directions = np.linalg.eigh(hessian)
    size = np.abs(curvature)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 1e-9 * size.max())
    return np.asarray(-directions @ (inverse * (directions.T @ slope)))


def _escape(objective: Objective, point: Floats, place: Place) -> Floats | None:
    """Return a lower point beside a false boundary point, or None at a true optimum."""
    certificate, direction = certificate_of(objective, place[2][0])
    if certificate > CERTIFIED:
        return None
    factor, _ = split_point(objective, point)
    ahead = np.outer(direction, direction)
    distances = 0.3 * 0.1 ** np.arange(7)
    candidates = np.stack(
        [_with_covariance(objective, point, factor @ factor.T + distance * ahead) for distance in distances]
    )
    lower = np.flatnonzero(evaluate(objective, candidates)[0] < place[0][0] - 1e-9)
    return candidates[lower[0]] if lower.size else None


def _is_certified(descent: _Descent) -> bool:
    return descent.projected_gradient < STATIONARY and descent.certificate > CERTIFIED

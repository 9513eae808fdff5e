"""Where the deviance is least, with a certificate that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from painstats.models.cross_products import CrossProducts, in_chunks
from painstats.models.likelihood import (
    LARGEST_RHO,
    deviance,
    factor_of,
    factor_slope,
    gradient,
    profiled_precision,
    solve_at,
    theta_of,
)
from painstats.models.rows import Floats

STARTS = ((0.3, 0.3), (0.1, 0.1), (1.0, 0.5), (0.3, 0.8))
"""Starting points: person-specific SDs relative to the residual SD (scaled columns), and rho."""

STATIONARY = 1e-4
"""Largest projected gradient of an accepted optimum."""

POLISHED = 1e-8
"""Projected gradient at which Newton steps stop."""

CERTIFIED = -1e-6
"""Least scaled eigenvalue of S (``factor_slope``) of an accepted optimum."""

SINGULAR = 1e-4
"""Least eigenvalue of L L' (scaled columns) of a fit that can tell people apart in every direction."""

IMPOSSIBLE = 1e20


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """What is minimised: the profiled deviance in theta and, unless ``fixed_rho`` is given, rho."""

    products: CrossProducts
    reml: bool
    fixed_rho: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best point found, and how it was found.

    Parameters
    ----------
    factor : (q, q)
        L with a non-negative diagonal (scaled columns).
    rho
        Residual correlation of days one apart.
    rho_is_free
        Whether rho was estimated and is not at one of its limits.
    deviance
        In scaled columns.
    projected_gradient
        Largest absolute element of the gradient, without those that press against a limit of rho.
    certificate
        Smallest eigenvalue of S relative to its largest (or 1); negative at a false boundary point.
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
    rho_is_free: bool
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
    """One descent from one starting point: theta and rho where it ended, and how."""

    theta: Floats
    rho: float
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
    starts: Sequence[tuple[float, float]] = STARTS,
) -> Optimum:
    """Minimise the deviance with L-BFGS-B, then Newton steps, from the best of several starting points.

    The other starting points are tried too when the first ends at a singular or uncertified point: such problems can
    have several optima. A descent that ends at a false boundary point leaves it along the certificate's worst
    direction.
    """
    objective = Objective(products, reml, fixed_rho)
    points = [_start(objective, *start) for start in starts]
    descents: list[_Descent] = []
    for point in sorted(points, key=lambda point: float(_evaluate(objective, point)[0])):
        descents.append(_descend(objective, point))
        if _is_certified(descents[-1]) and not descents[-1].is_singular:
            break
    best = min(descents, key=lambda descent: descent.deviance)
    factor = factor_of(best.theta, len(products.random))
    return Optimum(
        factor=semidefinite_factor(factor @ factor.T),
        rho=best.rho,
        rho_is_free=fixed_rho is None and 0.0 < best.rho < LARGEST_RHO,
        deviance=best.deviance,
        projected_gradient=best.projected_gradient,
        certificate=best.certificate,
        is_certified=_is_certified(best),
        is_singular=best.is_singular,
        starts_tried=len(descents),
        escapes=best.escapes,
        evaluations=len(points) + sum(descent.evaluations for descent in descents),
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


def _start(objective: Objective, relative_sd: float, rho: float) -> Floats:
    theta = theta_of(relative_sd * np.eye(len(objective.products.random)))
    return theta if objective.fixed_rho is not None else np.append(theta, rho)


def _split(objective: Objective, points: Floats) -> tuple[Floats, Floats]:
    """Return theta (..., q(q+1)/2) and rho (...) of points (..., d)."""
    if objective.fixed_rho is not None:
        return points, np.full(points.shape[:-1], objective.fixed_rho)
    return points[..., :-1], points[..., -1]


def _evaluate(objective: Objective, points: Floats) -> tuple[Floats, Floats]:
    """Return the deviance (...) and its gradient (..., d) at points (..., d); impossible points are flat and high."""
    theta, rho = _split(objective, points)
    factor = factor_of(theta, len(objective.products.random))
    with np.errstate(all="ignore"):
        solution = solve_at(objective.products, factor, rho)
        height = deviance(solution, objective.reml)
        precision = profiled_precision(solution, objective.reml)
        slope = gradient(solution, precision, objective.reml, with_rho=objective.fixed_rho is None)
    possible = np.isfinite(height) & np.isfinite(slope).all(axis=-1)
    return np.where(possible, height, IMPOSSIBLE), np.where(possible[..., None], slope, 0.0)


def _evaluate_each(objective: Objective, points: Floats) -> tuple[Floats, Floats]:
    """Return deviances (D,) and gradients (D, d) at points (D, d)."""
    parts = [_evaluate(objective, chunk) for chunk in in_chunks(points, objective.products)]
    return np.concatenate([heights for heights, _ in parts]), np.concatenate([slopes for _, slopes in parts])


def _descend(objective: Objective, point: Floats) -> _Descent:
    """Go down from a point; leave false boundary points as often as it takes, six times at most."""
    evaluations = escapes = 0
    while True:
        point, calls, message = _minimise(objective, point)
        evaluations += calls
        lower_ground = _escape(objective, point) if escapes < 6 else None
        if lower_ground is None:
            break
        point, escapes = lower_ground, escapes + 1
    height, slope = _evaluate(objective, point)
    theta, rho = _split(objective, point)
    factor = factor_of(theta, len(objective.products.random))
    return _Descent(
        theta=theta,
        rho=float(rho),
        deviance=float(height),
        projected_gradient=float(np.abs(slope[_is_free(objective, point, slope)]).max(initial=0.0)),
        certificate=_certificate(objective, point)[0],
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
        height, slope = _evaluate(objective, x)
        return float(height), slope

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
    theta, _ = _split(objective, point)
    factor = factor_of(theta, len(objective.products.random))
    variances, directions = np.linalg.eigh(factor @ factor.T)
    ends = [_polish(objective, point)]
    if variances.min(initial=np.inf) < SINGULAR:
        kept = directions * np.where(variances < SINGULAR, 0.0, variances) @ directions.T
        lower = point.copy()
        lower[: theta.size] = theta_of(semidefinite_factor(kept))
        ends.append(_polish(objective, lower))
    return min(ends, key=lambda end: float(_evaluate(objective, end)[0]))


def _polish(objective: Objective, point: Floats) -> Floats:
    """Sharpen a stationary point by damped Newton steps on the directions that are free."""
    height, slope = _evaluate(objective, point)
    for _ in range(20):
        free = _is_free(objective, point, slope)
        if np.abs(slope[free]).max(initial=0.0) < POLISHED:
            break
        step = np.zeros_like(point)
        step[free] = _newton_step(_hessian(objective, point)[np.ix_(free, free)], slope[free])
        candidates = _within_limits(objective, point + step * 0.25 ** np.arange(6)[:, None])
        heights, slopes = _evaluate_each(objective, candidates)
        lower = np.flatnonzero(heights <= height + 1e-10)
        if lower.size == 0:
            break
        point, height, slope = candidates[lower[0]], heights[lower[0]], slopes[lower[0]]
    return point


def _newton_step(hessian: Floats, slope: Floats) -> Floats:
    """Return the step downhill; directions without curvature are left alone."""
    curvature, directions = np.linalg.eigh(hessian)
    size = np.abs(curvature)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 1e-9 * size.max())
    return np.asarray(-directions @ (inverse * (directions.T @ slope)))


def _hessian(objective: Objective, point: Floats) -> Floats:
    """Return (d, d) by central differences of the gradient, all at once."""
    width = 1e-5 * np.maximum(np.abs(point), 0.1)
    steps = np.diag(width)
    _, slopes = _evaluate_each(objective, np.concatenate([point + steps, point - steps]))
    hessian = (slopes[: point.size] - slopes[point.size :]) / (2 * width[:, None])
    return np.asarray((hessian + hessian.T) / 2)


def _is_free(objective: Objective, point: Floats, slope: Floats) -> npt.NDArray[np.bool_]:
    """Say which parameters do not press against a limit."""
    free = np.ones(point.size, dtype=bool)
    if objective.fixed_rho is None:
        below = point[-1] <= 0.0 and slope[-1] >= 0
        above = point[-1] >= LARGEST_RHO and slope[-1] <= 0
        free[-1] = not (below or above)
    return free


def _within_limits(objective: Objective, points: Floats) -> Floats:
    if objective.fixed_rho is None:
        points[..., -1] = np.clip(points[..., -1], 0.0, LARGEST_RHO)
    return points


def _certificate(objective: Objective, point: Floats) -> tuple[float, Floats]:
    """Return the smallest eigenvalue of S, relative to the largest or 1, and its direction."""
    theta, rho = _split(objective, point)
    solution = solve_at(objective.products, factor_of(theta, len(objective.products.random)), rho)
    slope = factor_slope(solution, profiled_precision(solution, objective.reml), objective.reml)
    if slope.size == 0:
        return 0.0, np.zeros(0)
    eigenvalues, directions = np.linalg.eigh(slope)
    return float(eigenvalues[0] / max(1.0, abs(eigenvalues[-1]))), directions[:, 0]


def _escape(objective: Objective, point: Floats) -> Floats | None:
    """Return a lower point beside a false boundary point, or None at a true optimum."""
    certificate, direction = _certificate(objective, point)
    if certificate > CERTIFIED:
        return None
    theta, _ = _split(objective, point)
    factor = factor_of(theta, len(objective.products.random))
    here = float(_evaluate(objective, point)[0])
    for distance in 0.3 * 0.1 ** np.arange(7):
        there = point.copy()
        there[: theta.size] = theta_of(
            semidefinite_factor(factor @ factor.T + distance * np.outer(direction, direction))
        )
        if _evaluate(objective, there)[0] < here - 1e-9:
            return there
    return None


def _is_certified(descent: _Descent) -> bool:
    return descent.projected_gradient < STATIONARY and descent.certificate > CERTIFIED

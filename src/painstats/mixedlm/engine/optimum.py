"""The minimum of the deviance, with a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from painstats.mixedlm.engine.certificate import (
    MAX_PROJECTED_GRADIENT,
    MIN_CERTIFICATE,
    SINGULAR_VARIANCE,
    certificate_of,
)
from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.likelihood import MAX_RHO, deviance, solve_at
from painstats.mixedlm.engine.newton import Iterate, iterate_at, newton_steps, scoring_steps
from painstats.mixedlm.engine.objective import (
    IMPOSSIBLE_DEVIANCE,
    Objective,
    deviance_and_gradient,
    is_free,
    split_point,
    theta_at,
)
from painstats.mixedlm.engine.rows import Floats

STARTS = ((0.3, 0.3), (0.1, 0.1), (1.0, 0.5), (0.3, 0.8))
"""Starting points: random-effect SDs relative to the residual SD (scaled columns), and rho."""

RHO_GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
"""Values of rho among which starts are chosen without random effects. Where the lagged outcome is a column, the
deviance can have two minima in rho: one with the correlation in the column, one with it in the residuals."""

SAME_DEVIANCE = 1e-6
"""A factor of lower rank may have a deviance higher by this: the boundary is then the optimum, up to rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best point found, and how it was found.

    Parameters
    ----------
    factor : (q, q)
        L with a non-negative diagonal (scaled columns).
    rho
        Residual correlation one day apart.
    rho_is_fixed
        Whether rho was given.
    rho_is_free
        Whether rho was estimated and is not at one of its bounds.
    white_share, white_share_is_free
        Share of white noise in the residual variance, and whether it was estimated and is not at one of its bounds.
    correlated
        Whether random effects may be correlated; if not, L is diagonal.
    deviance
        In scaled columns.
    projected_gradient
        Largest absolute element of the gradient, ignoring rho where a bound holds it.
    certificate
        Smallest eigenvalue of S (smallest diagonal element if not ``correlated``) relative to its largest, or to 1 if
        larger; negative at a false boundary optimum.
    is_certified
        Whether the point is stationary and not a false boundary optimum.
    is_singular
        Whether L L' has an eigenvalue near zero.
    starts_tried, escapes, evaluations
        Number of starting points used, of false boundary optima left, and of evaluations of the deviance.
    message
        The optimiser's final message.
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
    white_share: float = 0.0
    white_share_is_free: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Descent:
    """One descent from one starting point: where and how it ended."""

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
    """Minimise the deviance by Fisher scoring and Newton steps from the first of several starting points.

    If this does not end at a certified, regular optimum, L-BFGS-B starts from the best starting point, and from the
    others too while the result is singular or not certified, because such problems can have several optima. A descent
    that ends at a false boundary optimum continues along the eigenvector of the smallest eigenvalue of S.

    Without random effects there is a descent from each ``low_starts``, whatever ``starts`` are.
    """
    objective = Objective(products, reml, fixed_rho, correlated)
    has_grid = fixed_rho is None and not products.random
    firsts = low_starts(objective) if has_grid else starts[:1]
    direct = [descent for start in firsts if (descent := _newton_descent(objective, start)) is not None]
    descents = direct or _quasi_newton_descents(objective, starts)
    return _optimum(objective, descents)


def low_starts(objective: Objective) -> list[tuple[float, float]]:
    """Return the points of ``RHO_GRID`` that are not higher than their neighbours, without random effects."""
    grid = np.array(RHO_GRID)
    with np.errstate(all="ignore"):
        found = deviance(solve_at(objective.products, np.zeros((0, 0)), grid), objective.reml)
    around = np.pad(np.nan_to_num(found, nan=np.inf), 1, constant_values=np.inf)
    is_low = (around[1:-1] <= around[:-2]) & (around[1:-1] <= around[2:])
    return [(0.0, float(rho)) for rho in grid[is_low]]


def find_optimum_near(products: CrossProducts, factor: Floats, *, reml: bool, correlated: bool) -> Optimum:
    """Minimise the deviance of independent residuals from the factor (q, q) of a nearby problem.

    Where the factor is singular, Newton steps keep its rank, and the certificate shows whether they may. Where the
    steps end near the boundary, they start again from the nearest factors of lower rank. If neither ends at a certified
    optimum, the full search does.
    """
    objective = Objective(products, reml, 0.0, correlated)
    limits = (SINGULAR_VARIANCE,) if _is_singular(factor) else (0.0, SINGULAR_VARIANCE, 30 * SINGULAR_VARIANCE)
    descents: list[_Descent] = []
    for limit in limits:
        started = factor if not descents else split_point(objective, descents[0].point)[0]
        iterate = iterate_at(objective, theta_at(objective, _of_lower_rank(started, limit)))
        if iterate is None:
            break
        iterate = newton_steps(objective, iterate)
        descents.append(_ended(objective, iterate, 0, iterate.evaluations, "Newton steps ended"))
        at_expected_rank = limit > 0 or not descents[-1].is_singular
        is_lower = descents[-1].deviance <= descents[0].deviance + SAME_DEVIANCE
        if _is_certified(descents[-1]) and at_expected_rank and is_lower:
            return _optimum(objective, descents[-1:])
    return find_optimum(products, reml=reml, fixed_rho=0.0, correlated=correlated)


def _optimum(objective: Objective, descents: Sequence[_Descent]) -> Optimum:
    """Describe where the best descent ended."""
    best = min(descents, key=lambda descent: descent.deviance)
    factor, rho = split_point(objective, best.point)
    return Optimum(
        factor=semidefinite_factor(factor @ factor.T),
        rho=float(rho),
        rho_is_fixed=objective.fixed_rho is not None,
        rho_is_free=objective.fixed_rho is None and bool(0.0 < rho < MAX_RHO),
        correlated=objective.correlated,
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
    """Return the lower Cholesky factor (q, q) of a positive semi-definite matrix: unique, with a non-negative diagonal.

    A column whose pivot is zero up to rounding is left zero.
    """
    remaining = np.array(covariance, dtype=np.float64)
    negligible = 1e-12 * np.diag(remaining)
    factor = np.zeros_like(remaining)
    for k in range(len(remaining)):
        if remaining[k, k] > negligible[k]:
            factor[k:, k] = remaining[k:, k] / np.sqrt(remaining[k, k])
            remaining -= np.outer(factor[:, k], factor[:, k])
    return factor


def _newton_descent(objective: Objective, start: tuple[float, float]) -> _Descent | None:
    """Descend by Fisher scoring and Newton steps; None if the result is not a certified, regular optimum.

    A start on the boundary is left to the quasi-Newton search, which can leave the boundary.
    """
    if start[0] == 0.0 and objective.products.random:
        return None
    iterate = iterate_at(objective, _start(objective, *start))
    if iterate is None or iterate.point.size == 0:
        return None
    iterate = newton_steps(objective, scoring_steps(objective, iterate))
    descent = _ended(objective, iterate, 0, iterate.evaluations, "Newton steps ended")
    return descent if _is_certified(descent) and not descent.is_singular else None


def _quasi_newton_descents(objective: Objective, starts: Sequence[tuple[float, float]]) -> list[_Descent]:
    """Descend from the starting points, best first, until a descent ends at a certified, regular optimum."""
    points = np.stack([_start(objective, *start) for start in starts])
    descents: list[_Descent] = []
    for place in np.argsort([deviance_and_gradient(objective, point)[0] for point in points], kind="stable"):
        descents.append(_quasi_newton_descent(objective, points[place]))
        if _is_certified(descents[-1]) and not descents[-1].is_singular:
            break
    return descents


def _start(objective: Objective, relative_sd: float, rho: float) -> Floats:
    theta = theta_at(objective, relative_sd * np.eye(len(objective.products.random)))
    return theta if objective.fixed_rho is not None else np.append(theta, rho)


def _quasi_newton_descent(objective: Objective, point: Floats) -> _Descent:
    """Descend from a point; leave false boundary optima, six times at most."""
    evaluations = escapes = 0
    while True:
        point, calls, message = _minimise(objective, point)
        evaluations += calls
        iterate = _refine(objective, point)
        if iterate is None:
            return _Descent(point, IMPOSSIBLE_DEVIANCE, 0.0, -np.inf, False, escapes, evaluations, message)
        lower_point = _escape(objective, iterate) if escapes < 6 else None
        if lower_point is None:
            return _ended(objective, iterate, escapes, evaluations, message)
        point, escapes = lower_point, escapes + 1


def _ended(objective: Objective, iterate: Iterate, escapes: int, evaluations: int, message: str) -> _Descent:
    factor, free = iterate.evaluation.factor, is_free(objective, iterate.point, iterate.gradient)
    return _Descent(
        point=iterate.point,
        deviance=iterate.evaluation.deviance,
        projected_gradient=float(np.abs(iterate.gradient[free]).max(initial=0.0)),
        certificate=certificate_of(objective, iterate.evaluation.factor_gradient)[0],
        is_singular=_is_singular(factor),
        escapes=escapes,
        evaluations=evaluations,
        message=message,
    )


def _minimise(objective: Objective, point: Floats) -> tuple[Floats, int, str]:
    """Return the point where L-BFGS-B ends, the number of evaluations, and its message."""
    if point.size == 0:
        return point, 0, "nothing to optimise"
    limits: list[tuple[float | None, float | None]] = [(None, None)] * point.size
    if objective.fixed_rho is None:
        limits[-1] = (0.0, MAX_RHO)

    def at(x: Floats) -> tuple[float, Floats]:
        return deviance_and_gradient(objective, x)

    ended = optimize.minimize(
        at,
        point,
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"ftol": 1e-11, "gtol": 1e-4, "maxiter": 500},
    )
    return np.asarray(ended.x), int(ended.nfev), str(ended.message)


def _refine(objective: Objective, point: Floats) -> Iterate | None:
    """Refine a point by Newton steps; near a singular point also the nearest one of lower rank, and keep the better.

    Near a singular optimum the deviance has long curved valleys in which Newton steps stay short.
    """
    factor, _ = split_point(objective, point)
    points = [point]
    if _is_singular(factor):
        points.append(_with_factor(objective, point, _of_lower_rank(factor, SINGULAR_VARIANCE)))
    iterates = [iterate for iterate in (iterate_at(objective, some) for some in points) if iterate is not None]
    polished = [newton_steps(objective, iterate) for iterate in iterates]
    return min(polished, key=lambda iterate: iterate.evaluation.deviance, default=None)


def _is_singular(factor: Floats) -> bool:
    return bool(np.linalg.eigvalsh(factor @ factor.T).min(initial=np.inf) < SINGULAR_VARIANCE)


def _of_lower_rank(factor: Floats, limit: float) -> Floats:
    """Return the factor (q, q) without the directions whose variance is below a limit; the same one if none is."""
    variances, directions = np.linalg.eigh(factor @ factor.T)
    if variances.min(initial=np.inf) >= limit:
        return factor
    return semidefinite_factor(directions * np.where(variances < limit, 0.0, variances) @ directions.T)


def _with_covariance(objective: Objective, point: Floats, covariance: Floats) -> Floats:
    """Return a point with the elements of L replaced by those of a covariance (q, q)."""
    return _with_factor(objective, point, semidefinite_factor(covariance))


def _with_factor(objective: Objective, point: Floats, factor: Floats) -> Floats:
    """Return a point with other elements of L."""
    theta = theta_at(objective, factor)
    return np.concatenate([theta, point[theta.size :]])


def _escape(objective: Objective, iterate: Iterate) -> Floats | None:
    """Return a better point near a false boundary optimum, or None at a true optimum."""
    certificate, direction = certificate_of(objective, iterate.evaluation.factor_gradient)
    if certificate > MIN_CERTIFICATE:
        return None
    covariance, increase = iterate.evaluation.factor @ iterate.evaluation.factor.T, np.outer(direction, direction)
    candidates = (
        _with_covariance(objective, iterate.point, covariance + distance * increase)
        for distance in 0.3 * 0.1 ** np.arange(7)
    )
    lowest = iterate.evaluation.deviance - 1e-9
    return next((point for point in candidates if deviance_and_gradient(objective, point)[0] < lowest), None)


def _is_certified(descent: _Descent) -> bool:
    return descent.projected_gradient < MAX_PROJECTED_GRADIENT and descent.certificate > MIN_CERTIFICATE

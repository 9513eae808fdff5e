"""The optimum under CAR(1) plus white noise, starting from the CAR(1) optimum of the same rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.mixedlm.engine.autocorrelation import residual_autocorrelation
from painstats.mixedlm.engine.certificate import MAX_PROJECTED_GRADIENT
from painstats.mixedlm.engine.cross_products import CrossProducts, with_uncentred_random_columns
from painstats.mixedlm.engine.likelihood import random_effects, solve_at
from painstats.mixedlm.engine.optimum import Optimum, find_optimum
from painstats.mixedlm.engine.padded_rows import padded_rows
from painstats.mixedlm.engine.rows import Floats, ModelRows, is_first_row, of_some_participants
from painstats.mixedlm.engine.scaling import scaled_columns
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.engine.white_profile import (
    ProfilePoint,
    WhiteProblem,
    profile_at,
    profiled_hessian,
    searched_again,
)
from painstats.mixedlm.engine.white_search import (
    HIGHEST_RHO,
    LOWEST_RHO,
    lowest_of,
    refined,
    rho_is_inside,
    search,
    w_is_inside,
)

MUCH_WHITE_NOISE = (0.85, 0.5)
"""A starting point (rho, w) of every search: the other of two optima is usually near."""

LITTLE_WHITE_NOISE = (0.5, 0.2)
"""A further starting point for one participant."""

SAME_DEVIANCE = 1e-7
"""CAR(1) is the optimum if its deviance is not higher by more than this: w = 0 is then known."""

LOWER_BY_FULL_SEARCH = 1e-6
"""Decrease of the deviance for which the search goes on from what the full search over a singular covariance found."""

NEGLIGIBLE_GAIN = 1e-6
"""Decrease of the deviance that a Newton step in rho and w from an accepted optimum may promise."""

SMALL_GAIN = 2.0
"""Decrease of the deviance from CAR(1) below which a second start may find a lower optimum."""

LARGE_W = 0.9
"""Share of white noise above which a second start may find a lower optimum."""

MANY_PARTICIPANTS = 600
"""With more participants the search starts from the optimum of a sample."""

SAMPLED = 200
"""Participants in the sample."""

LONGEST_LAG = 14
"""Days over which the starting point is fitted to autocovariances."""

STARTING_RHO = (0.3, 0.5, 0.7, 0.8, 0.88, 0.94, 0.97)
"""Values of rho among which the starting point is chosen."""


def white_problem(rows: ModelRows, reml: bool, correlated: bool = True) -> WhiteProblem:
    """Return what is minimised for some rows."""
    template = cross_products(rows, gaps=False)
    if not correlated:
        template = with_uncentred_random_columns(template)
    first_row = np.flatnonzero(is_first_row(rows))
    padded = padded_rows(scaled_columns(rows, template.scaling), rows.day, first_row)
    return WhiteProblem(padded, template, reml, correlated)


def white_optimum(
    problem: WhiteProblem, rows: ModelRows, car1_products: CrossProducts, car1: Optimum
) -> ProfilePoint | None:
    """Return the minimum over rho, w and the random-effect covariance; None where it is that of CAR(1).

    That is so where w ends at 0, and also where the residuals end as good as independent, with w or rho at the other
    limit: CAR(1) includes independence, and its deviance is never higher.
    """
    best = _lowest(problem, rows, car1_products, car1)
    if problem.template.random and best.optimum.is_singular:
        best = _past_singular(problem, best)
    is_lower = best.evaluation.deviance < car1.deviance - SAME_DEVIANCE
    return best if is_lower and w_is_inside(best.w) and not best.rho <= LOWEST_RHO else None


def optimum_of(problem: WhiteProblem, point: ProfilePoint) -> Optimum:
    """Return the engine's description of an optimum, with rho, w and the whole deviance.

    With many rows the gradient in rho and w is large even very near the optimum; it is also accepted if a Newton step
    would lower the deviance by less than ``NEGLIGIBLE_GAIN``.
    """
    free = np.flatnonzero([rho_is_inside(point.rho), True])
    gradient, curvature = point.evaluation.residual_gradient[free], profiled_hessian(problem, point)[np.ix_(free, free)]
    steepest = float(np.abs(gradient).max())
    is_flat = steepest < MAX_PROJECTED_GRADIENT or (
        np.linalg.eigvalsh(curvature)[0] > 0 and gradient @ np.linalg.solve(curvature, gradient) / 2 < NEGLIGIBLE_GAIN
    )
    return replace(
        point.optimum,
        rho=point.rho,
        rho_is_fixed=False,
        rho_is_free=rho_is_inside(point.rho),
        white_share=point.w,
        white_share_is_free=True,
        deviance=point.evaluation.deviance,
        projected_gradient=max(point.optimum.projected_gradient, steepest),
        is_certified=point.optimum.is_certified and bool(is_flat),
    )


def _lowest(problem: WhiteProblem, rows: ModelRows, car1_products: CrossProducts, car1: Optimum) -> ProfilePoint:
    """Search from as many starting points as the problem needs."""
    if len(problem.template.participants) > MANY_PARTICIPANTS:
        sampled = _optimum_of_sample(problem, rows)
        found = None if sampled is None else refined(problem, (sampled.rho, sampled.w), car1.factor)
        if found is not None:
            return found
    if len(problem.template.participants) == 1:
        return lowest_of(problem, (MUCH_WHITE_NOISE, LITTLE_WHITE_NOISE, _inside(car1.rho)), car1.factor)
    if car1.rho > LOWEST_RHO and _rises_with_w(problem, car1):
        return search(problem, MUCH_WHITE_NOISE, car1.factor)
    first = search(problem, autocovariance_start(rows, car1_products, car1), car1.factor)
    gain = car1.deviance - first.evaluation.deviance
    is_clear = w_is_inside(first.w) and first.w <= LARGE_W and rho_is_inside(first.rho) and gain >= SMALL_GAIN
    if is_clear:
        return first
    second = search(problem, MUCH_WHITE_NOISE, first.optimum.factor)
    return min(first, second, key=lambda point: point.evaluation.deviance)


def _optimum_of_sample(problem: WhiteProblem, rows: ModelRows) -> ProfilePoint | None:
    """Return the optimum of ``SAMPLED`` participants, evenly spread; None where rho or w ends at a limit.

    Its rho and w are those of all participants up to a fraction of a standard error of the sample.
    """
    sample = of_some_participants(rows, SAMPLED)
    products = cross_products(sample)
    if not problem.correlated:
        products = with_uncentred_random_columns(products)
    car1 = find_optimum(products, reml=problem.reml, correlated=problem.correlated)
    point = white_optimum(white_problem(sample, problem.reml, problem.correlated), sample, products, car1)
    return point if point is not None and rho_is_inside(point.rho) else None


def _rises_with_w(problem: WhiteProblem, car1: Optimum) -> bool:
    """Return whether the deviance rises from w = 0 at the CAR(1) optimum, which is then an optimum with w too."""
    return bool(profile_at(problem, car1.rho, 0.0, car1.factor, 1).evaluation.residual_gradient[1] >= 0)


def _past_singular(problem: WhiteProblem, point: ProfilePoint) -> ProfilePoint:
    """Return a lower minimum than one with a singular covariance, where the full search leads to one."""
    again = searched_again(problem, point)
    if again.evaluation.deviance > point.evaluation.deviance - LOWER_BY_FULL_SEARCH:
        return point
    return search(problem, (point.rho, point.w), again.optimum.factor)


def _inside(rho: float) -> tuple[float, float]:
    return float(np.clip(rho, LOWEST_RHO, HIGHEST_RHO)), 0.0


def autocovariance_start(rows: ModelRows, car1_products: CrossProducts, car1: Optimum) -> tuple[float, float]:
    """Return (rho, w) from the autocorrelations of y - Xb - Zu of a CAR(1) fit at lags of 1 to 14 days.

    (1 - w) rho^d is fitted to them by least squares with the numbers of pairs as weights, rho on a grid.
    """
    residual = _residuals(rows, car1_products, car1)
    correlation, pairs = residual_autocorrelation(residual, rows, LONGEST_LAG)
    lags = np.arange(1, LONGEST_LAG + 1)
    starts = []
    for rho in STARTING_RHO:
        decay = rho**lags
        slow = float(np.clip((pairs * decay) @ correlation / max((pairs * decay) @ decay, 1e-300), 0.02, 1.0))
        starts.append((float(pairs @ (correlation - slow * decay) ** 2), rho, 1 - slow))
    _, rho, w = min(starts)
    return rho, float(np.clip(w, 0.03, 0.95))


def _residuals(rows: ModelRows, products: CrossProducts, optimum: Optimum) -> Floats:
    """Return (n,): y - Xb - Zu of each row, scaled."""
    solution = solve_at(products, optimum.factor, optimum.rho)
    columns = scaled_columns(rows, products.scaling)
    participant = np.repeat(np.arange(len(products.participants)), products.rows_per_participant)
    between = np.einsum("nq,nq->n", columns[:, products.positions], random_effects(solution)[participant])
    return np.asarray(columns[:, -1] - columns[:, :-1] @ solution.coefficients - between)

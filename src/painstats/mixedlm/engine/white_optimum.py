"""The optimum under CAR(1) plus white noise, starting from the CAR(1) optimum of the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

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
    AT_LIMIT,
    HIGHEST_RHO,
    LOWEST_RHO,
    derivatives_in_x,
    ends_of,
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

CLEAR_GAIN = 4.0
"""Decrease of the deviance from w = 0 for which a minimum near a similar one is accepted: above ``SMALL_GAIN``."""

STEPS_WITHOUT_WHITE_NOISE = 4
"""Evaluations at w = 0, at most, that decide whether CAR(1) has to be fitted."""

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


Place = tuple[float, float]
"""rho and w."""


@dataclass(frozen=True, slots=True, eq=False)
class WhiteSearch:
    """What the searches found.

    Parameters
    ----------
    point
        The minimum; None where it is that of CAR(1).
    ends
        Where the searches for one participant ended, the lowest place first; empty for several participants.
    """

    point: ProfilePoint | None
    ends: tuple[Place, ...] = ()


def white_problem(rows: ModelRows, reml: bool, correlated: bool = True) -> WhiteProblem:
    """Return what is minimised for some rows."""
    template = cross_products(rows, gaps=False)
    if not correlated:
        template = with_uncentred_random_columns(template)
    first_row = np.flatnonzero(is_first_row(rows))
    padded = padded_rows(scaled_columns(rows, template.scaling), rows.day, first_row)
    return WhiteProblem(padded, template, reml, correlated)


def white_optimum(
    problem: WhiteProblem,
    rows: ModelRows,
    car1_products: CrossProducts,
    car1: Optimum,
    found: ProfilePoint | None = None,
    near: Sequence[Place] = (),
) -> WhiteSearch:
    """Search for the minimum over rho, w and the random-effect covariance, which can be that of CAR(1).

    That is so where w ends at 0, and also where the residuals end as good as independent, with w or rho at the other
    limit: CAR(1) includes independence, and its deviance is never higher. ``found``, from ``white_optimum_near``,
    replaces the first search; ``near`` are places where those for one participant and similar rows ended.
    """
    if len(problem.template.participants) == 1:
        points = ends_of(problem, _starts_for_one(car1, near), car1.factor, found)
    else:
        points = [_lowest(problem, rows, car1_products, car1, found)]
    best = points[0]
    if problem.template.random and best.optimum.is_singular:
        best = _past_singular(problem, best)
    is_lower = best.evaluation.deviance < car1.deviance - SAME_DEVIANCE
    is_white = is_lower and w_is_inside(best.w) and not best.rho <= LOWEST_RHO
    return WhiteSearch(best if is_white else None, places_of(points))


def places_of(points: Sequence[ProfilePoint]) -> tuple[Place, ...]:
    """Return where some points are, each place once."""
    return tuple(dict.fromkeys((point.rho, point.w) for point in points))


def white_optimum_near(problem: WhiteProblem, rho: float, w: float, factor: Floats) -> ProfilePoint | None:
    """Return a minimum near the optimum of similar rows; None where either of them is at a limit of rho or w.

    ``is_clearly_below_car1`` decides whether it is accepted as the lowest one.

    Parameters
    ----------
    rho, w, factor
        The optimum of the similar rows; ``factor`` (q, q) in scaled columns.
    """
    if not (w_is_inside(w) and rho_is_inside(rho)):
        return None
    is_large = len(problem.template.participants) > MANY_PARTICIPANTS
    point = (refined(problem, (rho, w), factor) if is_large else None) or search(problem, (rho, w), factor)
    if problem.template.random and point.optimum.is_singular and is_clearly_below_car1(problem, point):
        point = _past_singular(problem, point)
    return point if w_is_inside(point.w) and rho_is_inside(point.rho) else None


def is_clearly_below_car1(problem: WhiteProblem, point: ProfilePoint) -> bool:
    """Return whether a minimum is accepted as the lowest without fitting CAR(1) or searching from elsewhere.

    Two minima occur where w is weakly known: where the deviance hardly rises to w = 0, or where w is large. Newton
    steps in logit rho at w = 0 go on until the rest of the descent can no longer matter. They start where the
    correlation of successive days is that of the minimum.
    """
    rho = max((1 - point.w) * point.rho, LOWEST_RHO)
    for _ in range(STEPS_WITHOUT_WHITE_NOISE if point.w <= LARGE_W else 0):
        car1 = profile_at(problem, rho, 0.0, point.optimum.factor)
        gain = car1.evaluation.deviance - point.evaluation.deviance
        gradient, curvature = derivatives_in_x(problem, car1)
        if gain < CLEAR_GAIN or curvature[0, 0] <= 0:
            return False
        step = float(-gradient[0] / curvature[0, 0])
        if gain - abs(gradient[0] * step) >= CLEAR_GAIN:  # twice the predicted descent
            return True
        rho = float(np.clip(special.expit(special.logit(rho) + step), LOWEST_RHO, HIGHEST_RHO))
    return False


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


def _lowest(
    problem: WhiteProblem, rows: ModelRows, car1_products: CrossProducts, car1: Optimum, found: ProfilePoint | None
) -> ProfilePoint:
    """Search from as many starting points as several participants need."""
    if len(problem.template.participants) > MANY_PARTICIPANTS and found is None:
        sampled = _optimum_of_sample(problem, rows)
        near_sample = None if sampled is None else refined(problem, (sampled.rho, sampled.w), car1.factor)
        if near_sample is not None:
            return near_sample
    if found is None and car1.rho > LOWEST_RHO and _rises_with_w(problem, car1):
        return search(problem, MUCH_WHITE_NOISE, car1.factor)
    first = found or search(problem, autocovariance_start(rows, car1_products, car1), car1.factor)
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
    point = white_optimum(white_problem(sample, problem.reml, problem.correlated), sample, products, car1).point
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


def _starts_for_one(car1: Optimum, near: Sequence[Place]) -> tuple[Place, ...]:
    """Return where the searches for one participant start: near CAR(1), and where those for similar rows ended, if any.

    An end at a limit says little about other rows, so one more search starts inside where the lowest end is at one.
    Where the CAR(1) optimum has no correlation, a search from there leads along the limit of rho.
    """
    starts: tuple[Place, ...] = (MUCH_WHITE_NOISE, LITTLE_WHITE_NOISE)
    if near:
        rho, w = near[0]
        is_known = rho_is_inside(rho) and (w_is_inside(w) or w < AT_LIMIT)
        starts = (*near, *(() if is_known else (MUCH_WHITE_NOISE,)))
    return (*starts, _inside(car1.rho)) if car1.rho > LOWEST_RHO else starts


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

"""The linear mixed model with correlated random effects and residuals that are CAR(1), plus white noise or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.cross_products import (
    CrossProducts,
    has_gaps,
    unpacked,
    with_uncentred_random_columns,
)
from painstats.mixedlm.engine.likelihood import (
    Solution,
    free_elements,
    log_likelihood,
    random_effects,
    residual_degrees,
    solve_at,
)
from painstats.mixedlm.engine.optimum import STARTS, Optimum, find_optimum, semidefinite_factor
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.engine.white_optimum import (
    Place,
    is_clearly_below_car1,
    optimum_of,
    places_of,
    white_optimum,
    white_optimum_near,
    white_problem,
)
from painstats.mixedlm.engine.white_products import log_determinants
from painstats.mixedlm.engine.white_profile import ProfilePoint, WhiteProblem
from painstats.mixedlm.engine.whitened_products import WhitenedSums

Residuals = Literal["car1+white", "car1", "independent"]
"""CAR(1) plus white noise, CAR(1) alone, or white noise alone."""


@dataclass(frozen=True, slots=True, eq=False)
class MixedFit:
    """A fitted mixed model, in the user's units.

    Parameters
    ----------
    names
        Names of the p coefficients.
    coefficients : (p,)
        Fixed effects: averages over participants.
    covariance : (p, p)
        Of the coefficients, for known variance parameters.
    log_likelihood
        Restricted if ``reml``.
    residuals
        ``"car1+white"``, ``"car1"`` or ``"independent"``.
    rho
        Correlation of the residuals, or of their slow part, one day apart; rho**d for d days.
    white_share
        w, the share of white noise in the residual variance: residuals d days apart have correlation (1 - w) rho**d.
    residual_sd
        Marginal SD of the residuals.
    random
        Names of the q columns with random effects.
    random_covariance : (q, q)
        Covariance of the random effects.
    relative_factor : (q, q)
        Lower Cholesky factor of ``random_covariance / residual_sd**2``.
    participants
        The N participants, in order.
    random_effects : (N, q)
        Best linear unbiased predictions of each participant's deviation from the average.
    random_effect_covariances : (N, q, q)
        Their covariance given the data and known parameters.
    n_rows
        Number of participant-days.
    reml
        Whether the restricted likelihood was maximised.
    converged
        Whether the optimum is stationary and certified not to be a false boundary optimum.
    is_singular
        Whether some combination of the random effects has zero estimated variance.
    optimum
        The optimiser's result, in scaled columns.
    products
        The cross-products, for further evaluations; those of the whitened rows where the white share is not zero.
    whitened
        Where the white share is not zero, the whitened sums of products with their derivatives in rho and w.
    column_products : (p, p)
        Where the white share is not zero, the sums of products of the scaled columns over all rows, not whitened.
    ends
        Where the searches for rho and w of one participant ended, the lowest place first: where those for similar rows
        start. Empty without white noise.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    residuals: Residuals
    rho: float
    white_share: float
    residual_sd: float
    random: tuple[str, ...]
    random_covariance: Floats
    relative_factor: Floats
    participants: tuple[str, ...]
    random_effects: Floats
    random_effect_covariances: Floats
    n_rows: int
    reml: bool
    converged: bool
    is_singular: bool
    optimum: Optimum = field(repr=False)
    products: CrossProducts = field(repr=False)
    whitened: WhitenedSums | None = field(repr=False, default=None)
    column_products: Floats | None = field(repr=False, default=None)
    ends: tuple[Place, ...] = field(repr=False, default=())


def fit_mixed(
    rows: ModelRows,
    *,
    residuals: Residuals = "car1",
    reml: bool = True,
    rho: float | None = None,
    correlated: bool = True,
    starts: Sequence[tuple[float, float]] = STARTS,
    near: MixedFit | None = None,
) -> MixedFit:
    """Fit y = Xb + Zu + e with u ~ N(0, G) for each participant and Corr(e_t, e_s) = (1 - w) rho^|t - s| for t != s.

    Parameters
    ----------
    rows
        From ``model_rows``.
    residuals
        ``"car1+white"`` to estimate rho and the white share w, which may end at 0; ``"car1"`` for w = 0;
        ``"independent"`` for rho = w = 0.
    reml
        Whether to maximise the restricted likelihood (for reported results) or the full one (to compare columns).
    rho
        Fix rho at this value, between 0 (independent residuals) and 0.995; not with ``"car1+white"``.
    correlated
        Whether a participant's random effects may be correlated; if not, G is diagonal for the columns as given, so the
        origin of a column matters (``||`` in lme4, ``pdDiag`` in nlme).
    starts
        Starting points: relative SD of the random effects, and rho of CAR(1).
    near
        A fit with ``"car1+white"`` to similar rows with the same random effects, such as fewer columns. The search
        starts from it; the result is the same, sooner.

    Raises
    ------
    NotEnoughData
        If there is one participant and a random effect, if no participant has two days, or if the columns reproduce the
        outcome exactly.

    References
    ----------
    Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, ch. 2 and 5; Laird & Ware 1982, Biometrics 38:963.
    """
    if residuals == "car1+white":
        if rho is not None:
            raise PainstatsError("rho cannot be fixed beside white noise; use residuals='car1'")
        return _fit_white(rows, reml=reml, correlated=correlated, starts=starts, near=near)
    if rho == 0.0:
        residuals = "independent"
    products = cross_products(rows, gaps=residuals == "car1")
    return fit_cross_products(products, residuals=residuals, reml=reml, rho=rho, correlated=correlated, starts=starts)


def fit_cross_products(
    products: CrossProducts,
    *,
    residuals: Residuals = "car1",
    reml: bool = True,
    rho: float | None = None,
    correlated: bool = True,
    starts: Sequence[tuple[float, float]] = STARTS,
) -> MixedFit:
    """Fit the model of ``fit_mixed`` to cross-products, without the rows."""
    if residuals == "car1+white":
        raise PainstatsError("white noise beside CAR(1) needs the rows, not only cross-products; use fit_mixed")
    if products.random and len(products.participants) < 2:
        raise NotEnoughData("random effects need at least two participants; use fit_one_participant for one")
    if products.rows_per_participant.max() < 2:
        raise NotEnoughData("every participant has a single day; the model needs several days per participant")
    if residuals == "car1" and not has_gaps(products):
        raise PainstatsError("CAR(1) residuals need cross-products that were summed by gap; make them with gaps=True")
    if not correlated:
        products = with_uncentred_random_columns(products)
    fixed_rho = 0.0 if residuals == "independent" else rho
    optimum = find_optimum(products, reml=reml, fixed_rho=fixed_rho, correlated=correlated, starts=starts)
    solution = solve_at(products, optimum.factor, optimum.rho)
    if not np.isfinite(optimum.deviance) or float(solution.residual_square) < 1e-12:
        raise NotEnoughData(
            "the columns reproduce the outcome exactly; there is no residual variation to estimate uncertainty from"
        )
    return _in_units(solution, optimum, residuals, reml)


def _fit_white(
    rows: ModelRows, *, reml: bool, correlated: bool, starts: Sequence[tuple[float, float]], near: MixedFit | None
) -> MixedFit:
    """Fit CAR(1) plus white noise near a similar fit, or from the CAR(1) fit, which is the result where w ends at 0."""
    problem = white_problem(rows, reml, correlated)
    point = None if near is None else _white_point_near(problem, near)
    others = () if near is None else near.ends[1:] if point else near.ends
    if point is None or not is_clearly_below_car1(problem, point):
        car1 = fit_mixed(rows, reml=reml, correlated=correlated, starts=starts)
        found = white_optimum(problem, rows, car1.products, car1.optimum, point, others)
        point, ends = found.point, found.ends
        if point is None:
            return replace(car1, residuals="car1+white", ends=ends)
    else:
        ends = (*places_of([point]), *others)
    optimum = optimum_of(problem, point)
    products = replace(point.products, log_determinant=log_determinants(problem.padded, point.rho, point.w))
    fit = _in_units(solve_at(products, optimum.factor, optimum.rho), optimum, "car1+white", reml)
    column_products = unpacked(problem.template.sums[0].sum(axis=0))[:-1, :-1]
    return replace(fit, whitened=point.whitened, column_products=column_products, ends=ends)


def _white_point_near(problem: WhiteProblem, near: MixedFit) -> ProfilePoint | None:
    if near.random != problem.template.random:
        raise PainstatsError("near needs a fit with the same random effects as the model")
    relative = np.linalg.solve(problem.template.scaling.random_transform, near.relative_factor)
    return white_optimum_near(problem, near.rho, near.white_share, semidefinite_factor(relative @ relative.T))


def free_elements_of(fit: MixedFit) -> tuple[Integers, Integers]:
    """Return the rows and columns of the elements of the factor that were estimated."""
    return free_elements(len(fit.random), fit.optimum.correlated)


def coefficient_transform(fit: MixedFit) -> Floats:
    """Return (p, p): this times the scaled coefficients gives those in the user's units, up to a constant."""
    return fit.products.scaling.outcome_scale * fit.products.scaling.transform


def scaled_variance(fit: MixedFit) -> float:
    """Return sigma^2 in scaled columns."""
    return (fit.residual_sd / fit.products.scaling.outcome_scale) ** 2


def solution_of(fit: MixedFit) -> Solution:
    """Return the engine's solution at the optimum, in scaled columns."""
    return solve_at(fit.products, fit.optimum.factor, fit.optimum.rho)


def coefficients_in_units(products: CrossProducts, scaled: Floats) -> Floats:
    """Return coefficients (..., p) in the user's units."""
    scaling = products.scaling
    return scaling.outcome_scale * scaled @ scaling.transform.T + scaling.outcome_centre * scaling.intercept


def _in_units(solution: Solution, optimum: Optimum, residuals: Residuals, reml: bool) -> MixedFit:
    products, scaling = solution.products, solution.products.scaling
    variance = float(solution.residual_square) / residual_degrees(products, reml)
    residual_sd = scaling.outcome_scale * np.sqrt(variance)
    of_columns = residual_sd * scaling.transform
    of_effects = residual_sd * scaling.random_transform
    relative = scaling.random_transform @ optimum.factor
    return MixedFit(
        names=products.names,
        coefficients=coefficients_in_units(products, solution.coefficients),
        covariance=of_columns @ solution.covariance @ of_columns.T,
        log_likelihood=log_likelihood(products, optimum.deviance, reml),
        residuals=residuals,
        rho=optimum.rho,
        white_share=optimum.white_share,
        residual_sd=float(residual_sd),
        random=products.random,
        random_covariance=residual_sd**2 * relative @ relative.T,
        relative_factor=semidefinite_factor(relative @ relative.T),
        participants=products.participants,
        random_effects=scaling.outcome_scale * random_effects(solution) @ scaling.random_transform.T,
        random_effect_covariances=of_effects @ solution.shrinkage @ of_effects.T,
        n_rows=int(products.rows_per_participant.sum()),
        reml=reml,
        converged=optimum.is_certified,
        is_singular=optimum.is_singular,
        optimum=optimum,
        products=products,
    )

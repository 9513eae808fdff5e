"""The deviance under CAR(1) plus white noise as a function of rho and w, minimised over the random-effect covariance.

At given rho and w the whitened sums of products are those of independent rows, so the engine's own search finds the
random-effect covariance. The derivatives of the minimum follow from those of the deviance at it: with L the elements of
the factor and r = (rho, w), the gradient is that in r, and the Hessian H_rr - H_rL H_LL^+ H_Lr.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.deviance_hessian import Evaluation, evaluation_of_sums, hessian
from painstats.mixedlm.engine.likelihood import free_elements
from painstats.mixedlm.engine.optimum import Optimum, find_optimum, find_optimum_near
from painstats.mixedlm.engine.padded_rows import PaddedRows
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.white_products import Order, log_determinants, white_sums
from painstats.mixedlm.engine.whitened_products import WhitenedSums

WITHOUT_CURVATURE = 1e-7
"""Directions of L with less curvature than this, relative to the largest or to 1, do not follow rho and w."""


@dataclass(frozen=True, slots=True, eq=False)
class WhiteProblem:
    """What is minimised.

    Parameters
    ----------
    padded
        The rows, scaled.
    template
        Cross-products of the same rows without gaps: names, scaling and numbers of rows.
    reml
        Whether the likelihood is restricted.
    correlated
        Whether a participant's random effects may be correlated.
    """

    padded: PaddedRows
    template: CrossProducts
    reml: bool
    correlated: bool


NOTHING_TO_MINIMISE = Optimum(
    factor=np.zeros((0, 0)),
    rho=0.0,
    rho_is_fixed=True,
    rho_is_free=False,
    correlated=True,
    deviance=np.nan,
    projected_gradient=0.0,
    certificate=0.0,
    is_certified=True,
    is_singular=False,
    starts_tried=0,
    escapes=0,
    evaluations=0,
    message="no random effects",
)
"""The minimum over no parameters; the deviance is that of the evaluation."""


@dataclass(frozen=True, slots=True, eq=False)
class ProfilePoint:
    """The minimum over the random-effect covariance at rho and w.

    Parameters
    ----------
    rho, w
        The point.
    products
        Cross-products of the whitened rows.
    whitened
        The same with their derivatives in (rho, w), and log|V|.
    optimum
        The minimum, without log|V| in its deviance.
    evaluation
        The deviance and its derivatives there, with log|V|.
    """

    rho: float
    w: float
    products: CrossProducts
    whitened: WhitenedSums
    optimum: Optimum
    evaluation: Evaluation


def profile_at(problem: WhiteProblem, rho: float, w: float, factor: Floats, order: Order = 2) -> ProfilePoint:
    """Minimise over the random-effect covariance at rho and w, starting from the factor (q, q) of a nearby point."""
    whitened = white_sums(problem.padded, rho, w, order)
    products = products_at(problem, whitened)
    if not products.random:
        return _evaluated(problem, rho, w, products, whitened, NOTHING_TO_MINIMISE)
    optimum = find_optimum_near(products, factor, reml=problem.reml, correlated=problem.correlated)
    return _evaluated(problem, rho, w, products, whitened, optimum)


def searched_again(problem: WhiteProblem, point: ProfilePoint) -> ProfilePoint:
    """Return the minimum at the same rho and w by the full search, which knows several optima."""
    optimum = find_optimum(point.products, reml=problem.reml, fixed_rho=0.0, correlated=problem.correlated)
    return _evaluated(problem, point.rho, point.w, point.products, point.whitened, optimum)


def products_at(problem: WhiteProblem, whitened: WhitenedSums) -> CrossProducts:
    """Return the whitened sums as cross-products of independent rows."""
    return replace(problem.template, sums=np.stack([whitened.sums[0], np.zeros_like(whitened.sums[0])]))


def whitened_products(problem: WhiteProblem, rho: float, w: float) -> CrossProducts:
    """Return the cross-products of the rows whitened at rho and w, with the log-determinants of V."""
    products = products_at(problem, white_sums(problem.padded, rho, w, 0))
    return replace(products, log_determinant=log_determinants(problem.padded, rho, w))


def profiled_hessian(problem: WhiteProblem, point: ProfilePoint) -> Floats:
    """Return (2, 2): the second derivatives of the minimum in rho and w."""
    full = hessian(point.evaluation, *free_elements(len(problem.template.random), problem.correlated))
    d = len(full) - 2
    if not d:
        return full
    curvature, directions = np.linalg.eigh(full[:d, :d])
    kept = curvature > WITHOUT_CURVATURE * max(1.0, curvature.max(initial=0.0))
    crossed = full[d:, :d] @ directions[:, kept]
    return np.asarray(full[d:, d:] - crossed / curvature[kept] @ crossed.T)


def _evaluated(
    problem: WhiteProblem, rho: float, w: float, products: CrossProducts, whitened: WhitenedSums, optimum: Optimum
) -> ProfilePoint:
    evaluation = evaluation_of_sums(products, whitened, optimum.factor, problem.reml)
    return ProfilePoint(rho, w, products, whitened, optimum, evaluation)

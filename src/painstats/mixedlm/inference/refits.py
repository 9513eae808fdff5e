"""Refits of the model to other participants or other outcomes, each starting from the known optimum.

A refit differs little from the original fit. In local coordinates, in which the deviance of the original fit is nearly
spherical, its optimum is a few steps away, and the gradient is in units of standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import optimize

from painstats.mixedlm.engine.certificate import SINGULAR_VARIANCE
from painstats.mixedlm.engine.cross_products import CrossProducts, of_participants, with_uncentred_random_columns
from painstats.mixedlm.engine.deviance_hessian import evaluation_at
from painstats.mixedlm.engine.fit import MixedFit, coefficients_in_units
from painstats.mixedlm.engine.likelihood import deviance, log_likelihood, residual_degrees, solve_at
from painstats.mixedlm.engine.optimum import find_optimum, semidefinite_factor
from painstats.mixedlm.engine.rows import Floats, Integers, column_positions
from painstats.mixedlm.inference.held_residuals import held_rho, of_whitened_rows
from painstats.mixedlm.inference.local_coordinates import (
    MAX_REFIT_GRADIENT,
    MIN_RELATIVE_INFORMATION,
    LocalCoordinates,
    _deviance_and_gradient,
    _is_stationary,
    _least_information,
    _limits_of_rho,
    _parameters,
    local_coordinates_around,
)

Draw = TypeVar("Draw")


NEGLIGIBLE_DECREASE = 1e-6
"""Decrease of the deviance that is treated as none."""


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """Results of B refits, in the user's units.

    Parameters
    ----------
    coefficients : (B, p)
        Fixed effects; not a number where a refit was impossible because a column no longer varies.
    random_covariance : (B, q, q)
        Covariance of the random effects.
    residual_sd, rho : (B,)
        Of the residuals. With white noise beside CAR(1), rho is that of the fit.
    log_likelihood : (B,)
        Restricted if the fit's is.
    evaluations : (B,)
        Number of evaluations of the deviance.
    is_certified : (B,)
        Whether the refit ended at a stationary point that is not a false boundary optimum.
    """

    coefficients: Floats
    random_covariance: Floats
    residual_sd: Floats
    rho: Floats
    log_likelihood: Floats
    evaluations: Integers
    is_certified: npt.NDArray[np.bool_]


def refit_participants(
    fit: MixedFit, chosen: Sequence[Integers], *, workers: int = 1, fallback: MixedFit | None = None
) -> Refits:
    """Refit the model to other sets of participants, each given by positions in ``fit.participants``.

    Parameters
    ----------
    fit
        Start of every refit.
    chosen
        The sets.
    workers
        As in ``refit_each``.
    fallback
        A fit to the same rows with fewer columns, used for sets of participants in which one of the other columns does
        not vary. The coefficients of those columns are then not numbers.
    """
    refits = refit_each(fit, chosen, of_participants, workers=workers)
    lacking = np.flatnonzero(~np.isfinite(refits.rho))
    if fallback is None or not lacking.size:
        return refits
    fewer = refit_each(fallback, [chosen[int(place)] for place in lacking], of_participants, workers=workers)
    coefficients = np.full((lacking.size, len(fit.names)), np.nan)
    coefficients[:, column_positions(fallback.names, fit.names)] = fewer.coefficients
    fewer = replace(fewer, coefficients=coefficients)
    for field in fields(Refits):
        getattr(refits, field.name)[lacking] = getattr(fewer, field.name)
    return refits


def refit_each(
    fit: MixedFit,
    draws: Sequence[Draw],
    products_of: Callable[[CrossProducts, Draw], CrossProducts],
    *,
    workers: int = 1,
) -> Refits:
    """Refit the model to the result of ``products_of`` for each draw; the result does not depend on ``workers``.

    With white noise beside CAR(1), rho and the white share are held (``held_residuals``).

    Parameters
    ----------
    fit
        Start of every refit.
    draws
        One per refit.
    products_of
        Maps the fit's cross-products and a draw to cross-products of the same columns in the same scaling. With several
        workers it must be importable: a function of a module, or a ``functools.partial`` of one.
    workers
        Number of processes; each takes about a second to start.
    """
    local = local_coordinates_around(of_whitened_rows(fit))
    workers = max(1, min(workers, len(draws)))
    shares = [draws[start::workers] for start in range(workers)]
    refit_share = partial(_refit_share, local, products_of)
    if workers == 1:
        refits = refit_share(draws)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            refits = _interleaved(list(pool.map(refit_share, shares)))
    return replace(refits, rho=held_rho(fit, refits.rho))


def _refit_share(
    local: LocalCoordinates, products_of: Callable[[CrossProducts, Draw], CrossProducts], draws: Sequence[Draw]
) -> Refits:
    """Refit one draw after the other."""
    refits = [_refit(products_of(local.fit.products, draw), local) for draw in draws]
    return Refits(*(np.stack([getattr(refit, field.name) for refit in refits]) for field in fields(Refits)))


def _refit(products: CrossProducts, local: LocalCoordinates) -> Refits:
    """Refit once; from scratch if the descent from the known optimum ends at a false one. No leading axis."""
    if not local.fit.optimum.correlated:
        products = with_uncentred_random_columns(products)
    if _least_information(products) < MIN_RELATIVE_INFORMATION * local.least_information:
        return _impossible(local.fit)
    z, gradient, evaluations = _descend(products, local)
    factor, rho = _parameters(local, z)
    if _is_stationary(local, z, gradient) and _is_true_optimum(products, local, factor, rho):
        return _in_units(products, local.fit, factor, rho, evaluations, True)
    known = local.fit.optimum
    optimum = find_optimum(
        products,
        reml=local.fit.reml,
        fixed_rho=known.rho if known.rho_is_fixed else None,
        correlated=known.correlated,
    )
    evaluations += optimum.evaluations
    return _in_units(products, local.fit, optimum.factor, optimum.rho, evaluations, optimum.is_certified)


def _descend(products: CrossProducts, local: LocalCoordinates) -> tuple[Floats, Floats, int]:
    """Return the point where L-BFGS-B ends, the gradient there and the number of evaluations."""
    start = np.zeros(local.point.size)
    if start.size == 0:
        return start, start, 0

    def deviance_and_gradient(z: Floats) -> tuple[float, Floats]:
        deviance_there, gradient = _deviance_and_gradient(products, local, z)
        return deviance_there - local.fit.optimum.deviance, gradient

    found = optimize.minimize(
        deviance_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[_limits_of_rho(local), *[(None, None)] * (start.size - 1)],
        options={"ftol": 1e-12, "gtol": MAX_REFIT_GRADIENT / 10},
    )
    return found.x, found.jac, int(found.nfev)


def _is_true_optimum(products: CrossProducts, local: LocalCoordinates, factor: Floats, rho: float) -> bool:
    """Return whether the deviance also rises from the boundary inwards, which the gradient does not show.

    In the interior a stationary point needs no further proof. Near the boundary, the deviance is evaluated at four
    distances along the direction of steepest descent.
    """
    covariance = factor @ factor.T
    variances, directions = np.linalg.eigh(covariance)
    empty = directions[:, variances < SINGULAR_VARIANCE]
    if empty.shape[1] == 0:
        return True
    at_point = evaluation_at(products, factor, rho, local.fit.reml, with_rho=False)
    gradient = at_point.factor_gradient
    if not local.fit.optimum.correlated:
        gradient = np.diag(np.diag(gradient))
    gradients, steepest = np.linalg.eigh(empty.T @ gradient @ empty)
    if gradients[0] >= 0:
        return True
    inwards = empty @ steepest[:, 0]
    steps = SINGULAR_VARIANCE * 10.0 ** np.arange(-2, 2)[:, None, None] * np.outer(inwards, inwards)
    inside = (semidefinite_factor(covariance + step) for step in steps)
    lowest = min(evaluation_at(products, one, rho, local.fit.reml, with_rho=False).deviance for one in inside)
    return lowest > at_point.deviance - NEGLIGIBLE_DECREASE


def _in_units(
    products: CrossProducts, fit: MixedFit, factor: Floats, rho: float, evaluations: int, is_certified: bool
) -> Refits:
    solution, scaling = solve_at(products, factor, rho), products.scaling
    residual_sd = scaling.outcome_scale * np.sqrt(solution.residual_square / residual_degrees(products, fit.reml))
    spread = residual_sd * scaling.random_transform @ factor
    return Refits(
        coefficients=coefficients_in_units(products, solution.coefficients),
        random_covariance=spread @ spread.T,
        residual_sd=residual_sd,
        rho=solution.rho,
        log_likelihood=np.array(log_likelihood(products, float(deviance(solution, fit.reml)), fit.reml)),
        evaluations=np.array(evaluations),
        is_certified=np.array(is_certified),
    )


def _impossible(fit: MixedFit) -> Refits:
    q, nothing = len(fit.random), np.array(np.nan)
    return Refits(
        coefficients=np.full(len(fit.names), np.nan),
        random_covariance=np.full((q, q), np.nan),
        residual_sd=nothing,
        rho=nothing,
        log_likelihood=nothing,
        evaluations=np.array(0),
        is_certified=np.array(False),
    )


def _interleaved(shares: Sequence[Refits]) -> Refits:
    """Restore the order of the draws from shares that contain every n-th draw."""
    total, step = sum(len(share.rho) for share in shares), len(shares)
    columns = []
    for field in fields(Refits):
        values = [getattr(share, field.name) for share in shares]
        column = np.empty((total, *values[0].shape[1:]), dtype=values[0].dtype)
        for start, part in enumerate(values):
            column[start::step] = part
        columns.append(column)
    return Refits(*columns)

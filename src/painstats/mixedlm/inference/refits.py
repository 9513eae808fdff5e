"""The model fitted again, many times, to other people or other outcomes: each from the optimum that is known.

A refit differs little from the fit it comes from. In coordinates in which the deviance of that fit is a round bowl, its
optimum is a few steps away, and how far a gradient is from zero is counted in standard errors, whatever the size.
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

from painstats.mixedlm.engine.cross_products import (
    CrossProducts,
    of_participants,
    whitened,
    with_random_columns_as_given,
)
from painstats.mixedlm.engine.deviance_gradient import height_at
from painstats.mixedlm.engine.fit import MixedFit, coefficients_in_units
from painstats.mixedlm.engine.likelihood import LARGEST_RHO, deviance, log_likelihood, residual_degrees, solve_at
from painstats.mixedlm.engine.optimum import SINGULAR, find_optimum, semidefinite_factor
from painstats.mixedlm.engine.rows import Floats, Integers, column_positions

Draw = TypeVar("Draw")

STATIONARY = 1e-4
"""Largest projected gradient of an accepted refit, in standard errors of the fit it started from."""

INSIDE = 1e-3
"""Least variance between people, relative to the residuals', that a refit starts from.

On the boundary itself the gradient does not see what lies inside.
"""

FLATTEST = 1e-3
"""Least curvature, relative to the largest, by which the coordinates are stretched."""

NEGLIGIBLE = 1e-6
"""A fall of the deviance that is none."""

COLLINEAR = 1e-8
"""Of what the days of the fit tell of some combination of columns, the part that is none: they are collinear."""

STEEP = 1e20
"""Height of points at which the deviance cannot be computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """What B refits found, in the user's units.

    Parameters
    ----------
    coefficients : (B, p)
        Average effects; not a number where a refit was impossible (a column that no longer varies).
    random_covariance : (B, q, q)
        Covariance of the person-specific effects over people.
    residual_sd, rho : (B,)
        Of the residuals.
    log_likelihood : (B,)
        Restricted if the fit's is.
    evaluations : (B,)
        Calls of the deviance.
    is_certified : (B,)
        Whether the refit ended at a stationary point that is no false boundary point.
    """

    coefficients: Floats
    random_covariance: Floats
    residual_sd: Floats
    rho: Floats
    log_likelihood: Floats
    evaluations: Integers
    is_certified: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bowl:
    """Coordinates z in which the deviance of a fit is round: it rises by one at a distance of one from its optimum.

    The parameters (rho, where it is free, then the free elements of L) are ``point + spread @ z``. ``spread`` (d, d) is
    lower triangular, so that the limits of rho are limits of the first coordinate alone. ``least_information`` is what
    the fit's days tell of the combination of columns that they tell least of.
    """

    fit: MixedFit
    point: Floats
    spread: Floats
    least_information: float


def bowl_around(fit: MixedFit) -> Bowl:
    """Return round coordinates around a fit, from central differences of the gradient."""
    inside = off_the_boundary(fit.optimum.factor)
    rho = [] if fit.optimum.rho_is_fixed else [fit.rho]
    point = np.concatenate([rho, inside[_elements(fit)]])
    widths = 1e-4 * np.maximum(np.abs(point), 0.1)
    flat = Bowl(fit, point, np.eye(point.size), _least_information(fit.products))
    if point.size == 0:
        return flat
    up, down = (_height_and_slope(fit.products, flat, sign * np.diag(widths))[1] for sign in (1, -1))
    hessian = (up - down) / (2 * widths[:, None])
    curvature, directions = np.linalg.eigh((hessian + hessian.T) / 4)
    curvature = np.maximum(np.abs(curvature), FLATTEST * np.abs(curvature).max(initial=0.0))
    return replace(flat, spread=np.linalg.cholesky(directions / curvature @ directions.T))


def off_the_boundary(factor: Floats) -> Floats:
    """Return the factor (q, q) with every variance between people, in any direction, lifted to ``INSIDE``."""
    variances, directions = np.linalg.eigh(factor @ factor.T)
    lacking = directions * np.maximum(INSIDE - variances, 0.0) @ directions.T
    return semidefinite_factor(factor @ factor.T + lacking)


def refit_people(
    fit: MixedFit, chosen: Sequence[Integers], *, workers: int = 1, otherwise: MixedFit | None = None
) -> Refits:
    """Fit the model again to other sets of people, each given by their positions in ``fit.participants``.

    Parameters
    ----------
    fit
        Where every refit starts.
    chosen
        The sets.
    workers
        As in ``refit_each``.
    otherwise
        A fit to the same rows with fewer columns, for sets of people over whom one of the others does not vary. Those
        coefficients are not numbers there.
    """
    refits = refit_each(fit, chosen, of_participants, workers=workers)
    lacking = np.flatnonzero(~np.isfinite(refits.rho))
    if otherwise is None or not lacking.size:
        return refits
    fewer = refit_each(otherwise, [chosen[int(place)] for place in lacking], of_participants, workers=workers)
    coefficients = np.full((lacking.size, len(fit.names)), np.nan)
    coefficients[:, column_positions(otherwise.names, fit.names)] = fewer.coefficients
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
    """Fit the model again to what ``products_of`` makes of each draw; the answer does not depend on ``workers``.

    Parameters
    ----------
    fit
        Where every refit starts.
    draws
        One for each refit.
    products_of
        From the fit's cross-products and a draw to cross-products of the same columns in the same scaling. With several
        workers it must be importable: a function of a module, or a ``functools.partial`` of one.
    workers
        Processes. Each takes a second or so to start.
    """
    bowl = bowl_around(fit)
    workers = max(1, min(workers, len(draws)))
    shares = [draws[start::workers] for start in range(workers)]
    refit_share = partial(_refit_share, bowl, products_of)
    if workers == 1:
        return refit_share(draws)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return _interleaved(list(pool.map(refit_share, shares)))


def _refit_share(
    bowl: Bowl, products_of: Callable[[CrossProducts, Draw], CrossProducts], draws: Sequence[Draw]
) -> Refits:
    """Refit one draw after the other."""
    refits = [_refit(products_of(bowl.fit.products, draw), bowl) for draw in draws]
    return Refits(*(np.stack([getattr(refit, field.name) for refit in refits]) for field in fields(Refits)))


def _refit(products: CrossProducts, bowl: Bowl) -> Refits:
    """Refit once, from scratch where the way from the known optimum ends at a false one; no leading axis."""
    if not bowl.fit.optimum.correlated:
        products = with_random_columns_as_given(products)
    if _least_information(products) < COLLINEAR * bowl.least_information:
        return _impossible(bowl.fit)
    z, slope, evaluations = _descend(products, bowl)
    factor, rho = _parameters(bowl, z[None])
    if _is_stationary(bowl, z, slope) and _is_true_optimum(products, bowl, factor[0], rho[0]):
        return _in_units(products, bowl.fit, factor[0], rho[0], evaluations, True)
    known = bowl.fit.optimum
    optimum = find_optimum(
        products,
        reml=bowl.fit.reml,
        fixed_rho=known.rho if known.rho_is_fixed else None,
        correlated=known.correlated,
    )
    evaluations += optimum.evaluations
    return _in_units(products, bowl.fit, optimum.factor, optimum.rho, evaluations, optimum.is_certified)


def _least_information(products: CrossProducts) -> float:
    """Return the least eigenvalue of the sums of products of columns of unit length; 0 where a column is empty."""
    sums = whitened(products, np.asarray(0.0))[0].sum(axis=0)[:-1, :-1]
    length = np.sqrt(np.diag(sums))
    if np.any(length == 0):
        return 0.0
    return float(np.linalg.eigvalsh(sums / np.outer(length, length))[0])


def _descend(products: CrossProducts, bowl: Bowl) -> tuple[Floats, Floats, int]:
    """Return where L-BFGS-B ends, the gradient there and the evaluations."""
    start = np.zeros(bowl.point.size)
    if start.size == 0:
        return start, start, 0

    def height_and_slope(z: Floats) -> tuple[float, Floats]:
        heights, slopes = _height_and_slope(products, bowl, z[None])
        return float(heights[0] - bowl.fit.optimum.deviance), slopes[0]

    found = optimize.minimize(
        height_and_slope,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[_limits_of_rho(bowl), *[(None, None)] * (start.size - 1)],
        options={"ftol": 1e-12, "gtol": STATIONARY / 10},
    )
    return found.x, found.jac, int(found.nfev)


def _elements(fit: MixedFit) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the rows and columns of the elements of L that are free."""
    row, column = np.tril_indices(len(fit.random))
    kept = (row == column) | fit.optimum.correlated
    return row[kept], column[kept]


def _parameters(bowl: Bowl, z: Floats) -> tuple[Floats, Floats]:
    """Return factors (D, q, q) and rhos (D,) at coordinates (D, d)."""
    fit, q = bowl.fit, len(bowl.fit.random)
    points = bowl.point + z @ bowl.spread.T
    factor, rho = np.zeros((len(z), q, q)), np.full(len(z), fit.rho)
    if not fit.optimum.rho_is_fixed:
        rho, points = np.clip(points[:, 0], 0.0, LARGEST_RHO), points[:, 1:]
    factor[:, *_elements(fit)] = points
    return factor, rho


def _height_and_slope(products: CrossProducts, bowl: Bowl, z: Floats) -> tuple[Floats, Floats]:
    """Return the deviance (D,) and its gradient (D, d) at coordinates (D, d); impossible ones are flat and high."""
    factor, rho = _parameters(bowl, z)
    with_rho = not bowl.fit.optimum.rho_is_fixed
    with np.errstate(all="ignore"):
        try:
            found = height_at(products, factor, rho, bowl.fit.reml, with_rho=with_rho)
        except np.linalg.LinAlgError:
            return np.full(len(z), STEEP), np.zeros_like(z)
        slope = (2 * found.factor_slope @ factor)[:, *_elements(bowl.fit)]
    if with_rho:
        slope = np.concatenate([found.rho_slope[:, None], slope], axis=1)
    slope = slope @ bowl.spread
    possible = np.isfinite(found.deviance) & np.isfinite(slope).all(axis=1)
    return np.where(possible, found.deviance, STEEP), np.where(possible[:, None], slope, 0.0)


def _limits_of_rho(bowl: Bowl) -> tuple[float | None, float | None]:
    """Return the limits of the first coordinate."""
    if bowl.fit.optimum.rho_is_fixed:
        return None, None
    return -bowl.point[0] / bowl.spread[0, 0], (LARGEST_RHO - bowl.point[0]) / bowl.spread[0, 0]


def _is_stationary(bowl: Bowl, z: Floats, slope: Floats) -> bool:
    """Say whether the gradient is zero but where rho presses against a limit."""
    low, high = _limits_of_rho(bowl)
    pressing = np.zeros(z.size, dtype=bool)
    pressing[:1] = (low is not None and z[:1] <= low and slope[:1] > 0) or (
        high is not None and z[:1] >= high and slope[:1] < 0
    )
    return bool(np.abs(slope[~pressing]).max(initial=0.0) < STATIONARY)


def _is_true_optimum(products: CrossProducts, bowl: Bowl, factor: Floats, rho: float) -> bool:
    """Say whether the deviance rises, too, from the boundary inwards, where the gradient does not see.

    Away from the boundary a stationary point needs no more proof. Near it, the deviance is looked up at four distances
    along the direction in which it falls most steeply.
    """
    covariance = factor @ factor.T
    variances, directions = np.linalg.eigh(covariance)
    empty = directions[:, variances < SINGULAR]
    if empty.shape[1] == 0:
        return True
    here = height_at(products, factor[None], np.array([rho]), bowl.fit.reml, with_rho=False)
    slope = here.factor_slope[0] if bowl.fit.optimum.correlated else np.diag(np.diag(here.factor_slope[0]))
    slopes, steepest = np.linalg.eigh(empty.T @ slope @ empty)
    if slopes[0] >= 0:
        return True
    inwards = empty @ steepest[:, 0]
    steps = SINGULAR * 10.0 ** np.arange(-2, 2)[:, None, None] * np.outer(inwards, inwards)
    inside = np.stack([semidefinite_factor(covariance + step) for step in steps])
    there = height_at(products, inside, np.full(len(inside), rho), bowl.fit.reml, with_rho=False)
    return bool(there.deviance.min() > here.deviance[0] - NEGLIGIBLE)


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
    """Put shares that took every n-th draw back into the order of the draws."""
    total, step = sum(len(share.rho) for share in shares), len(shares)
    columns = []
    for field in fields(Refits):
        values = [getattr(share, field.name) for share in shares]
        column = np.empty((total, *values[0].shape[1:]), dtype=values[0].dtype)
        for start, part in enumerate(values):
            column[start::step] = part
        columns.append(column)
    return Refits(*columns)

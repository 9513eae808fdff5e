"""The profiled (restricted) log-likelihood of the mixed model, and its derivatives.

For participant i, with residual correlation R_i(rho) and random-effect covariance sigma^2 L L':

    A_i = [X_i, y_i]' R_i^-1 [X_i, y_i],    M_i = I + L' A_zz L,    K_i = L M_i^-1 L'
    V_i^-1 = R_i^-1 - R_i^-1 Z_i K_i Z_i' R_i^-1

Everything else is a sum over participants of products of q x q and p x p matrices (Bates et al. 2015, J Stat Softw
67(1), written in terms of sums of products). All functions accept any number of points at once, as leading axes written
``...``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.engine.whitened_products import whitened

MAX_RHO = 0.995


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Everything that follows from the cross-products at a factor and a residual correlation (scaled columns).

    Parameters
    ----------
    products
        The cross-products.
    factor : (..., q, q)
        L, lower triangular: the covariance of the random effects is sigma^2 L L'.
    rho : (...)
        Residual correlation one day apart.
    sums : (..., N, k, k)
        A_i.
    shrinkage : (..., N, q, q)
        K_i; sigma^2 K_i is the covariance of the random effects given the data.
    coefficients : (..., p)
        Generalised least squares.
    covariance : (..., p, p)
        (X' V^-1 X)^-1; times sigma^2 it is the covariance of the coefficients.
    residual_square : (...)
        (y - Xb)' V^-1 (y - Xb).
    log_determinant : (...)
        Of V, over all participants.
    log_information : (...)
        Log-determinant of X' V^-1 X.
    """

    products: CrossProducts
    factor: Floats
    rho: Floats
    sums: Floats
    shrinkage: Floats
    coefficients: Floats
    covariance: Floats
    residual_square: Floats
    log_determinant: Floats
    log_information: Floats


@cache
def free_elements(q: int, correlated: bool) -> tuple[Integers, Integers]:
    """Return the rows and columns of the free elements of L (q, q), row by row.

    These are the lower triangle, or the diagonal if the random effects are not ``correlated``.
    """
    row, column = np.tril_indices(q)
    free = (row == column) | correlated
    return row[free], column[free]


def solve_at(products: CrossProducts, factor: Floats, rho: Floats | float) -> Solution:
    """Solve the model for the coefficients at given variance parameters."""
    rho = np.asarray(rho, dtype=np.float64)
    return solve_sums(products, factor, rho, *whitened(products, rho))


def solve_sums(products: CrossProducts, factor: Floats, rho: Floats, sums: Floats, log_residual: Floats) -> Solution:
    """Solve the model for the coefficients, given whitened sums (..., N, k, k) and log-determinants (...) of V."""
    transposed = np.swapaxes(factor, -1, -2)[..., None, :, :]
    spread = np.eye(factor.shape[-1]) + transposed @ _zz(products, sums) @ factor[..., None, :, :]
    shrinkage = factor[..., None, :, :] @ np.linalg.inv(spread) @ transposed
    marginal = (sums - _crossed(products, sums, shrinkage)).sum(axis=-3)
    information, moment = marginal[..., :-1, :-1], marginal[..., :-1, -1]
    covariance = np.linalg.inv(information)
    coefficients = np.einsum("...ij,...j->...i", covariance, moment)
    return Solution(
        products=products,
        factor=factor,
        rho=rho,
        sums=sums,
        shrinkage=shrinkage,
        coefficients=coefficients,
        covariance=covariance,
        residual_square=marginal[..., -1, -1] - np.einsum("...i,...i->...", coefficients, moment),
        log_determinant=np.linalg.slogdet(spread)[1].sum(axis=-1) + log_residual,
        log_information=np.linalg.slogdet(information)[1],
    )


def residual_degrees(products: CrossProducts, reml: bool) -> int:
    """Return n - p under REML and n under ML."""
    n = int(products.rows_per_participant.sum())
    return n - len(products.names) if reml else n


def deviance(solution: Solution, reml: bool) -> Floats:
    """Return (...): minus twice the profiled (restricted) log-likelihood, in scaled columns."""
    degrees = residual_degrees(solution.products, reml)
    explained = degrees * (1 + np.log(2 * np.pi * solution.residual_square / degrees))
    return np.asarray(explained + solution.log_determinant + reml * solution.log_information)


def log_likelihood(products: CrossProducts, scaled_deviance: float, reml: bool) -> float:
    """Return the (restricted) log-likelihood of the data in the user's units."""
    scaling = products.scaling
    units = 2 * residual_degrees(products, reml) * np.log(scaling.outcome_scale)
    weights = 2 * products.rows_per_participant @ np.log(products.residual_scale)
    columns = -2 * reml * np.linalg.slogdet(scaling.transform)[1]
    return float(-0.5 * (scaled_deviance + units + weights + columns))


def random_effects(solution: Solution) -> Floats:
    """Return (..., N, q): the random effects given the data (scaled columns)."""
    return np.asarray(np.einsum("...nij,...nj->...ni", solution.shrinkage, _participant_residual(solution)))


def participant_leverage(solution: Solution) -> Floats:
    """Return (..., N, p, p): I - E' K_i B_i, the change of X b + Z u with the coefficients b."""
    p, z = len(solution.products.names), solution.products.positions
    shrunken = solution.shrinkage @ _zx(solution)
    leverage = np.broadcast_to(np.eye(p), (*shrunken.shape[:-2], p, p)).copy()
    leverage[..., z, :] -= shrunken
    return leverage


def profiled_precision(solution: Solution, reml: bool) -> Floats:
    """Return (...): 1 / sigma^2 at its optimum given the other variance parameters."""
    return np.asarray(residual_degrees(solution.products, reml) / solution.residual_square)


def participant_residual_squares(solution: Solution) -> Floats:
    """Return (..., N): sums of squared whitened residuals y - Xb - Zu of each participant."""
    return _quadratic(solution.sums, _residual_direction(solution))


def participant_degrees_used(solution: Solution) -> Floats:
    """Return (..., N): the trace of the hat matrix over each participant's rows."""
    z = solution.products.positions
    leverage = participant_leverage(solution)
    spread = leverage @ solution.covariance[..., None, :, :] @ np.swapaxes(leverage, -1, -2)
    by_effects = np.einsum("...nij,...nji->...n", solution.shrinkage, solution.sums[..., z[:, None], z])
    return np.asarray(by_effects + np.einsum("...nij,...nji->...n", spread, solution.sums[..., :-1, :-1]))


def _zz(products: CrossProducts, sums: Floats) -> Floats:
    z = products.positions
    return sums[..., z[:, None], z]


def _zx(solution: Solution) -> Floats:
    return solution.sums[..., solution.products.positions, :-1]


def _crossed(products: CrossProducts, sums: Floats, shrinkage: Floats) -> Floats:
    """Return (..., N, k, k): the part of the sums of products that the random effects absorb."""
    block = sums[..., products.positions, :]
    return np.swapaxes(block, -1, -2) @ shrinkage @ block


def _participant_residual(solution: Solution) -> Floats:
    """Return (..., N, q): Z_i' R_i^-1 (y_i - X_i b)."""
    outcome = solution.sums[..., solution.products.positions, -1]
    return np.asarray(outcome - np.einsum("...nij,...j->...ni", _zx(solution), solution.coefficients))


def _quadratic(matrices: Floats, vectors: Floats) -> Floats:
    """Return (...): v' M v."""
    return np.asarray(np.einsum("...i,...i->...", vectors, (matrices @ vectors[..., None])[..., 0]))


def _residual_direction(solution: Solution) -> Floats:
    """Return (..., N, k): the combination of columns and outcome that is y - Xb - Zu."""
    effects = random_effects(solution)
    direction = np.empty((*effects.shape[:-1], len(solution.products.names) + 1))
    direction[..., :-1] = -solution.coefficients[..., None, :]
    direction[..., solution.products.positions] -= effects
    direction[..., -1] = 1.0
    return direction

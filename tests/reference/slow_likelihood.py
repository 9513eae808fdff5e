"""The gradient of the deviance from a solution, one formula at a time: a slow reference for the engine's own."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts, unpacked
from painstats.mixedlm.engine.likelihood import (
    Solution,
    _participant_residual,
    _quadratic,
    _residual_direction,
    _zx,
    _zz,
    participant_leverage,
)
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.whitened_products import _summed, decay_weight_derivatives


def factor_of(theta: Floats, q: int) -> Floats:
    """Return (..., q, q): the lower triangular factor with the elements ``theta`` (..., q(q+1)/2), row by row."""
    factor = np.zeros((*theta.shape[:-1], q, q))
    factor[(..., *np.tril_indices(q))] = theta
    return factor


def gradient(solution: Solution, precision: Floats, reml: bool) -> Floats:
    """Return (..., d): the gradient of the deviance in theta and, last, rho, at fixed sigma."""
    in_factor = 2 * factor_gradient(solution, precision, reml) @ solution.factor
    in_theta = in_factor[(..., *np.tril_indices(solution.factor.shape[-1]))]
    return np.concatenate([in_theta, rho_derivative(solution, precision, reml)[..., None]], axis=-1)


def factor_gradient(solution: Solution, precision: Floats, reml: bool) -> Floats:
    """Return (..., q, q): S, the derivative of the deviance with respect to L L'.

    At an optimum S is positive semi-definite; a negative eigenvalue gives a direction in which a larger random-effect
    covariance would lower the deviance.

    Parameters
    ----------
    precision : (...)
        1 / sigma^2: residual degrees of freedom over the residual square where sigma is profiled.
    """
    zz, zx = _zz(solution.products, solution.sums), _zx(solution)
    unshrunken = np.eye(zz.shape[-1]) - zz @ solution.shrinkage
    residual = np.einsum("...nij,...nj->...ni", unshrunken, _participant_residual(solution))
    gradient = (unshrunken @ zz).sum(axis=-3)
    gradient -= precision[..., None, None] * np.einsum("...ni,...nj->...ij", residual, residual)
    if reml:
        adjusted = unshrunken @ zx
        weighted = adjusted @ solution.covariance[..., None, :, :]
        gradient -= (weighted @ np.swapaxes(adjusted, -1, -2)).sum(axis=-3)
    return np.asarray((gradient + np.swapaxes(gradient, -1, -2)) / 2)


def rho_derivative(solution: Solution, precision: Floats, reml: bool) -> Floats:
    """Return (...): the derivative of the deviance with respect to rho, at fixed sigma."""
    change, log_change = whitened_derivative(solution.products, solution.rho)
    z = solution.products.positions
    direction = _residual_direction(solution)
    derivative = precision * _quadratic(change, direction).sum(axis=-1)
    derivative += np.einsum("...nij,...nji->...", solution.shrinkage, change[..., z[:, None], z])
    if reml:
        leverage = participant_leverage(solution)
        spread = leverage @ solution.covariance[..., None, :, :] @ np.swapaxes(leverage, -1, -2)
        derivative += np.einsum("...nij,...nji->...", spread, change[..., :-1, :-1])
    return np.asarray(derivative + log_change)


def whitened_derivative(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives with respect to ``rho`` of the results of ``whitened``, in the same shapes."""
    weights, log_determinant = decay_weight_derivatives(products, np.asarray(rho))
    return unpacked(_summed(products, weights)), log_determinant

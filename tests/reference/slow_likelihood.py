"""The gradient in all elements of the factor, from a dense solution: a slow reference for the engine's own."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.likelihood import Solution, factor_gradient, rho_derivative
from painstats.mixedlm.engine.rows import Floats


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

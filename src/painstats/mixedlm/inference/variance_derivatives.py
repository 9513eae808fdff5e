"""Derivatives of the deviance and of the coefficients' covariance in the variance parameters, at the optimum."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.deviance_hessian import (
    Evaluation,
    evaluation_at,
    evaluation_of_sums,
    hessian_at_sigma,
)
from painstats.mixedlm.engine.fit import MixedFit, free_elements_of, scaled_variance
from painstats.mixedlm.engine.likelihood import residual_degrees
from painstats.mixedlm.engine.rows import Floats, Integers


def variance_derivatives(fit: MixedFit) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients' covariance (p, p), its derivatives (a, p, p) and the deviance's Hessian (a, a).

    All are scaled. The a parameters are the free elements of the factor, rho and the white share where they are free,
    and log sigma; derivatives are exact. A parameter at a bound counts as known.
    """
    variance = scaled_variance(fit)
    evaluation = _evaluation(fit)
    found = hessian_at_sigma(evaluation, *free_elements_of(fit))
    kept = _free_parameters(fit, len(found.hessian))
    a = kept.size + 1
    hessian = np.empty((a, a))
    hessian[:-1, :-1] = found.hessian[np.ix_(kept, kept)]
    hessian[-1, :-1] = hessian[:-1, -1] = -2 * found.residual_square[kept] / variance
    hessian[-1, -1] = 4 * residual_degrees(fit.products, fit.reml)
    covariance = evaluation.covariance
    return variance * covariance, variance * np.concatenate([found.covariance[kept], 2 * covariance[None]]), hessian


def _evaluation(fit: MixedFit) -> Evaluation:
    """Return the deviance and its derivatives at the optimum."""
    optimum = fit.optimum
    if fit.whitened is not None:
        return evaluation_of_sums(fit.products, fit.whitened, optimum.factor, fit.reml)
    return evaluation_at(fit.products, optimum.factor, optimum.rho, fit.reml, with_rho=optimum.rho_is_free)


def _free_parameters(fit: MixedFit, n: int) -> Integers:
    """Return the positions of the parameters without rho at a bound, among n whose last two are rho and the share."""
    every = np.arange(n)
    held_beside_white = fit.whitened is not None and not fit.optimum.rho_is_free
    return np.delete(every, n - 2) if held_beside_white else every

"""Derivatives of the deviance and of the coefficients' covariance in the variance parameters, at the optimum."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.deviance_hessian import evaluation_at, hessian_at_sigma
from painstats.mixedlm.engine.fit import MixedFit, free_elements_of, scaled_variance
from painstats.mixedlm.engine.likelihood import residual_degrees
from painstats.mixedlm.engine.rows import Floats


def variance_derivatives(fit: MixedFit) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients' covariance (p, p), its derivatives (a, p, p) and the deviance's Hessian (a, a).

    All are scaled. The a parameters are the free elements of the factor, rho where it is free, and log sigma;
    derivatives are exact.
    """
    optimum, variance = fit.optimum, scaled_variance(fit)
    evaluation = evaluation_at(fit.products, optimum.factor, optimum.rho, fit.reml, with_rho=optimum.rho_is_free)
    found = hessian_at_sigma(evaluation, *free_elements_of(fit))
    a = len(found.hessian) + 1
    hessian = np.empty((a, a))
    hessian[:-1, :-1] = found.hessian
    hessian[-1, :-1] = hessian[:-1, -1] = -2 * found.residual_square / variance
    hessian[-1, -1] = 4 * residual_degrees(fit.products, fit.reml)
    covariance = evaluation.covariance
    return variance * covariance, variance * np.concatenate([found.covariance, 2 * covariance[None]]), hessian

"""Satterthwaite degrees of freedom for tests of coefficients."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, coefficient_transform
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.coefficients import CoefficientTable, tested
from painstats.mixedlm.inference.variance_derivatives import variance_derivatives

WITHOUT_CURVATURE = 1e-8
"""Directions of the variance parameters with less curvature than this, relative to the largest, are left out."""


def satterthwaite(fit: MixedFit, contrasts: dict[str, Floats] | None = None) -> CoefficientTable:
    """Test coefficients with Satterthwaite's degrees of freedom.

    df = 2 v^2 / (g' A g), where v is the variance of the estimate, g its gradient in the variance parameters, and A
    twice the inverse Hessian of the deviance in them. The parameters are those of the scaled columns, so units do not
    matter; rho counts as known where it is at a bound.

    Parameters
    ----------
    fit
        The fitted model.
    contrasts
        Name to weights (p,) of the coefficients; by default every coefficient on its own.

    References
    ----------
    Fai & Cornelius 1996, J Stat Comput Simul 54:363; Kuznetsova, Brockhoff & Christensen 2017, J Stat Softw 82(13).
    """
    contrasts = _every_coefficient(fit) if contrasts is None else contrasts
    weights = np.array(list(contrasts.values())) @ coefficient_transform(fit)
    covariance, derivatives, hessian = variance_derivatives(fit)
    curvature, directions = np.linalg.eigh(hessian)
    kept = curvature > WITHOUT_CURVATURE * curvature.max()
    variances = np.einsum("ci,ij,cj->c", weights, covariance, weights)
    changes = np.einsum("ci,aij,cj->ca", weights, derivatives, weights) @ directions[:, kept]
    df = variances**2 / (changes**2 @ (1 / curvature[kept]))
    estimates = np.array(list(contrasts.values())) @ fit.coefficients
    return CoefficientTable(tested(list(contrasts), estimates, np.sqrt(variances), df), "Satterthwaite")


def _every_coefficient(fit: MixedFit) -> dict[str, Floats]:
    return dict(zip(fit.names, np.eye(len(fit.names)), strict=True))

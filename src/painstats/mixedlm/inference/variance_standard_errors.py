"""Standard errors of the random-effect covariance, from the Hessian of the deviance at its optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, free_elements_of
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.variance_derivatives import variance_derivatives


@dataclass(frozen=True, slots=True, eq=False)
class VarianceStandardErrors:
    """Uncertainty of the random-effect covariance; not numbers where the fit is singular.

    Parameters
    ----------
    relative_covariance : (q(q+1)/2, q(q+1)/2)
        Covariance of the lower elements of G / sigma^2, row by row.
    se : (q(q+1)/2,)
        Standard errors of the lower elements of G, row by row, in the user's units.
    """

    relative_covariance: Floats
    se: Floats


def variance_standard_errors(fit: MixedFit) -> VarianceStandardErrors:
    """Return standard errors of the elements of G by the delta method, with rho and sigma estimated as well.

    The likelihood of a variance is skewed unless there are many participants, so estimate plus or minus two standard
    errors is a poor interval (see ``profile_intervals``). In a singular fit the Hessian is not informative, and the
    standard errors are not numbers.

    References
    ----------
    Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, section 2.4.
    """
    q = len(fit.random)
    size = q * (q + 1) // 2
    nothing = VarianceStandardErrors(np.full((size, size), np.nan), np.full(size, np.nan))
    if fit.is_singular:
        return nothing
    _, _, curvature = variance_derivatives(fit)
    if np.linalg.eigvalsh(curvature).min() <= 0:
        return nothing
    covariance = 2 * np.linalg.inv(curvature)
    relative, absolute = _covariance_derivatives(fit, len(covariance))
    variances = np.einsum("ka,ab,kb->k", absolute, covariance, absolute)
    return VarianceStandardErrors(relative @ covariance @ relative.T, np.sqrt(variances))


def _covariance_derivatives(fit: MixedFit, parameters: int) -> tuple[Floats, Floats]:
    """Return the derivatives (q(q+1)/2, a) of the lower elements of G / sigma^2 and of G in the a parameters."""
    q, transform = len(fit.random), fit.products.scaling.random_transform
    lower = np.tril_indices(q)
    relative = np.zeros((len(lower[0]), parameters))
    factor = transform @ fit.optimum.factor
    for k, (row, column) in enumerate(zip(*free_elements_of(fit), strict=True)):
        change = np.outer(transform[:, row], factor[:, column])
        relative[:, k] = (change + change.T)[lower]
    absolute = fit.residual_sd**2 * relative
    absolute[:, -1] = 2 * fit.random_covariance[lower]
    return relative, absolute

"""The Kenward-Roger small-sample adjustment, with rho and the white variance among the variance parameters.

Phi is the covariance of the coefficients, W twice the inverse of the expected information, and P, Q and R are those of
``kenward_roger_terms``:

    adjusted covariance = Phi + 2 Phi [ sum_ab W_ab (Q_ab - P_a Phi P_b - R_ab / 4) ] Phi

The parameters are the elements of the random-effect covariance, rho where it is free, the variance of the slow part and
that of the white noise. The covariance is linear in all of them but rho; in terms of the whole residual variance and
the white share it would not be, and standard errors would depend on that choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, coefficient_transform, scaled_variance, solution_of
from painstats.mixedlm.engine.rows import Floats, ModelRows
from painstats.mixedlm.inference.coefficients import CoefficientTable, tested
from painstats.mixedlm.inference.kenward_roger_terms import kenward_roger_terms
from painstats.mixedlm.inference.satterthwaite import satterthwaite

SINGULAR_INFORMATION = 1e12
"""Condition number from which the expected information is treated as singular."""


@dataclass(frozen=True, slots=True, eq=False)
class KenwardRoger:
    """The adjustment, in scaled columns.

    Parameters
    ----------
    covariance, adjusted_covariance : (p, p)
        Of the coefficients, for known variance parameters and allowing for their uncertainty.
    derivatives : (a, p, p)
        Of ``covariance`` with respect to the variance parameters.
    parameter_covariance : (a, a)
        W.
    """

    covariance: Floats
    adjusted_covariance: Floats
    derivatives: Floats
    parameter_covariance: Floats


def kenward_roger_adjustment(fit: MixedFit, rows: ModelRows) -> KenwardRoger | None:
    """Return the adjustment, or None where the expected information is singular.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983, equations 4 and 5.
    """
    phi = scaled_variance(fit) * solution_of(fit).covariance
    terms = kenward_roger_terms(fit, rows)
    shrunken = phi @ terms.P
    information = terms.traces - 2 * np.einsum("ij,abji->ab", phi, terms.Q)
    information += np.einsum("aij,bji->ab", shrunken, shrunken)
    if not np.isfinite(information).all() or np.linalg.cond(information) > SINGULAR_INFORMATION:
        return None
    weight = 2 * np.linalg.inv(information)
    crossed = terms.P[:, None] @ phi @ terms.P[None, :]
    growth = np.einsum("ab,abij->ij", weight, terms.Q - crossed - terms.R / 4)
    adjusted = phi + 2 * phi @ growth @ phi
    return KenwardRoger(phi, (adjusted + adjusted.T) / 2, -phi @ terms.P @ phi, weight)


def kenward_roger(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient with Kenward and Roger's adjusted standard errors and degrees of freedom.

    For a single coefficient the scale of their F statistic is one and df = 2 v^2 / (g' W g), W being twice the inverse
    of the expected information. Where the adjustment is not positive and finite (few participants and days), the result
    is Satterthwaite's, with the reason in ``fallback``.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983.
    """
    adjustment = kenward_roger_adjustment(fit, rows)
    if adjustment is None:
        reason = "the expected information of the variance parameters is singular"
        return replace(satterthwaite(fit), fallback=reason)
    weights = np.eye(len(fit.names)) @ coefficient_transform(fit)
    variances = np.einsum("ci,ij,cj->c", weights, adjustment.covariance, weights)
    adjusted = np.einsum("ci,ij,cj->c", weights, adjustment.adjusted_covariance, weights)
    changes = np.einsum("ci,aij,cj->ca", weights, adjustment.derivatives, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = 2 * variances**2 / np.einsum("ca,ab,cb->c", changes, adjustment.parameter_covariance, changes)
    if not (np.isfinite(df).all() and (df > 0).all() and (adjusted > 0).all()):
        return replace(satterthwaite(fit), fallback="the adjusted variances or degrees of freedom are not positive")
    return CoefficientTable(tested(fit.names, fit.coefficients, np.sqrt(adjusted), df), "Kenward-Roger")

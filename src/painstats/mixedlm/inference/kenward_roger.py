"""The Kenward-Roger small-sample adjustment, with the residual correlation among the variance parameters.

V_a and V_ab are the derivatives of V in variance parameters a and b, Phi is the covariance of the coefficients, and W
twice the inverse of the expected information:

    P_a = -X' V^-1 V_a V^-1 X        Q_ab = X' V^-1 V_a V^-1 V_b V^-1 X        R_ab = X' V^-1 V_ab V^-1 X
    adjusted covariance = Phi + 2 Phi [ sum_ab W_ab (Q_ab - P_a Phi P_b - R_ab / 4) ] Phi

The parameters are the elements of the random-effect covariance, rho where it is free, and the residual variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, coefficient_transform, scaled_variance, solution_of
from painstats.mixedlm.engine.likelihood import free_elements
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, participant_slices
from painstats.mixedlm.engine.scaling import scaled_columns
from painstats.mixedlm.inference.coefficients import CoefficientTable, tested
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


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """One participant's P (a, p, p), Q and R (a, a, p, p), and traces (a, a) of V^-1 V_a V^-1 V_b."""

    P: Floats
    Q: Floats
    R: Floats
    traces: Floats


def kenward_roger_adjustment(fit: MixedFit, rows: ModelRows) -> KenwardRoger | None:
    """Return the adjustment, or None where the expected information is singular.

    It uses dense matrices over each participant's days, so it is meant for few participants.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983, equations 4 and 5.
    """
    phi = scaled_variance(fit) * solution_of(fit).covariance
    terms = _summed_terms(fit, rows)
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


def _summed_terms(fit: MixedFit, rows: ModelRows) -> _Terms:
    columns = scaled_columns(rows, fit.products.scaling)[:, :-1]
    terms = [_participant_terms(fit, columns[own], rows.day[own]) for _, own in participant_slices(rows)]
    return _Terms(*(sum(parts) for parts in zip(*((t.P, t.Q, t.R, t.traces) for t in terms), strict=True)))


def _participant_terms(fit: MixedFit, X: Floats, day: Integers) -> _Terms:
    """Return one participant's terms from the dense covariance of their days."""
    variance, rho = scaled_variance(fit), fit.rho
    apart = np.abs(day[:, None] - day[None, :]).astype(np.float64)
    Z, correlation = X[:, fit.products.positions], rho**apart
    inverse = np.linalg.inv(variance * (correlation + Z @ fit.optimum.factor @ fit.optimum.factor.T @ Z.T))
    with_z, with_x = inverse @ Z, inverse @ X
    changes = [with_z @ element @ Z.T for element in _elements(Z.shape[1], fit.optimum.correlated)]  # V^-1 V_a
    if fit.optimum.rho_is_free:
        first = apart * rho ** np.maximum(apart - 1, 0)
        changes.append(variance * inverse @ first)
    changes.append(inverse @ correlation)
    stacked = np.stack(changes)
    moved = np.swapaxes(stacked, 1, 2) @ X  # V_a V^-1 X
    R = np.zeros((len(changes), len(changes), X.shape[1], X.shape[1]))
    if fit.optimum.rho_is_free:
        second = apart * (apart - 1) * rho ** np.maximum(apart - 2, 0)
        R[-2, -2] = variance * with_x.T @ second @ with_x
        R[-2, -1] = R[-1, -2] = with_x.T @ first @ with_x
    return _Terms(
        P=-with_x.T @ moved,
        Q=np.einsum("aij,ik,bkl->abjl", moved, inverse, moved, optimize=True),
        R=R,
        traces=np.einsum("aij,bji->ab", stacked, stacked),
    )


def _elements(q: int, correlated: bool) -> list[Floats]:
    """Return the derivative (q, q) of a symmetric matrix in each of its lower (or only diagonal) elements."""
    elements = []
    for row, column in zip(*free_elements(q, correlated), strict=True):
        element = np.zeros((q, q))
        element[row, column] = element[column, row] = 1.0
        elements.append(element)
    return elements


def kenward_roger(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient with Kenward and Roger's adjusted standard errors and degrees of freedom.

    For a single coefficient the scale of their F statistic is one and df = 2 v^2 / (g' W g), W being twice the inverse
    of the expected information. Where the adjustment is not positive and finite (few participants and days), the result
    is Satterthwaite's, with the reason in ``fallback``.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983.
    """
    if fit.white_share > 0:
        return replace(satterthwaite(fit), fallback="it has no formulas for white noise beside CAR(1)")
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

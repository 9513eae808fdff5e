"""Tests and intervals for the coefficients, with Satterthwaite's or Kenward and Roger's degrees of freedom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions
from painstats.mixedlm.inference.kenward_roger import kenward_roger_adjustment
from painstats.mixedlm.inference.variance_derivatives import variance_slopes

Method = Literal["Satterthwaite", "Kenward-Roger", "CR2"]

FEW_PEOPLE = 30
"""With fewer people than this, standard errors are adjusted by Kenward and Roger's method."""

WITHOUT_CURVATURE = 1e-8
"""Directions of the variance parameters with less curvature than this, relative to the largest, are left out."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient or contrast: estimate, standard error, degrees of freedom, t, two-sided p and 95 % interval."""

    name: str
    estimate: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CoefficientTable:
    """Coefficients with the method that tested them.

    Parameters
    ----------
    coefficients
        One for each name, in order.
    method
        How degrees of freedom, and with Kenward-Roger standard errors, were found.
    fallback
        Why the method is not the one that was asked for, or None.
    """

    coefficients: tuple[Coefficient, ...]
    method: Method
    fallback: str | None = None


def coefficient(table: CoefficientTable, name: str) -> Coefficient:
    """Return one coefficient of a table by its name.

    Raises
    ------
    PainstatsError
        If the table has no such coefficient.
    """
    names = [row.name for row in table.coefficients]
    return table.coefficients[int(column_positions([name], names)[0])]


def coefficient_table(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient: by Kenward and Roger's method with fewer than 30 people, else by Satterthwaite's."""
    if fit.random and fit.reml and len(fit.participants) < FEW_PEOPLE:
        return kenward_roger(fit, rows)
    return satterthwaite(fit)


def satterthwaite(fit: MixedFit, contrasts: dict[str, Floats] | None = None) -> CoefficientTable:
    """Test coefficients with Satterthwaite's degrees of freedom.

    df = 2 v^2 / (g' A g), where v is the variance of the estimate, g its gradient in the variance parameters, and A
    twice the inverse Hessian of the deviance in them. Parameters are those of the scaled columns, so that no unit
    matters; rho counts as known where it presses against a limit.

    Parameters
    ----------
    fit
        The fitted model.
    contrasts
        Name to weights (p,) of the coefficients; every coefficient by itself if not given.

    References
    ----------
    Fai & Cornelius 1996, J Stat Comput Simul 54:363; Kuznetsova, Brockhoff & Christensen 2017, J Stat Softw 82(13).
    """
    contrasts = _every_coefficient(fit) if contrasts is None else contrasts
    weights = np.array(list(contrasts.values())) @ _to_units(fit)
    covariance, slopes, hessian = variance_slopes(fit)
    curvature, directions = np.linalg.eigh(hessian)
    kept = curvature > WITHOUT_CURVATURE * curvature.max()
    variances = np.einsum("ci,ij,cj->c", weights, covariance, weights)
    changes = np.einsum("ci,aij,cj->ca", weights, slopes, weights) @ directions[:, kept]
    df = variances**2 / (changes**2 @ (1 / curvature[kept]))
    estimates = np.array(list(contrasts.values())) @ fit.coefficients
    return CoefficientTable(tested(list(contrasts), estimates, np.sqrt(variances), df), "Satterthwaite")


def kenward_roger(fit: MixedFit, rows: ModelRows) -> CoefficientTable:
    """Test every coefficient with Kenward and Roger's adjusted standard errors and degrees of freedom.

    For a single coefficient the scaling of their F statistic is one and df = 2 v^2 / (g' W g), W being twice the
    inverse of the expected information. Where the adjustment is not a positive finite number (few people and days), the
    table falls back to Satterthwaite and says so.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983.
    """
    adjustment = kenward_roger_adjustment(fit, rows)
    if adjustment is None:
        reason = "the expected information of the variance parameters is singular"
        return replace(satterthwaite(fit), fallback=reason)
    weights = np.eye(len(fit.names)) @ _to_units(fit)
    variances = np.einsum("ci,ij,cj->c", weights, adjustment.covariance, weights)
    adjusted = np.einsum("ci,ij,cj->c", weights, adjustment.adjusted_covariance, weights)
    changes = np.einsum("ci,aij,cj->ca", weights, adjustment.slopes, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = 2 * variances**2 / np.einsum("ca,ab,cb->c", changes, adjustment.parameter_covariance, changes)
    if not (np.isfinite(df).all() and (df > 0).all() and (adjusted > 0).all()):
        return replace(satterthwaite(fit), fallback="the adjusted variances or degrees of freedom are not positive")
    return CoefficientTable(tested(fit.names, fit.coefficients, np.sqrt(adjusted), df), "Kenward-Roger")


def _every_coefficient(fit: MixedFit) -> dict[str, Floats]:
    return dict(zip(fit.names, np.eye(len(fit.names)), strict=True))


def _to_units(fit: MixedFit) -> Floats:
    """Return (p, p): coefficients in the user's units are this times the scaled coefficients, but for a constant."""
    return fit.products.scaling.outcome_scale * fit.products.scaling.transform


def tested(names: Sequence[str], estimates: Floats, se: Floats, df: Floats) -> tuple[Coefficient, ...]:
    """Return t tests and 95 % intervals of estimates, each of the arrays of the length of ``names``."""
    t = estimates / se
    p = 2 * stats.t.sf(np.abs(t), df)
    margin = stats.t.ppf(0.975, df) * se
    columns = (estimates, se, df, t, p, estimates - margin, estimates + margin)
    return tuple(
        Coefficient(name, *(float(value) for value in row))
        for name, row in zip(names, np.column_stack(columns), strict=True)
    )

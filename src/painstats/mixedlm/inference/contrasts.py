"""Tests of combinations of coefficients: one by t, several jointly by F, with small-sample degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, coefficient_transform
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.kenward_roger import KenwardRoger
from painstats.mixedlm.inference.satterthwaite import satterthwaite

SAME_DF = 1e-8
"""Degrees of freedom that differ by less than this are treated as equal."""

ROUNDING_OF_FACTORS = 1e-10
"""Smaller factors of the Kenward-Roger F statistic are rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class TTests:
    """A t test for each of m combinations: estimates, standard errors and degrees of freedom, each (m,)."""

    estimates: Floats
    se: Floats
    df: Floats


@dataclass(frozen=True, slots=True)
class FTest:
    """A joint test: F with numerator and denominator degrees of freedom."""

    statistic: float
    df_numerator: int
    df_denominator: float


def t_tests(fit: MixedFit, adjustment: KenwardRoger | None, weights: Floats) -> TTests:
    """Test combinations of coefficients one by one.

    Parameters
    ----------
    fit
        The fitted model.
    adjustment
        From ``kenward_roger_adjustment``, or None for Satterthwaite's degrees of freedom.
    weights : (m, p)
        Weights of the coefficients, in the user's units.
    """
    if adjustment is None:
        table = satterthwaite(fit, {str(number): row for number, row in enumerate(weights)}).coefficients
        columns = np.array([(row.estimate, row.se, row.df) for row in table]).T
        return TTests(*columns)
    scaled = weights @ coefficient_transform(fit)
    variances = _quadratic(scaled, adjustment.covariance)
    changes = np.einsum("ci,aij,cj->ca", scaled, adjustment.derivatives, scaled)
    df = 2 * variances**2 / _quadratic(changes, adjustment.parameter_covariance)
    se = np.sqrt(_quadratic(scaled, adjustment.adjusted_covariance))
    return TTests(weights @ fit.coefficients, se, df)


def f_test(fit: MixedFit, adjustment: KenwardRoger | None, weights: Floats, values: Floats) -> FTest:
    """Test jointly whether several combinations of coefficients have given values.

    Parameters
    ----------
    fit, adjustment
        As for ``t_tests``.
    weights : (m, p)
        Linearly independent combinations.
    values : (m,)
        Their values under the hypothesis.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983, section 3; Fai & Cornelius 1996, J Stat Comput Simul 54:363; Kuznetsova,
    Brockhoff & Christensen 2017, J Stat Softw 82(13), section 2.
    """
    distance = weights @ fit.coefficients - values
    if adjustment is None:
        return _satterthwaite_f(fit, weights, distance)
    return _kenward_roger_f(adjustment, weights @ coefficient_transform(fit), distance)


def _satterthwaite_f(fit: MixedFit, weights: Floats, distance: Floats) -> FTest:
    """Rotate the combinations to uncorrelated ones, each with its own degrees of freedom, and match the mean of F."""
    m = len(weights)
    variances, directions = np.linalg.eigh(weights @ fit.covariance @ weights.T)
    statistic = float(np.sum((directions.T @ distance) ** 2 / variances) / m)
    df = t_tests(fit, None, directions.T @ weights).df
    if m == 1 or np.ptp(df) < SAME_DF:
        return FTest(statistic, m, float(df.mean()))
    if (df <= 2).any():
        return FTest(statistic, m, 2.0)
    expected = float(np.sum(df / (df - 2)))
    return FTest(statistic, m, 2 * expected / (expected - m))


def _kenward_roger_f(adjustment: KenwardRoger, scaled: Floats, distance: Floats) -> FTest:
    """Match mean and variance of F to the first two moments; exact for Hotelling's T and ANOVA F."""
    m = len(scaled)
    covariance = adjustment.covariance
    theta = scaled.T @ np.linalg.inv(scaled @ covariance @ scaled.T) @ scaled
    turned = theta @ adjustment.derivatives
    traces = np.trace(turned, axis1=1, axis2=2)
    first = float(traces @ adjustment.parameter_covariance @ traces)
    second = float(np.einsum("ab,aij,bji->", adjustment.parameter_covariance, turned, turned))
    statistic = float(distance @ np.linalg.solve(scaled @ adjustment.adjusted_covariance @ scaled.T, distance) / m)
    scale, df = _matched(first, second, m)
    return FTest(scale * statistic, m, df)


def _matched(first: float, second: float, m: int) -> tuple[float, float]:
    """Return the scale of F and its denominator degrees of freedom from A1 and A2 of Kenward and Roger, p. 987."""
    if abs(second) < ROUNDING_OF_FACTORS:
        return 1.0, np.inf
    b = (first + 6 * second) / (2 * m)
    g = ((m + 1) * first - (m + 4) * second) / ((m + 2) * second)
    below = 3 * m + 2 * (1 - g)
    c1, c2, c3 = g / below, (m - g) / below, (m + 2 - g) / below
    v0, v1, v2 = 1 + c1 * b, 1 - c2 * b, 1 - c3 * b
    v0 = 0.0 if abs(v0) < ROUNDING_OF_FACTORS else v0
    shrunken = 1 - second / m
    ratio = 1.0 if abs(shrunken) < ROUNDING_OF_FACTORS and abs(v1) < ROUNDING_OF_FACTORS else shrunken / v1
    rho = ratio**2 * v0 / (v2 * m)
    df = 4 + (m + 2) / (m * rho - 1)
    scale = 1.0 if abs(df - 2) < 1e-2 else df * shrunken / (df - 2)
    return float(scale), float(df)


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    """Return (m,): w' M w for each row of weights (m, k)."""
    return np.asarray(np.einsum("ci,ij,cj->c", weights, matrix, weights))

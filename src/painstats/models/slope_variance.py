"""Whether, and how much, a slope differs between people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, stats

from painstats.models.likelihood import (
    LARGEST_RHO,
    deviance_at_variance,
    factor_of,
    gradient,
    residual_degrees,
    solve_at,
    theta_of,
)
from painstats.models.mixed import MixedFit, Residuals, fit_mixed, scaled_variance
from painstats.models.rows import Floats, ModelRows, column_positions

CUT = float(stats.chi2.ppf(0.95, 1))
"""Deviance above the minimum at the ends of a 95 % profile interval."""


@dataclass(frozen=True, slots=True)
class SlopeVariance:
    """How a slope is spread over people.

    Parameters
    ----------
    name
        The column.
    statistic
        Twice the gain in restricted log-likelihood from letting the slope differ between people.
    p
        Of no difference, by the mixture of chi-squared distributions that holds at the boundary.
    sd, low, high
        SD of the slopes between people, with a 95 % profile interval; it reaches zero where the test does not reject.
    share_positive
        Share of people with a slope above zero that the model implies.
    """

    name: str
    statistic: float
    p: float
    sd: float
    low: float
    high: float
    share_positive: float


def slope_variance(rows: ModelRows, name: str, *, residuals: Residuals = "car1") -> SlopeVariance:
    """Test and measure how much the slope of a column differs between people.

    Both models have the same columns and residual correlation, estimated anew in each.

    Parameters
    ----------
    rows
        With ``name`` among ``rows.random``.
    name
        The column.
    residuals
        As in ``fit_mixed``.

    Raises
    ------
    PainstatsError
        If the column has no person-specific effect.

    References
    ----------
    Self & Liang 1987, J Am Stat Assoc 82:605; Stram & Lee 1994, Biometrics 50:1171.
    """
    column_positions([name], rows.random)
    others = tuple(other for other in rows.random if other != name)
    fit = fit_mixed(replace(rows, random=(name, *others)), residuals=residuals)
    without = fit_mixed(replace(rows, random=others), residuals=residuals)
    statistic = max(0.0, 2 * (fit.log_likelihood - without.log_likelihood))
    sd = float(np.sqrt(fit.random_covariance[0, 0]))
    p = mixture_p(statistic, len(others))
    low, high = _profile_interval(fit, sd)
    average = fit.coefficients[list(fit.names).index(name)]
    with np.errstate(divide="ignore"):
        share = float(stats.norm.cdf(average / sd)) if sd > 0 else float(average > 0)
    return SlopeVariance(name, statistic, p, sd, low if p < 0.05 else 0.0, high, share)


def mixture_p(statistic: float, kept: int) -> float:
    """Return the p-value of adding one person-specific effect, with its covariances, to ``kept`` others.

    Under no variance the statistic is chi-squared with ``kept`` or with ``kept + 1`` degrees of freedom, half and half.
    """
    if statistic <= 0:
        return 1.0
    lower = stats.chi2.sf(statistic, kept) if kept else 0.0
    return float(0.5 * lower + 0.5 * stats.chi2.sf(statistic, kept + 1))


def _profile_interval(fit: MixedFit, sd: float) -> tuple[float, float]:
    """Return the SDs of the first random column between which the profile deviance stays below its 95 % cut."""
    scaling = fit.products.scaling
    unit = scaling.outcome_scale * scaling.random_transform[0, 0]
    best, beyond = sd / unit, max(1.5 * sd / unit, 0.1 * np.sqrt(scaled_variance(fit)))
    for _ in range(20):
        if _excess(beyond, fit) > 0:
            break
        beyond *= 2
    else:
        return 0.0, float("inf")
    high = optimize.brentq(_excess, best, beyond, args=(fit,), rtol=1e-5)
    low = optimize.brentq(_excess, 0.0, best, args=(fit,), rtol=1e-5) if _excess(0.0, fit) > 0 else 0.0
    return float(low * unit), float(high * unit)


def _excess(sd: float, fit: MixedFit) -> float:
    """Return how far the deviance, minimised over everything but the first SD (scaled columns), is above its cut."""
    start: Floats = np.append(theta_of(fit.optimum.factor)[1:], [fit.optimum.rho, 0.5 * np.log(scaled_variance(fit))])
    limits: list[tuple[float | None, float | None]] = [(None, None)] * (start.size - 2) + [
        (0.0, LARGEST_RHO),
        (None, None),
    ]
    if fit.residuals == "independent":
        limits[-2] = (0.0, 0.0)

    def height_and_slope(point: Floats) -> tuple[float, Floats]:
        return _given_sd(point, sd, fit)

    found = optimize.minimize(
        height_and_slope,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"ftol": 1e-10, "gtol": 1e-4},
    )
    return float(found.fun) - fit.optimum.deviance - CUT


def _given_sd(point: Floats, sd: float, fit: MixedFit) -> tuple[float, Floats]:
    """Return the deviance for a given first SD, and its gradient in the factor's other elements, rho and log sigma."""
    variance = np.exp(2 * point[-1])
    first = sd / np.exp(point[-1])
    theta = np.append(first, point[:-2])
    solution = solve_at(fit.products, factor_of(theta, len(fit.random)), point[-2])
    slope = gradient(solution, np.asarray(1 / variance), fit.reml, with_rho=True)
    in_log_sigma = 2 * residual_degrees(fit.products, fit.reml) - 2 * solution.residual_square / variance
    in_log_sigma -= first * slope[0]  # the first relative SD shrinks as sigma grows
    return float(deviance_at_variance(solution, variance, fit.reml)), np.append(slope[1:], in_log_sigma)

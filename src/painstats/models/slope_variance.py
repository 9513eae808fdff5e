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
    low = lower_end(fit, sd) if p < 0.05 else 0.0
    average = fit.coefficients[list(fit.names).index(name)]
    share = float(stats.norm.cdf(average / sd)) if sd > 0 else float(average > 0)
    return SlopeVariance(name, statistic, p, sd, low, upper_end(fit, sd), share)


def mixture_p(statistic: float, kept: int) -> float:
    """Return the p-value of adding one person-specific effect, with its covariances, to ``kept`` others.

    Under no variance the statistic is chi-squared with ``kept`` or with ``kept + 1`` degrees of freedom, half and half.
    """
    if statistic <= 0:
        return 1.0
    lower = stats.chi2.sf(statistic, kept) if kept else 0.0
    return float(0.5 * lower + 0.5 * stats.chi2.sf(statistic, kept + 1))


def lower_end(fit: MixedFit, sd: float) -> float:
    """Return the lower end of the 95 % profile interval of the first random column's SD, fitted as ``sd``."""
    if sd == 0 or _excess(0.0, fit) <= 0:
        return 0.0
    return float(optimize.brentq(_excess, 0.0, sd, args=(fit,), rtol=1e-4))


def upper_end(fit: MixedFit, sd: float) -> float:
    """Return the upper end; infinite where no SD is too large for the data."""
    beyond = max(1.5 * sd, 0.1 * fit.residual_sd / fit.products.scaling.scale[fit.products.positions[0]])
    for _ in range(20):
        if _excess(beyond, fit) > 0:
            return float(optimize.brentq(_excess, sd, beyond, args=(fit,), rtol=1e-4))
        beyond *= 2
    return float("inf")


def _excess(sd: float, fit: MixedFit) -> float:
    """Return how far the deviance, minimised over everything but the first column's SD, is above its cut."""
    scaling = fit.products.scaling
    scaled_sd = sd / (scaling.outcome_scale * scaling.random_transform[0, 0])
    start: Floats = np.append(theta_of(fit.optimum.factor)[1:], [fit.optimum.rho, 0.5 * np.log(scaled_variance(fit))])
    limits: list[tuple[float | None, float | None]] = [(None, None)] * start.size
    limits[-2] = (0.0, 0.0 if fit.residuals == "independent" else LARGEST_RHO)

    def height_and_slope(point: Floats) -> tuple[float, Floats]:
        return _given_sd(point, scaled_sd, fit)

    found = optimize.minimize(
        height_and_slope,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"ftol": 1e-10, "gtol": 1e-4},
    )
    return float(found.fun) - fit.optimum.deviance - CUT


def _given_sd(point: Floats, scaled_sd: float, fit: MixedFit) -> tuple[float, Floats]:
    """Return the deviance for a given first SD, and its gradient in the factor's other elements, rho and log sigma."""
    variance = np.exp(2 * point[-1])
    first = scaled_sd / np.exp(point[-1])
    theta = np.append(first, point[:-2])
    solution = solve_at(fit.products, factor_of(theta, len(fit.random)), point[-2])
    slope = gradient(solution, np.asarray(1 / variance), fit.reml, with_rho=True)
    in_log_sigma = 2 * residual_degrees(fit.products, fit.reml) - 2 * solution.residual_square / variance
    in_log_sigma -= first * slope[0]  # the first relative SD shrinks as sigma grows
    return float(deviance_at_variance(solution, variance, fit.reml)), np.append(slope[1:], in_log_sigma)

"""Whether, and how much, a slope differs between people."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy import stats

from painstats.mixedlm.engine.fit import Residuals, fit_mixed
from painstats.mixedlm.engine.rows import ModelRows, column_positions
from painstats.mixedlm.inference.profile_intervals import sd_interval


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


def slope_variance(
    rows: ModelRows, name: str, *, residuals: Residuals = "car1", correlated: bool = True
) -> SlopeVariance:
    """Test and measure how much the slope of a column differs between people.

    Both models have the same columns and residual correlation, estimated anew in each.

    Parameters
    ----------
    rows
        With ``name`` among ``rows.random``.
    name
        The column.
    residuals, correlated
        As in ``fit_mixed``. Effects that are not correlated are tested for the variance alone.

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
    fit = fit_mixed(rows, residuals=residuals, correlated=correlated)
    without = fit_mixed(replace(rows, random=others), residuals=residuals, correlated=correlated)
    statistic = max(0.0, 2 * (fit.log_likelihood - without.log_likelihood))
    p = mixture_p(statistic, len(others) if correlated else 0)
    interval = sd_interval(fit, name)
    sd, low = interval.estimate, interval.low if p < 0.05 else 0.0
    average = fit.coefficients[list(fit.names).index(name)]
    share = float(stats.norm.cdf(average / sd)) if sd > 0 else float(average > 0)
    return SlopeVariance(name, statistic, p, sd, low, interval.high, share)


def mixture_p(statistic: float, kept: int) -> float:
    """Return the p-value of adding one person-specific effect, with its covariances with ``kept`` others.

    Under no variance the statistic is chi-squared with ``kept`` or with ``kept + 1`` degrees of freedom, half and half.
    """
    if statistic <= 0:
        return 1.0
    lower = stats.chi2.sf(statistic, kept) if kept else 0.0
    return float(0.5 * lower + 0.5 * stats.chi2.sf(statistic, kept + 1))

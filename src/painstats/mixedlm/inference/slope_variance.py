"""Test and estimate of the variance of a random slope."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scipy import stats

from painstats.mixedlm.engine.fit import Residuals, fit_mixed
from painstats.mixedlm.engine.rows import ModelRows, column_positions
from painstats.mixedlm.inference.profile_intervals import sd_interval


@dataclass(frozen=True, slots=True)
class SlopeVariance:
    """The distribution of a random slope over participants.

    Parameters
    ----------
    name
        The column.
    statistic
        Twice the gain in restricted log-likelihood from the random slope.
    p
        Of zero variance, by the mixture of chi-squared distributions that applies at the boundary.
    sd, low, high
        SD of the slopes, with a 95% profile interval; it reaches zero where the test does not reject.
    share_positive
        Share of participants with a slope above zero that the model implies.
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
    """Test and estimate the variance of a random slope.

    Both models have the same columns; their residual correlations are estimated separately.

    Parameters
    ----------
    rows
        With ``name`` among ``rows.random``.
    name
        The column.
    residuals, correlated
        As in ``fit_mixed``. For uncorrelated effects only the variance is tested.

    Raises
    ------
    PainstatsError
        If the column has no random effect.

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
    """Return the p-value of adding one random effect, with its covariances with ``kept`` others.

    With zero variance the statistic is an equal mixture of chi-squared with ``kept`` and with ``kept + 1`` degrees of
    freedom.
    """
    if statistic <= 0:
        return 1.0
    lower = stats.chi2.sf(statistic, kept) if kept else 0.0
    return float(0.5 * lower + 0.5 * stats.chi2.sf(statistic, kept + 1))

"""One result from several completed data sets: Rubin's rules with the degrees of freedom of Barnard and Rubin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from painstats.errors import PainstatsError

LEAST_SHARE = 1e-12
"""Completed sets that agree exactly have as many degrees of freedom as a data set without gaps."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled estimate.

    Parameters
    ----------
    estimate, se, df, low, high
        With a 95 % interval.
    within, between, total
        Mean sampling variance, variance between completed sets, and T = within + (1 + 1/m) between.
    riv
        Relative increase of the variance: (1 + 1/m) between / within.
    fmi
        Fraction of missing information.
    """

    estimate: float
    se: float
    df: float
    low: float
    high: float
    within: float
    between: float
    total: float
    riv: float
    fmi: float


def pooled(estimates: npt.ArrayLike, variances: npt.ArrayLike, complete_df: float) -> Pooled:
    """Pool m estimates.

    Parameters
    ----------
    estimates, variances : (m,)
        Of each completed data set.
    complete_df
        Degrees of freedom without missing values: the mean of those of the completed sets.

    Raises
    ------
    PainstatsError
        If there are fewer than two completed sets.

    References
    ----------
    Rubin 1987, Multiple Imputation for Nonresponse in Surveys; Barnard & Rubin 1999, Biometrika 86:948.
    """
    each, own = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    m = len(each)
    if m < 2:
        raise PainstatsError("pooling needs at least two completed data sets")
    estimate, within, between = float(each.mean()), float(own.mean()), float(each.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = max((1 + 1 / m) * between / total, LEAST_SHARE)
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    df = 1 / (share**2 / (m - 1) + 1 / observed)
    riv = (1 + 1 / m) * between / within
    margin = float(stats.t.ppf(0.975, df) * np.sqrt(total))
    return Pooled(
        estimate=estimate,
        se=float(np.sqrt(total)),
        df=df,
        low=estimate - margin,
        high=estimate + margin,
        within=within,
        between=between,
        total=total,
        riv=riv,
        fmi=(riv + 2 / (df + 3)) / (1 + riv),
    )

"""The average of own contrasts over participants: a mean with random effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.mixedlm.inference.two_stage import knapp_hartung_se, weighted_mean
from painstats.questions.exploratory.finding import ContrastAverage

LEAST_PARTICIPANTS = 5
"""Participants with an estimate of their own from which there is an average."""

GRID = 60
"""Variances between participants that are tried before the search near the best of them."""


@dataclass(frozen=True, slots=True)
class ContrastMean:
    """A mean over participants with its t test (df: participants - 1) and 95% interval, in points per unit."""

    estimate: float
    se: float
    df: int
    p: float
    low: float
    high: float
    sd_between: float
    participants: int


def contrast_mean(estimates: npt.ArrayLike, variances: npt.ArrayLike) -> ContrastMean:
    """Average participants' own estimates (n,) with their variances (n,), each above zero; n is at least 2.

    Weights are 1 / (v + tau^2) with tau^2 by restricted likelihood; the standard error is that of Knapp & Hartung, and
    never below the plain one.

    References
    ----------
    docs/method/questions.md, averages; Knapp & Hartung 2003, Statistics in Medicine 22:2693.
    """
    from scipy import stats

    b, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    between = variance_between_participants(b, v)
    weights = 1 / (v + between)
    mean, se, df = weighted_mean(b, weights), knapp_hartung_se(b, weights), b.size - 1
    margin = float(stats.t.ppf(0.975, df)) * se
    p = float(2 * stats.t.sf(abs(mean / se), df))
    return ContrastMean(mean, se, df, p, mean - margin, mean + margin, float(np.sqrt(between)), b.size)


def mean_of_tests(tests: Sequence[Coefficient]) -> ContrastMean:
    """Average the same contrast of at least two participants, from their own tests."""
    return contrast_mean([test.estimate for test in tests], [test.se**2 for test in tests])


def with_mean(row: ContrastAverage, mean: ContrastMean) -> ContrastAverage:
    """Add the numbers of a mean to the row of a contrast."""
    return replace(
        row, estimate=mean.estimate, se=mean.se, df=mean.df, low=mean.low, high=mean.high, p=mean.p,
        sd_between=mean.sd_between,
    )  # fmt: skip


def variance_between_participants(estimates: Floats, variances: Floats) -> float:
    """Return tau^2, the variance between participants, by restricted likelihood; 0 where no value above it fits better.

    Parameters
    ----------
    estimates, variances : (n,)
        Own estimates and their squared standard errors; n is at least 2.
    """
    from scipy import optimize

    largest = 10 * (float(estimates.var(ddof=1)) + float(variances.max()))
    grid = np.linspace(0, 1, GRID) ** 3 * largest
    best = int(np.argmin([restricted_deviance(tried, estimates, variances) for tried in grid]))
    bounds = (grid[max(best - 1, 0)], grid[min(best + 1, GRID - 1)])
    found = optimize.minimize_scalar(
        restricted_deviance,
        bounds=bounds,
        args=(estimates, variances),
        method="bounded",
        options={"xatol": 1e-12 * largest},
    )
    return float(found.x) if found.fun < restricted_deviance(0.0, estimates, variances) else 0.0


def restricted_deviance(between: float, estimates: Floats, variances: Floats) -> float:
    """Return -2 log of the restricted likelihood of tau^2 = ``between``, up to a constant."""
    weights = 1 / (variances + between)
    residuals = estimates - weighted_mean(estimates, weights)
    return float(-np.log(weights).sum() + np.log(weights.sum()) + weights @ residuals**2)

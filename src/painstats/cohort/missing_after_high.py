"""Whether days after a high score lack a score more often, within participants: an odds ratio over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from statsmodels.stats.contingency_tables import StratifiedTable

from painstats.cohort.baseline import PARTICIPANT


@dataclass(frozen=True, slots=True)
class MissingAfterHigh:
    """The odds ratio of a missing score after a high score, with its 95% interval.

    Parameters
    ----------
    odds_ratio, low, high
        Above 1 where scores are missing more often after high ones.
    participants
        How many have missing and known scores, after high and after other ones: only they say anything.
    """

    odds_ratio: float
    low: float
    high: float
    participants: int


def missing_after_high(frame: pl.DataFrame) -> MissingAfterHigh | None:
    """Compare days after a score above the participant's own median with days after any other score.

    Mantel–Haenszel over participants, with the variance of Robins, Breslow and Greenland; days are taken as independent
    of each other given the participant (docs/method/cohort.md, missing days).

    Parameters
    ----------
    frame
        The model frame: a row for each participant and calendar day.

    Returns
    -------
    MissingAfterHigh or None
        None where no participant, or no cell of the pooled table, can say anything.
    """
    is_high = pl.col("outcome_score") > pl.col("outcome_score").median().over(PARTICIPANT)
    yesterday = frame.select(
        PARTICIPANT, pl.col("date").dt.offset_by("1d"), after_high=is_high
    ).drop_nulls()  # days without a score yesterday say nothing
    joined = frame.join(yesterday, on=[PARTICIPANT, "date"])
    missing = pl.col("outcome_score").is_null()
    counts = joined.group_by(PARTICIPANT).agg(
        a=(pl.col("after_high") & missing).sum(),
        b=(pl.col("after_high") & ~missing).sum(),
        c=(~pl.col("after_high") & missing).sum(),
        d=(~pl.col("after_high") & ~missing).sum(),
    )
    informative = counts.filter(pl.col("a") + pl.col("c") > 0, pl.col("b") + pl.col("d") > 0)
    informative = informative.filter(pl.col("a") + pl.col("b") > 0, pl.col("c") + pl.col("d") > 0).sort(PARTICIPANT)
    a, b, c, d = (informative[name].to_numpy().astype(np.float64) for name in "abcd")
    if not (np.sum(a * d) > 0 and np.sum(b * c) > 0):
        return None
    tables = [np.array([[a[k], b[k]], [c[k], d[k]]]) for k in range(len(a))]
    pooled = StratifiedTable(tables)
    low, high = pooled.oddsratio_pooled_confint(0.05)
    return MissingAfterHigh(float(pooled.oddsratio_pooled), float(low), float(high), informative.height)

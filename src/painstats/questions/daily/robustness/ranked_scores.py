"""The estimates with scores by their order only: a step from 1 to 2 need not be a step from 6 to 7."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from scipy import stats

from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, Slope, refitted, results_of

PARTICIPANT = "participant_id"
SCORE = "outcome_score"


def ranked_scores(reanalysis: Reanalysis) -> list[CheckResult]:
    """Put van der Waerden's normal scores in the place of each participant's scores; only p and direction are kept.

    Whatever keeps the order of a participant's scores leaves the result as it is, such as a scale that is narrower at
    its ends.

    References
    ----------
    van der Waerden 1952, Indag Math 14:453; Conover & Iman 1981, Am Stat 35:124, for ranks in place of the outcome.
    """
    share = pl.col(SCORE).rank().over(PARTICIPANT) / (pl.len().over(PARTICIPANT) + 1)
    normal = stats.norm.ppf(reanalysis.frame.select(share).to_series().to_numpy())
    frame = reanalysis.frame.with_columns(pl.Series(SCORE, np.asarray(normal)))
    results = results_of(reanalysis, "ranked_scores", refitted(reanalysis, frame))
    return [replace(result, slope=Slope(p=result.slope.p)) for result in results]

"""The answers with ratings by their order only: a step from 1 to 2 need not be a step from 6 to 7."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from scipy import stats

from painstats.questions.daily.robustness.reanalysis import Found, Question, Slope, asked_again, found

PERSON = "participant_id"
RATING = "outcome_score"


def ranked_scores(question: Question) -> list[Found]:
    """Put van der Waerden's normal scores of each person's ratings in their place; only p and direction are told.

    Nothing that keeps the order of a person's ratings changes the result, such as a scale that is narrower at its ends.

    References
    ----------
    van der Waerden 1952, Indag Math 14:453; Conover & Iman 1981, Am Stat 35:124, for ranks in place of the outcome.
    """
    share = pl.col(RATING).rank().over(PERSON) / (pl.len().over(PERSON) + 1)
    scores = stats.norm.ppf(question.frame.select(share).to_series().to_numpy())
    frame = question.frame.with_columns(pl.Series(RATING, np.asarray(scores)))
    results = found(question, "ranked_scores", asked_again(question, frame))
    return [replace(result, slope=Slope(p=result.slope.p)) for result in results]

"""The answers from other rows: without the first days, and beside the rating of the day before."""

from __future__ import annotations

import polars as pl

from painstats.errors import NotEnoughData
from painstats.questions.daily.robustness.reanalysis import Found, Question, asked_again, found

FIRST_DAYS = 14
"""Days in which keeping a diary may itself change what is written into it."""

PERSON = "participant_id"
RATING = "outcome_score"
RATING_BEFORE = "outcome_score_before"


def first_days_removed(question: Question) -> list[Found]:
    """Leave out each person's first fourteen days of rating; people with too few days left are left out too.

    References
    ----------
    Bolger & Laurenceau 2013, Intensive Longitudinal Methods, ch. 1, on reactivity.
    """
    first = question.days.filter(pl.col(RATING).is_not_null()).group_by(PERSON).agg(pl.col("date").min().alias("first"))
    later = question.frame.join(first, on=PERSON, maintain_order="left").filter(
        pl.col("date") >= pl.col("first") + pl.duration(days=FIRST_DAYS)
    )
    later = _enough(question, later)
    return found(question, "first_days_removed", asked_again(question, later), later)


def lagged_outcome(question: Question) -> list[Found]:
    """Take the day before into account by its rating, against the person's mean, in place of correlated residuals.

    The two together are nearly unidentified, so residuals are independent here. Days after a day without a rating are
    lost.

    References
    ----------
    Hamaker & Grasman 2015, Front Psychol 5:1492, on centring the rating of the day before.
    """
    ratings = question.days.select(
        PERSON,
        pl.col("date") + pl.duration(days=1),
        (pl.col(RATING) - pl.col(RATING).mean().over(PERSON)).alias(RATING_BEFORE),
    )
    rows = question.frame.join(ratings, on=[PERSON, "date"], maintain_order="left").drop_nulls(RATING_BEFORE)
    rows = _enough(question, rows)
    return found(
        question, "lagged_outcome", asked_again(question, rows, also=[RATING_BEFORE], residuals="independent"), rows
    )


def _enough(question: Question, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the people with days enough for the model.

    Raises
    ------
    NotEnoughData
        If too few people are left for the kind of answer that was given.
    """
    rules = question.study.plan.rules
    kept = rows.filter(pl.len().over(PERSON) >= rules.min_days_in_model)
    needed = {"mixed_model": rules.min_people_mixed_model, "two_stage": rules.min_people_cohort, "own_days": 1}
    people = kept[PERSON].n_unique()
    if people < needed[question.basis]:
        raise NotEnoughData(
            f"{people} people have {rules.min_days_in_model} such days; at least {needed[question.basis]} are needed"
        )
    return kept

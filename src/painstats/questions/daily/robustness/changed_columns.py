"""The answers with other columns: without people's drifts, with the days before as well, with a bend for sleep."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from painstats.questions.daily.columns import TIME
from painstats.questions.daily.robustness.reanalysis import Found, Question, asked_again, found

PERSON = "participant_id"
SLEEP = "total_sleep_time_min"
SQUARED = "sleep_squared"


def detrended(question: Question) -> list[Found]:
    """Take each person's straight drift over time out of the predictors.

    References
    ----------
    Wang & Maxwell 2015, Psychol Methods 20:63.
    """
    columns = [predictor.within for predictor in question.study.plan.predictors]
    frame = question.frame.with_columns(_without_drift(name) for name in columns)
    return found(question, "detrended", asked_again(question, frame))


def earlier_days(question: Question) -> list[Found]:
    """Let the same measures one day further back explain the rating too."""
    columns = [predictor.within for predictor in question.study.plan.predictors]
    before = [f"{name}_before" for name in columns]
    earlier = question.days.select(
        PERSON,
        pl.col("date") + pl.duration(days=1),
        *(pl.col(name).alias(f"{name}_before") for name in columns),
    )
    frame = question.frame.join(earlier, on=[PERSON, "date"], maintain_order="left").drop_nulls(before)
    return found(question, "earlier_days", asked_again(question, frame, also=before), frame)


def curved_sleep(question: Question) -> list[Found]:
    """Let the line for sleep bend: its slope at the person's own average, and the bend (points per squared unit).

    References
    ----------
    Edwards et al. 2008, Pain 137:202: more pain after short nights and after long ones.
    """
    sleep = [predictor for predictor in question.study.plan.predictors if predictor.measure == SLEEP]
    if not sleep or sleep[0].name not in question.answers:
        return []
    frame = question.frame.with_columns((pl.col(sleep[0].within) ** 2).alias(SQUARED))
    slopes = asked_again(question, frame, also=[SQUARED])
    straight = found(question, "curved_sleep", slopes)
    bend = replace(straight[0], check="sleep_bend", predictor=sleep[0].name, slope=slopes[SQUARED], same_answer=None)
    return [*straight, bend]


def _without_drift(name: str) -> pl.Expr:
    """Return a column less its straight line over time within each person; its mean stays."""
    time = pl.col(TIME) - pl.col(TIME).mean().over(PERSON)
    value = pl.col(name)
    squares = (time**2).sum().over(PERSON)
    slope = pl.when(squares > 0).then((time * value).sum().over(PERSON) / squares).otherwise(0.0)
    return (value - slope * time).alias(name)

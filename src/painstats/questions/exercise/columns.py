"""The rows of one participant's fit: kinds of exercise of the day before, beside what comes before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, ModelRows, model_rows, without_repeats
from painstats.questions.daily.columns import within_participants
from painstats.questions.exercise.choice import Choice, choose
from painstats.questions.exercise.sessions import UNNAMED, KindDays
from painstats.questions.exploratory.own_days import OwnDays

LEFT = "other_exercise"
UNKNOWN = "exercise_unknown"
"""The column that is 1 on days after a day on which exercise is unknown, else 0."""

THE_DAY_BEFORE = Exposure("exercise_time_min", 1)


@dataclass(frozen=True, slots=True, eq=False)
class KindRows:
    """The rows of a fit, and which kinds have a column in it."""

    rows: ModelRows
    choice: Choice


def column_of(kind: str) -> str:
    """Return the name of a kind's column."""
    return f"{kind}_the_day_before"


def kind_rows(days: OwnDays, kinds: KindDays, *, by_minutes: bool) -> KindRows:
    """Lay out the kinds beside calendar, time, treatments, and the exposures of daily questions that come before them.

    What comes after the day of exercise, such as the night that follows, is never adjusted for, nor are the steps of
    that day: exercise is among them.

    Raises
    ------
    NotEnoughData
        There are too few rows, or columns are collinear.
    """
    base = within_participants(days.usable, days.design.preceding(THE_DAY_BEFORE))
    choice = choose(
        {kind: done[kinds.known] for kind, done in kinds.done.items()}, base.X[kinds.known], unnamed=(UNNAMED,)
    )
    columns = dict(zip(base.names, base.X.T, strict=True)) | _unknown(kinds)
    columns |= _of_kinds(kinds, choice, by_minutes=by_minutes)
    del columns[INTERCEPT]
    predictors = without_repeats(columns, (*base.dispensable, UNKNOWN))
    rows = model_rows(y=base.y, predictors=predictors, participant=base.participant, day=base.day)
    return KindRows(rows, choice)


def _unknown(kinds: KindDays) -> dict[str, Floats]:
    return {} if kinds.known.all() else {UNKNOWN: (~kinds.known).astype(np.float64)}


def _of_kinds(kinds: KindDays, choice: Choice, *, by_minutes: bool) -> Mapping[str, Floats]:
    amounts = kinds.amounts(by_minutes=by_minutes)
    columns = {column_of(kind): amounts[kind] for kind in choice.kinds}
    if choice.left is None:
        return columns
    others = np.sum([amounts[kind] for kind in choice.reasons], axis=0)
    return columns | {LEFT: others if by_minutes else np.minimum(others, 1.0)}

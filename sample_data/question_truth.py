"""What exploratory questions should find, as a table beside the study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from sample_data.people import Person
from sample_data.simulate import Life

QUESTIONS = "truth_questions.csv"

SLEEP, STEPS, EXERCISE = "total_sleep_time_min_lag0", "step_count", "exercise_time_min"

Effect = tuple[str, str, str, str, float]
"""Kind of question, item, exposure, contrast, and points per unit."""


def question_frame(lives: Sequence[Life]) -> pl.DataFrame:
    """Return what is planted for exploratory questions, one row for each.

    Returns
    -------
    Columns ``participant_id``, ``kind``, ``item``, ``exposure`` and ``contrast``, as in the table
    ``contrast_finding``, and ``effect`` (points per unit of that table, before scores are cut at the ends of the
    scale).
    """
    names = ("kind", "item", "exposure", "contrast", "effect")
    rows = [
        {"participant_id": life.person.participant_id, **dict(zip(names, effect, strict=True))}
        for life in lives
        for effect in _effects(life)
    ]
    return pl.DataFrame(rows).with_columns(pl.col("effect").round(6))


def _effects(life: Life) -> Iterator[Effect]:
    person, planted = life.person, life.person.planted
    yield from _of_exercise(person)
    if planted.steps_on_sleep is not None and planted.sleep_slope is not None:
        through = planted.steps_on_sleep * planted.sleep_slope
        yield "path", "pain", STEPS, "through_sleep", through
        yield "path", "pain", STEPS, "direct", planted.steps_slope or 0.0
    if planted.sleep_slope_after and planted.sleep_slope is not None:
        yield "change", "pain", SLEEP, "before", planted.sleep_slope
        yield "change", "pain", SLEEP, "last_60_days", planted.sleep_slope_after
    if person.mood_on_sleep:
        yield "item", "mood", SLEEP, "per_unit", person.mood_on_sleep


def _of_exercise(person: Person) -> Iterator[Effect]:
    if person.exercise is None:
        return
    if person.exercise.later:
        yield "delayed", "pain", EXERCISE, "tomorrow", person.exercise.tomorrow
        yield "delayed", "pain", EXERCISE, "later", person.exercise.later_in_all
    else:
        for kind in person.exercise.kinds:
            yield "exercise", "pain", kind.name, "session", kind.effect

"""Minutes of exercise are shown beside steps where exercise was recorded: steps miss what is done without them."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from painstats.plan.study import Plan, Study
from painstats.reports.measures_shown import measures_shown
from painstats.reports.personal.months import months_table

SLEEP, STEPS, EXERCISE = "total_sleep_time_min", "step_count", "exercise_time_min"


def study(*measures):
    asked = [{"kind": "daily", "measure": measure} for measure in measures]
    return Study(folder=Path(), plan=Plan.model_validate({"questions": asked}))


def days(exercise):
    """Days with a score, 7 hours of sleep and 4,000 steps."""
    dates = [date(2026, 3, 1) + timedelta(days=place) for place in range(len(exercise))]
    known = {"outcome_score": 4.0, SLEEP: 420.0, STEPS: 4000}
    return pl.DataFrame({"date": dates, EXERCISE: exercise}, schema_overrides={EXERCISE: pl.Float64}).with_columns(
        pl.lit(value).alias(name) for name, value in known.items()
    )


@pytest.mark.parametrize(
    ("asked", "exercise", "shown"),
    [
        ((STEPS, SLEEP), [30, 0], [STEPS, EXERCISE, SLEEP]),
        ((STEPS, SLEEP), [0, None], [STEPS, SLEEP]),
        ((STEPS, SLEEP), [None, None], [STEPS, SLEEP]),
        ((SLEEP,), [30, 0], [SLEEP]),
        ((EXERCISE, STEPS), [30, 0], [EXERCISE, STEPS]),
    ],
)
def test_exercise_follows_steps_if_any_was_recorded(asked, exercise, shown):
    assert measures_shown(study(*asked), days(exercise)) == shown


def test_months_have_minutes_of_exercise_beside_steps():
    months = months_table(days([45, 0, None]), study(SLEEP, STEPS))
    assert months.head == ("Month", "Pain", "Sleep", "Steps", "Exercise")
    assert months.rows == (("Mar 2026", "4.0 (3)", "7 h 00 (3)", "4,000 (3)", "22 min (2)"),)

"""Activity by calendar day: what a participant's days are compared with, and which measures are shown."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked
from painstats.questions.daily.design import daily_design
from painstats.questions.exploratory.activity import activity_days
from painstats.questions.exploratory.activity_fit import ActivityFit, measures_shown
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.look import LookDay
from painstats.questions.question import outcome_of

FIRST = date(1970, 1, 6)
STEPS, EXERCISE = "step_count", "exercise_time_min"


def own(steps: list[float | None], eras: list[int], **plan: object) -> OwnDays:
    """Return days in a row with these steps; a gap in the dates is where both are missing from the lists."""
    study = Study(folder=Path("made-up"), plan=Plan.model_validate(plan))
    dates = [FIRST + timedelta(days=place) for place in range(len(steps))]
    daily = pl.DataFrame({"date": dates, STEPS: steps, "device_era": eras})
    when, empty = LookDay(1, dates[-1], len(dates)), pl.DataFrame()
    return OwnDays("p", when, outcome_of(study.plan.outcome), daily_design(study, asked(study)), empty, daily, {})


def test_days_are_departures_from_the_mean_over_all_observed_days_in_units_of_an_effect():
    found = activity_days(own([4000, None, 6000, 8000], [1, 1, 2, 2]), STEPS)
    assert found.first == 5
    assert found.value == pytest.approx([-2, np.nan, 0, 2], nan_ok=True)


def test_dates_that_are_not_in_the_table_are_unknown():
    days = own([4000, 1000, 6000], [1, 1, 1])
    gap = OwnDays("p", days.when, days.outcome, days.design, days.frame, days.daily.filter(pl.col(STEPS) != 1000), {})
    assert activity_days(gap, STEPS).value == pytest.approx([-1, np.nan, 1], nan_ok=True)


def test_where_the_plan_adjusts_for_devices_a_new_watch_is_no_change_in_activity():
    days = own([4000, 6000, 9000, 11000], [1, 1, 2, 2], rules={"adjust_for_device": True})
    assert activity_days(days, STEPS).value == pytest.approx([-1, 1, -1, 1])


def fit(measure: str, days: int, reason: str = "") -> ActivityFit:
    return ActivityFit("p", FIRST, measure, days, reason)


SHOWN = {
    # days with all columns known, of steps and of exercise: measures shown without a list of them
    (120, 100): [STEPS, EXERCISE],
    (120, 40): [STEPS],
    (40, 120): [EXERCISE],
    (40, 30): [STEPS],
    (0, 30): [EXERCISE],
    (0, 0): [],
}


@pytest.mark.parametrize("days", SHOWN)
def test_measures_known_on_enough_days_are_shown_else_the_first_that_is_known(days):
    fits = [fit(name, n, "" if n >= 90 else "too_few_days") for name, n in zip((STEPS, EXERCISE), days, strict=True)]
    assert [each.measure for each in measures_shown(fits, is_named=False)] == SHOWN[days]
    assert measures_shown(fits, is_named=True) == fits

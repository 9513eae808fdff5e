"""Which kinds of exercise have a column, what one participant's fit is adjusted for, and what changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from painstats.frame.exposure import Exposure, precedes
from painstats.questions.exercise.choice import choose
from painstats.questions.exercise.columns import THE_DAY_BEFORE, UNKNOWN, column_of, kind_rows
from painstats.questions.exercise.fit import OwnKinds, own_kinds
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exercise.sessions import before_scores, known_days
from painstats.questions.exploratory.own_days import OwnDays
from tests.calibration.exercisers import OPPOSITE, PLAN, Setting, exerciser

DAYS = 84
DAY = np.arange(DAYS)


def on(*days: int) -> np.ndarray:
    return np.isin(DAY, days).astype(float)


def every(days: int, first: int = 0) -> np.ndarray:
    return (DAY % days == first).astype(float)


MONDAY = (DAY % 7 == 0).astype(float)
CALENDAR = np.column_stack([np.ones(DAYS), *(every(7, number) for number in range(1, 7)), DAY / 30.0])
MINUTES = ExercisePlan.model_validate({"as": "minutes"})


@pytest.mark.parametrize(
    ("done", "kinds", "reasons"),
    [
        ({"yoga": on(*range(0, 80, 11))}, ("yoga",), {}),
        ({"yoga": on(*range(0, 70, 11))}, (), {"yoga": "few_days_with"}),
        ({"yoga": 1 - on(*range(0, 70, 11))}, (), {"yoga": "few_days_without"}),
        ({"yoga": MONDAY}, (), {"yoga": "on_the_same_days_as_others"}),
        ({"other": every(5)}, (), {"other": "unnamed"}),
        (
            {"yoga": every(5), "rowing": every(5), "running": every(4, 1)},
            ("running",),
            {"yoga": "on_the_same_days_as_others", "rowing": "on_the_same_days_as_others"},
        ),
    ],
)
def test_a_kind_has_a_column_where_its_days_can_be_compared(done, kinds, reasons):
    choice = choose(done, CALENDAR, unnamed=("other",))
    assert (choice.kinds, choice.reasons) == (kinds, reasons)


def test_of_two_kinds_that_share_most_days_one_is_left_as_other_exercise():
    """The two can still be distinguished a little, so the one that stays is adjusted for the other."""
    rowing = every(5)
    rowing[[0, 20]] = 0
    choice = choose({"yoga": every(5), "rowing": rowing}, CALENDAR)
    assert len(choice.kinds) == 1
    assert set(choice.reasons.values()) == {"on_the_same_days_as_others"}
    assert choice.left is not None


def test_kinds_without_a_column_are_adjusted_for_together():
    done = {"yoga": every(5), "rowing": on(1, 8, 30), "dance": on(8, 44)}
    choice = choose(done, CALENDAR)
    assert choice.left.tolist() == on(1, 8, 30, 44).tolist()
    assert choose({"yoga": every(5), "rowing": on(1, 8)}, CALENDAR).left is None


def test_a_fit_is_adjusted_for_what_comes_before_the_day_of_exercise():
    before = [Exposure("total_sleep_time_min", 1), Exposure("step_count", 2)]
    others = [Exposure("total_sleep_time_min", 0), Exposure("step_count", 1), Exposure("exercise_time_min", 1)]
    assert [precedes(exposure, THE_DAY_BEFORE) for exposure in (*before, *others)] == [True, True, False, False, False]
    days = exerciser(Setting(OPPOSITE), seed=1)
    columns = {
        name: values
        for exposure in (*before, *others)
        for name, values in (
            (exposure.within, pl.lit(1.0) * pl.col("outcome_score").sin()),
            (exposure.unknown, pl.lit(0.0)),
        )
    }
    first, second = (columns[exposure.within] for exposure in before)
    frame = days.frame.with_columns(**columns).with_columns(
        first.alias(before[0].within), second.cos().alias(before[1].within)
    )
    with_steps = replace(days, frame=frame, design=replace(days.design, exposures=(*before, *others)))
    names = kind_rows(with_steps, before_scores(with_steps), by_minutes=False).rows.names
    assert [exposure.within in names for exposure in (*before, *others)] == [True, True, False, False, False]


def test_unknown_days_stay_with_an_indicator_and_count_neither_with_nor_without_a_kind():
    days = exerciser(Setting({}), seed=2)
    known = np.arange(days.daily.height) % 6 > 0
    gaps = replace(
        days,
        daily=days.daily.with_columns(
            exercise_time_min=pl.when(pl.Series(known)).then("exercise_time_min"),
        ),
    )
    kinds = before_scores(gaps)
    laid_out = kind_rows(gaps, kinds, by_minutes=False)
    place = laid_out.rows.names.index(UNKNOWN)
    assert laid_out.rows.y.size == days.usable.height
    assert laid_out.rows.X[:, place].tolist() == (~kinds.known).astype(float).tolist()
    swimming = laid_out.rows.X[:, laid_out.rows.names.index(column_of("swimming"))]
    assert swimming[~kinds.known].sum() == 0
    assert own_kinds(gaps, PLAN).days_with["swimming"] == swimming.sum()


def test_a_kind_is_compared_on_the_day_after_it():
    days = exerciser(Setting({}), seed=3)
    done = {
        day: any(each["exercise_type"] == "yoga" for each in kinds)
        for day, kinds in days.daily.select("date", "exercise_kinds").iter_rows()
    }
    yoga = before_scores(days).done["yoga"]
    before = days.usable.select(pl.col("date").dt.offset_by("-1d"))["date"]
    assert yoga.tolist() == [float(done[day]) for day in before]
    [known] = known_days(days, {"yoga": "y"}, by_minutes=False).values()
    assert known.day.max() == days.when.date.toordinal() - 719163


@pytest.fixture(scope="module")
def usual() -> tuple[OwnDays, OwnKinds]:
    days = exerciser(Setting(OPPOSITE, days=70), seed=11)
    return days, own_kinds(days, PLAN)


def same(found: OwnKinds, expected: OwnKinds) -> None:
    assert found.estimates.kinds == expected.estimates.kinds
    assert found.estimates.estimate == pytest.approx(expected.estimates.estimate, rel=1e-9, abs=1e-9)
    assert found.estimates.covariance == pytest.approx(expected.estimates.covariance, rel=1e-7)
    assert found.reasons == expected.reasons


def changed(days: OwnDays, listed: Mapping[str, float]) -> OwnDays:
    """Add minutes of kinds to each day, at the front of its list."""
    added = [{"exercise_type": kind, "minutes": minutes} for kind, minutes in listed.items()]
    lists = [added + list(reversed(each)) for each in days.daily["exercise_kinds"].to_list()]
    return replace(days, daily=days.daily.with_columns(exercise_kinds=pl.Series(lists)))


def test_the_order_of_kinds_and_a_kind_that_was_never_done_change_nothing(usual):
    days, expected = usual
    same(own_kinds(changed(days, {"winter_sport": 4.9}), PLAN), expected)


def test_shifting_all_days_changes_nothing(usual):
    days, expected = usual
    later = [frame.with_columns(pl.col("date").dt.offset_by("28d")) for frame in (days.frame, days.daily)]
    shifted = replace(days, frame=later[0], daily=later[1], when=replace(days.when, date=later[1]["date"][-1]))
    same(own_kinds(shifted, PLAN), expected)


def test_by_minutes_an_estimate_is_per_30_of_them():
    days = exerciser(Setting(OPPOSITE), seed=11)
    found, expected, session = own_kinds(days, MINUTES), own_kinds(days, PLAN), 40 / 30
    assert not found.reasons
    assert found.estimates.estimate * session == pytest.approx(expected.estimates.estimate, rel=1e-6)
    assert found.session == pytest.approx(dict.fromkeys(expected.days_with, session))

"""A day with few steps counts if something else shows that the device was worn; otherwise it is missing."""

import pytest

from painstats.daily import build_daily_table
from painstats.store import open_store
from tests.conftest import put, table

WEAR = (
    "SELECT step_count AS steps, step_count_missing AS missing, step_wear_rule AS rule FROM daily_summary "
    "WHERE date = '2026-01-10'"
)


def judged(store):
    build_daily_table(store)
    [day] = table(store, WEAR)
    return day["steps"], day["missing"], day["rule"]


def totals(store, *rows, kind="tracker", device="band"):
    lines = "\n".join(f"{device} | {kind} | {row}" for row in rows)
    put(store, "daily_total", f"device | device_kind | date | measure | value\n{lines}")


def hours(steps, count):
    rows = [
        f"2026-01-10 {8 + hour:02d}:00:00+00 | 2026-01-10 {8 + hour:02d}:30:00+00 | {steps}" for hour in range(count)
    ]
    return "device | device_kind | start_at | end_at | step_count\n" + "\n".join(
        f"band | tracker | {row}" for row in rows
    )


HEART = [f"2026-01-{day:02d} | resting_heart_rate_bpm | 60" for day in (9, 10, 11)]
NIGHTS = [f"2026-01-{day:02d} | total_sleep_time_min | 400" for day in (10, 11)]
FEW = "2026-01-10 | step_count | 300"


def test_enough_steps_need_nothing_else(store):
    totals(store, "2026-01-10 | step_count | 500")
    assert judged(store) == (500, None, "enough steps")


def test_few_steps_alone_are_missing(store):
    totals(store, FEW)
    assert judged(store) == (None, "not_worn", None)


@pytest.mark.parametrize(
    ("evidence", "rule"),
    [
        (HEART, "heart rate"),
        (NIGHTS, "nights before and after"),
        (["2026-01-10 | wear_time_min | 600"], "wear time"),
        (["2026-01-10 | lightly_active_time_min | 25", "2026-01-10 | very_active_time_min | 5"], "active minutes"),
    ],
)
def test_few_steps_count_where_the_same_device_shows_wear(store, evidence, rule):
    totals(store, FEW, *evidence)
    assert judged(store) == (300, None, rule)


@pytest.mark.parametrize(
    "evidence",
    [
        HEART[:2],  # on the wrist for some minutes, or the day of the export
        HEART[1:],
        NIGHTS[:1],  # taken off in the morning
        NIGHTS[1:],  # put on in the evening
        ["2026-01-10 | wear_time_min | 599"],
        ["2026-01-10 | lightly_active_time_min | 29"],
        ["2026-01-10 | moving_time_min | 29"],
        ["2026-01-10 | sedentary_time_min | 1440", *HEART],
    ],
)
def test_half_of_the_evidence_is_none(store, evidence):
    totals(store, FEW, *evidence)
    assert judged(store) == (None, "not_worn", None)


def test_evidence_of_another_device_proves_nothing(store):
    totals(store, FEW)
    totals(store, *HEART, *NIGHTS, "2026-01-10 | wear_time_min | 900", device="ring")
    assert judged(store) == (None, "not_worn", None)


@pytest.mark.parametrize(("steps", "missing"), [(99, "not_worn"), (100, None)])
def test_hardly_any_steps_are_missing_whatever_else_was_recorded(store, steps, missing):
    totals(store, f"2026-01-10 | step_count | {steps}", *HEART, *NIGHTS, "2026-01-10 | wear_time_min | 900")
    assert judged(store)[1] == missing


def test_samples_of_the_heart_count_like_daily_values(store):
    totals(store, FEW)
    rows = [
        f"band | tracker | 2026-01-{day:02d} 03:00:00+00 | 2026-01-{day:02d} 03:05:00+00 | heart_rate_variability_sdnn_ms | 40"
        for day in (9, 10, 11)
    ]
    put(store, "measurement", "device | device_kind | start_at | end_at | measure | value\n" + "\n".join(rows))
    assert judged(store) == (300, None, "heart rate")


@pytest.mark.parametrize(("count", "missing", "rule"), [(5, "not_worn", None), (6, None, "steps in many hours")])
def test_few_steps_in_many_hours_count(store, count, missing, rule):
    put(store, "step_count", hours(50, count))
    assert judged(store)[1:] == (missing, rule)


def test_many_steps_in_few_hours_count_only_if_the_rest_of_the_day_was_worn(store):
    put(store, "step_count", hours(400, 3))
    totals(store, "2026-01-10 | lightly_active_time_min | 60")
    assert judged(store) == (None, "not_worn", None)  # an hour of activity says nothing about the other hours
    totals(store, *HEART)
    put(store, "self_report", "date | value\n2026-01-10 | 4")
    store.connection.execute("DELETE FROM daily_built")
    assert judged(store) == (1200, None, "heart rate")


@pytest.mark.parametrize(("moved", "missing", "rule"), [(0, "not_worn", None), (1, None, "minutes of movement")])
def test_a_phone_counts_if_it_moved_with_its_owner(store, moved, missing, rule):
    totals(store, FEW, f"2026-01-10 | moving_time_min | {moved}", kind="phone")
    assert judged(store)[1:] == (missing, rule)


def test_a_phone_beside_the_bed_is_not_carried(store):
    totals(store, FEW, *NIGHTS, "2026-01-10 | lightly_active_time_min | 60", kind="phone")
    assert judged(store) == (None, "not_worn", None)


@pytest.mark.parametrize(
    ("rule", "steps", "expected"),
    [
        ("never", 300, (None, "not_worn", None)),
        ("if_worn", 300, (300, None, "heart rate")),
        ("always", 3, (3, None, "the plan")),
        ("always", 0, (None, "not_worn", None)),
        ("never", 500, (500, None, "enough steps")),
    ],
)
def test_the_plan_decides_about_days_with_few_steps(make_study, rule, steps, expected):
    with open_store(make_study(rules={"low_step_days": rule})) as store:
        totals(store, f"2026-01-10 | step_count | {steps}", *HEART)
        assert judged(store) == expected


def test_a_worn_day_with_few_steps_and_no_session_has_no_exercise(store):
    totals(store, FEW, *HEART)
    put(
        store,
        "exercise_session",
        "start_at | end_at | duration_min\n2026-01-05 10:00:00+00 | 2026-01-05 10:30:00+00 | 30",
    )
    build_daily_table(store)
    [day] = table(store, "SELECT exercise_time_min AS minutes FROM daily_summary WHERE date = '2026-01-10'")
    assert day == {"minutes": 0.0}

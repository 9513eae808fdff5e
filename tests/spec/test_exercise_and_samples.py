"""Exercise counted once, days without it distinguished from days without a record; heart rate from one device."""

import pytest

from painstats.daily import build_daily_table
from tests.conftest import put, table

EXERCISE = (
    "SELECT date::VARCHAR AS date, recorded_exercise_time_min AS minutes, exercise_session_count AS sessions, exercise_types AS types "
    "FROM daily_summary WHERE recorded_exercise_time_min IS NOT NULL ORDER BY date"
)


def exercise(store, text):
    put(store, "exercise_session", text)
    build_daily_table(store)
    return [(row["date"], row["minutes"], row["sessions"], row["types"]) for row in table(store, EXERCISE)]


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        (
            "a workout that the watch and an app recorded counts once",
            """
            watch-1 | watch | 1 | running | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            app-1   | app   | 1 | running | 2026-01-10 08:05:00+00 | 2026-01-10 08:55:00+00 | 50
            """,
            [("2026-01-10", 60.0, 1, "running")],
        ),
        (
            "what lies outside the better device's session is added",
            """
            watch-1 | watch | 1 | running | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            app-1   | app   | 1 | walking | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 60
            """,
            [("2026-01-10", 90.0, 2, "running+walking")],
        ),
        (
            "pauses are left out in proportion",
            "watch-1 | watch | 1 | yoga | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 45",
            [("2026-01-10", 45.0, 1, "yoga")],
        ),
        (
            "over midnight it is split",
            "watch-1 | watch | 1 | dance | 2026-01-10 23:30:00+00 | 2026-01-11 01:00:00+00 | 90",
            [("2026-01-10", 30.0, 1, "dance"), ("2026-01-11", 60.0, 1, "dance")],
        ),
        (
            "a session without an end lasts as long as it says",
            "watch-1 | watch | 1 | yoga | 2026-01-10 08:00:00+00 | 2026-01-10 08:00:00+00 | 30",
            [("2026-01-10", 30.0, 1, "yoga")],
        ),
        (
            "a watch that knows no swimming leaves the kind to the app, and the minutes are its own",
            """
            watch-1 | watch | 1 | other    | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            app-1   | app   | 1 | swimming | 2026-01-10 08:10:00+00 | 2026-01-10 09:20:00+00 | 70
            """,
            [("2026-01-10", 80.0, 2, "other+swimming")],
        ),
        (
            "the kind of the better device counts if it has one",
            """
            watch-1 | watch | 1 | running | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            app-1   | app   | 1 | walking | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            """,
            [("2026-01-10", 60.0, 1, "running")],
        ),
        (
            "a massage adds nothing and takes nothing",
            """
            watch-1 | watch | 1 | massage | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
            app-1   | app   | 1 | walking | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 60
            """,
            [("2026-01-10", 60.0, 1, "walking")],
        ),
        (
            "two sessions apart add up",
            """
            watch-1 | watch | 1 | walking | 2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 30
            watch-1 | watch | 2 | walking | 2026-01-10 18:00:00+00 | 2026-01-10 18:20:00+00 | 20
            """,
            [("2026-01-10", 50.0, 2, "walking")],
        ),
    ],
)
def test_each_minute_of_exercise_counts_once(store, what, rows, expected):
    head = "device | device_kind | session_id | exercise_type | start_at | end_at | duration_min\n"
    assert exercise(store, head + "\n".join(line.strip() for line in rows.strip().splitlines())) == expected, what


def test_the_date_is_that_of_the_recorded_clock(store):
    text = "utc_offset_min | start_at | end_at\n-480 | 2026-01-11 02:00:00+00 | 2026-01-11 02:30:00+00"
    assert exercise(store, text) == [("2026-01-10", 30.0, 1, "walking")]


def test_a_worn_day_without_exercise_is_zero_and_an_unworn_one_missing(store):
    put(
        store,
        "daily_total",
        "date | measure | value\n2026-01-11 | step_count | 5000\n2026-01-12 | step_count | 30\n2026-03-20 | step_count | 5000",
    )
    put(store, "exercise_session", "start_at | end_at\n2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00")
    build_daily_table(store)
    days = table(
        store,
        "SELECT date::VARCHAR AS date, exercise_time_min AS minutes, exercise_time_min_missing AS reason FROM daily_summary "
        "WHERE date IN ('2026-01-10', '2026-01-11', '2026-01-12', '2026-03-20') ORDER BY date",
    )
    assert [(day["date"], day["minutes"], day["reason"]) for day in days] == [
        ("2026-01-10", 30.0, None),
        ("2026-01-11", 0.0, None),
        ("2026-01-12", None, "not_worn"),
        ("2026-03-20", None, "no_record"),  # no exercise was recorded within four weeks: it may not be recorded at all
    ]


def test_heart_rate_is_that_of_one_device_and_samples_are_averaged(store):
    put(
        store,
        "measurement",
        """
        device  | device_kind | measure                        | start_at               | end_at                 | value
        watch-1 | watch       | resting_heart_rate_bpm         | 2026-01-10 08:00:00+00 | 2026-01-10 08:00:00+00 | 60
        watch-1 | watch       | resting_heart_rate_bpm         | 2026-01-10 20:00:00+00 | 2026-01-10 20:00:00+00 | 64
        phone-1 | phone       | resting_heart_rate_bpm         | 2026-01-10 08:00:00+00 | 2026-01-10 08:00:00+00 | 90
        watch-1 | watch       | heart_rate_variability_sdnn_ms | 2026-01-10 23:50:00+00 | 2026-01-11 00:10:00+00 | 41
        watch-1 | watch       | exercise_time_min              | 2026-01-10 09:00:00+00 | 2026-01-10 09:01:00+00 | 1
        watch-1 | watch       | exercise_time_min              | 2026-01-10 09:01:00+00 | 2026-01-10 09:02:00+00 | 1
    """,
    )
    put(
        store,
        "daily_total",
        "device | device_kind | date | measure | value\nband | tracker | 2026-01-11 | resting_heart_rate_bpm | 58",
    )
    build_daily_table(store)
    days = table(
        store,
        "SELECT resting_heart_rate_bpm AS rest, heart_rate_variability_sdnn_ms AS sdnn, device_exercise_time_min AS minutes "
        "FROM daily_summary ORDER BY date",
    )
    assert days == [{"rest": 62.0, "sdnn": None, "minutes": 2.0}, {"rest": 58.0, "sdnn": 41.0, "minutes": None}]


@pytest.mark.parametrize(("offset", "rule"), [("", "home zone"), ("60", "recorded offset")])
def test_each_day_of_exercise_says_what_dated_it(store, offset, rule):
    put(
        store,
        "exercise_session",
        f"""
        device  | device_kind | session_id | exercise_type | start_at               | end_at                 | utc_offset_min | duration_min
        watch-1 | watch       | 1          | yoga          | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | {offset}       | 60
    """,
    )
    build_daily_table(store)
    assert table(store, "SELECT exercise_date_rule FROM daily_summary") == [{"exercise_date_rule": rule}]

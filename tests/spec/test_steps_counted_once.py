"""Steps of overlapping devices are counted once, on the right local date."""

import pytest

from painstats.daily import build_daily_table
from tests.conftest import put, table

COUNTED = (
    "SELECT date::VARCHAR AS date, sum(counted_step_count) AS steps FROM step_by_device GROUP BY date ORDER BY date"
)


def counted(store, text):
    put(store, "step_count", text)
    build_daily_table(store)
    return {row["date"]: row["steps"] for row in table(store, COUNTED)}


def test_one_device_is_a_plain_sum(store):
    assert counted(
        store,
        """
        start_at               | end_at                 | step_count
        2026-01-10 08:00:00+00 | 2026-01-10 08:10:00+00 | 300
        2026-01-10 09:00:00+00 | 2026-01-10 09:10:00+00 | 500
    """,
    ) == {"2026-01-10": 800}


def test_a_phone_inside_the_watch_adds_nothing(store):
    assert counted(
        store,
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 1000
        phone-1 | phone       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 900
    """,
    ) == {"2026-01-10": 1000}


def test_a_phone_adds_only_what_the_watch_left_open(store):
    assert counted(
        store,
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
        phone-1 | phone       | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 600
    """,
    ) == {"2026-01-10": 600 + 600 / 2}


def test_two_covering_samples_leave_a_hole_between_them(store):
    assert counted(
        store,
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 08:15:00+00 | 100
        watch-1 | watch       | 2026-01-10 08:45:00+00 | 2026-01-10 09:00:00+00 | 100
        phone-1 | phone       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
    """,
    ) == {"2026-01-10": 200 + 600 / 2}


def test_three_devices_each_fill_what_is_left(store):
    assert counted(
        store,
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 300
        phone-1 | phone       | 2026-01-10 08:20:00+00 | 2026-01-10 08:40:00+00 | 200
        app-1   | app         | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
    """,
    ) == {"2026-01-10": 300 + 200 / 2 + 600 * 20 / 60}


def test_a_manual_entry_beats_the_watch(store):
    assert counted(
        store,
        """
        device   | device_kind | start_at               | end_at                 | step_count
        watch-1  | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 1000
        manual-1 | manual      | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 700
    """,
    ) == {"2026-01-10": 700}


def test_a_moment_inside_covered_time_is_not_counted_again(store):
    assert counted(
        store,
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 1000
        phone-1 | phone       | 2026-01-10 08:30:00+00 | 2026-01-10 08:30:00+00 | 7
        phone-1 | phone       | 2026-01-10 10:30:00+00 | 2026-01-10 10:30:00+00 | 9
    """,
    ) == {"2026-01-10": 1009}


def test_a_sample_across_midnight_is_split_by_time(store):
    assert counted(
        store,
        """
        start_at               | end_at                 | step_count
        2026-01-10 23:45:00+00 | 2026-01-11 00:15:00+00 | 300
    """,
    ) == {"2026-01-10": 150, "2026-01-11": 150}
    assert table(store, "SELECT day(date) AS day, recorded_step_count AS steps FROM step_by_device ORDER BY date") == [
        {"day": 10, "steps": 150},
        {"day": 11, "steps": 150},
    ]


def test_the_date_is_the_persons_own(store):
    # 23:30 UTC in July is half past midnight in London.
    assert counted(
        store,
        """
        start_at               | end_at                 | step_count
        2026-07-10 23:30:00+00 | 2026-07-10 23:40:00+00 | 300
    """,
    ) == {"2026-07-11": 300}


def test_people_do_not_cover_each_other(store):
    put(
        store,
        "step_count",
        """
        participant_id | device  | device_kind | start_at               | end_at                 | step_count
        ann            | watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 1000
        bob            | phone-1 | phone       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 900
    """,
    )
    build_daily_table(store)
    assert table(store, "SELECT participant_id, counted_step_count FROM step_by_device ORDER BY 1") == [
        {"participant_id": "ann", "counted_step_count": 1000.0},
        {"participant_id": "bob", "counted_step_count": 900.0},
    ]


def test_what_each_device_recorded_stays_visible(store):
    put(
        store,
        "step_count",
        """
        device  | device_kind | start_at               | end_at                 | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
        phone-1 | phone       | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 600
    """,
    )
    build_daily_table(store)
    assert table(
        store, "SELECT device, recorded_step_count, counted_step_count FROM step_by_device ORDER BY device"
    ) == [
        {"device": "phone-1", "recorded_step_count": 600, "counted_step_count": 300.0},
        {"device": "watch-1", "recorded_step_count": 600, "counted_step_count": 600.0},
    ]


def hours(date, steps, count):
    rows = [f"{date} {8 + hour:02d}:00:00+00 | {date} {8 + hour:02d}:30:00+00 | {steps}" for hour in range(count)]
    return "start_at | end_at | step_count\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("steps_per_hour", "active_hours", "reason"),
    [
        (100, 6, None),
        (100, 5, "not_worn"),
        (16, 6, "not_worn"),
        (83, 5, "not_worn"),
        (83, 6, None),
        (12_000, 5, "not_worn"),
        (12_000, 6, "implausible"),
    ],
)
def test_a_day_without_wear_is_missing_never_low(store, steps_per_hour, active_hours, reason):
    put(store, "step_count", hours("2026-01-10", steps_per_hour, active_hours))
    build_daily_table(store)
    [day] = table(store, "SELECT step_count, step_count_missing, recorded_step_count FROM daily_summary")
    assert day["step_count_missing"] == reason
    assert day["step_count"] == (None if reason else steps_per_hour * active_hours)
    assert day["recorded_step_count"] == steps_per_hour * active_hours


def test_a_daily_total_stands_in_only_where_there_are_no_intervals(store):
    put(store, "step_count", hours("2026-01-10", 100, 6))
    put(
        store,
        "daily_total",
        """
        date       | measure    | value
        2026-01-10 | step_count | 9999
        2026-01-11 | step_count | 7777
    """,
    )
    build_daily_table(store)
    assert table(store, "SELECT date::VARCHAR AS date, step_count FROM daily_summary ORDER BY date") == [
        {"date": "2026-01-10", "step_count": 600},
        {"date": "2026-01-11", "step_count": 7777},
    ]


def test_a_whole_day_of_sitting_still_is_not_worn(store):
    put(
        store,
        "daily_total",
        """
        date       | measure            | value
        2026-01-10 | step_count         | 800
        2026-01-10 | sedentary_time_min | 1440
    """,
    )
    build_daily_table(store)
    assert table(store, "SELECT step_count, step_count_missing FROM daily_summary") == [
        {"step_count": None, "step_count_missing": "not_worn"}
    ]


def test_samples_of_one_device_that_overlap_are_not_added(store):
    # The same hour once in halves and once whole: the whole one adds only what the first half left open.
    assert counted(
        store,
        """
        start_at               | end_at                 | step_count
        2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 500
        2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 1000
        2026-01-10 08:30:00+00 | 2026-01-10 09:00:00+00 | 500
    """,
    ) == {"2026-01-10": 500 + 1000 / 2}


def test_a_worn_device_without_steps_keeps_the_phone_from_filling_in(store):
    assert counted(
        store,
        """
        device    | device_kind | start_at               | end_at                 | step_count
        tracker-1 | tracker     | 2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 400
        tracker-1 | tracker     | 2026-01-10 08:30:00+00 | 2026-01-10 09:00:00+00 | 0
        phone-1   | phone       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
    """,
    ) == {"2026-01-10": 400}


def test_a_total_of_a_better_device_takes_the_day(store):
    put(
        store,
        "step_count",
        hours("2026-01-10", 100, 8).replace("start_at", "device_kind | start_at").replace("\n2026", "\nphone | 2026"),
    )
    put(store, "daily_total", "date | measure | device_kind | value\n2026-01-10 | step_count | tracker | 12000")
    build_daily_table(store)
    assert table(store, "SELECT step_count FROM daily_summary") == [{"step_count": 12000}]


ACTIVE = "SELECT active_time_min, active_time_min_missing AS missing FROM daily_summary"


def test_active_time_comes_from_one_device(store):
    put(
        store,
        "daily_total",
        """
        source   | device | date       | measure                    | value
        fitbit   | f      | 2026-01-10 | lightly_active_time_min    | 90
        fitbit   | f      | 2026-01-10 | moderately_active_time_min | 20
        fitbit   | f      | 2026-01-10 | very_active_time_min       | 10
        fitabase | a      | 2026-01-10 | lightly_active_time_min    | 91
        fitabase | a      | 2026-01-10 | moderately_active_time_min | 20
        fitabase | a      | 2026-01-10 | very_active_time_min       | 10
    """,
    )
    build_daily_table(store)
    assert table(store, ACTIVE) == [{"active_time_min": 121.0, "missing": None}]


def test_active_time_with_a_part_missing_is_missing(store):
    put(store, "daily_total", "date | measure | value\n2026-01-10 | very_active_time_min | 20")
    build_daily_table(store)
    assert table(store, ACTIVE) == [{"active_time_min": None, "missing": "no_record"}]

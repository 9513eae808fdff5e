"""The local date of each record, and the rule that decided it."""

import pytest

from painstats.daily import build_daily_table
from painstats.store import open_store
from tests.conftest import put, table

HOME, JOURNEY, RECORDED, SOURCE = "home zone", "journey in the plan", "recorded offset", "as the source dates it"


def in_london(make_study, *travel):
    stays = [dict(zip(("first_date", "last_date", "time_zone"), stay, strict=True)) for stay in travel]
    return open_store(make_study(study={"time_zone": "Europe/London"}, participants={"ann": {"travel": stays}}))


def steps(store, text):
    put(store, "step_count", text)
    build_daily_table(store)
    rows = table(
        store,
        "SELECT date::VARCHAR AS date, recorded_step_count AS steps, step_date_rule AS rule FROM daily_summary "
        "WHERE recorded_step_count IS NOT NULL ORDER BY date",
    )
    return [(row["date"], row["steps"], row["rule"]) for row in rows]


def nights(store, text, table_name="sleep_segment"):
    put(store, table_name, text)
    build_daily_table(store)
    rows = table(
        store,
        "SELECT date::VARCHAR AS date, recorded_total_sleep_time_min AS sleep, nap_time_min AS nap, night_rule AS rule, "
        "strftime(sleep_start_local, '%d %H:%M') AS start, strftime(sleep_end_local, '%d %H:%M') AS end "
        "FROM daily_summary WHERE recorded_total_sleep_time_min IS NOT NULL ORDER BY date",
    )
    return [(row["date"], row["sleep"], row["nap"], row["start"], row["end"], row["rule"]) for row in rows]


def clock_hours(store):
    rows = table(store, "SELECT date::VARCHAR AS date, clock_hours FROM daily_summary ORDER BY date")
    return {row["date"]: row["clock_hours"] for row in rows}


# --- Steps ---


@pytest.mark.parametrize(
    ("offset", "date", "rule"),
    [
        ("", "2026-01-11", HOME),  # 01:00 in London
        ("0", "2026-01-11", RECORDED),
        ("-300", "2026-01-10", RECORDED),  # 20:00 in New York
        ("780", "2026-01-11", RECORDED),  # 14:00 in Auckland
        ("-660", "2026-01-10", RECORDED),
    ],
)
def test_a_recorded_offset_dates_the_steps(store, offset, date, rule):
    text = f"start_at | end_at | utc_offset_min | step_count\n2026-01-11 01:00:00+00 | 2026-01-11 01:10:00+00 | {offset} | 300"
    assert steps(store, text) == [(date, 300, rule)]


def test_a_declared_journey_dates_steps_without_an_offset(make_study):
    with in_london(make_study, ("2026-01-10", "2026-01-20", "America/New_York")) as store:
        text = "start_at | end_at | step_count\n2026-01-12 01:00:00+00 | 2026-01-12 01:10:00+00 | 300"
        assert steps(store, text) == [("2026-01-11", 300, JOURNEY)]


def test_a_recorded_offset_counts_before_the_plan(make_study):
    with in_london(make_study, ("2026-01-10", "2026-01-20", "America/New_York")) as store:
        text = (
            "start_at | end_at | utc_offset_min | step_count\n2026-01-12 01:00:00+00 | 2026-01-12 01:10:00+00 | 0 | 300"
        )
        assert steps(store, text) == [("2026-01-12", 300, RECORDED)]


def test_a_date_with_several_rules_names_them_all(store):
    text = """
        device  | device_kind | start_at               | end_at                 | utc_offset_min | step_count
        watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 |                | 300
        band    | tracker     | 2026-01-10 10:00:00+00 | 2026-01-10 11:00:00+00 | 0              | 200
    """
    put(store, "daily_total", "date | measure | value\n2026-01-11 | step_count | 5000")
    assert steps(store, text) == [("2026-01-10", 500, f"{HOME} + {RECORDED}"), ("2026-01-11", 5000, SOURCE)]


def test_an_interval_across_midnight_is_split_on_the_clock_that_was_recorded(store):
    # 23:45 to 00:15 five hours west of London.
    text = (
        "start_at | end_at | utc_offset_min | step_count\n2026-01-11 04:45:00+00 | 2026-01-11 05:15:00+00 | -300 | 300"
    )
    assert [row[:2] for row in steps(store, text)] == [("2026-01-10", 150), ("2026-01-11", 150)]


def test_an_interval_over_a_clock_change_and_midnight_is_cut_at_the_midnight_that_was(store):
    # From midnight to midnight on the clock: 23 hours; the last of the 24 is in the next date.
    text = "start_at | end_at | step_count\n2026-03-29 00:00:00+00 | 2026-03-30 00:00:00+00 | 2400"
    assert [row[:2] for row in steps(store, text)] == [("2026-03-29", 2300), ("2026-03-30", 100)]


# --- Nights ---


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        (
            "a nap in the afternoon is no night",
            ["2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00", "2026-01-11 14:00:00+00 | 2026-01-11 14:30:00+00"],
            [("2026-01-11", 420.0, 30.0, "10 23:00", "11 06:00", HOME)],
        ),
        (
            "split sleep is one night",
            ["2026-01-10 21:00:00+00 | 2026-01-11 01:00:00+00", "2026-01-11 04:00:00+00 | 2026-01-11 07:00:00+00"],
            [("2026-01-11", 420.0, 0.0, "10 21:00", "11 07:00", HOME)],
        ),
        (
            "broken by less than two hours it is one night",
            ["2026-01-10 22:00:00+00 | 2026-01-11 01:00:00+00", "2026-01-11 03:00:00+00 | 2026-01-11 07:00:00+00"],
            [("2026-01-11", 420.0, 0.0, "10 22:00", "11 07:00", HOME)],
        ),
        (
            "a night shift: sleep by day belongs to that day, and two days running have one each",
            ["2026-01-11 08:30:00+00 | 2026-01-11 15:30:00+00", "2026-01-12 09:00:00+00 | 2026-01-12 16:00:00+00"],
            [
                ("2026-01-11", 420.0, 0.0, "11 08:30", "11 15:30", HOME),
                ("2026-01-12", 420.0, 0.0, "12 09:00", "12 16:00", HOME),
            ],
        ),
        (
            "back from the night shift: day sleep and the night after it are two dates",
            ["2026-01-11 08:30:00+00 | 2026-01-11 13:30:00+00", "2026-01-11 23:00:00+00 | 2026-01-12 07:00:00+00"],
            [
                ("2026-01-11", 300.0, 0.0, "11 08:30", "11 13:30", HOME),
                ("2026-01-12", 480.0, 0.0, "11 23:00", "12 07:00", HOME),
            ],
        ),
        (
            "an evening that ends before midnight belongs to its own day",
            ["2026-01-10 18:00:00+00 | 2026-01-10 23:50:00+00"],
            [("2026-01-10", 350.0, 0.0, "10 18:00", "10 23:50", HOME)],
        ),
        (
            "the clocks go forward: seven true hours between 22 and 6",
            ["2026-03-28 22:00:00+00 | 2026-03-29 05:00:00+00"],
            [("2026-03-29", 420.0, 0.0, "28 22:00", "29 06:00", HOME)],
        ),
        (
            "the clocks go back: nine true hours between 22 and 6",
            ["2026-10-24 21:00:00+00 | 2026-10-25 06:00:00+00"],
            [("2026-10-25", 540.0, 0.0, "24 22:00", "25 06:00", HOME)],
        ),
    ],
)
def test_sleep_belongs_to_the_date_of_waking(store, what, rows, expected):
    assert nights(store, "start_at | end_at | stage\n" + "\n".join(f"{row} | asleep" for row in rows)) == expected, what


@pytest.mark.parametrize(
    ("offset", "date", "rule"),
    [
        ("", "2026-01-11", HOME),
        ("0", "2026-01-11", RECORDED),
        ("-480", "2026-01-10", RECORDED),
        ("780", "2026-01-11", RECORDED),
    ],
)
def test_a_recorded_offset_dates_the_night(store, offset, date, rule):
    text = f"start_at | end_at | utc_offset_min | stage\n2026-01-11 00:00:00+00 | 2026-01-11 07:00:00+00 | {offset} | asleep"
    [(found, sleep, _, _, _, told)] = nights(store, text)
    assert (found, sleep, told) == (date, 420.0, rule)


def test_an_offset_recorded_before_the_clock_change_does_not_move_the_morning_after(store):
    # The offset is that of the evening; on waking the clock has gone forward.
    text = "start_at | end_at | utc_offset_min | stage\n2026-03-28 22:00:00+00 | 2026-03-29 05:00:00+00 | 0 | asleep"
    assert nights(store, text) == [("2026-03-29", 420.0, 0.0, "28 22:00", "29 06:00", RECORDED)]


def test_an_episode_keeps_the_date_that_its_source_gives(store):
    text = """
        date       | start_at               | end_at                 | utc_offset_min | total_sleep_time_min
        2026-01-11 | 2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | 60             | 430
    """
    assert nights(store, text, "sleep_episode") == [("2026-01-11", 430.0, 0.0, "11 00:00", "11 08:00", SOURCE)]


# --- Over the date line ---

TO_AUCKLAND = ("2026-01-12", "2026-01-20", "Pacific/Auckland")


def from_los_angeles(make_study, *travel):
    stays = [dict(zip(("first_date", "last_date", "time_zone"), stay, strict=True)) for stay in travel]
    return open_store(make_study(study={"time_zone": "America/Los_Angeles"}, participants={"ann": {"travel": stays}}))


def test_flying_west_over_the_date_line_leaves_a_date_out(make_study):
    # Left Los Angeles on the evening of the 10th, landed in Auckland on the morning of the 12th. There was no 11th.
    with from_los_angeles(make_study, TO_AUCKLAND) as store:
        rows = """
            start_at               | end_at                 | step_count
            2026-01-11 04:00:00+00 | 2026-01-11 04:10:00+00 | 100
            2026-01-11 21:00:00+00 | 2026-01-11 21:10:00+00 | 200
            2026-01-12 10:00:00+00 | 2026-01-12 10:10:00+00 | 400
        """  # 20:00 on the 10th; 10:00 and 23:00 on the 12th
        found = steps(store, rows)
        hours = clock_hours(store)
    assert [row[:2] for row in found] == [("2026-01-10", 100), ("2026-01-12", 600)]
    assert hours == {"2026-01-10": 24.0, "2026-01-11": 3.0, "2026-01-12": 24.0}


def test_flying_east_over_the_date_line_lives_a_date_twice(make_study):
    # Left Auckland on the evening of the 20th, landed in Los Angeles on the morning of the same 20th.
    with from_los_angeles(make_study, TO_AUCKLAND) as store:
        rows = """
            start_at               | end_at                 | step_count
            2026-01-19 20:00:00+00 | 2026-01-19 20:10:00+00 | 100
            2026-01-20 18:00:00+00 | 2026-01-20 18:10:00+00 | 200
            2026-01-21 18:00:00+00 | 2026-01-21 18:10:00+00 | 400
        """  # 09:00 on the 20th in Auckland; 10:00 on the 20th and on the 21st in Los Angeles
        found = steps(store, rows)
        hours = clock_hours(store)
    assert [row[:2] for row in found] == [("2026-01-20", 300), ("2026-01-21", 400)]
    assert hours == {"2026-01-20": 24.0 + 21.0, "2026-01-21": 24.0}


def test_recorded_offsets_tell_of_both_flights_without_a_plan(make_study):
    with from_los_angeles(make_study) as store:
        rows = """
            start_at               | end_at                 | utc_offset_min | step_count
            2026-01-11 04:00:00+00 | 2026-01-11 04:10:00+00 | -480           | 100
            2026-01-11 21:00:00+00 | 2026-01-11 21:10:00+00 | 780            | 200
            2026-01-19 20:00:00+00 | 2026-01-19 20:10:00+00 | 780            | 400
            2026-01-20 18:00:00+00 | 2026-01-20 18:10:00+00 | -480           | 800
        """
        found = steps(store, rows)
        hours = clock_hours(store)
    assert [row[:2] for row in found] == [("2026-01-10", 100), ("2026-01-12", 200), ("2026-01-20", 1200)]
    assert {date: hours[date] for date in ("2026-01-10", "2026-01-12", "2026-01-20")} == {
        "2026-01-10": 24.0,
        "2026-01-12": 24.0,
        "2026-01-20": 45.0,
    }


def test_a_night_in_the_air_is_dated_where_the_person_woke(make_study):
    # Asleep from 23:00 in Los Angeles, on the plane, until 07:00 in Auckland two dates later by the calendar.
    with from_los_angeles(make_study, TO_AUCKLAND) as store:
        rows = """
            start_at               | end_at                 | stage
            2026-01-11 09:00:00+00 | 2026-01-11 18:00:00+00 | asleep
        """
        assert nights(store, rows) == [("2026-01-12", 540.0, 0.0, "11 01:00", "12 07:00", JOURNEY)]


def test_a_short_or_long_date_by_recorded_offsets_is_a_travel_day(store):
    rows = [
        f"2026-02-10 {hour:02d}:00:00+00 | 2026-02-10 {hour:02d}:30:00+00 | {0 if hour < 12 else -300} | 200"
        for hour in range(6, 22)
    ]
    put(store, "step_count", "start_at | end_at | utc_offset_min | step_count\n" + "\n".join(rows))
    build_daily_table(store)
    [day] = table(store, "SELECT clock_hours, step_count, step_count_missing AS reason FROM daily_summary")
    assert day == {"clock_hours": 29.0, "step_count": None, "reason": "travel_day"}

"""Clock times become instants in the zone where the person was."""

from datetime import date, datetime
from itertools import pairwise

import polars as pl

from painstats.time_zones import Journey, TimeZones

ZONES = TimeZones(
    default="Europe/London",
    home={"bea": "America/New_York"},
    journeys={"ann": (Journey(date(2026, 3, 10), date(2026, 3, 12), "Asia/Tokyo"),)},
)


def utc(person, *clock_times):
    local = pl.Series([datetime.fromisoformat(text) for text in clock_times], dtype=pl.Datetime("us"))
    return [None if at is None else at.strftime("%Y-%m-%d %H:%M") for at in ZONES.to_utc(person, local).to_list()]


def test_winter_and_summer_differ_by_the_clock_change():
    assert utc("ann", "2026-01-10 12:00", "2026-07-10 12:00") == ["2026-01-10 12:00", "2026-07-10 11:00"]


def test_each_person_has_their_own_zone():
    assert utc("bea", "2026-01-10 12:00") == ["2026-01-10 17:00"]


def test_a_journey_counts_from_its_first_to_its_last_date():
    assert utc("ann", "2026-03-09 12:00", "2026-03-10 12:00", "2026-03-12 12:00", "2026-03-13 12:00") == [
        "2026-03-09 12:00", "2026-03-10 03:00", "2026-03-12 03:00", "2026-03-13 12:00",
    ]  # fmt: skip


def test_an_hour_that_never_was_is_null_and_one_that_was_twice_is_the_first():
    assert utc("ann", "2026-03-29 01:30", "2026-10-25 01:30") == [None, "2026-10-25 00:30"]


def test_the_periods_of_a_journey_have_no_holes():
    periods = ZONES.periods("ann")
    assert [period.time_zone for period in periods] == ["Europe/London", "Asia/Tokyo", "Europe/London"]
    assert [earlier.ends_at == later.starts_at for earlier, later in pairwise(periods)] == [
        True,
        True,
    ]
    assert periods[1].starts_at.isoformat() == "2026-03-10T00:00:00+00:00"
    assert periods[2].starts_at.isoformat() == "2026-03-13T00:00:00+00:00"


def test_the_evening_before_a_flight_is_spent_where_the_person_still_was():
    there = TimeZones(
        "Europe/Berlin", {}, {"ann": (Journey(date(2026, 3, 10), date(2026, 3, 12), "America/New_York"),)}
    )
    _, away, back = there.periods("ann")
    assert (
        away.starts_at.isoformat() == "2026-03-10T04:00:00+00:00"
    )  # midnight in New York, five in the morning at home
    assert back.starts_at.isoformat() == "2026-03-13T04:00:00+00:00"

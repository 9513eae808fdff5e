"""Local times become instants in the time zone where the participant was."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from painstats.plan.time_zones import Journey, TimeZones, clock_offsets

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


@pytest.mark.parametrize(
    ("zone", "at", "offset_min"),
    [
        ("Europe/London", "2026-03-29T00:59:00", 0),
        ("Europe/London", "2026-03-29T01:00:00", 60),
        ("Europe/London", "2026-10-25T01:00:00", 0),
        ("Australia/Lord_Howe", "2026-04-04T14:59:00", 660),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00", 630),  # half an hour
        ("America/New_York", "2026-07-01T00:00:00", -240),
        ("Asia/Kathmandu", "1990-01-02T00:00:00", 345),
        ("UTC", "2050-01-01T00:00:00", 0),
    ],
)
def test_the_clock_of_a_zone_is_known_at_every_instant(zone, at, offset_min):
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC)
    [period] = [period for period in clock_offsets(zone) if period.starts_at <= instant < period.ends_at]
    assert period.offset_min == offset_min


@pytest.mark.parametrize("zone", ["Europe/London", "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia"])
def test_the_clocks_of_a_zone_have_no_holes_and_are_those_of_the_time_zone_database(zone):
    periods = clock_offsets(zone)
    assert all(earlier.ends_at == later.starts_at for earlier, later in pairwise(periods))
    for period in periods[1:-1]:
        for instant in (period.starts_at, period.ends_at - timedelta(minutes=1)):
            assert instant.astimezone(ZoneInfo(zone)).utcoffset() == timedelta(minutes=period.offset_min)


def test_over_the_date_line_the_move_is_at_the_midnight_nearest_in_time():
    over = TimeZones(
        "America/Los_Angeles", {}, {"ann": (Journey(date(2026, 1, 12), date(2026, 1, 20), "Pacific/Auckland"),)}
    )
    _, away, back = over.periods("ann")
    assert away.starts_at.isoformat() == "2026-01-11T11:00:00+00:00"  # the 12th begins in Auckland
    assert back.starts_at.isoformat() == "2026-01-20T11:00:00+00:00"  # the 20th ends in Auckland

"""Zepp Life: nights in UTC with a local date, which shows whether the time zone can be right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped

BERLIN = settings(zone="Europe/Berlin")
SLEEP, ACTIVITY = FIXTURES / "zepp_life_SLEEP.csv", FIXTURES / "zepp_life_ACTIVITY.csv"
HEADER = "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop,REMTime,naps"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def nights(contents: Contents) -> list[tuple[object, ...]]:
    columns = ("date", "start_at", "total_sleep_time_min", "wake_after_sleep_onset_min", "rem_sleep_min")
    return contents.accepted("sleep_episode").select(columns).rows()


def notes(contents: Contents) -> list[str]:
    return [note.message for note in contents.notes]


def dated(path: Path, zone: str, *wakings: tuple[date, datetime]) -> Contents:
    """Read nights of seven hours that end at these instants, with these dates."""
    rows = [
        f"{day},120,290,10,{end - timedelta(hours=7):%Y-%m-%d %H:%M:%S}+0000,{end:%Y-%m-%d %H:%M:%S}+0000,0,"
        for day, end in wakings
    ]
    return read(written(path / "SLEEP.csv", "\n".join((HEADER, *rows)) + "\n"), settings(zone=zone))


def test_nights_are_instants_with_the_date_of_waking() -> None:
    contents = read(SLEEP, BERLIN)
    assert nights(contents) == [
        (date(2024, 3, 30), at(2024, 3, 29, 22, 10), 456.0, 14.0, 60.0),
        (date(2024, 3, 31), at(2024, 3, 30, 22, 30), 420.0, 10.0, 60.0),  # the clocks went forward
        (date(2024, 4, 2), at(2024, 4, 1, 20, 30), 180.0, 5.0, 30.0),  # awake at 1:35 in Berlin, 23:35 in UTC
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "nights without sleep")]
    assert notes(contents) == [
        "sleep and time awake add up to the minutes from start to stop in 3 of 3 nights",
        "times are UTC; date is the date of waking in 3 of 3 nights in the time zone Europe/Berlin",
        "naps of 1 days were not read",
    ]


def test_days_of_0_steps_are_days_without_the_band() -> None:
    contents = read(ACTIVITY, BERLIN)
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2024, 3, 30), "step_count", 8123.0),
        (date(2024, 4, 1), "step_count", 6411.0),
    ]
    assert contents.ignored[0].reason == "days of 0 steps: band not worn"


def test_a_band_that_measures_no_rem_sleep_has_none(tmp_path: Path) -> None:
    night = dated(tmp_path, "Europe/Berlin", (date(2024, 5, 2), at(2024, 5, 2, 5)))
    assert nights(night) == [(date(2024, 5, 2), at(2024, 5, 1, 22), 410.0, 10.0, None)]


def test_the_export_as_it_is_in_its_zip(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "SLEEP/SLEEP_17.csv": SLEEP.read_bytes(),
        "ACTIVITY/ACTIVITY_17.csv": ACTIVITY.read_bytes(),
        "HEARTRATE_AUTO/HEARTRATE_AUTO_17.csv": "date,time,heartRate\n2024-03-30,00:00,55\n",
    }
    contents = read(zipped(tmp_path / "zepp.zip", files), BERLIN)
    assert (len(nights(contents)), contents.accepted("daily_total").height) == (3, 2)
    assert contents.ignored[-1].reason == "an unknown table"


def test_a_few_dates_that_do_not_fit_the_zone_are_noted_with_those_that_do(tmp_path: Path) -> None:
    late = [(date(2024, 5, day), at(2024, 5, day, 6)) for day in range(2, 30)]
    early = (date(2024, 6, 2), at(2024, 6, 1, 22, 40))  # 1:40 in Kyiv, 23:40 in London
    contents = dated(tmp_path, "Europe/London", *late, early)
    assert notes(contents)[1] == (
        "times are UTC; date is the date of waking in 28 of 29 nights in the time zone Europe/London, but with clocks "
        "0.5 to 16.5 hours ahead of it in 29; check the participant's time zone"
    )


def test_a_zone_that_cannot_be_right_is_refused_with_how_far_off_it_is(tmp_path: Path) -> None:
    nights_of_berlin = [(date(2024, 5, day), at(2024, 5, day, 5)) for day in range(2, 12)]
    refusal = refusal_of(dated, tmp_path, "America/Los_Angeles", *nights_of_berlin)
    assert refusal.rule == "time_zone"
    assert "in 0 of 10 nights in the time zone America/Los_Angeles, but with clocks 2 to" in str(refusal)
    assert len(nights(dated(tmp_path, "Europe/Berlin", *nights_of_berlin))) == 10


def test_nights_of_a_traveller_that_no_zone_fits_are_read_and_noted(tmp_path: Path) -> None:
    here = [(date(2024, 5, day), at(2024, 5, day, 5)) for day in range(2, 10)]
    away = [(date(2024, 6, day), at(2024, 6, day + 1, 5)) for day in range(2, 4)]
    contents = dated(tmp_path, "Europe/Berlin", *here, *away)
    assert "date is the date of waking in 8 of 10 nights" in notes(contents)[1]


def test_parts_that_are_not_minutes_are_refused(tmp_path: Path) -> None:
    text = SLEEP.read_text().replace(",96,300,", ",5760,18000,").replace(",90,270,", ",5400,16200,")
    assert refusal_of(read, written(tmp_path / "SLEEP.csv", text), BERLIN).rule == "duration_unit"


@pytest.mark.parametrize(
    ("found", "changed", "column"),
    [
        ("2024-03-31,90", "31.3.2024,90", "date"),
        ("2024-03-30 22:30:00+0000", "2024-03-30 22:30:00", "start"),
        ("2024-03-31 05:40:00+0000", "", "stop"),
        (",90,270,", ",,270,", "deepSleepTime"),
        (",90,270,", ",90,much,", "shallowSleepTime"),
    ],
)
def test_a_night_that_cannot_be_read_is_rejected(found: str, changed: str, column: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "SLEEP.csv", SLEEP.read_text().replace(found, changed)), BERLIN)
    assert contents.rejected() == [("SLEEP.csv", 3, column, "unreadable")]

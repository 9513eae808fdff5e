"""Sleep as Android: a header for every record, its own time zone, and corrections for time awake."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

TOKYO = settings(zone="Asia/Tokyo")
FILE = FIXTURES / "sleep_as_android.csv"
TEXT = FILE.read_text()
HEADER = "Id,Tz,From,To,Sched,Hours,Rating,Comment,Framerate,Snore,Noise,Cycles,DeepSleep,LenAdjust,Geo"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def sleeps(contents: Contents, *columns: str) -> list[tuple[object, ...]]:
    return contents.accepted("sleep_episode").select(columns).rows()


def record(
    path: Path, began: datetime, start: str, end: str, hours: str, adjusted: str = "-30", zone: str = "Europe/Berlin"
) -> Contents:
    row = (
        f"{began.timestamp() * 1000:.0f}",
        zone,
        start,
        end,
        end,
        hours,
        "0",
        "x",
        "1",
        "0",
        "0",
        "5",
        "0",
        adjusted,
        "",
    )
    cells = ",".join(f'"{cell}"' for cell in row)
    return read(written(path / "sleep-export.csv", f"{HEADER}\n{cells}\n"), TOKYO)


def test_each_record_has_its_own_zone_and_date_of_waking() -> None:
    assert sleeps(read(FILE, TOKYO), "date", "start_at", "end_at", "utc_offset_min", "is_main_sleep") == [
        (date(2024, 10, 27), at(2024, 10, 26, 21), at(2024, 10, 27, 6, 30), 120, True),  # the clocks went back
        (date(2024, 10, 28), at(2024, 10, 27, 22, 15), at(2024, 10, 28, 5, 45), 60, True),
        (date(2024, 10, 28), at(2024, 10, 28, 13), at(2024, 10, 28, 13, 40), 60, False),
        (date(2024, 11, 2), at(2024, 11, 2, 3, 30), at(2024, 11, 2, 11), -240, True),
    ]


def test_a_plan_with_another_clock_than_the_records_is_noted() -> None:
    told = (
        "the clock of 4 of 4 records (most often Europe/Berlin) is not that of the time zone Asia/Tokyo; check the "
        "participant's time zone"
    )
    assert told in [note.message for note in read(FILE, TOKYO).notes]
    at_home = read(FILE, settings(zone="Europe/Rome")).notes  # the same clock by another name
    assert not any("is not that of" in note.message for note in at_home)


def test_time_awake_is_subtracted_and_typed_records_are_manual() -> None:
    contents = read(FILE, settings(zone="Europe/Berlin"))
    assert sleeps(contents, "total_sleep_time_min", "time_in_bed_min", "device_kind") == [
        (530.0, 570.0, "app"),
        (425.0, 450.0, "app"),
        (40.0, 40.0, "manual"),
        (420.0, 450.0, "app"),
    ]
    assert [note.message for note in contents.notes] == [
        "times were read in the time zone of each record; Id is the start of 4 of 4 records",
        "time asleep is the time from From to To and LenAdjust; Hours fits 4 of 4 records",
        "1 of 4 records were typed in: all of their time counts as sleep",
    ]


@pytest.mark.parametrize(("began", "hour"), [(at(2024, 10, 27, 0, 30), 0), (at(2024, 10, 27, 1, 30), 1)])
def test_the_id_says_which_of_two_equal_hours_a_night_began_in(began: datetime, hour: int, tmp_path: Path) -> None:
    contents = record(tmp_path, began, "27. 10. 2024 2:30", "27. 10. 2024 9:30", "8.0")
    assert sleeps(contents, "start_at") == [(at(2024, 10, 27, hour, 30),)]


@pytest.mark.parametrize(("hours", "hour"), [("4.5", 0), ("5.5", 1)])
def test_the_length_says_which_of_two_equal_hours_a_night_ended_in(hours: str, hour: int, tmp_path: Path) -> None:
    contents = record(tmp_path, at(2024, 10, 26, 20), "26. 10. 2024 22:00", "27. 10. 2024 2:30", hours)
    assert sleeps(contents, "end_at") == [(at(2024, 10, 27, hour, 30),)]


def test_decimal_commas_in_hours_are_read(tmp_path: Path) -> None:
    contents = record(tmp_path, at(2024, 10, 1, 20), "1. 10. 2024 22:00", "2. 10. 2024 6:00", "8,000")
    assert sleeps(contents, "total_sleep_time_min") == [(450.0,)]
    assert "Hours fits 1 of 1 records" in contents.notes[1].message


def test_an_old_export_without_corrections_counts_all_of_its_time(tmp_path: Path) -> None:
    row = '"1401400800000","Europe/Berlin","29. 05. 2014 23:15","30. 05. 2014 6:45","30. 05. 2014 6:45","7.5","4.0","x"'
    contents = read(written(tmp_path / "s.csv", f"{HEADER.partition(',Framerate')[0]}\n{row}\n"), TOKYO)
    assert sleeps(contents, "total_sleep_time_min", "time_in_bed_min", "device_kind") == [(450.0, 450.0, "app")]


def test_records_in_another_order_a_zip_and_a_second_copy_give_the_same(tmp_path: Path) -> None:
    blocks = [HEADER + block for block in TEXT.split(HEADER)[1:]]
    path = zipped(tmp_path / "saa.zip", {"sleep-export.csv": "".join(reversed(blocks)), "prefs.xml": "<map/>"})
    turned = read(path, TOKYO)
    assert sorted(map(str, sleeps(turned, "episode_id", "start_at", "total_sleep_time_min"))) == sorted(
        map(str, sleeps(read(FILE, TOKYO), "episode_id", "start_at", "total_sleep_time_min"))
    )
    assert turned.ignored[0].reason == "1 other file(s) of the archive: not used"


@pytest.mark.parametrize(
    ("found", "changed", "column", "rule"),
    [
        ("27. 10. 2024 23:15", "2024-10-27 23:15", "From", "unreadable"),
        ("28. 10. 2024 6:45", "", "To", "unreadable"),
        ('"1730067340000","Europe/Berlin"', '"1730067340000","Mars/Base"', "Tz", "unreadable"),
        ('"1730067340000","Europe/Berlin"', '"1730067340000","Factory"', "Tz", "unreadable"),
        ('"-25"', '"few"', "LenAdjust", "unreadable"),
        ('"-25"', '"25"', "total_sleep_time_min", "asleep_longer_than_in_bed"),
        ('"-25"', '"-600"', "total_sleep_time_min", "minutes_implausible"),
        ('"1730067340000"', '""', "Id", "unreadable"),
    ],
)
def test_a_record_that_cannot_be_is_rejected_alone(
    found: str, changed: str, column: str, rule: str, tmp_path: Path
) -> None:
    contents = read(written(tmp_path / "s.csv", TEXT.replace(found, changed)), TOKYO)
    assert contents.rejected() == [("s.csv", 5, column, rule)]
    assert len(sleeps(contents, "date")) == 3


def test_comments_and_places_are_not_kept(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "s.csv", TEXT.replace("26. 10. 2024 23:00", "late")), TOKYO)
    kept = "".join(text for batch in contents.batches for text in batch.frame["text"])
    assert "late" in kept
    assert "home" not in kept
    assert "abc" not in kept

"""Sleep Cycle: three generations of headers, local times, and time in bed that is not sleep."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written, zipped

BERLIN = settings(zone="Europe/Berlin")
FILE = FIXTURES / "sleep_cycle.csv"
TEXT = FILE.read_text()
HEADER = "Start;End;Sleep Quality;Time in bed (seconds);Time asleep (seconds);Time before sleep (seconds)"


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def nights(contents: Contents) -> list[tuple[object, ...]]:
    columns = ("date", "start_at", "total_sleep_time_min", "time_in_bed_min", "wake_after_sleep_onset_min")
    return contents.accepted("sleep_episode").select(*columns, "is_main_sleep").rows()


def notes(contents: Contents) -> list[str]:
    return [note.message for note in contents.notes]


def table(path: Path, *rows: str, header: str = HEADER) -> Contents:
    return read(written(path / "sleepdata.csv", "\n".join((header, *rows)) + "\n"), BERLIN)


def test_nights_are_local_and_dated_by_waking() -> None:
    contents = read(FILE, BERLIN)
    assert nights(contents) == [
        (date(2024, 3, 30), at(2024, 3, 29, 22, 10), 420.0, 470.0, 20.0, True),
        (date(2024, 3, 31), at(2024, 3, 30, 22, 0), 400.0, 450.0, 35.0, True),  # the clocks went forward
        (date(2024, 3, 31), at(2024, 3, 31, 12, 5), 30.0, 40.0, 5.0, False),
        (date(2024, 4, 1), at(2024, 3, 31, 21, 20), 390.0, 450.0, 40.0, True),  # no time in bed: start to end
    ]
    assert contents.accepted("sleep_episode")["device_kind"].unique().to_list() == ["app"]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "rests without sleep")]


def test_the_header_of_today_is_read_too() -> None:
    assert [row[2:5] for row in nights(read(FIXTURES / "sleep_cycle_today.csv", BERLIN))] == [
        (420.0, 465.0, 20.0),
        (410.0, 450.0, 25.0),
    ]


def test_the_old_header_knows_time_in_bed_and_no_sleep() -> None:
    contents = read(FIXTURES / "sleep_cycle_old.csv", BERLIN)
    assert contents.accepted("sleep_episode").is_empty()
    assert contents.accepted("sleep_segment").select("start_at", "end_at", "stage").rows() == [
        (at(2014, 10, 24, 21, 10), at(2014, 10, 25, 5, 10), "in_bed"),
        (at(2014, 10, 25, 21, 0), at(2014, 10, 26, 6, 0), "in_bed"),  # the clocks went back: nine hours
    ]
    told = "2 of 2 sleeps have a time in bed but no time asleep; they were read as time in bed, not as sleep"
    assert told in notes(contents)


def test_a_night_without_time_asleep_is_time_in_bed(tmp_path: Path) -> None:
    contents = table(tmp_path, "2024-05-01 23:00:00;2024-05-02 07:00:00;80%;28800.0;;600.0")
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["in_bed"]
    assert nights(contents) == []


def test_another_spelling_of_time_in_bed_is_known(tmp_path: Path) -> None:
    header = "Start;End;Sleep Quality;Regularity;Steps;Time in bed(seconds)"
    contents = table(tmp_path, "2024-05-01 23:00:00;2024-05-02 07:00:00;67%;—;0;28800.5", header=header)
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["in_bed"]


def test_measured_lengths_confirm_or_contradict_the_time_zone() -> None:
    assert "lengths of nights in which the clocks changed: 1 fit the time zone Europe/Berlin, 0 do not" in notes(
        read(FILE, BERLIN)
    )
    assert (
        "lengths of nights in which the clocks changed: 0 fit the time zone America/New_York, 1 do not; check the "
        "participant's time zone" in notes(read(FILE, settings(zone="America/New_York")))
    )


def test_another_order_decimal_commas_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    header, *rows = TEXT.splitlines()
    commas = [row.replace(".0;", ",0;") for row in reversed(rows)]
    contents = read(written(tmp_path / "s.csv", "\ufeff" + "\r\n".join([header, *commas]) + "\r\n"), BERLIN)
    assert sorted(map(str, nights(contents))) == sorted(map(str, nights(read(FILE, BERLIN))))


def test_commas_between_cells_are_read_too(tmp_path: Path) -> None:
    commas = TEXT.replace(";", ",")
    assert nights(read(written(tmp_path / "s.csv", commas), BERLIN)) == nights(read(FILE, BERLIN))


def test_a_growing_export_keeps_the_names_of_its_nights(tmp_path: Path) -> None:
    earlier = read(written(tmp_path / "s.csv", "\n".join(TEXT.splitlines()[:3])), BERLIN).accepted("sleep_episode")
    assert earlier.equals(read(FILE, BERLIN).accepted("sleep_episode").head(2))


def test_other_files_of_the_export_are_counted(tmp_path: Path) -> None:
    contents = read(zipped(tmp_path / "sc.zip", {"sleepdata.csv": TEXT, "notes.txt": "x"}), BERLIN)
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("late;2024-05-02 07:00:00;80%;;25200.0;600.0", "Start", "unreadable"),
        ("2024-05-01 23:00:00;07:00;80%;;25200.0;600.0", "End", "unreadable"),
        ("2024-03-30 22:00:00;2024-03-31 02:30:00;80%;;9000.0;600.0", "End", "unreadable"),  # skipped by the clocks
        ("2024-05-01 23:00:00;2024-05-02 07:00:00;80%;28800.0;long;600.0", "Time asleep (seconds)", "unreadable"),
        ("2024-05-01 23:00:00;2024-05-02 07:00:00;80%;28800.0;30000.0;", "total_sleep_time_min", None),
        ("2024-05-02 07:00:00;2024-05-01 23:00:00;80%;;100.0;", "end_at", "interval_negative"),
    ],
)
def test_a_night_that_cannot_be_is_rejected(row: str, column: str, rule: str | None, tmp_path: Path) -> None:
    contents = table(tmp_path, row)
    assert contents.rejected() == [("sleepdata.csv", 2, column, rule or "asleep_longer_than_in_bed")]


def test_notes_and_cities_are_not_kept(tmp_path: Path) -> None:
    row = "late;2024-05-02 07:00:00;80%;;1.0;;Springfield;Fought with Bo"
    contents = table(tmp_path, row, header=HEADER + ";City;Notes")
    kept = "".join(text for batch in contents.batches for text in batch.frame["text"])
    assert "late" in kept
    assert "Springfield" not in kept
    assert "Bo" not in kept


def test_seconds_that_are_something_else_are_refused(tmp_path: Path) -> None:
    rows = [f"2024-05-0{day} 23:00:00;2024-05-0{day + 1} 07:00:00;80%;480.0;420.0;10.0" for day in (1, 2, 3)]
    assert refusal_of(table, tmp_path, *rows).rule == "duration_unit"

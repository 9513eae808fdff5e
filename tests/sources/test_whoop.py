"""WHOOP: clock times with the offset of each cycle, nights dated by waking, cycles that are no days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from painstats.errors import ExportRefused
from tests.sources.reading import FIXTURES, read, settings, written, zipped

CYCLES = (FIXTURES / "whoop_physiological_cycles.csv").read_text()
SLEEPS = (FIXTURES / "whoop_sleeps.csv").read_text()
SLEEP_HEADER = SLEEPS.splitlines()[0]


def sleep_row(zone: str, onset: str, waking: str, nap: str = "false", asleep: str = "402") -> str:
    return f"{onset},,{zone},{onset},{waking},81,17.1,{asleep},485,263,72,67,83,500,50,83,88,{nap}"


def sleeps(path: Path, *rows: str) -> Path:
    return written(path / "sleeps.csv", "\n".join((SLEEP_HEADER, *rows)) + "\n")


# --- real excerpts ---


def test_a_night_is_dated_by_waking_and_placed_by_its_own_offset() -> None:
    # The study's zone is London; the person slept in California.
    contents = read(FIXTURES / "whoop_sleeps.csv")
    episodes = contents.accepted("sleep_episode")
    before_midnight = episodes.filter(date=date(2025, 7, 13)).row(0, named=True)
    assert before_midnight["start_at"] == datetime(2025, 7, 13, 6, 20, 4, tzinfo=UTC)
    assert before_midnight["end_at"] == datetime(2025, 7, 13, 14, 23, 8, tzinfo=UTC)
    assert before_midnight["utc_offset_min"] == -420
    assert "the UTC offset in the column Cycle timezone" in contents.notes[0].message
    assert before_midnight["total_sleep_time_min"] == 445
    assert before_midnight["time_in_bed_min"] == 483
    assert before_midnight["wake_after_sleep_onset_min"] == 38
    assert before_midnight["is_main_sleep"]


def test_two_cycles_that_begin_on_one_date_are_two_nights() -> None:
    episodes = read(FIXTURES / "whoop_physiological_cycles.csv").accepted("sleep_episode")
    assert [day for day in sorted(episodes["date"].to_list()) if day < date(2025, 7, 15)] == [
        date(2025, 7, 12),
        date(2025, 7, 13),
    ]


def test_cycles_without_sleep_are_counted_and_give_no_zeros() -> None:
    contents = read(FIXTURES / "whoop_physiological_cycles.csv")
    assert [ignored.rows for ignored in contents.ignored] == [3]
    assert contents.rejected() == []
    samples = contents.accepted("measurement")
    assert samples["measure"].value_counts().sort("measure").rows() == [
        ("heart_rate_variability_rmssd_ms", 7),
        ("resting_heart_rate_bpm", 7),
    ]
    resting = samples.filter(measure="resting_heart_rate_bpm").sort("end_at").row(1, named=True)
    waking = datetime(2025, 7, 13, 14, 23, 8, tzinfo=UTC)  # not the evening before, on which the night began
    assert (resting["start_at"], resting["end_at"], resting["value"]) == (waking, waking, 71.0)


def test_the_two_files_name_the_same_night_the_same() -> None:
    known = read(FIXTURES / "whoop_sleeps.csv").accepted("sleep_episode")
    again = read(FIXTURES / "whoop_physiological_cycles.csv").accepted("sleep_episode")
    assert again.join(known, on=known.columns, how="anti", nulls_equal=True).is_empty()


def test_of_a_whole_export_each_night_is_read_once(tmp_path: Path) -> None:
    entries = {
        "my_whoop_data/physiological_cycles.csv": CYCLES,
        "my_whoop_data/sleeps.csv": SLEEPS,
        "my_whoop_data/workouts.csv": (FIXTURES / "whoop_workouts.csv").read_text(),
        "my_whoop_data/journal_entries.csv": (FIXTURES / "whoop_journal_entries.csv").read_text(),
        "my_whoop_data/notes.txt": "hello",
    }
    contents = read(zipped(tmp_path / "whoop.zip", entries))
    assert contents.accepted("sleep_episode").height == 8
    assert contents.accepted("measurement").height == 14
    assert contents.accepted("exercise_session").height == 3
    assert contents.n_rows == 8 + (7 * 3 + 3) + 3 + 2
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored[-2:]] == [
        (2, "journal answers: not used"),
        (0, "1 other file(s) of the archive: not used"),
    ]


def test_a_sleep_that_only_the_cycles_hold_is_read_from_them(tmp_path: Path) -> None:
    lines = SLEEPS.splitlines(keepends=True)
    entries = {"cycles.csv": CYCLES, "sleeps.csv": "".join(lines[:3] + lines[4:])}
    contents = read(zipped(tmp_path / "whoop.zip", entries))
    episodes = contents.accepted("sleep_episode")
    assert set(episodes["episode_id"]) == set(
        read(FIXTURES / "whoop_sleeps.csv").accepted("sleep_episode")["episode_id"]
    )
    assert (6, "already in sleeps.csv") in [(ignored.rows, ignored.reason) for ignored in contents.ignored]


def test_workouts_keep_their_offset_and_last_as_long_as_they_say() -> None:
    sessions = read(FIXTURES / "whoop_workouts.csv").accepted("exercise_session")
    columns = ("start_at", "utc_offset_min", "exercise_type", "duration_min", "energy_kcal", "heart_rate_bpm")
    assert sessions.select(columns).rows() == [
        (datetime(2025, 7, 26, 16, 47, 3, tzinfo=UTC), 60, "cycling", 97.0, 1137.0, 147.0),
        (datetime(2025, 7, 26, 19, 0, tzinfo=UTC), 60, "other", 30.0, None, 90.0),
        (datetime(2025, 1, 27, 19, 54, tzinfo=UTC), 0, "running", 44.0, 582.0, 150.0),
    ]


# --- variants ---


@pytest.mark.parametrize(
    ("zone", "offset_min"),
    [("UTC-07:00", -420), ("UTC+05:30", 330), ("UTCZ", 0), ("UTC+00:00", 0), ("-05:00", -300), ("Z", 0)],
)
def test_ways_to_write_an_offset(tmp_path: Path, zone: str, offset_min: int) -> None:
    path = sleeps(tmp_path, sleep_row(zone, "2025-03-01 23:00:00", "2025-03-02 07:00:00"))
    assert read(path).accepted("sleep_episode")["utc_offset_min"].to_list() == [offset_min]


def test_naps_are_no_main_sleep(tmp_path: Path) -> None:
    path = sleeps(tmp_path, sleep_row("UTC+01:00", "2025-03-02 14:00:00", "2025-03-02 15:00:00", "true", "55"))
    assert read(path).accepted("sleep_episode")["is_main_sleep"].to_list() == [False]


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (sleep_row("Mountain", "2025-03-01 23:00:00", "2025-03-02 07:00:00"), "Cycle timezone", "unreadable"),
        (sleep_row("UTCZ", "01/03/2025 23:00", "2025-03-02 07:00:00"), "Sleep onset", "unreadable"),
        (sleep_row("UTCZ", "2025-03-01 23:00:00", "2025-03-02 25:00:00"), "Wake onset", "unreadable"),
        (sleep_row("UTCZ", "2025-03-01 23:00:00", "2025-03-02 07:00:00", "maybe"), "Nap", "unreadable"),
        (
            sleep_row("UTCZ", "2025-03-01 23:00:00", "2025-03-02 07:00:00", asleep="NaN"),
            "Asleep duration (min)",
            "unreadable",
        ),
        (
            sleep_row("UTCZ", "2025-03-01 23:00:00", "2025-03-02 07:00:00", asleep="500"),
            "total_sleep_time_min",
            "asleep_longer_than_in_bed",
        ),
        (sleep_row("UTCZ", "2025-03-02 23:00:00", "2025-03-02 07:00:00"), "end_at", "interval_negative"),
        ("2025-03-02 23:00:00,,UTCZ", "(whole row)", "ragged_row"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_alone(tmp_path: Path, row: str, column: str, rule: str) -> None:
    good = sleep_row("UTCZ", "2025-03-05 23:00:00", "2025-03-06 07:00:00")
    contents = read(sleeps(tmp_path, row, good))
    assert contents.rejected() == [("sleeps.csv", 2, column, rule)]
    assert contents.accepted("sleep_episode").height == 1


def test_columns_in_another_order_a_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    header, *rows = (line.split(",") for line in SLEEPS.splitlines())
    turned = "\r\n".join(",".join(reversed(cells)) for cells in (header, *rows))
    path = written(tmp_path / "sleeps.csv", b"\xef\xbb\xbf" + turned.encode() + b"\r\n")
    assert read(path).accepted("sleep_episode").equals(read(FIXTURES / "whoop_sleeps.csv").accepted("sleep_episode"))


def test_a_file_without_the_zone_is_not_guessed_at(tmp_path: Path) -> None:
    path = written(tmp_path / "sleeps.csv", SLEEPS.replace("Cycle timezone", "Zone"))
    with pytest.raises(ExportRefused) as refusal:
        read(path, settings())
    assert refusal.value.rule == "not_recognised"

"""RAPIDS: many participants, evening labels moved to the date of waking, features of whole days only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

COHORT = settings(participant=None, zone="America/New_York")
SLEEP = FIXTURES / "rapids_fitbit_sleep.csv"
STEPS = FIXTURES / "rapids_fitbit_steps.csv"
FEATURES = FIXTURES / "rapids_features.csv"
SLEEP_HEADER = SLEEP.read_text().splitlines()[0]


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def night(start: str, end: str, device: str = "a748", asleep: str = "440", main: str = "1") -> str:
    return f"{device},93,0,{asleep},31,0,471,{main},stages,{start},{end}"


def sleeps(path: Path, *rows: str, participant: str | None = None) -> Contents:
    known = settings(participant=participant, zone="America/New_York")
    return read(written(path / "fitbit_sleep.csv", "\n".join((SLEEP_HEADER, *rows)) + "\n"), known)


# --- raw streams ---


def test_sleeps_of_many_devices_are_those_of_many_people_dated_by_waking() -> None:
    episodes = read(SLEEP, COHORT).accepted("sleep_episode")
    columns = ("participant_id", "date", "start_at", "total_sleep_time_min", "is_main_sleep")
    assert episodes.select(columns).rows() == [
        ("a748", date(2020, 10, 11), at(2020, 10, 11, 3, 42), 440.0, True),
        ("b111", date(2020, 10, 11), at(2020, 10, 11, 18, 0), 90.0, False),
    ]
    assert not any("a748" in device for device in episodes["device"])


def test_a_file_of_one_device_is_the_persons_for_whom_it_was_given(tmp_path: Path) -> None:
    row = night("2020-10-10 23:42:00", "2020-10-11 07:33:00")
    assert sleeps(tmp_path, row, participant="ann").accepted("sleep_episode")["participant_id"].to_list() == ["ann"]
    assert sleeps(tmp_path, row).accepted("sleep_episode")["participant_id"].to_list() == ["a748"]


def test_minutes_without_steps_are_joined_for_each_person_alone() -> None:
    contents = read(STEPS, COHORT)
    steps = contents.accepted("step_count").sort("participant_id", "start_at")
    assert steps.select("participant_id", "start_at", "end_at", "step_count").rows() == [
        ("a748", at(2020, 10, 10, 4, 0), at(2020, 10, 10, 4, 2), 0),
        ("a748", at(2020, 10, 10, 4, 2), at(2020, 10, 10, 4, 3), 12),
        ("b111", at(2020, 10, 10, 4, 2), at(2020, 10, 10, 4, 3), 5),
    ]
    assert contents.n_ignored == 1


def test_idle_minutes_of_two_people_are_never_one_interval(tmp_path: Path) -> None:
    rows = ("0,a,0,2020-10-10 08:00:00", "0,b,0,2020-10-10 08:01:00", "0,b,7,2020-10-10 08:02:00")
    path = written(tmp_path / "steps.csv", "\n".join(("timestamp,device_id,steps,local_date_time", *rows)) + "\n")
    assert read(path, COHORT).accepted("step_count")["participant_id"].sort().to_list() == ["a", "b", "b"]


def test_steps_at_midnights_are_sums_of_days(tmp_path: Path) -> None:
    rows = ("0,a748,8000,2020-10-10 00:00:00", "0,a748,0,2020-10-11 00:00:00", "0,a748,x,2020-10-12 00:00:00")
    path = written(tmp_path / "steps.csv", "\n".join(("timestamp,device_id,steps,local_date_time", *rows)) + "\n")
    contents = read(path, COHORT)
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2020, 10, 10), "step_count", 8000.0)
    ]
    assert contents.ignored[0].reason == "days of 0 steps: tracker not worn"
    assert contents.rejected() == [("steps.csv", 4, "steps", "unreadable")]


@pytest.mark.parametrize("minutes", [1, 5, 15])
def test_the_length_of_intervals_is_the_shortest_time_between_two(tmp_path: Path, minutes: int) -> None:
    rows = [f"0,a748,{10 + place},2020-10-10 08:{place * minutes:02}:00" for place in (0, 1, 3)]
    path = written(tmp_path / "steps.csv", "\n".join(("timestamp,device_id,steps,local_date_time", *rows)) + "\n")
    first = read(path, COHORT).accepted("step_count").sort("start_at").row(0, named=True)
    assert (first["end_at"] - first["start_at"]).total_seconds() == minutes * 60


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        (night("2020-10-10", "2020-10-11 07:33:00"), "local_start_date_time", "unreadable"),
        (night("2020-10-10 23:42:00", "NaT"), "local_end_date_time", "unreadable"),
        (night("2020-10-10 23:42:00", "2020-10-11 07:33:00", asleep="NaN"), "minutes_asleep", "unreadable"),
        (night("2020-10-10 23:42:00", "2020-10-11 07:33:00", main="?"), "is_main_sleep", "unreadable"),
        (night("2020-10-10 23:42:00", "2020-10-11 07:33:00", device=""), "participant_id", "missing_participant"),
        (night("2020-10-11 23:42:00", "2020-10-11 07:33:00"), "end_at", "interval_negative"),
        (
            night("2020-10-10 23:42:00", "2020-10-11 07:33:00", asleep="900"),
            "total_sleep_time_min",
            "asleep_longer_than_in_bed",
        ),
    ],
)
def test_a_sleep_that_cannot_be_is_rejected(tmp_path: Path, row: str, column: str, rule: str) -> None:
    good = [night("2020-10-12 23:42:00", "2020-10-13 07:33:00", device=device) for device in ("a748", "b111")]
    contents = sleeps(tmp_path, *good, row)
    assert contents.rejected() == [("fitbit_sleep.csv", 4, column, rule)]


# --- features ---


def test_sleep_features_are_moved_from_the_evening_to_the_date_of_waking() -> None:
    contents = read(FEATURES, settings(participant="p01"))
    assert contents.accepted("daily_total").select("participant_id", "date", "measure", "value").rows() == [
        ("p01", date(2020, 10, 10), "step_count", 8412.0),
        ("p01", date(2020, 10, 11), "total_sleep_time_min", 440.0),
        ("p01", date(2020, 10, 11), "time_in_bed_min", 471.0),
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "segments other than one calendar day")
    ]


def test_participants_are_the_folders_of_a_project(tmp_path: Path) -> None:
    folder = "study/data/processed/features"
    entries = {f"{folder}/{who}/fitbit_steps_summary.csv": FEATURES.read_bytes() for who in ("p01", "p02")}
    entries["study/data/raw/p03/fitbit_sleep_summary_raw.csv"] = SLEEP.read_bytes()
    contents = read(zipped(tmp_path / "data.zip", {**entries, "study/config.yaml": "a: 1"}), COHORT)
    assert set(contents.accepted("daily_total")["participant_id"]) == {"p01", "p02"}
    assert set(contents.accepted("sleep_episode")["participant_id"]) == {"p03"}
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


def test_a_table_of_all_participants_names_them_in_a_column(tmp_path: Path) -> None:
    header, row, _ = FEATURES.read_text().splitlines()
    text = f"pid,{header}\np01,{row}\np02,{row.replace('8412', '0').replace('440,471', 'NA,')}\n"
    name = "data/processed/features/all_participants/all_sensor_features.csv"
    contents = read(zipped(tmp_path / "data.zip", {name: text}), COHORT)
    totals = contents.accepted("daily_total")
    assert totals.select("participant_id", "measure").rows() == [
        ("p01", "step_count"),
        ("p01", "total_sleep_time_min"),
        ("p01", "time_in_bed_min"),
    ]
    assert contents.ignored[0].reason == "days of 0 steps: tracker not worn"


def test_a_bare_table_of_features_without_a_person_is_left_without_one() -> None:
    assert read(FEATURES, COHORT).batches[0].frame["participant_id"].to_list() == [None]


@pytest.mark.parametrize("name", ["rapids_fitbit_sleep.csv", "rapids_fitbit_steps.csv"])
def test_the_clock_that_was_used_is_noted(name: str) -> None:
    notes = [note.message for note in read(FIXTURES / name).notes]
    assert any(
        note.endswith("times have no local offset and were read in the participant's time zone") for note in notes
    )

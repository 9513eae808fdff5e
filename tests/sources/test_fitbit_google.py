"""Fitbit beside steps and sleep: exercise logs, resting heart rate, and Google's CSV tables, read once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, settings, written, zipped

STEPS = (FIXTURES / "steps_2025-10-01.csv").read_text()
NIGHTS = (FIXTURES / "UserSleeps_2025-10-01.csv").read_text()


def test_exercise_logs_are_utc_and_leave_pauses_out() -> None:
    sessions = read(FIXTURES / "exercise-0.json").accepted("exercise_session")
    columns = ("session_id", "exercise_type", "start_at", "end_at", "duration_min", "energy_kcal", "heart_rate_bpm")
    assert sessions.select(columns).rows() == [
        (
            "101",
            "walking",
            datetime(2024, 3, 1, 17, 5, tzinfo=UTC),
            datetime(2024, 3, 1, 17, 50, tzinfo=UTC),
            40,
            210,
            104,
        ),
        ("102", "yoga", datetime(2024, 3, 2, 7, 0, tzinfo=UTC), datetime(2024, 3, 2, 7, 30, tzinfo=UTC), 30, 95, None),
    ]


def test_a_resting_heart_rate_of_zero_is_none() -> None:
    contents = read(FIXTURES / "resting_heart_rate-2024-03-01.json", settings(zone="America/New_York"))
    values = contents.accepted("daily_total").select("date", "measure", "value").rows()
    assert values == [(date(2024, 3, 1), "resting_heart_rate_bpm", 61.5)]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "0 stands for no value")]


def test_steps_of_tracker_and_phone_are_kept_apart_and_mirrors_are_counted_only() -> None:
    contents = read(FIXTURES / "steps_2025-10-01.csv", settings(zone="Australia/Sydney"))
    steps = contents.accepted("step_count").select("device", "device_kind", "start_at", "step_count").rows()
    assert steps == [
        ("fitbit", "tracker", datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 84),
        ("fitbit", "tracker", datetime(2025, 10, 1, 6, 16, tzinfo=UTC), 0),
        ("fitbit-phone", "phone", datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 80),
    ]
    assert contents.rejected() == []
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (1, "copied from other apps by Health Connect")
    ]


def test_nights_are_dated_by_waking_with_their_own_offset_and_the_longest_is_the_main_sleep() -> None:
    nights = read(FIXTURES / "UserSleeps_2025-10-01.csv", settings(zone="America/New_York")).accepted("sleep_episode")
    columns = (
        "date", "start_at", "utc_offset_min", "total_sleep_time_min", "time_in_bed_min", "wake_after_sleep_onset_min",
        "is_main_sleep",
    )  # fmt: skip
    assert nights.select(columns).rows() == [
        (date(2025, 10, 5), datetime(2025, 10, 4, 20, 30, tzinfo=UTC), 120, 420, 480, 48, True),
        (date(2025, 10, 5), datetime(2025, 10, 5, 12, 0, tzinfo=UTC), 120, 35, 40, 3, False),
    ]


@pytest.mark.parametrize(
    ("offset", "end", "day"),
    [
        ("+13:00", "2025-10-04 18:00:00+0000", date(2025, 10, 5)),
        ("-09:30", "2025-10-05 04:30:00+0000", date(2025, 10, 4)),
    ],
)
def test_the_date_of_a_night_follows_the_offset_of_the_place(offset: str, end: str, day: date, tmp_path: Path) -> None:
    changed = NIGHTS.splitlines()[1].replace("+02:00", offset).replace("2025-10-05 04:30:00+0000", end)
    changed = changed.replace("2025-10-04 20:30:00+0000", "2025-10-04 12:30:00+0000").replace(",420,", ",300,")
    path = written(tmp_path / "UserSleeps.csv", f"{NIGHTS.splitlines()[0]}\n{changed}\n")
    assert read(path).accepted("sleep_episode")["date"].to_list() == [day]


def test_what_both_json_and_csv_hold_is_read_once(tmp_path: Path) -> None:
    json_steps = '[{"dateTime" : "10/01/25 06:15:00", "value" : "84"}]'
    json_sleep = (
        '[{"logId": 7, "dateOfSleep": "2025-10-05", "startTime": "2025-10-04T22:30:00.000", "endTime": '
        '"2025-10-05T06:30:00.000", "minutesAsleep": 420, "minutesAwake": 60, "timeInBed": 480, "mainSleep": true}]'
    )
    later = STEPS + "2025-10-02T06:15:00Z,33,Google Fitbit Air\n"
    folder = "Takeout/Google Health/"
    path = zipped(
        tmp_path / "takeout.zip",
        {
            f"{folder}Global Export Data/steps-2025-10-01.json": json_steps,
            f"{folder}Global Export Data/sleep-2025-10-01.json": json_sleep,
            f"{folder}Physical Activity_GoogleData/Steps/steps_2025-10-01.csv": later,
            f"{folder}Health Fitness Data_GoogleData/UserSleeps_2025-10-01.csv": NIGHTS,
            f"{folder}Global Export Data/heart_rate-2025-10-01.json": "[]",
        },
    )
    contents = read(path, settings(zone="Europe/Berlin"))
    steps = contents.accepted("step_count").select("start_at", "step_count").rows()
    assert steps == [(datetime(2025, 10, 1, 6, 15, tzinfo=UTC), 84), (datetime(2025, 10, 2, 6, 15, tzinfo=UTC), 33)]
    assert contents.accepted("sleep_episode")["episode_id"].to_list() == ["7"]
    passed_over = [ignored.rows for ignored in contents.ignored if "JSON files" in ignored.reason]
    assert passed_over == [3, 2]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("yesterday,84,x", "timestamp"),
        ("2025-10-01T06:15:00,84,x", "timestamp"),
        ("2025-10-01T06:15:00Z,many,x", "steps"),
        ("2025-10-01T06:15:00Z,84", "(whole row)"),
    ],
)
def test_rows_that_cannot_be_read_are_rejected(row: str, column: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "steps.csv", f"timestamp,steps,data source\n{row}\n"))
    assert [(line, where) for _, line, where, _ in contents.rejected()] == [(2, column)]


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: "\ufeff" + text,
        lambda text: "\ufeff\n" + text,
        lambda text: "\n\r\n" + text,
        lambda text: text.replace("timestamp,steps,data source", '"timestamp", steps ,"data source"'),
        lambda text: text.replace("timestamp,", '"a\nb",timestamp,', 1).replace("\n2025", "\n,2025"),
        lambda text: text.replace("timestamp,", f"{'a' * 5000},timestamp,", 1).replace("\n2025", "\n,2025"),
        lambda text: "\n" * 5000 + text,
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
    ],
)
def test_steps_are_found_however_their_header_is_written(tmp_path: Path, rewritten: Callable[[str], str]) -> None:
    entries = {"a/steps.csv": rewritten(STEPS), "a/other.csv": "timestamp,value\n2025-10-01T06:15:00Z,1\n"}
    contents = read(zipped(tmp_path / "a.zip", entries))
    assert contents.accepted("step_count")["step_count"].to_list() == [84, 0, 80]
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"

"""Fitbit: files found anywhere in the archive, single rows rejected, JSON read strictly."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from painstats.errors import ExportRefused
from tests.sources.fitbit_files import FIRST, NEW_YORK, sleep_log, values
from tests.sources.reading import FIXTURES, read, settings, written, zipped


def rule_of(path: Path) -> str:
    with pytest.raises(ExportRefused) as refusal:
        read(path)
    return refusal.value.rule


# --- real excerpts ---


def test_step_minutes_are_utc_and_one_minute_long() -> None:
    contents = read(FIXTURES / "GGIRread_steps-1995-06-23_Fitbit.json")
    steps = contents.accepted("step_count")
    walked = steps.filter(pl.col("step_count") > 0)
    assert walked["step_count"].to_list() == [7, 44, 12, 58, 79, 95, 98, 102, 90, 22]
    idle = steps.filter(pl.col("step_count") == 0)
    assert (idle["end_at"] - idle["start_at"]).sum() == timedelta(minutes=24)  # joined into intervals, none lost
    assert idle.height == 5
    assert steps["start_at"][0] == datetime(1995, 6, 24, 16, 17, tzinfo=UTC)
    assert steps["end_at"][0] == datetime(1995, 6, 24, 16, 18, tzinfo=UTC)
    assert steps.select("participant_id", "source", "device", "device_kind").unique().rows() == [
        ("ann", "fitbit", "fitbit", "tracker")
    ]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (24 - 5, "minutes without steps, merged with the minute before into one interval")
    ]


def test_sleep_logs_are_local_time() -> None:
    path = FIXTURES / "GGIRread_sleep-1995-06-23_Fitbit.json"
    sleep = read(path, settings(zone="Australia/Perth")).accepted("sleep_episode")
    columns = (
        "episode_id", "date", "start_at", "end_at", "total_sleep_time_min", "time_in_bed_min", "is_main_sleep",
    )  # fmt: skip
    assert sleep.select(columns).rows() == [
        (
            "12345 1995-07-11T02:28:30",
            date(1995, 7, 11),
            datetime(1995, 7, 10, 18, 28, 30, tzinfo=UTC),
            datetime(1995, 7, 10, 22, 57, tzinfo=UTC),
            236.0,
            268.0,
            True,
        ),
        (
            "12345",
            date(1995, 6, 25),
            datetime(1995, 6, 24, 14, 47, 30, tzinfo=UTC),
            datetime(1995, 6, 24, 16, 6, 30, tzinfo=UTC),
            73.0,
            79.0,
            False,
        ),
    ]


# --- where files lie and what they are called ---


@pytest.mark.parametrize(
    "name",
    [
        "Ann/user-site-export/steps-2024-03-01.json",
        "MyFitbitData/Ann/Physical Activity/steps-2024-03-01.json",
        "Takeout/Fitbit/Global Export Data/steps-2024-03-01.json",
        "Takeout\\Fitbit\\Global Export Data\\steps-2024-03-01.json",
        "steps.json",
        "steps-2024-03-01 (1).json",
    ],
)
def test_step_files_are_found_anywhere(tmp_path: Path, name: str) -> None:
    contents = read(
        zipped(tmp_path / "takeout.zip", {name: values([("03/01/24 10:00:00", "5")]), "README.txt": "hello"})
    )
    assert contents.accepted("step_count")["step_count"].to_list() == [5]
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


def test_the_name_of_a_person_in_a_folder_is_not_kept(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"MyFitbitData/AnnSmith/steps-2024-03-01.json": values([("03/01/24 10:00:00", "x")])}
    )
    contents = read(path)
    assert "AnnSmith" not in contents.frame("step_count").write_csv() + str(contents.notes) + str(contents.ignored)


def test_files_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    entries = {
        "Takeout/Fitbit/sleep_score.csv": "timestamp,overall_score",
        "Takeout/Fitbit/UserActivityProbabilities-2024.json": "not even JSON",
        "Takeout/Fitbit/heart_rate-2024-03-01.json": "[{",
        "Takeout/Fitbit/time_in_heart_rate_zones-2024-03-01.json": "[{",
        "Takeout/Fitbit/steps-2024-03-01.json": values([("03/01/24 10:00:00", "5")]),
        "Takeout/Fitbit/sleep-2024-03-01.json": "no data",
    }
    contents = read(zipped(tmp_path / "takeout.zip", entries))
    assert contents.accepted("step_count").height == 1
    assert [ignored.reason for ignored in contents.ignored] == [
        "contains no data",
        "4 other file(s) of the archive: not used",
    ]


def test_an_archive_with_nothing_to_read_is_not_recognised(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", {"heart_rate-2024-03-01.json": '[{"dateTime":"03/01/24 00:00:10","value":{"bpm":60}}]'}
    )
    assert rule_of(path) == "not_recognised"


def test_a_single_sleep_file_is_known_by_its_keys_alone(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "download.json", json.dumps([sleep_log(1, FIRST, 8)])))
    assert contents.accepted("sleep_episode").height == 1


def test_a_step_file_is_not_taken_by_its_name_alone(tmp_path: Path) -> None:
    assert rule_of(written(tmp_path / "steps.json", '[{"date": "2024-03-01", "steps": 5}]')) == "not_recognised"


# --- sums by day ---


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("very_active_minutes", "very_active_time_min"),
        ("moderately_active_minutes", "moderately_active_time_min"),
        ("lightly_active_minutes", "lightly_active_time_min"),
        ("sedentary_minutes", "sedentary_time_min"),
    ],
)
def test_sums_by_day_stay_on_their_local_date(tmp_path: Path, kind: str, measure: str) -> None:
    path = written(
        tmp_path / f"{kind}-2024-03-01.json", values([("03/01/24 00:00:00", "23"), ("03/02/24 00:00:00", "0")])
    )
    totals = read(path, NEW_YORK).accepted("daily_total")
    assert totals.select("date", "measure", "value").rows() == [
        (date(2024, 3, 1), measure, 23.0),
        (date(2024, 3, 2), measure, 0.0),
    ]


# --- rows that cannot be ---


@pytest.mark.parametrize(
    ("at", "value", "column", "rule"),
    [
        ("13/01/24 10:00:00", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00:60", "5", "dateTime", "unreadable"),
        ("03/01/24 10:00:00", "five", "value", "unreadable"),
        ("03/01/24 10:00:00", "5.5", "value", "unreadable"),
        ("03/01/24 10:00:00", None, "value", "unreadable"),
        ("03/01/24 10:00:00", True, "value", "unreadable"),
        ("03/01/24 10:00:00", {"bpm": 5}, "value", "unreadable"),
        ("03/01/24 10:00:00", "-5", "step_count", "steps_negative"),
        ("03/01/24 10:00:00", 40_000, "step_count", "steps_implausible"),
        ("03/01/30 10:00:00", "5", "start_at", "date_range"),
    ],
)
def test_a_minute_that_cannot_be_is_rejected_alone(
    tmp_path: Path, at: str, value: object, column: str, rule: str
) -> None:
    good = ("03/01/24 09:00:00", "7")
    contents = read(written(tmp_path / "steps-2024-03-01.json", values([good, (at, value), good])))
    assert contents.accepted("step_count").height == 2
    assert contents.rejected() == [("steps-2024-03-01.json", 2, column, rule)]


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"startTime": "2024-03-01 22:00"}, "startTime", "unreadable"),
        ({"startTime": "2024-03-10T02:30:00.000"}, "startTime", "unreadable"),
        ({"dateOfSleep": "03/02/24"}, "dateOfSleep", "unreadable"),
        ({"minutesAsleep": None}, "minutesAsleep", "unreadable"),
        ({"mainSleep": "yes"}, "mainSleep", "unreadable"),
        ({"logId": None}, "logId", "unreadable"),
        ({"minutesAsleep": 500, "timeInBed": 480}, "total_sleep_time_min", "asleep_longer_than_in_bed"),
        ({"endTime": "2024-03-03T06:00:00.000"}, "end_at", "interval_too_long"),
    ],
)
def test_a_sleep_log_that_cannot_be_is_rejected_alone(
    tmp_path: Path, changes: dict[str, object], column: str, rule: str
) -> None:
    logs = [sleep_log(1, FIRST, 8), sleep_log(2, FIRST, 8, **changes)]
    contents = read(written(tmp_path / "sleep-2024-03-01.json", json.dumps(logs)), NEW_YORK)
    assert contents.accepted("sleep_episode").height == 1
    assert contents.rejected() == [("sleep-2024-03-01.json", 2, column, rule)]


def test_the_web_interface_writes_the_same_in_other_words(tmp_path: Path) -> None:
    log = sleep_log(1, FIRST, 8)
    log["isMainSleep"] = log.pop("mainSleep")
    contents = read(written(tmp_path / "sleep.json", json.dumps({"sleep": [log]})))
    assert contents.accepted("sleep_episode")["is_main_sleep"].to_list() == [True]


def test_a_night_over_the_clock_change_keeps_its_true_length(tmp_path: Path) -> None:
    log = sleep_log(1, datetime(2024, 3, 9, 22), 8)
    sleep = read(written(tmp_path / "sleep.json", json.dumps([log])), NEW_YORK).accepted("sleep_episode")
    assert sleep["end_at"][0] - sleep["start_at"][0] == timedelta(hours=7)


# --- JSON ---

GOOD = '{"dateTime": "03/01/24 10:00:00", "value": "5"}'


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (f"[{GOOD},\n{GOOD}", "json_truncated"),
        (f"[{GOOD},\n" + '{"dateTime": "03/0', "json_truncated"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": "5", "value": "6"}]', "json_duplicate_key"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": NaN}]', "json_not_a_number"),
        (f"[{GOOD},\n" + '{"dateTime": "03/01/24 10:00:00", "value": -Infinity}]', "json_not_a_number"),
        (f"[{GOOD},\n" + "[" * 3000 + "]" * 3000 + "]", "json_depth"),
        (f"[{GOOD},\n" + '{"value": ' + "9" * 5000 + "}]", "json_malformed"),
        (f"[{GOOD},\n" + '{"value": "\\ud800"}]', "json_malformed"),
        (f"[{GOOD},\n{GOOD},]", "json_malformed"),
        (f"[{GOOD}\n{GOOD}]", "json_malformed"),
        (f"[{GOOD}]\n[{GOOD}]", "json_malformed"),
        (f"{GOOD},\n{GOOD}", "json_shape"),
        (f"[{GOOD},\n".encode() + b'{"value": "\xff"}]', "encoding"),
    ],
)  # fmt: skip
def test_json_is_read_without_forgiveness(tmp_path: Path, content: str | bytes, rule: str) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(zipped(tmp_path / "a.zip", {"steps-2024-03-01.json": content}))
    assert refusal.value.rule == rule
    assert "a.zip › steps-2024-03-01.json" in str(refusal.value)
    assert rule == "json_shape" or "byte" in str(refusal.value)
    if rule not in ("json_shape", "encoding"):
        assert "line 2" in str(refusal.value)


def test_pairs_of_surrogates_and_byte_order_marks_are_fine(tmp_path: Path) -> None:
    content = "\ufeff[" + GOOD.replace('"5"', '"5", "note": "\\ud83d\\ude00"') + "]"
    assert read(written(tmp_path / "steps.json", content)).accepted("step_count").height == 1


def test_elements_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "steps.json", f"[{GOOD}, 7, null]"))
    assert [line for _, line, _, _ in contents.rejected()] == [2, 3]

"""Fitbit nights: those that share a logId, stages or classic, and years that no calendar of Python has."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.sources.fitbit_files import EXERCISE, FIRST, GOOGLE_RESTING, RESTING, sleep_log, values
from tests.sources.reading import read, settings, written, zipped

# --- nights of one logId, and nights detected in two ways ---


def episodes(tmp_path: Path, *files: list[dict[str, object]]) -> pl.DataFrame:
    entries = {f"sleep-2024-03-{number:02}.json": json.dumps(logs) for number, logs in enumerate(files, 1)}
    return read(zipped(tmp_path / "a.zip", entries)).accepted("sleep_episode")


def test_nights_that_share_a_log_id_are_distinguished_by_their_start(tmp_path: Path) -> None:
    logs = [sleep_log(7, FIRST + timedelta(days=day), 8) for day in range(3)]
    in_order, split = episodes(tmp_path, logs), episodes(tmp_path, [logs[2]], [logs[0], logs[1]])
    assert sorted(in_order["episode_id"]) == ["7", "7 2024-03-02T00:00:00", "7 2024-03-03T00:00:00"]
    assert sorted(split.select("episode_id", "date").rows()) == sorted(in_order.select("episode_id", "date").rows())


def test_a_repeated_night_keeps_its_id(tmp_path: Path) -> None:
    told = episodes(tmp_path, [sleep_log(7, FIRST, 8)], [sleep_log(7, FIRST + timedelta(minutes=5), 8)])
    assert told["episode_id"].to_list() == ["7", "7"]


def test_stages_are_taken_from_the_sums_of_the_log(tmp_path: Path) -> None:
    sums = {"deep": {"minutes": 70}, "rem": {"minutes": 0}, "light": {"minutes": 380}}
    logs = [
        sleep_log(1, FIRST, 8, type="stages", levels={"summary": sums, "data": [{"level": "deep", "seconds": 30}]}),
        sleep_log(2, FIRST + timedelta(days=1), 8, type="classic", levels={"summary": {"deep": {"minutes": 70}}}),
        sleep_log(3, FIRST + timedelta(days=2), 8, type="stages", levels={"summary": {}}),
        sleep_log(4, FIRST + timedelta(days=3), 8, type="stages"),
    ]
    stages = episodes(tmp_path, logs).select("deep_sleep_min", "rem_sleep_min").rows()
    assert stages == [(70, 0), (None, None), (None, None), (None, None)]


@pytest.mark.parametrize(
    ("logs", "devices"),
    [
        ([("classic", True)], ["fitbit-classic"]),
        ([("stages", True)], ["fitbit"]),
        ([(None, True)], ["fitbit"]),
        ([("stages", True), ("classic", False)], ["fitbit", "fitbit"]),
        ([("classic", True), ("classic", False)], ["fitbit-classic", "fitbit-classic"]),
        ([("classic", True), ("stages", False)], ["fitbit-classic", "fitbit-classic"]),
        ([("classic", True), ("stages", True), ("classic", False)], ["fitbit-classic", "fitbit", "fitbit"]),
        ([("classic", False)], ["fitbit-classic"]),
    ],
)
def test_a_classic_night_is_another_device_and_naps_go_with_the_night(
    tmp_path: Path, logs: list[tuple[str | None, bool]], devices: list[str]
) -> None:
    told = [
        sleep_log(number, FIRST + timedelta(hours=number), 4, type=way, mainSleep=is_main)
        for number, (way, is_main) in enumerate(logs)
    ]
    assert episodes(tmp_path, told)["device"].to_list() == devices


# --- years that no calendar of Python has ---


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York"])
def test_a_year_of_zero_is_rejected_alone(tmp_path: Path, zone: str) -> None:
    odd = datetime(2024, 3, 1, 23)
    log = sleep_log(1, odd, 8)
    zero = {key: str(value).replace("2024", "0000") for key, value in log.items() if key.endswith(("Time", "Sleep"))}
    zero.pop("mainSleep")
    entries = {
        "steps-2024-03-01.json": values([("0000-03-01 10:00:00", "5"), ("2024-03-01 10:00:00", "5")]),
        "sleep-2024-03-01.json": json.dumps([log | zero | {"logId": 2}, log]),
        "resting_heart_rate-2024-03-01.json": RESTING.replace('"03/01/24 00', '"0000-03-01 00', 1),
        "exercise-0.json": json.dumps([json.loads(EXERCISE)[0] | {"startTime": "0000-03-01 10:00:00"}]),
        "steps.csv": "timestamp,steps\n0000-03-01T12:00:00Z,5\n2024-03-01T11:00:00Z,5\n",
        "daily_resting_heart_rate.csv": GOOGLE_RESTING.replace("2024-03-02", "0000-03-02"),
    }
    contents = read(zipped(tmp_path / "a.zip", entries), settings(zone=zone))
    assert contents.accepted("step_count").height == 2
    assert contents.accepted("sleep_episode").height == 1
    assert {rule for *_, rule in contents.rejected()} == {"date_range"}
    assert len(contents.rejected()) == 6


def devices_of(tmp_path: Path, kinds: str) -> list[str]:
    """Return the devices of nights: ``s`` staged, ``c`` classic, ``-`` none."""
    logs = [
        sleep_log(day, FIRST + timedelta(days=day, hours=-1), 8, type={"s": "stages", "c": "classic"}[kind])
        for day, kind in enumerate(kinds)
        if kind != "-"
    ]
    contents = read(written(tmp_path / "sleep-2024-03-01.json", json.dumps(logs)))
    return contents.accepted("sleep_episode").sort("date")["device"].to_list()


@pytest.mark.parametrize(
    ("kinds", "n_classic_first", "n_classic_last"),
    [
        ("sscsscs", 0, 0),  # nights of the same tracker
        ("cccsscs", 3, 0),  # another tracker, until stages begin
        ("s" + "c" * 29 + "s", 0, 0),
        ("s" + "c" * 30 + "s", 0, 30),  # for a month: not those of a tracker that stages sleep
        ("s" + "c" + "-" * 28 + "c" + "s", 0, 2),
        ("ccc", 3, 0),
    ],
)
def test_a_classic_night_among_staged_ones_is_of_the_same_tracker(
    tmp_path: Path, kinds: str, n_classic_first: int, n_classic_last: int
) -> None:
    devices = devices_of(tmp_path, kinds)
    n_staged = len(devices) - n_classic_first - n_classic_last
    if n_classic_last:
        assert devices == ["fitbit", *["fitbit-classic"] * n_classic_last, "fitbit"]
    else:
        assert devices == [*["fitbit-classic"] * n_classic_first, *["fitbit"] * n_staged]


def test_the_classic_nights_of_the_tracker_are_counted(tmp_path: Path) -> None:
    logs = [
        sleep_log(day, FIRST + timedelta(days=day, hours=-1), 8, type="classic" if day == 1 else "stages")
        for day in range(3)
    ]
    notes = read(written(tmp_path / "sleep-2024-03-01.json", json.dumps(logs))).notes
    assert [note.message for note in notes] == [
        "1 of 3 nights of the tracker were detected by movement alone (classic): they have no deep or REM sleep, and "
        "count as nights of the same tracker"
    ]

"""Fitbit archives from file to daily table: a new way of detecting sleep, duplicate nights, corrections, odd years."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from painstats.daily import build_daily_table
from painstats.plan.study import Plan, Study
from painstats.run import list_inbox, load_files
from painstats.store import Store, open_store
from tests.conftest import table

FIRST = datetime(2026, 1, 1, 23)
NAMED = "SELECT date::VARCHAR AS date, sleep_device, total_sleep_time_min AS slept, nap_time_min AS naps FROM daily_summary ORDER BY date"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "inbox" / "ann").mkdir(parents=True)
    return Study(folder=tmp_path, plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))


def night(day: int, way: str, number: int | None = None, hours: float = 8, **changes: object) -> dict[str, object]:
    start = FIRST + timedelta(days=day)
    end = start + timedelta(hours=hours)
    summary = {"deep": {"minutes": 60}, "rem": {"minutes": 90}} if way == "stages" else {"asleep": {"minutes": 400}}
    return {
        "logId": number or 100 + day,
        "dateOfSleep": str(end.date()),
        "startTime": start.isoformat() + ".000",
        "endTime": end.isoformat() + ".000",
        "minutesAsleep": int(hours * 50),
        "timeInBed": int(hours * 60),
        "type": way,
        "levels": {"summary": summary},
        "mainSleep": True,
    } | changes


def nap(day: int, number: int) -> dict[str, object]:
    start = FIRST + timedelta(days=day, hours=15)
    times = {"startTime": start.isoformat() + ".000", "endTime": (start + timedelta(hours=1)).isoformat() + ".000"}
    return night(day, "classic", number, 1, dateOfSleep=str(start.date()), mainSleep=False, **times)


def load(study: Study, store: Store, name: str, entries: dict[str, object]) -> None:
    """Load an archive; it is as old as its name says: ``a.zip`` was exported before ``b.zip``."""
    with zipfile.ZipFile(study.folder / "inbox" / "ann" / name, "w") as archive:
        for entry, content in entries.items():
            archive.writestr(
                zipfile.ZipInfo(entry, (2026, 3, 1 + ord(name[0]) - ord("a"), 0, 0, 0)), json.dumps(content)
            )
    outcomes = load_files(store, list_inbox(study), lambda _: None, 1)
    assert {outcome.status for outcome in outcomes} <= {"loaded", "known"}


def test_a_tracker_that_tells_sleep_in_stages_is_a_change_of_device(study: Study) -> None:
    logs = [night(day, "classic") for day in range(20)] + [night(day, "stages") for day in range(20, 40)]
    short = night(30, "classic", hours=2.5)
    logs[30] = short  # too short for stages: the tracker is still the same
    with open_store(study) as store:
        load(study, store, "a.zip", {"sleep-2026-01-01.json": [*logs, nap(35, 900)]})
        build_daily_table(store)
        changes = table(store, "SELECT date::VARCHAR AS date, from_sleep_device, to_sleep_device FROM device_change")
        days = {row["date"]: row for row in table(store, NAMED)}
    assert [tuple(change.values()) for change in changes] == [("2026-01-22", "fitbit fitbit-classic", "fitbit fitbit")]
    assert days["2026-02-06"]["naps"] == 50  # a nap, classic on every tracker, goes with its night


@pytest.mark.parametrize("same_log", [True, False])
@pytest.mark.parametrize("in_one_export", [True, False])
def test_a_night_detected_in_both_ways_counts_once(study: Study, same_log: bool, in_one_export: bool) -> None:
    classic, staged = night(0, "classic", 7), night(0, "stages", 7 if same_log else 8)
    with open_store(study) as store:
        if in_one_export:
            load(study, store, "a.zip", {"sleep-1.json": [classic], "sleep-2.json": [staged]})
        else:
            load(study, store, "a.zip", {"sleep-1.json": [classic]})
            load(study, store, "b.zip", {"sleep-1.json": [staged]})
        build_daily_table(store)
        days = table(store, NAMED)
    assert days == [{"date": "2026-01-02", "sleep_device": "fitbit fitbit", "slept": 400, "naps": 0}]


def test_a_later_export_corrects_a_log(study: Study) -> None:
    with open_store(study) as store:
        load(study, store, "a.zip", {"sleep-1.json": [night(0, "stages", minutesAsleep=300)]})
        load(study, store, "b.zip", {"sleep-1.json": [night(0, "stages", minutesAsleep=390), night(1, "stages")]})
        build_daily_table(store)
        assert [(day["slept"], day["naps"]) for day in table(store, NAMED)] == [(390, 0), (400, 0)]


def test_both_nights_of_one_log_id_count(study: Study) -> None:
    with open_store(study) as store:
        load(study, store, "a.zip", {"sleep-1.json": [night(1, "stages", 7), nap(0, 7)]})
        assert table(store, "SELECT count(*) AS n FROM quarantine") == [{"n": 0}]
        slept = table(store, "SELECT total_sleep_time_min AS slept FROM sleep_episode ORDER BY date")
        assert [row["slept"] for row in slept] == [50, 400]


def test_a_step_of_the_year_zero_is_in_quarantine(study: Study) -> None:
    minutes = [{"dateTime": f"{year}-01-05 10:00:00", "value": "5"} for year in ("0000", "2026")]
    with open_store(study) as store:
        load(study, store, "a.zip", {"steps-2026-01-01.json": minutes})
        build_daily_table(store)
        assert table(store, "SELECT rule, line FROM quarantine") == [{"rule": "date_range", "line": 1}]
        assert table(store, "SELECT step_count FROM step_count") == [{"step_count": 5}]

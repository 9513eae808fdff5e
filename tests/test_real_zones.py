"""Real exports of makers: what is read is compared with independent counts by plain Python.

PAINSTATS_REAL_EXPORTS=FOLDER python -m pytest tests/test_real_zones.py
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from painstats.cli import main
from painstats.daily import build_daily_table
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.reading_inboxes import read_inbox
from tests.test_real_input import REAL, rows

pytestmark = pytest.mark.skipif(
    "PAINSTATS_REAL_EXPORTS" not in os.environ, reason="PAINSTATS_REAL_EXPORTS does not name their folder"
)

LEAST_STEPS = 500  # a day with fewer does not count as worn


def study_of(folder: Path, name: str, zone: str, *, is_loose: bool = False):
    real = REAL / "real" / name
    if not real.is_dir():
        pytest.skip(f"the real export {name} is not on this machine")
    own = folder / "inbox" / "me"
    shutil.copytree(real, own if is_loose else own / name, copy_function=shutil.copyfile)
    (folder / "study.toml").write_text(f'[study]\nname = "real"\ntime_zone = "{zone}"\n')
    return read_study(folder), real


def read_all(real: Path, pattern: str) -> list[dict[str, object]]:
    return [row for path in sorted(real.rglob(pattern)) for row in json.loads(path.read_text())]


def days_read(study):
    with open_store(study) as store:
        build_daily_table(store)
    return dict(rows(study, "SELECT date::VARCHAR, step_count FROM daily_summary WHERE step_count IS NOT NULL"))


def test_a_fitbit_from_melbourne_is_refused_in_london_and_right_at_home(tmp_path):
    study, real = study_of(tmp_path, "fitbit_melbourne", "Europe/London", is_loose=True)
    [outcome] = read_inbox(study.folder).values()
    assert (outcome.status, outcome.rule) == ("refused", "wrong_time_zone")
    assert "11,626 minutes with steps fall into 124 nights" in outcome.message
    assert 'time_zone = "Australia/Melbourne"' in outcome.message
    (tmp_path / "study.toml").write_text('[study]\nname = "real"\ntime_zone = "Australia/Melbourne"\n')
    study = read_study(tmp_path)
    assert [outcome.status for outcome in read_inbox(study.folder).values()] == ["loaded"]
    zone, minutes = ZoneInfo("Australia/Melbourne"), {}
    for row in read_all(real, "steps-*.json"):
        minutes[row["dateTime"]] = int(row["value"])
    steps: Counter[str] = Counter()
    for at, value in minutes.items():
        utc = datetime.strptime(at, "%m/%d/%y %H:%M:%S").replace(tzinfo=ZoneInfo("UTC"))
        steps[str(utc.astimezone(zone).date())] += value
    worn = {day: value for day, value in steps.items() if value >= LEAST_STEPS}
    # The first and the last day are not whole.
    assert days_read(study) == {day: value for day, value in worn.items() if min(worn) < day < max(worn)}
    nights = {row["dateOfSleep"] for row in read_all(real, "sleep-*.json") if row["mainSleep"]}
    assert {day for (day,) in rows(study, "SELECT DISTINCT date::VARCHAR FROM sleep_episode WHERE is_main_sleep")} == (
        nights
    )


def test_one_tracker_with_classic_nights_has_no_device_change(tmp_path):
    study, real = study_of(tmp_path, "fitbit_staged_and_classic", "Europe/London", is_loose=True)
    assert [outcome.status for outcome in read_inbox(study.folder).values()] == ["loaded"]
    asleep = {row["logId"]: row["minutesAsleep"] for row in read_all(real, "sleep-*.json")}
    stored = dict(rows(study, "SELECT episode_id, total_sleep_time_min FROM sleep_episode"))
    assert stored == {str(number): minutes for number, minutes in asleep.items()}
    assert rows(study, "SELECT DISTINCT device FROM sleep_episode") == [("fitbit",)]


def test_no_true_zone_of_a_real_participant_is_refused_or_doubted(capsys):
    for name in ("p03", "p13"):  # those of whom the data set holds minutes with steps
        folder = REAL / "pmdata" / name / "fitbit"
        if not folder.is_dir():
            pytest.skip("the real pmdata exports are not on this machine")
        assert main(["inspect", str(folder), "--zone", "Europe/Oslo"]) in (0, 4)
        assert "check the time zone" not in capsys.readouterr().out


def test_a_garmin_account_has_its_days_and_its_night(tmp_path):
    study, real = study_of(tmp_path, "garmin_account", "Europe/London")
    assert [outcome.status for outcome in read_inbox(study.folder).values()] == ["loaded"]
    days = {
        row["calendarDate"][:10]: row["totalSteps"]
        for row in read_all(real, "UDSFile*.json")
        if row.get("totalSteps") is not None and row.get("includesWellnessData") is not False
    }
    stored = dict(rows(study, "SELECT date::VARCHAR, value FROM daily_total WHERE measure = 'step_count'"))
    assert stored == days
    staged = [row["calendarDate"] for row in read_all(real, "*sleepData.json") if row.get("deepSleepSeconds")]
    assert [day for (day,) in rows(study, "SELECT date::VARCHAR FROM sleep_episode ORDER BY ALL")] == sorted(staged)


def test_days_of_withings_without_intervals_come_from_its_sums(tmp_path):
    study, real = study_of(tmp_path, "withings_two_zones", "America/Los_Angeles")
    assert [outcome.status for outcome in read_inbox(study.folder).values()] == ["loaded"]
    with (real / "aggregates_steps.csv").open() as file:
        sums = {row["date"]: float(row["value"]) for row in csv.DictReader(file) if float(row["value"]) > 0}
    with (real / "raw_tracker_steps.csv").open() as file:
        covered = set()
        for row in csv.DictReader(file):
            begin = datetime.fromisoformat(row["start"])
            at = begin.timestamp()
            for length, value in zip(json.loads(row["duration"]), json.loads(row["value"]), strict=True):
                if value > 0:
                    covered.add(str(datetime.fromtimestamp(at, begin.tzinfo).date()))
                at += length
    stored = dict(rows(study, "SELECT date::VARCHAR, value FROM daily_total WHERE measure = 'step_count'"))
    assert stored == {day: value for day, value in sums.items() if day not in covered}


def test_one_odd_file_of_fitabase_does_not_refuse_the_folder(tmp_path):
    study, real = study_of(tmp_path, "fitabase_resaved", "Europe/London")
    found = {Path(outcome.file.name).name: outcome for outcome in read_inbox(study.folder).values()}
    assert {name for name, outcome in found.items() if outcome.status == "refused"} == {"hourlySteps_merged.csv"}
    assert "holds times without dates" in found["hourlySteps_merged.csv"].message
    with (real / "dailySteps_merged.csv").open() as file:
        days = {
            (row["Id"], datetime.strptime(row["ActivityDay"], "%d-%m-%Y").date()): float(row["StepTotal"])
            for row in csv.DictReader(file)
        }
    stored = rows(study, "SELECT participant_id, date, value FROM daily_total WHERE measure = 'step_count'")
    assert len(stored) == len(days)
    assert sum((participant, day) in days for participant, day, _ in stored) >= len(days) - 1  # one date is a typo

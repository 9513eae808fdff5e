"""Real CSVs that another program made from an Apple export, counted independently with plain Python."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from tests.test_real_input import REAL, rows

FOLDER = REAL / "real" / "apple_converter_csv"
HERE = ZoneInfo("America/Chicago")
STAGES = {"InBed": "in_bed", "AsleepUnspecified": "asleep"}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    if not FOLDER.exists():
        pytest.skip("the real CSVs are not on this machine")
    folder = tmp_path_factory.mktemp("real") / "study"
    (folder / "inbox").mkdir(parents=True)
    for name in ("SleepAnalysis.csv", "Workout.csv"):
        shutil.copyfile(FOLDER / name, folder / "inbox" / name)
    (folder / "study.toml").write_text(f'[study]\ntime_zone = "{HERE}"\n')
    main(["run", str(folder)])
    return read_study(folder)


def test_each_file_is_read_and_no_row_is_rejected(study):
    assert rows(study, "SELECT file_name, source, status, rows_quarantined FROM import ORDER BY 1") == [
        ("SleepAnalysis.csv", "apple_health", "loaded", 0),
        ("Workout.csv", "apple_health", "loaded", 0),
    ]


def test_each_stretch_of_sleep_is_kept_once(study):
    counted = {
        (row["sourceName"], instant(row["startDate"]), instant(row["endDate"]), row["value"].rpartition("Analysis")[2])
        for row in table("SleepAnalysis.csv")
    }
    expected = sorted((begun, ended, STAGES[value]) for _, begun, ended, value in counted)
    found = rows(study, "SELECT start_at, end_at, stage FROM sleep_segment")
    assert sorted((begun.astimezone(UTC), ended.astimezone(UTC), stage) for begun, ended, stage in found) == expected


def test_all_minutes_asleep_are_in_the_nights_and_naps_of_the_days(study):
    slept, latest = 0.0, datetime.min.replace(tzinfo=UTC)
    asleep = (row for row in table("SleepAnalysis.csv") if "Asleep" in row["value"].rpartition("Analysis")[2])
    for begun, ended in sorted((instant(row["startDate"]), instant(row["endDate"])) for row in asleep):
        slept += max((ended - max(begun, latest)).total_seconds(), 0) / 60
        latest = max(latest, ended)
    [(found,)] = rows(study, "SELECT sum(total_sleep_time_min + nap_time_min) FROM sleep_by_device")
    assert found == pytest.approx(slept, abs=1e-5)
    assert slept > 0


def test_minutes_of_exercise_of_each_day_are_those_of_the_workouts(study):
    expected: defaultdict[object, float] = defaultdict(float)
    for row in table("Workout.csv"):
        begun, ended = instant(row["startDate"]), instant(row["endDate"])
        # Clock times are in whole seconds, durations are not: a session counts for no longer than its clock times.
        minutes = min(float(row["duration"]), (ended - begun).total_seconds() / 60)
        expected[begun.astimezone(HERE).date()] += minutes
    found = rows(
        study, "SELECT date, recorded_exercise_time_min FROM daily_summary WHERE recorded_exercise_time_min > 0"
    )
    assert dict(found) == pytest.approx(dict(expected), abs=1e-5)
    assert sum(expected.values()) > 0

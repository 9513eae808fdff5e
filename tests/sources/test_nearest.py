"""An unrecognised file: the nearest format and what is missing, or nothing rather than wrong advice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, refusal_of, written, zipped


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "workouts.csv",
            "Cycle timezone,Workout start time,Activity name\n",
            "the nearest format is WHOOP data export (CSV), but it lacks the column Workout end time;",
        ),
        (
            "Workout.csv",
            "workoutActivityType,sourceName,startDate,Duration\n",
            "the nearest format is Apple Health (export.zip), but it lacks the column endDate;",
        ),
        (
            "visible.csv",
            "observation_date;tracker_name;Observation_Value\n",
            "Visible (CSV), but it lacks the columns observation_value (here Observation_Value), tracker_category;",
        ),
        (
            "sleep.json",
            json.dumps([{"calendarDate": "2024-01-01", "sleepStartTimestampGMT": 3, "deepSleepSeconds": 60}]),
            "Garmin Connect data export (JSON), but it lacks the key sleepEndTimestampGMT;",
        ),
        (
            "HealthAutoExport-2024-01-01.csv",
            "Date/Time,Active Energy (kJ),Step Count (count),Sleep Analysis [Total] (hr)\n2024-01-01 00:00:00,1,2,3\n",
            "it is a CSV of Health Auto Export; choose JSON",
        ),
        ("export_cda.xml", '<?xml version="1.0"?>\n<ClinicalDocument/>', "it is the export_cda.xml of an Apple Health"),
    ],
)
def test_the_nearest_format_is_named_with_what_is_missing(name: str, content: str, told: str, tmp_path: Path) -> None:
    refusal = refusal_of(read, written(tmp_path / name, content))
    assert refusal.rule == "not_recognised"
    assert told in str(refusal)
    assert "\n" not in str(refusal)


@pytest.mark.parametrize(
    "content",
    [
        "where,when\nSpain,June\n",
        "day,steps\n2024-01-01,5000\n",  # half of Oura's names, and nothing that is only Oura's
        "date,time,name,value,type\n1,2,3,4,5\n",
        "start_time,end_time,steps,distance\n1,2,3,4\n",
        '{"data": {"name": "a", "units": "b"}}',
        "Dear reader",
        "",
    ],
)
def test_a_file_that_is_near_no_format_gets_no_name(content: str, tmp_path: Path) -> None:
    told = str(refusal_of(read, written(tmp_path / "x.csv", content)))
    assert "nearest" not in told


def test_in_a_zip_the_file_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"readme.txt": "Hello", "b/w.csv": "Workout start time,Activity name,x\n"})
    assert "the nearest format of w.csv is WHOOP data export (CSV)" in str(refusal_of(read, path))


def test_a_real_header_with_one_name_changed_has_its_own_format_as_the_nearest(tmp_path: Path) -> None:
    sleeps = (FIXTURES / "whoop_sleeps.csv").read_text().replace("Wake onset", "Woke")
    assert "it lacks the column Wake onset;" in str(refusal_of(read, written(tmp_path / "s.csv", sleeps)))

"""Apple Health rewritten as CSV gives the very records that the XML gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, refusal_of, written

HEADER = "sourceName,sourceVersion,device,type,unit,creationDate,startDate,endDate,value\n"
NIGHT = ",x,2024-01-01 23:00:00 +0000,2024-01-02 06:00:00 +0000,HKCategoryValueSleepAnalysisAsleepCore\n"


def test_steps_from_the_csv_are_those_of_the_xml() -> None:
    keys = ("participant_id", "source", "device", "start_at", "end_at", "step_count")
    csv = read(FIXTURES / "tdda_StepCount.csv").accepted("step_count").select(keys)
    xml = read(FIXTURES / "tdda_export6s3sample.xml").accepted("step_count").select(keys)
    assert csv.height == 10
    assert csv.equals(xml)


def test_sleep_is_read_and_other_types_are_counted(tmp_path: Path) -> None:
    rows = f"Watch,,,SleepAnalysis,{NIGHT}Watch,,,HeartRate,count/min,x,y,z,60\n"
    contents = read(written(tmp_path / "Records.csv", HEADER + rows))
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["core"]
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "HeartRate: not used")]


@pytest.mark.parametrize(("value", "column"), [("many", "value"), ("NaN", "value"), ("1e309", "value")])
def test_values_that_cannot_be_read_are_rejected(value: str, column: str, tmp_path: Path) -> None:
    row = f"Phone,,,StepCount,count,x,2024-01-01 09:00:00 +0000,2024-01-01 09:05:00 +0000,{value}\n"
    contents = read(written(tmp_path / "StepCount.csv", HEADER + row))
    assert contents.rejected() == [("StepCount.csv", 2, column, "unreadable")]


def test_a_row_with_a_cell_too_many_makes_the_file_untrustworthy(tmp_path: Path) -> None:
    path = written(tmp_path / "StepCount.csv", HEADER + "Phone,,,StepCount,count,x,y,z,1,2\n")
    assert refusal_of(read, path).rule == "ragged_row"


WORKOUTS = (
    "sourceName,sourceVersion,device,creationDate,startDate,endDate,workoutActivityType,duration,durationUnit,"
    "totalDistance,totalDistanceUnit,totalEnergyBurned,totalEnergyBurnedUnit\n"
)
TIMES = "2024-01-01 10:00:00 +0100,2024-01-01 09:00:00 +0100,2024-01-01 09:30:00 +0100"


def test_workouts_are_read_with_their_units_and_with_or_without_apples_prefix(tmp_path: Path) -> None:
    rows = (
        f'"Bikes","7",,{TIMES},"HKWorkoutActivityTypeCycling",0.5,"hr",2,"mi",418.4,"kJ"\n'
        f'"Mat","1",,{TIMES.replace("09:", "07:")},"Yoga",30,"min",,,,\n'
    )
    contents = read(written(tmp_path / "Workout.csv", WORKOUTS + rows))
    sessions = contents.accepted("exercise_session").sort("start_at")
    assert contents.source == "apple_health"
    assert sessions["exercise_type"].to_list() == ["yoga", "cycling"]
    assert sessions["duration_min"].to_list() == [30.0, 30.0]
    assert sessions["distance_m"].to_list() == [None, pytest.approx(3218.688)]
    assert sessions["energy_kcal"].to_list() == [None, pytest.approx(100.0)]


def test_a_folder_with_nights_and_workouts_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(tmp_path / "out" / "SleepAnalysis.csv", HEADER + f"Watch,,,SleepAnalysis,{NIGHT}")
    written(tmp_path / "out" / "Workout.csv", WORKOUTS + f"Mat,1,,{TIMES},HKWorkoutActivityTypeYoga,30,min,,,,\n")
    contents = read(tmp_path / "out")
    assert (contents.accepted("sleep_segment").height, contents.accepted("exercise_session").height) == (1, 1)
    assert contents.ignored == []

"""Google Fit: quarters of an hour by the clock with its offset, and days that are not zero but missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.sources.reading import FIXTURES, read, refusal_of, settings, written, zipped

BY_DAY = (FIXTURES / "google_fit_daily.csv").read_text()
BY_QUARTER = (FIXTURES / "google_fit_2024-03-01.csv").read_text()
FOLDER = "Takeout/Fit/Daily activity metrics/"


def test_days_with_zero_steps_are_missing() -> None:
    contents = read(FIXTURES / "google_fit_daily.csv")
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2024, 3, 1), "step_count", 6120.0),
        (date(2024, 3, 3), "step_count", 1210.0),
        (date(2024, 3, 1), "moving_time_min", 34.0),
        (date(2024, 3, 3), "moving_time_min", 10.0),
        (date(2024, 3, 1), "total_sleep_time_min", 450.0),
    ]
    assert sum(ignored.rows for ignored in contents.ignored) == 3


def test_heart_rate_and_movement_of_a_day_are_kept_as_signs_of_wear(tmp_path: Path) -> None:
    rows = "2024-03-01,300,3,71.5\n2024-03-02,40,,\n2024-03-03,9,0,\n"
    path = written(
        tmp_path / "Daily activity metrics.csv", f"Date,Step count,Move Minutes count,Average heart rate (bpm)\n{rows}"
    )
    contents = read(path)
    signs = contents.accepted("daily_total").filter(pl.col("measure") != "step_count")
    assert signs.select("date", "measure", "value").rows() == [
        (date(2024, 3, 1), "moving_time_min", 3.0),
        (date(2024, 3, 1), "heart_rate_bpm", 71.5),
    ]
    assert sum(ignored.rows for ignored in contents.ignored) == 0


def test_quarters_of_an_hour_keep_the_offset_of_their_clock() -> None:
    steps = read(FIXTURES / "google_fit_2024-03-01.csv", settings(zone="Asia/Tokyo")).accepted("step_count")
    assert steps.select("start_at", "end_at", "utc_offset_min", "step_count").rows() == [
        (datetime(2024, 3, 1, 8, 0, tzinfo=UTC), datetime(2024, 3, 1, 8, 15, tzinfo=UTC), 60, 1105),
        (datetime(2024, 3, 1, 22, 45, tzinfo=UTC), datetime(2024, 3, 1, 23, 0, tzinfo=UTC), 60, 260),
    ]


def test_a_date_with_quarters_is_not_counted_by_its_sum_too(tmp_path: Path) -> None:
    files = {f"{FOLDER}Daily activity metrics.csv": BY_DAY, f"{FOLDER}2024-03-01.csv": BY_QUARTER, "Takeout/x.html": ""}
    contents = read(zipped(tmp_path / "takeout.zip", files))
    totals = contents.accepted("daily_total").filter(measure="step_count")
    assert totals["date"].to_list() == [date(2024, 3, 3)]
    assert contents.accepted("step_count")["step_count"].sum() == 1365


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("noon,12:15:00+01:00,5", "Start time"),
        ("12:00:00+01:00,later,5", "End time"),
        ("12:00:00+01:00,12:15:00+01:00,five", "Step count"),
        ("12:00:00,12:15:00,5", "Start time"),  # without an offset the instant is unknown
    ],
)
def test_quarters_that_cannot_be_read_are_rejected(row: str, column: str, tmp_path: Path) -> None:
    path = written(tmp_path / "2024-03-01.csv", f"Start time,End time,Step count\n{row}\n")
    assert read(path).rejected() == [("2024-03-01.csv", 2, column, "unreadable")]


# --- names of files ---


@pytest.mark.parametrize("name", ["2024-03-01 (1).csv", "2024-03-01(2).CSV", "fit 2024-03-01.bin", "2024-03-01"])
def test_the_date_of_a_days_file_is_found_wherever_it_stands_in_its_name(name: str, tmp_path: Path) -> None:
    expected = read(FIXTURES / "google_fit_2024-03-01.csv").accepted("step_count")
    assert read(written(tmp_path / name, BY_QUARTER)).accepted("step_count").equals(expected)
    inside = zipped(tmp_path / "takeout.zip", {FOLDER + name: BY_QUARTER})
    assert read(inside).accepted("step_count").equals(expected)


@pytest.mark.parametrize("name", ["x.csv", "2024-03-01 to 2024-03-02.csv", "2024-13-01.csv", "12024-03-01.csv"])
def test_a_days_file_without_its_date_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    refusal = refusal_of(read, written(tmp_path / name, BY_QUARTER))
    assert refusal.rule == "day_unknown"
    assert "such as 2024-03-01.csv" in str(refusal)


# --- what is concluded ---


def by_day(path: Path, *asleep: int) -> Path:
    rows = "".join(f"2024-03-{day:02d},5000,{duration}\n" for day, duration in enumerate(asleep, 1))
    return written(path / "days.csv", f"Date,Step count,Sleep duration (ms)\n{rows}")


@pytest.mark.parametrize(
    ("asleep", "minutes", "unit"),
    [
        ((27_000_000, 1_800_000, 120_000), [450, 30, 2], "milliseconds, as the column says: 3 of 3"),
        ((27_000, 25_200, 3_600), [450, 420, 60], "seconds, although the column says ms: 3 of 3"),
        ((450, 420, 7), [450, 420, 7], "minutes, although the column says ms: 2 of 3"),
    ],
)
def test_durations_of_sleep_are_read_in_the_unit_that_is_possible(
    asleep: tuple[int, ...], minutes: list[int], unit: str, tmp_path: Path
) -> None:
    contents = read(by_day(tmp_path, *asleep))
    assert contents.accepted("daily_total").filter(measure="total_sleep_time_min")["value"].to_list() == minutes
    assert [note.message for note in contents.notes] == [f"sleep durations are in {unit} are possible in this unit"]


def test_durations_that_last_a_night_in_no_unit_are_refused(tmp_path: Path) -> None:
    assert refusal_of(read, by_day(tmp_path, 27_000_000_000, 25_000_000_000)).rule == "duration_unit"


def test_quarters_are_compared_with_the_sums_of_their_days(tmp_path: Path) -> None:
    for total, n_equal in ((6120, 0), (1365, 1)):
        days = BY_DAY.replace(",6120,", f",{total},")
        files = {"2024-03-01.csv": BY_QUARTER, "2024-03-01 (1).csv": BY_QUARTER, "Daily activity metrics.csv": days}
        told = [note.message for note in read(zipped(tmp_path / "takeout.zip", files)).notes]
        assert f"quarter-hours add up to the daily total on {n_equal} of 1 dates" in told
    assert ("rows are quarter-hours of the date in the file name: 4 of 4 last 15 minutes, 4 have a UTC offset") in told

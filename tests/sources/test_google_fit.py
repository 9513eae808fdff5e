"""Google Fit: quarters of an hour by the clock with its offset, and days that are not zero but missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, read, settings, written, zipped

BY_DAY = (FIXTURES / "google_fit_daily.csv").read_text()
BY_QUARTER = (FIXTURES / "google_fit_2024-03-01.csv").read_text()
FOLDER = "Takeout/Fit/Daily activity metrics/"


def test_days_with_zero_steps_are_missing() -> None:
    contents = read(FIXTURES / "google_fit_daily.csv")
    assert contents.accepted("daily_total").select("date", "measure", "value").rows() == [
        (date(2024, 3, 1), "step_count", 6120.0),
        (date(2024, 3, 3), "step_count", 1210.0),
        (date(2024, 3, 1), "total_sleep_time_min", 450.0),
    ]
    assert sum(ignored.rows for ignored in contents.ignored) == 3


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
        ("12:00:00,12:15:00,5", "Start time"),  # without an offset nobody knows when it was
    ],
)
def test_quarters_that_cannot_be_read_are_rejected(row: str, column: str, tmp_path: Path) -> None:
    path = written(tmp_path / "2024-03-01.csv", f"Start time,End time,Step count\n{row}\n")
    assert read(path).rejected() == [("2024-03-01.csv", 2, column, "unreadable")]

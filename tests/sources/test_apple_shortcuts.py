"""Samples that a shortcut saves: days as Health adds them up, and never samples added up here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.sources.reading import Contents, read, refusal_of, written


@pytest.fixture
def reading(tmp_path: Path):
    def of(**parts: object) -> Contents:
        return read(written(tmp_path / "Steps.json", json.dumps(parts)))

    return of


def days(contents: Contents) -> list[tuple[object, ...]]:
    return contents.accepted("daily_total").select("date", "measure", "value").rows()


@pytest.mark.parametrize(
    ("dates", "values"),
    [
        (["2024-01-01 00:00:00", "2024-01-02 00:00:00"], ["5120", "6000.5"]),
        (["2024-01-01", "2024-01-02"], [5120, 6000.5]),
        ("2024-01-01\n2024-01-02", "5120\n6000.5"),
    ],
)
def test_steps_grouped_by_day_are_read(dates: object, values: object, reading) -> None:
    contents = reading(type="Steps", dates=dates, values=values)
    assert contents.source == "apple_shortcuts"
    assert days(contents) == [(date(2024, 1, 1), "step_count", 5120.0), (date(2024, 1, 2), "step_count", 6000.5)]


@pytest.mark.parametrize("at", ["2024-01-01 09:20:10", "2024-01-01 00:00:00"])
def test_single_samples_of_steps_are_never_added(at: str, reading) -> None:
    contents = reading(type="Steps", dates=["2024-01-01 00:00:00", at], values=["34", "50"])
    assert days(contents) == []
    assert "set Group By to Day" in contents.notes[0].message


def test_heart_values_are_averaged_over_a_date(reading) -> None:
    contents = reading(
        type="Resting Heart Rate", dates=["2024-01-01 09:21:56", "2024-01-01 13:45:10"], values=["60", "63"]
    )
    assert days(contents) == [(date(2024, 1, 1), "resting_heart_rate_bpm", 61.5)]


def test_thousands_of_another_language_and_unread_dates_are_rejected(reading) -> None:
    contents = reading(type="Steps", dates=["2024-01-01", "2024-01-02"], values=["8.123", "900"])
    assert [(line, column) for _, line, column, _ in contents.rejected()] == [(1, "values")]
    assert days(contents) == [(date(2024, 1, 2), "step_count", 900.0)]


def test_other_types_are_counted_and_unequal_lists_refused(reading, tmp_path: Path) -> None:
    contents = reading(type="Flights Climbed", dates="2024-01-01", values="4")
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [(1, "flights climbed: not used")]
    unequal = json.dumps({"type": "Steps", "dates": ["2024-01-01", "2024-01-02"], "values": ["4"]})
    assert "2 dates and 1 values" in str(refusal_of(read, written(tmp_path / "x.json", unequal)))

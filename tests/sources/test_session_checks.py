"""Sessions keep their durations and distances only if these are possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from painstats.sources.session_checks import checked_sessions

BEGAN = datetime(2025, 3, 1, 16, tzinfo=UTC)


def sessions(duration_min: float | None, distance_m: float | None, lasted_min: int = 45) -> pl.DataFrame:
    row = {
        "start_at": BEGAN,
        "end_at": BEGAN + timedelta(minutes=lasted_min),
        "duration_min": duration_min,
        "distance_m": distance_m,
    }
    return pl.DataFrame([row] * 3, schema_overrides={"duration_min": pl.Float64, "distance_m": pl.Float64})


@pytest.mark.parametrize(
    ("duration_min", "distance_m", "kept", "told"),
    [
        (42.0, 3400.0, (42.0, 3400.0), "distances were read as metres"),
        (42.0 / 1000, 3400.0, (45.0, 3400.0), "durations do not fit"),  # seconds that were taken for milliseconds
        (42.0 * 60, None, (45.0, None), "durations do not fit"),
        (42.0, 3.4, (42.0, None), "distances were not read"),  # kilometres
        (42.0, None, (42.0, None), "durations fit the time from start to end"),
        (None, None, (None, None), "durations fit the time from start to end"),
    ],
)
def test_units_are_checked_by_what_is_possible(
    duration_min: float | None, distance_m: float | None, kept: tuple[float | None, ...], told: str
) -> None:
    checked, message = checked_sessions(sessions(duration_min, distance_m))
    assert checked.select("duration_min", "distance_m").row(0) == kept
    assert told in message


def test_sessions_without_length_decide_nothing() -> None:
    checked, message = checked_sessions(sessions(0.0, None, lasted_min=0))
    assert checked["duration_min"].to_list() == [0.0] * 3
    assert message.startswith("durations fit")

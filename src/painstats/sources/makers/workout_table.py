"""``allWorkouts.csv``: Apple Health's workouts as one table, as an exporting app for the iPhone writes it.

Times are local and without seconds, durations are ``0:36:29``. Distances and energy are in the units of the app's
settings, which the file does not name; they are not read.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.csv_text import header_of, read_csv
from painstats.parsing.text import first_problem, numbers
from painstats.records import EXERCISE_SESSION
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.local_nights import clock_minutes, placed
from painstats.sources.vendor_rows import (
    broken_rows,
    csv_rows,
    delimiter_of,
    is_csv,
    read_by_kind,
    utc_label,
    with_origin,
)

COLUMNS = ("Type", "Start", "End", "Duration", "Average Heart Rate")
KNOWN_BY = {*COLUMNS, "Active Energy", "Average Pace"}

_CLOCK = "%Y-%m-%d %H:%M"
_MOST_LONGER_MIN = 1.0
"""A duration can be longer than the time from start to end by this much, as both are cut to minutes."""


def _kind(entry: Entry) -> str | None:
    return "workouts" if is_csv(entry) and set(header_of(entry, delimiter=delimiter_of(entry))) >= KNOWN_BY else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(map(_kind, archive.entries))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from read_by_kind(archive, settings, _kind, {"workouts": _read_workouts})


def _read_workouts(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry, delimiter=delimiter_of(entry))
    rows = with_origin(csv_rows(entry, table, COLUMNS), settings, SOURCE.name, "workout-table", "app")
    sessions = _sessions(rows, settings)
    yield from in_batches(EXERCISE_SESSION, sessions)
    yield from broken_rows(entry, table, EXERCISE_SESSION)
    for message in _messages(sessions) if rows.height else ():
        yield Note(entry.label, message)


def _sessions(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    local = rows.with_columns(
        pl.col(column).str.to_datetime(_CLOCK, time_unit="us", strict=False).alias(f"{side}_local")
        for side, column in (("start", "Start"), ("end", "End"))
    )
    heart_rate = pl.col("Average Heart Rate").str.replace(",", ".", literal=True).alias("Average Heart Rate")
    return placed(local.with_columns(heart_rate), settings).with_columns(
        utc_label("start_at").alias("session_id"),
        exercise_types(pl.col("Type")).alias("exercise_type"),
        clock_minutes("Duration").alias("duration_min"),
        numbers("Average Heart Rate").alias("heart_rate_bpm"),
        first_problem(
            Start=pl.col("start_at").is_null(),
            End=pl.col("end_at").is_null(),
            Duration=clock_minutes("Duration").is_null(),
        ),
    )


def _messages(sessions: pl.DataFrame) -> Iterator[str]:
    yield clock_note(0, sessions.height, "times of workouts")
    longer = sessions["duration_min"] - sessions["elapsed_min"] > _MOST_LONGER_MIN
    yield (
        f"durations, without pauses, fit the time from start to end of {sessions.height - int(longer.sum())} of "
        f"{sessions.height} workouts; distances and energy were not read, as the file does not name their units"
    )


SOURCE = Source(
    name="workout_table",
    version=2,
    title="Workouts of Apple Health as a table (allWorkouts.csv)",
    reads="workouts",
    how_to_export="In the app that lists your workouts of Apple Health choose to export all of them as CSV.",
    recognises=_recognises,
    read=_read,
)

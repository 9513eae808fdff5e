"""Workouts of Oura."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.text import first_problem, numbers
from painstats.records import EXERCISE_SESSION
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.exercise_names import exercise_types
from painstats.sources.vendor_rows import SECONDS, utc_label, zoned_offsets, zoned_or_local


def read_workouts(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read workouts, and note whose clock their times are."""
    sessions = _sessions(rows, settings)
    yield from in_batches(EXERCISE_SESSION, sessions)
    if rows.height:
        n_offsets = rows.height - sessions["utc_offset_min"].null_count()
        yield Note(entry.label, clock_note(n_offsets, rows.height, "times of workouts"))


def _sessions(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    timed = rows.with_columns(
        zoned_or_local(rows, "start_datetime", settings).alias("start_at"),
        zoned_or_local(rows, "end_datetime", settings).alias("end_at"),
        zoned_offsets("start_datetime").alias("utc_offset_min"),
    )
    return timed.with_columns(
        utc_label("start_at").alias("session_id"),
        exercise_types(pl.col("activity")).alias("exercise_type"),
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS).alias("duration_min"),
        numbers("distance").alias("distance_m"),
        numbers("calories").alias("energy_kcal"),
        first_problem(start_datetime=pl.col("start_at").is_null(), end_datetime=pl.col("end_at").is_null()),
    )

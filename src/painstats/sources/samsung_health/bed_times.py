"""Samsung's sleeps of which only the times of going to bed and of getting up are known."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.text import first_problem
from painstats.records import SLEEP_SEGMENT
from painstats.sources.batching import in_batches


def is_bed_time_only() -> pl.Expr:
    """Whether a sleep has a length but neither stages nor a duration of its own nor an efficiency above 0."""
    return pl.col("time_in_bed_min").is_not_null() & pl.col("total_sleep_time_min").is_null()


def read_bed_times(entry: Entry, nights: pl.DataFrame) -> Iterator[Batch]:
    """Read them as time in bed, never as sleep: how long the participant slept is unknown."""
    beds = nights.filter(is_bed_time_only())
    if beds.is_empty():
        return
    zone = pl.col("utc_offset_min").is_null()
    in_bed = beds.with_columns(pl.lit("in_bed").alias("stage"), first_problem(time_offset=zone))
    yield from in_batches(SLEEP_SEGMENT, in_bed)
    yield Note(
        entry.label,
        f"{beds.height} of {nights.height} sleeps have bed times but no measure of sleep; they were read as time in "
        "bed, not as sleep",
    )

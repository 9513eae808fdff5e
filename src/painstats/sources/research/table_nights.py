"""Nights of a declared table that have a bed time and a wake time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.batch import Batch
from painstats.parsing.clocks import instants_of
from painstats.parsing.text import first_problem
from painstats.plan.tables import BED_TIME, WAKE_TIME, ColumnPlan, TablePlan
from painstats.records import SLEEP_EPISODE, SLEEP_SEGMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.vendor_rows import SECONDS, main_sleeps, utc_label

MIN_SHARE = 0.5
"""Least share of the wake times that must lie on the date that ``nights_dated_by`` gives their night."""

ASLEEP, IN_BED = "total_sleep_time_min", "time_in_bed_min"


def timed_nights(
    entry: Entry, rows: pl.DataFrame, plan: TablePlan, settings: ReadSettings
) -> tuple[pl.DataFrame, Iterator[Batch]]:
    """Return the rows marked by ``is_timed_night``, and batches of the marked ones.

    A night with times and an amount of sleep is a sleep; one with times alone is time in bed, which is not sleep.
    """
    bed, wake = plan.column_of(BED_TIME), plan.column_of(WAKE_TIME)
    if bed is None or wake is None:
        return rows.with_columns(pl.lit(False).alias("is_timed_night")), iter(())
    absent = [name for name in (ASLEEP, IN_BED) if name not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in absent)
    clocks = _clocks(entry, rows, bed, wake)
    given = pl.col("bed_clock").is_not_null() & pl.col("wake_clock").is_not_null() & pl.col("date").is_not_null()
    marked = clocks.with_columns(given.alias("is_timed_night"))
    return marked, _batches(_placed(marked.filter("is_timed_night"), settings), bed, wake)


def _clocks(entry: Entry, rows: pl.DataFrame, bed: ColumnPlan, wake: ColumnPlan) -> pl.DataFrame:
    """Add the naive local times of both; a clock time without a date belongs to the night before the waking."""
    woke = pl.col(WAKE_TIME) if _has_date(wake) else pl.col("night_date").dt.combine(pl.col(WAKE_TIME).dt.time())
    rows = rows.with_columns(woke.cast(pl.Datetime("us")).alias("wake_clock"))
    if _has_date(wake):
        _refuse_other_dates(entry, rows)
    same_day = pl.col("wake_clock").dt.date().dt.combine(pl.col(BED_TIME).dt.time())
    before = pl.when(same_day < pl.col("wake_clock")).then(same_day).otherwise(same_day.dt.offset_by("-1d"))
    went = pl.col(BED_TIME) if _has_date(bed) else before
    return rows.with_columns(went.cast(pl.Datetime("us")).alias("bed_clock"))


def _has_date(column: ColumnPlan) -> bool:
    return "%d" in (column.format or "")


def _refuse_other_dates(entry: Entry, rows: pl.DataFrame) -> None:
    woken = rows.filter(pl.col("wake_clock").is_not_null() & pl.col("night_date").is_not_null())
    n_right = int((woken["wake_clock"].dt.date() == woken["night_date"]).sum())
    if n_right < MIN_SHARE * woken.height:
        raise refused(
            "night_dates",
            entry,
            f"{woken.height - n_right} of {woken.height} wake times lie on another date than nights_dated_by in "
            "study.toml says; write the other of waking and evening, or correct date_column",
        )


def _placed(nights: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Add instants and durations; where the table has no time in bed, it is the time from bed to waking."""
    times = {
        name: instants_of(nights["participant_id"].fill_null(""), nights[clock], settings.time_zones)
        for name, clock in (("start_at", "bed_clock"), ("end_at", "wake_clock"))
    }
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS
    return (
        nights.with_columns(found.alias(name) for name, found in times.items())
        .with_columns(pl.col(IN_BED).fill_null(lasted), pl.col("night_date").alias("date"))
        .with_columns(main_sleeps(), utc_label("start_at").alias("episode_id"))
    )


def _batches(nights: pl.DataFrame, bed: ColumnPlan, wake: ColumnPlan) -> Iterator[Batch]:
    problem = first_problem(**{bed.column: pl.col("start_at").is_null(), wake.column: pl.col("end_at").is_null()})
    checked = nights.with_columns(problem)
    yield from in_batches(SLEEP_EPISODE, checked.filter(pl.col(ASLEEP).is_not_null()))
    in_bed = checked.filter(pl.col(ASLEEP).is_null()).with_columns(pl.lit("in_bed").alias("stage"))
    yield from in_batches(SLEEP_SEGMENT, in_bed)

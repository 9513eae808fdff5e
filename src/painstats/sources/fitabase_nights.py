"""Fitabase's minutes of sleep, joined into nights and naps."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.clocks import instants_of, local_dates_of
from painstats.sources.contract import Ignored, Read, ReadSettings
from painstats.sources.export import Entry
from painstats.sources.text import first_problem, whole_numbers
from painstats.sources.vendor_rows import main_sleeps

ASLEEP, AWAKE = 1, 3
"""Values of a minute; 2 is restless, which Fitbit does not count as asleep."""


def read_nights(entry: Entry, cells: pl.DataFrame, settings: ReadSettings) -> Iterator[Read]:
    """Yield one episode for each sleep log, from its minutes.

    Parameters
    ----------
    entry
        Where they stand.
    cells
        One row for each minute: ``participant_id``, ``date`` and ``time`` of its clock, ``value``, ``logId``, and the
        contract's further columns.
    """
    minutes = _timed(cells, settings)
    unread = pl.col("column").is_not_null()
    yield from in_batches(SLEEP_EPISODE, _without_times(minutes.filter(unread)))
    read = minutes.filter(~unread).unique(["participant_id", "logId", "start_at"], keep="first", maintain_order=True)
    nights = _joined(read, settings)
    yield from in_batches(SLEEP_EPISODE, nights)
    n_joined = minutes.height - int(minutes.select(unread.sum()).item()) - nights.height
    if n_joined:
        yield Ignored(entry.label, n_joined, "minutes of a night, kept as one sleep with its first")


def _timed(cells: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    clock = cells.select(pl.col("date").dt.combine(pl.col("time")))["date"]
    start_at = instants_of(cells["participant_id"], clock, settings.time_zones)
    return cells.with_columns(start_at.alias("start_at"), whole_numbers("value").alias("state")).with_columns(
        first_problem(
            Id=pl.col("rule").is_not_null(),
            date=pl.col("start_at").is_null(),
            value=~pl.col("state").is_between(ASLEEP, AWAKE),
            logId=pl.col("logId").str.strip_chars() == "",
        )
    )


def _without_times(minutes: pl.DataFrame) -> pl.DataFrame:
    """Give rejected minutes the columns of an episode, empty."""
    absent = {name: dtype for name, dtype in SLEEP_EPISODE.columns.items() if name not in minutes.columns}
    return minutes.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in absent.items())


def _joined(minutes: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    state = pl.col("state")
    nights = (
        minutes.group_by("participant_id", "logId", maintain_order=True)
        .agg(
            pl.col("source", "device", "device_kind", "entry", "line", "text", "column", "rule").first(),
            pl.col("start_at").min(),
            pl.col("start_at").max().dt.offset_by("1m").alias("end_at"),
            (state == ASLEEP).sum().cast(pl.Float64).alias("total_sleep_time_min"),
            pl.len().cast(pl.Float64).alias("time_in_bed_min"),
            ((state > ASLEEP) & (pl.col("start_at") > pl.col("start_at").filter(state == ASLEEP).min()))
            .sum()
            .cast(pl.Float64)
            .alias("wake_after_sleep_onset_min"),
        )
        .rename({"logId": "episode_id"})
    )
    dates = local_dates_of(nights["participant_id"], nights["end_at"], settings.time_zones)
    return nights.with_columns(dates.alias("date")).with_columns(main_sleeps())

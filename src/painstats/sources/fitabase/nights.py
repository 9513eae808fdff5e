"""Fitabase's minutes of sleep, joined into nights and naps."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import instants_of, local_dates_of
from painstats.parsing.text import first_problem, whole_numbers
from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.vendor_rows import main_sleeps

ASLEEP, RESTLESS, AWAKE = 1, 2, 3
"""Values of a minute; Fitbit does not count restless ones as asleep."""

MIN_ASLEEP = 0.5
"""Least share of minutes asleep for the values to be what they are taken for: nearly all of a sleep log is asleep."""


def read_nights(entry: Entry, cells: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
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
    n_read = minutes.height - int(minutes.select(unread.sum()).item())
    read = minutes.filter(~unread).unique(["participant_id", "logId", "start_at"], keep="first", maintain_order=True)
    are_known, told = _values(read["state"])
    yield Note(entry.label, told)
    if not are_known:
        yield Ignored(entry.label, n_read, "minutes of sleep whose values have another meaning than the one known")
        return
    nights = _joined(read, settings)
    yield from in_batches(SLEEP_EPISODE, nights)
    if n_joined := n_read - nights.height:
        yield Ignored(entry.label, n_joined, "minutes of a night, kept as one sleep with its first")


def _values(states: pl.Series) -> tuple[bool, str]:
    """Check that most minutes are asleep, as they are if 1 means that, and say so."""
    counts = [int((states == state).sum()) for state in (ASLEEP, RESTLESS, AWAKE)]
    told = f"of {len(states)} minutes {counts[0]} have the value 1, {counts[1]} have 2 and {counts[2]} have 3"
    if counts[0] < MIN_ASLEEP * len(states):
        return False, f"{told}: 1 cannot be asleep, and sleep was not read"
    return True, f"{told}, read as asleep, restless and awake; restless is not asleep"


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

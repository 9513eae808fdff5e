"""Sleep minutes from Fitabase, joined into nights and naps."""

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
"""Values of a minute; Fitbit does not count restless minutes as asleep."""

MIN_ASLEEP = 0.5
"""Least share of minutes with the value asleep: nearly all of a sleep log is, unless the values mean something else."""


def read_nights(entry: Entry, cells: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Yield one episode for each sleep log.

    Parameters
    ----------
    entry
        The file.
    cells
        One row for each minute: ``participant_id``, local ``date`` and ``time``, ``value``, ``logId``, and the other
        columns of the contract.
    """
    minutes = _timed(cells, settings)
    unread = pl.col("column").is_not_null()
    yield from in_batches(SLEEP_EPISODE, _without_times(minutes.filter(unread)))
    n_read = minutes.height - int(minutes.select(unread.sum()).item())
    read = minutes.filter(~unread).unique(["participant_id", "logId", "start_at"], keep="first", maintain_order=True)
    are_plausible, message = _check_values(read["state"])
    yield Note(entry.label, message)
    if not are_plausible:
        yield Ignored(entry.label, n_read, "minutes of sleep with values of unknown meaning")
        return
    nights = _joined(read, settings)
    yield from in_batches(SLEEP_EPISODE, nights)
    if n_joined := n_read - nights.height:
        yield Ignored(entry.label, n_joined, "minutes of sleep, merged into one sleep with the first minute")


def _check_values(states: pl.Series) -> tuple[bool, str]:
    """Check that most minutes have the value 1, as they must if it means asleep; also return a note."""
    counts = [int((states == state).sum()) for state in (ASLEEP, RESTLESS, AWAKE)]
    message = f"of {len(states)} minutes {counts[0]} have the value 1, {counts[1]} have 2 and {counts[2]} have 3"
    if counts[0] < MIN_ASLEEP * len(states):
        return False, f"{message}: 1 cannot mean asleep, so sleep was not read"
    return True, f"{message}, read as asleep, restless and awake; restless does not count as asleep"


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
    """Add the columns of an episode, all null, to rejected minutes."""
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

"""Withings: steps by day and by interval, and the arrays in which intervals are written."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.csv_text import CsvTable, read_csv
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL, INSTANT, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.vendor_rows import (
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    split_unused,
    with_origin,
    zoned_instants,
    zoned_offsets,
)

NAME = "withings"
_ARRAY = r"^\[ ?-?\d+(?:\.\d+)?(?: ?, ?-?\d+(?:\.\d+)?)* ?\]$"
_INTERVAL: dict[str, pl.DataType | type[pl.DataType]] = {
    "start": pl.String,
    "value": pl.Float64,
    "start_at": INSTANT,
    "end_at": INSTANT,
}
_MAX_S = 7 * 86_400


def is_from_elsewhere(entries: list[Entry], settings: ReadSettings) -> bool:
    """Whether most intervals have a different UTC offset than the participant's time zone."""
    starts = [csv_rows(entry, read_csv(entry), ("start",)) for entry in entries]
    if not starts:
        return False
    written = pl.concat(starts).select(
        zoned_instants("start").alias("instant"),
        (zoned_instants("start") + pl.duration(minutes=zoned_offsets("start")))
        .dt.replace_time_zone(None)
        .alias("clock"),
    )
    there = settings.time_zones.to_utc(settings.participant_id, written["clock"])
    differs = (there != written["instant"]).drop_nulls()
    return 2 * int(differs.sum()) > len(differs)


def steps_by_written_date(entries: list[Entry], settings: ReadSettings) -> pl.DataFrame:
    """Return the ``steps`` of the intervals of each ``date`` as it is written, which is that of the account's zone.

    ``counted`` leaves out what lies in two intervals.
    """
    latest = pl.col("end_at").cum_max().shift(1)
    fresh = (pl.col("end_at") - pl.max_horizontal("start_at", latest)) / (pl.col("end_at") - pl.col("start_at"))
    parts = [unfolded(entry, read_csv(entry), settings, NAME).select(*_INTERVAL) for entry in entries]
    walked = pl.concat([pl.DataFrame(schema=_INTERVAL), *parts]).filter(pl.col("value") > 0).sort("start_at")
    written = (pl.col("start_at") + pl.duration(minutes=zoned_offsets("start"))).dt.date()
    dated = walked.with_columns(written.alias("date"), (pl.col("value") * fresh.clip(0, 1)).alias("counted"))
    return dated.drop_nulls("date").group_by("date").agg(pl.sum("value").alias("steps"), pl.sum("counted"))


def read_daily_steps(
    entry: Entry, settings: ReadSettings, by_day: pl.DataFrame, *, is_elsewhere: bool
) -> Iterator[Batch]:
    """Read the sums of days; in another zone than the participant's only those of days without intervals."""
    table = read_csv(entry)
    rows = with_origin(csv_rows(entry, table, ("date", "value")), settings, NAME, "withings", "tracker")
    dated = rows.with_columns(pl.col("date").alias("day"), pl.col("date").str.to_date("%Y-%m-%d", strict=False))
    has_intervals = pl.col("date").is_in(by_day["date"].implode()).fill_null(False) & pl.lit(is_elsewhere)
    rows, ignored = split_unused(
        dated,
        {
            "days of 0 steps: tracker not worn": numbers("value") == 0,
            "days without a value": pl.col("value").is_null(),
            "days of a different time zone than the participant's; their intervals are read instead": has_intervals,
        },
    )
    yield from ignored
    yield from daily_totals(rows, (DailyColumn("value", "step_count"),), "date")
    yield from broken_rows(entry, table, DAILY_TOTAL)
    if rows.height:
        yield Note(
            entry.label,
            "days are Withings' own, perhaps of the account's home zone and not of the place of the participant",
        )
    if compared := _compared(dated, by_day):
        yield Note(entry.label, compared)


def _compared(sums: pl.DataFrame, by_day: pl.DataFrame) -> str | None:
    """Say how far the intervals and Withings' own sums of the same days agree; None where no day has both."""
    both = sums.join(by_day, on="date").with_columns(numbers("value").alias("sum")).filter(pl.col("sum") > 0)
    if both.is_empty():
        return None
    total, steps, counted = (float(both[name].sum()) for name in ("sum", "steps", "counted"))
    return (
        f"{both.height:,} days have a sum and intervals, which add up to {steps / total:.1%} of Withings' own sums, "
        f"and to {counted / total:.1%} without steps that overlapping intervals count twice; the intervals count"
    )


def read_step_intervals(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read steps by minute. Intervals without steps are not read: some last for a whole day that has 12,479 steps."""
    table = read_csv(entry)
    rows, ignored = split_unused(
        unfolded(entry, table, settings, "withings"), {"intervals without steps": pl.col("value") == 0}
    )
    yield from ignored
    steps = pl.when(pl.col("value") == pl.col("value").round()).then("value").cast(pl.Int64)
    yield from in_batches(
        STEP_COUNT,
        rows.with_columns(steps.alias("step_count")).with_columns(
            first_problem(**unread_array(), value=pl.col("step_count").is_null())
        ),
    )
    yield from broken_rows(entry, table, STEP_COUNT)


def unfolded(entry: Entry, table: CsvTable, settings: ReadSettings, device: str) -> pl.DataFrame:
    """Make a row of each element of the arrays in ``duration`` and ``value``; each begins where the one before ends.

    A row with unreadable arrays, or arrays of different lengths, stays one row without duration and value.
    """
    rows = with_origin(
        csv_rows(entry, table, ("start", "duration", "value")), settings, NAME, device, "tracker"
    ).rename({"duration": "durations", "value": "values"})
    readable = pl.all_horizontal(pl.col("durations", "values").str.contains(_ARRAY))
    parts = rows.with_columns(
        *(
            pl.when(readable)
            .then(pl.col(name).str.strip_chars("[] ").str.split(","))
            .otherwise(pl.lit([None], pl.List(pl.String)))
            .alias(name)
            for name in ("durations", "values")
        ),
    )
    fits = pl.col("durations").list.len() == pl.col("values").list.len()
    parts = parts.with_columns(
        pl.when(fits).then(pl.col(name)).otherwise(pl.lit([None], pl.List(pl.String))).alias(name)
        for name in ("durations", "values")
    )
    unfolded = parts.explode("durations", "values").with_columns(
        numbers("durations").alias("duration_s"), numbers("values").alias("value"), zoned_instants("start").alias("at")
    )
    possible = pl.col("duration_s").is_between(0, _MAX_S).fill_null(False).all().over("line")
    ends = pl.when(possible).then(pl.col("duration_s").cum_sum().over("line"))
    return unfolded.with_columns(
        (pl.col("at") + pl.duration(milliseconds=(ends - pl.col("duration_s")) * 1000)).alias("start_at"),
        (pl.col("at") + pl.duration(milliseconds=ends * 1000)).alias("end_at"),
    )


def unread_array() -> dict[str, pl.Expr]:
    """Return what is wrong with the start or the lengths of a row's array."""
    return {"start": pl.col("at").is_null(), "duration": pl.col("end_at").is_null()}

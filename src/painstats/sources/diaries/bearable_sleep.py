"""Bearable's rows of sleep: hours asleep, and in words when the participant was asleep and in bed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.text import first_problem
from painstats.records import DAILY_TOTAL, SLEEP_EPISODE, SLEEP_SEGMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.vendor_rows import main_sleeps, with_origin

CATEGORY = "Sleep"

CONTRADICTS = "sleep_outside_bed"
"""Rule of a row in which the participant was asleep before going to bed or after getting up."""

_HOURS = r"^(\d{1,2}):([0-5]\d)$"
_SPAN = r" (\d{1,2}:\d\d) - (\d{1,2}:\d\d)"
_NAP = r"(?i)\bnap\b"


def read_sleep(entry: Entry, rows: pl.DataFrame, source: str, settings: ReadSettings) -> Iterator[Batch]:
    """Read the rows of sleep.

    Parameters
    ----------
    entry
        The file.
    rows
        With ``participant_id``, ``date``, ``rating/amount`` (``9:45``, hours and minutes asleep), ``detail``
        (``Asleep 02:45 - 12:30. In bed 02:15 - 13:15``), and the columns of ``PLACE``. A night ends on the date of its
        row.
    source
        The name of the source.

    Notes
    -----
    Rows with times of sleep become episodes, rows with bed times alone are time in bed and not sleep, and rows with
    hours alone are totals of the day.
    """
    read = with_origin(_timed(rows, settings), settings, source, source, "app").with_columns(
        pl.lit(entry.label).alias("entry")
    )
    is_blank = (pl.col("rating/amount") == "") & pl.col("asleep_from").is_null() & pl.col("bed_from").is_null()
    has_sleep, has_bed = pl.col("asleep_from").is_not_null(), pl.col("bed_from").is_not_null()
    blank, given = read.filter(is_blank), read.filter(~is_blank)
    yield from _episodes(given.filter(has_sleep))
    yield from _beds(given.filter(~has_sleep & has_bed))
    yield from _totals(given.filter(~has_sleep & ~has_bed))
    if blank.height:
        yield Ignored(entry.label, blank.height, f"{CATEGORY}: without hours and times")
    naps = int(read["detail"].str.contains(_NAP).sum())
    if given.height:
        yield Note(entry.label, f"a night was read as ending on the date of its row; naps were not read ({naps} rows)")


def _timed(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    hours = pl.col("rating/amount")
    clocks = {
        "asleep_from": _clock("Asleep", 1),
        "asleep_to": _clock("Asleep", 2),
        "bed_from": _clock("In bed", 1),
        "bed_to": _clock("In bed", 2),
    }
    minutes = 60 * hours.str.extract(_HOURS, 1).cast(pl.Float64) + hours.str.extract(_HOURS, 2).cast(pl.Float64)
    timed = rows.with_columns(minutes.alias("total_sleep_time_min"), **clocks)
    spans = (("asleep_from", "asleep_to"), ("bed_from", "bed_to"))
    return timed.with_columns(_instants(timed, clock, before, settings) for before in spans for clock in before)


def _clock(what: str, place: int) -> pl.Expr:
    return pl.col("detail").str.extract(what + _SPAN, place).str.to_time("%H:%M", strict=False)


def _instants(rows: pl.DataFrame, clock: str, span: tuple[str, str], settings: ReadSettings) -> pl.Series:
    """Place a clock time on the date of waking, or on the day before if its span begins before midnight."""
    start, end = span
    is_evening = pl.lit(clock == start) & (pl.col(start) > pl.col(end))
    day = pl.col("date") - pl.duration(days=is_evening.cast(pl.Int64))
    local = rows.select(day.dt.combine(pl.col(clock)).alias(clock))[clock]
    return instants_of(rows["participant_id"].fill_null(""), local, settings.time_zones).alias(clock)


def _episodes(rows: pl.DataFrame) -> Iterator[Batch]:
    asleep_from, asleep_to, bed_from, bed_to = map(pl.col, ("asleep_from", "asleep_to", "bed_from", "bed_to"))
    minutes_asleep = _minutes(asleep_from, asleep_to)
    written = pl.col("total_sleep_time_min")
    number = pl.int_range(pl.len()).over("date")
    is_outside = ((asleep_from < bed_from) | (asleep_to > bed_to)).fill_null(False)
    nights = rows.with_columns(
        asleep_from.alias("start_at"),
        asleep_to.alias("end_at"),
        pl.coalesce(_minutes(bed_from, bed_to), minutes_asleep).alias("time_in_bed_min"),
        pl.when(pl.col("rating/amount") == "").then(minutes_asleep).otherwise(written).alias("total_sleep_time_min"),
        pl.concat_str(pl.col("date"), number, separator="/").alias("episode_id"),
        pl.when(is_outside).then(pl.lit(CONTRADICTS)).alias("rule"),
        pl.when(is_outside).then(pl.lit("detail")).alias("column"),
    )
    problems = pl.coalesce("column", first_problem(**_unread()).alias("unread")).alias("column")
    yield from in_batches(SLEEP_EPISODE, nights.with_columns(main_sleeps(), problems))


def _minutes(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_minutes().cast(pl.Float64)


def _unread() -> dict[str, pl.Expr]:
    return {"date": pl.col("date").is_null(), "rating/amount": pl.col("total_sleep_time_min").is_null()}


def _beds(rows: pl.DataFrame) -> Iterator[Batch]:
    beds = rows.with_columns(
        pl.col("bed_from").alias("start_at"),
        pl.col("bed_to").alias("end_at"),
        pl.lit("in_bed").alias("stage"),
        first_problem(date=pl.col("date").is_null()),
    )
    yield from in_batches(SLEEP_SEGMENT, beds)


def _totals(rows: pl.DataFrame) -> Iterator[Batch]:
    totals = rows.with_columns(
        pl.lit("total_sleep_time_min").alias("measure"),
        pl.col("total_sleep_time_min").alias("value"),
        first_problem(**_unread()),
    )
    yield from in_batches(DAILY_TOTAL, totals)

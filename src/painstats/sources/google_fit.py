"""Google Fit: daily metrics of a Takeout, by the quarter of an hour where there is a file for the day."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from painstats.records import DAILY_TOTAL, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Read, ReadSettings, Source
from painstats.sources.csv_text import header_of, read_csv
from painstats.sources.day_formats import days
from painstats.sources.export import Entry, Export
from painstats.sources.text import first_problem, numbers, whole_numbers
from painstats.sources.vendor_rows import broken_rows, csv_rows, is_csv, offset_minutes, put_aside, with_origin

STEPS = "Step count"
SLEEP = ("Sleep duration (ms)", "Sleeping duration (ms)")
"""Columns of which a file has at most one."""

_BY_DAY = {"Date", STEPS}
_BY_QUARTER = {"Start time", "End time", STEPS}
_DAY_FILE = re.compile(r"(\d{4}-\d\d-\d\d)\.csv$", re.IGNORECASE)
_CLOCK = r"^\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_MS_PER_MIN = 60_000
_PHONE = {"device": "google-fit", "device_kind": "phone"}


def _day_of(entry: Entry) -> str | None:
    """Return the date in the name of a day's file: its rows hold clock times only."""
    named = _DAY_FILE.search(entry.label)
    return named[1] if named and set(header_of(entry)) >= _BY_QUARTER else None


def _is_by_day(entry: Entry) -> bool:
    return is_csv(entry) and set(header_of(entry)) >= _BY_DAY


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    return any(is_csv(entry) and (_day_of(entry) or _is_by_day(entry)) for entry in export.entries)


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    """Read the files by the quarter of an hour first; of the sums by the day only the dates that they leave open."""
    n_other = 0
    by_quarter = []
    for entry in export.entries:
        day = _day_of(entry) if is_csv(entry) else None
        if day:
            by_quarter.append(day)
            yield from _read_quarters(entry, day, settings)
        elif _is_by_day(entry):
            continue
        else:
            n_other += 1
    for entry in export.entries:
        if _is_by_day(entry):
            yield from _read_days(entry, by_quarter, settings)
    if n_other:
        yield Ignored(export.name, 0, f"{n_other} other file(s) of the archive: not used")


def _read_quarters(entry: Entry, day: str, settings: ReadSettings) -> Iterator[Read]:
    table = read_csv(entry)
    rows = with_origin(csv_rows(entry, table, ("Start time", "End time", STEPS)), settings, SOURCE.name, **_PHONE)
    rows, ignored = put_aside(rows, {"quarters of an hour without a count": pl.col(STEPS).is_null()})
    yield from ignored
    offset_min = offset_minutes(pl.col("Start time").str.extract(r"(Z|[+-]\d\d:?\d\d)$"))
    starts, ends = (_clock(day, column) for column in ("Start time", "End time"))
    over_midnight = pl.when(ends <= starts).then(pl.duration(days=1)).otherwise(pl.duration(days=0))
    away = pl.duration(minutes=offset_min)
    timed = rows.with_columns(
        (starts - away).dt.replace_time_zone("UTC").alias("start_at"),
        (ends + over_midnight - away).dt.replace_time_zone("UTC").alias("end_at"),
        offset_min.alias("utc_offset_min"),
        whole_numbers(STEPS).alias("step_count"),
    ).with_columns(
        first_problem(
            **{
                "Start time": pl.col("start_at").is_null(),
                "End time": pl.col("end_at").is_null(),
                STEPS: pl.col("step_count").is_null(),
            }
        )
    )
    yield from in_batches(STEP_COUNT, timed)
    yield from broken_rows(entry, table, STEP_COUNT)


def _clock(day: str, column: str) -> pl.Expr:
    """Read a clock time of a day; null where the text is none."""
    text = pl.lit(f"{day} ") + pl.col(column).str.extract(rf"({_CLOCK})").str.slice(0, 8)
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


def _read_days(entry: Entry, by_quarter: list[str], settings: ReadSettings) -> Iterator[Read]:
    table = read_csv(entry)
    sleep = next((name for name in SLEEP if name in table.header), None)
    columns = [name for name in ("Date", STEPS, sleep) if name]
    rows = with_origin(csv_rows(entry, table, columns), settings, SOURCE.name, **_PHONE)
    rows = rows.with_columns(pl.lit(days(rows["Date"].fill_null(""), "%Y-%m-%d")).alias("date"))
    yield from _totals(rows, "step_count", numbers(STEPS), STEPS, pl.col("Date").is_in(by_quarter))
    if sleep:
        minutes = numbers(sleep) / _MS_PER_MIN
        yield from _totals(rows, "total_sleep_time_min", minutes, sleep, pl.lit(False))
    yield from broken_rows(entry, table, DAILY_TOTAL)


def _totals(rows: pl.DataFrame, measure: str, value: pl.Expr, column: str, in_quarters: pl.Expr) -> Iterator[Read]:
    kept, ignored = put_aside(
        rows,
        {
            f"dates without {column}": pl.col(column).is_null(),
            "dates that the files by the quarter of an hour hold": in_quarters,
            f"0 in {column}, which stands for a date without data": numbers(column) == 0,
        },
    )
    yield from ignored
    yield from in_batches(
        DAILY_TOTAL,
        kept.with_columns(
            pl.lit(measure).alias("measure"),
            value.alias("value"),
            first_problem(**{"Date": pl.col("date").is_null(), column: value.is_null()}),
        ),
    )


SOURCE = Source(
    name="google_fit",
    title="Google Fit (Takeout, CSV)",
    reads="steps by the quarter of an hour or by day, sleep by day",
    how_to_export="Open takeout.google.com, choose only Fit, and download the zip.",
    recognises=_recognises,
    read=_read,
)

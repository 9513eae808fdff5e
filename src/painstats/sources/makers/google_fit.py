"""Google Fit: daily metrics in a Takeout, by quarter-hour for dates with a file of their own, and sessions of sleep."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.csv_text import header_of, read_csv
from painstats.parsing.date_formats import days
from painstats.parsing.duration_units import DurationUnit, unit_of
from painstats.parsing.text import first_problem, numbers, whole_numbers
from painstats.records import DAILY_TOTAL, INSTANT, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.makers.google_fit_sessions import is_sleep_session, read_sessions
from painstats.sources.vendor_rows import broken_rows, csv_rows, is_csv, offset_minutes, split_unused, with_origin

STEPS = "Step count"
SLEEP = ("Sleep duration (ms)", "Sleeping duration (ms)")
"""Alternative column names; a file has at most one of them."""

WEAR = {"Move Minutes count": "moving_time_min", "Average heart rate (bpm)": "heart_rate_bpm"}
"""Columns that show whether the phone was carried, or a watch worn, and their measures."""

_BY_DAY = {"Date", STEPS}
_BY_QUARTER = {"Start time", "End time", STEPS}
_DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_CLOCK = r"^\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
_NIGHT_MIN = (60, 1200)
_DAY_MIN = 1440
_PHONE = {"device": "google-fit", "device_kind": "phone"}


def _is_by_quarter(entry: Entry) -> bool:
    return is_csv(entry) and set(header_of(entry)) >= _BY_QUARTER


def _is_by_day(entry: Entry) -> bool:
    return is_csv(entry) and set(header_of(entry)) >= _BY_DAY and not _is_by_quarter(entry)


def _day_of(entry: Entry) -> str:
    """Return the date in the name of a day's file, whose rows have only clock times."""
    named = _DATE.findall(entry.label)
    with suppress(ValueError):
        if len(named) == 1:
            return date.fromisoformat(named[0]).isoformat()
    raise refused(
        "day_unknown",
        entry,
        "its rows have only clock times, and its name does not contain the date; rename it to its original name in "
        "the Takeout, such as 2024-03-01.csv",
    )


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_is_by_quarter(entry) or _is_by_day(entry) or is_sleep_session(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    """Read quarter-hour files and sessions of sleep first; from daily totals, only the dates without them."""
    by_quarter = [entry for entry in archive.entries if _is_by_quarter(entry)]
    by_day = [entry for entry in archive.entries if _is_by_day(entry)]
    quarters = []
    for entry in by_quarter:
        quarters.append((yield from _read_quarters(entry, _day_of(entry), settings)))
    sums = _day_sums(quarters)
    if any(each.height for each in quarters):
        place = by_quarter[0].label if len(by_quarter) == 1 else f"{len(by_quarter)} quarter-hour files"
        yield Note(place, _quarters_note(pl.concat(quarters)))
    sessions = [entry for entry in archive.entries if is_sleep_session(entry)]
    place = sessions[0].label if len(sessions) == 1 else f"{len(sessions)} sleep sessions"
    slept = yield from read_sessions(place, sessions, settings)
    for entry in by_day:
        yield from _read_days(entry, sums, slept, settings)
    if n_other := len(archive.entries) - len(by_quarter) - len(by_day) - len(sessions):
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


# --- quarters of an hour ---


def _read_quarters(entry: Entry, day: str, settings: ReadSettings) -> Generator[Batch, None, pl.DataFrame]:
    """Yield the steps of one day, and return them with their date."""
    table = read_csv(entry)
    rows = with_origin(csv_rows(entry, table, ("Start time", "End time", STEPS)), settings, SOURCE.name, **_PHONE)
    rows, ignored = split_unused(rows, {"quarter-hours without a count": pl.col(STEPS).is_null()})
    yield from ignored
    offset_min = offset_minutes(pl.col("Start time").str.extract(r"(Z|[+-]\d\d:?\d\d)$"))
    starts, ends = (_clock(day, column) for column in ("Start time", "End time"))
    over_midnight = pl.when(ends <= starts).then(pl.duration(days=1)).otherwise(pl.duration(days=0))
    offset = pl.duration(minutes=offset_min)
    timed = rows.with_columns(
        (starts - offset).dt.replace_time_zone("UTC").alias("start_at"),
        (ends + over_midnight - offset).dt.replace_time_zone("UTC").alias("end_at"),
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
    return timed.select("start_at", "end_at", "utc_offset_min", "step_count", pl.lit(day).alias("Date"))


def _quarters_note(quarters: pl.DataFrame) -> str:
    """Say how many rows are quarter-hours with a UTC offset, as expected."""
    n_quarters = int((quarters["end_at"] - quarters["start_at"] == timedelta(minutes=15)).sum())
    n_offsets = quarters.height - quarters["utc_offset_min"].null_count()
    return (
        f"rows are quarter-hours of the date in the file name: {n_quarters} of {quarters.height} last 15 minutes, "
        f"{n_offsets} have a UTC offset"
    )


def _day_sums(quarters: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the steps of the quarter-hours of each date; a file that was saved twice counts once."""
    empty = pl.DataFrame(schema={"Date": pl.String, "start_at": INSTANT, "step_count": pl.Int64})
    once = pl.concat([empty, *(each.select(empty.columns) for each in quarters)]).unique()
    return once.group_by("Date").agg(pl.col("step_count").sum())


def _clock(day: str, column: str) -> pl.Expr:
    """Read a clock time on a date; null for any other text."""
    text = pl.lit(f"{day} ") + pl.col(column).str.extract(rf"({_CLOCK})").str.slice(0, 8)
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


# --- days ---


def _read_days(entry: Entry, sums: pl.DataFrame, slept: pl.Series, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    sleep = next((name for name in SLEEP if name in table.header), None)
    worn = {column: measure for column, measure in WEAR.items() if column in table.header}
    columns = [name for name in ("Date", STEPS, sleep, *worn) if name]
    rows = with_origin(csv_rows(entry, table, columns), settings, SOURCE.name, **_PHONE)
    rows = rows.with_columns(pl.lit(days(rows["Date"].fill_null(""), "%Y-%m-%d")).alias("date"))
    covered = {"dates that quarter-hour files cover": pl.col("Date").is_in(sums["Date"].to_list())}
    yield from _totals(rows, "step_count", numbers(STEPS), STEPS, covered)
    both = rows.join(sums, on="Date")
    if both.height:
        n_equal = int((both.select(numbers(STEPS)).to_series() == both["step_count"]).sum())
        yield Note(entry.label, f"quarter-hours add up to the daily total on {n_equal} of {both.height} dates")
    for column, measure in worn.items():
        given = rows.filter(pl.col(column).is_not_null() & (numbers(column).fill_null(1) > 0))
        yield from _totals(given, measure, numbers(column), column, {})
    if sleep:
        unit = _unit_of_sleep(entry, rows, sleep)
        covered = {"dates that sleep sessions cover": pl.col("date").is_in(slept.to_list())}
        yield from _totals(rows, "total_sleep_time_min", numbers(sleep) * unit.minutes, sleep, covered)
        if unit.n_compared:
            named = "as the column says" if unit.name == "milliseconds" else "although the column says ms"
            possible = f"{unit.n_fitting} of {unit.n_compared} are possible in this unit"
            yield Note(entry.label, f"sleep durations are in {unit.name}, {named}: {possible}")
    yield from broken_rows(entry, table, DAILY_TOTAL)


def _unit_of_sleep(entry: Entry, rows: pl.DataFrame, sleep: str) -> DurationUnit:
    """Use the unit in the column name unless most nights would be impossible; then the one with plausible nights."""
    asleep = pl.when(numbers(sleep) > 0).then(numbers(sleep))
    named = unit_of(rows, asleep, pl.lit(1), pl.lit(_DAY_MIN), ("milliseconds",))
    if named.is_plausible:
        return named
    least, most = _NIGHT_MIN
    unit = unit_of(rows, asleep, pl.lit(least), pl.lit(most))
    if not unit.is_plausible:
        raise refused(
            "duration_unit",
            entry,
            f"{named.n_compared - named.n_fitting} of {named.n_compared} durations in {sleep} are impossible in "
            "milliseconds, and in no other unit do they last a night; export again and do not open the file before "
            "importing it",
        )
    return unit


def _totals(
    rows: pl.DataFrame, measure: str, value: pl.Expr, column: str, covered: Mapping[str, pl.Expr]
) -> Iterator[Batch]:
    kept, ignored = split_unused(
        rows,
        {
            f"dates without {column}": pl.col(column).is_null(),
            **covered,
            f"0 in {column}, which means no data": numbers(column) == 0,
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
    version=2,
    title="Google Fit (Takeout: CSV, JSON of sleep)",
    reads="steps by quarter-hour or by day, minutes of movement and heart rate by day, sleep by session or by day",
    how_to_export="Open takeout.google.com, choose only Fit, and download the zip.",
    recognises=_recognises,
    read=_read,
    telltales=(("Start time", "End time", STEPS),),
)

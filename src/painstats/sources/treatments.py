"""Treatments: a CSV of dated medicines, exercise programmes and therapies, in painstats' own columns."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, shown
from painstats.batch import Batch, Note
from painstats.parsing.date_formats import days
from painstats.parsing.text import first_problem, numbers, whole_numbers
from painstats.records import TREATMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.app_diary import entries_with, read_cells, read_entries
from painstats.sources.dose_checks import dose_notes, impossible_doses
from painstats.sources.vendor_rows import broken_rows
from painstats.vocabulary import ONE_DAY_KINDS, TREATMENT_KINDS

COLUMNS = {"kind", "name", "start_date"}

_NUMBERS = ("end_date", "dose", "ramp_days", "wash_out_days", "acts_days")
_DECIMAL_COMMA = r"^[0-9]+,[0-9]{1,2}$"

_MAY_BE_ABSENT = ("participant_id", "end_date", "dose", "dose_unit", "ramp_days", "wash_out_days", "acts_days")


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(entries_with(archive, settings, COLUMNS))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    return read_entries(archive, entries_with(archive, settings, COLUMNS), settings, _read_entry)


def _read_entry(entry: Entry, delimiter: str, settings: ReadSettings) -> Iterator[Batch]:
    table, cells = read_cells(entry, delimiter)
    blank = [pl.lit("").alias(name) for name in _MAY_BE_ABSENT if name not in cells.columns]
    given = cells.with_columns(*blank)
    rows = given.select(
        _or_null("participant_id").fill_null(pl.lit(settings.participant_id, pl.String)).alias("participant_id"),
        pl.lit(SOURCE.name).alias("source"),
        _or_null("kind").str.to_lowercase().str.replace_all("[ -]", "_").alias("kind"),
        _or_null("name").alias("name"),
        days(given["start_date"], "%Y-%m-%d").alias("start_date"),
        days(given["end_date"], "%Y-%m-%d").alias("end_date"),
        _doses().alias("dose"),
        _or_null("dose_unit").alias("dose_unit"),
        *(_days(name).alias(name) for name in ("ramp_days", "wash_out_days")),
        whole_numbers("acts_days").alias("acts_days"),
        pl.lit(entry.label).alias("entry"),
        "line",
        "text",
        first_problem(
            start_date=pl.lit(days(given["start_date"], "%Y-%m-%d").is_null()),
            **{name: _unread(name, given) for name in _NUMBERS},
        ),
    )
    checked = rows.with_columns(*impossible_doses())
    yield from in_batches(TREATMENT, checked)
    yield from _unknown_kinds(entry, rows["kind"])
    yield from dose_notes(entry, checked)
    yield from _rejected_by_name(entry, checked)
    yield from broken_rows(entry, table, TREATMENT)


def _doses() -> pl.Expr:
    """Read doses with a decimal point, or a decimal comma before one or two digits; ``4,500`` can be two things."""
    dose = pl.col("dose")
    with_comma = pl.when(dose.str.contains(_DECIMAL_COMMA)).then(dose.str.replace(",", ".", literal=True))
    return pl.coalesce(numbers("dose"), with_comma.cast(pl.Float64, strict=False))


def _rejected_by_name(entry: Entry, rows: pl.DataFrame) -> Iterator[Note]:
    """Say which rows cannot be, and what to write; they are rejected by their rules."""
    start, end, is_event = pl.col("start_date"), pl.col("end_date"), pl.col("kind").is_in(ONE_DAY_KINDS)
    one_day = end.is_null() | (end == start)
    problems = {
        "end_date is before start_date": end < start,
        "write in acts_days for how many days it acts, or the end_date of a series": (
            is_event & one_day & pl.col("acts_days").is_null()
        ),
        "acts_days is for one day; remove it or the later end_date": pl.col("acts_days").is_not_null() & ~one_day,
    }
    for advice, applies in problems.items():
        found = rows.filter(applies.fill_null(False) & pl.col("column").is_null())
        names = list(dict.fromkeys(map(shown, found["name"].drop_nulls())))
        if names:
            yield Note(entry.label, f"{', '.join(names)}: {advice}")


def _unknown_kinds(entry: Entry, kinds: pl.Series) -> Iterator[Note]:
    unknown = sorted(set(kinds.drop_nulls()) - set(TREATMENT_KINDS))
    if unknown:
        yield Note(
            entry.label,
            f"kinds of treatment that are not known: {', '.join(map(shown, unknown))}; write one of: "
            f"{', '.join(TREATMENT_KINDS)}",
        )


def _or_null(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column))


def _days(column: str) -> pl.Expr:
    return pl.when(pl.col(column) == "").then(0).otherwise(whole_numbers(column))


def _unread(column: str, given: pl.DataFrame) -> pl.Expr:
    """Whether a cell that is filled in could not be read."""
    if column == "end_date":
        return (pl.col(column) != "") & pl.lit(days(given[column], "%Y-%m-%d").is_null())
    return (pl.col(column) != "") & (_doses() if column == "dose" else whole_numbers(column)).is_null()


SOURCE = Source(
    name="treatments",
    version=4,
    title="Treatments (CSV)",
    reads="medicines with dose, injections, exercise programmes and therapies, with start, end, ramp and wash-out",
    how_to_export=(
        f"Write a CSV with the columns kind ({', '.join(TREATMENT_KINDS)}), name and start_date, and if known "
        "end_date, dose, dose_unit, ramp_days, wash_out_days, and acts_days of an injection (dates as 2024-03-01)."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(tuple(sorted(COLUMNS)),),
)

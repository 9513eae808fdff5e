"""Tables of daily values, such as those of public research data, read by the mappings that ``study.toml`` declares.

LifeSnaps (``daily_fitbit_sema_df_unprocessed.csv``: ``id``, ``date``, ``steps``, ``minutesAsleep``, ``sleep_duration``
in milliseconds, ``resting_hr``, ``rmssd``, ``sedentary_minutes``, ``lightly_active_minutes`` and so on) is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.csv_text import CsvTable, read_csv, shown_columns
from painstats.parsing.duration_units import MINUTES_IN
from painstats.parsing.participant_ids import refuse_alike
from painstats.parsing.text import first_problem
from painstats.plan.tables import BED_TIME, OF_THE_NIGHT, WAKE_TIME, ColumnPlan, TablePlan
from painstats.records import DAILY_TOTAL
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.advice import date_format_advice
from painstats.sources.diaries.rows import parse_time
from painstats.sources.rejected_text import kept_texts
from painstats.sources.research.table_advice import header_advice, not_declared, undeclared_delimiter
from painstats.sources.research.table_nights import timed_nights
from painstats.sources.vendor_rows import broken_rows

MAX_UNREAD_DATES = 0.05
MIN_UNREAD_DATES = 2
"""Share and number of unreadable dates from which the date format must be wrong."""

_POSSIBLE_NIGHT = (60.0, 1200.0)
_TIMES = (BED_TIME, WAKE_TIME)


def _mapping(archive: Archive, settings: ReadSettings) -> TablePlan | None:
    if len(archive.entries) != 1:
        return None
    names = (archive.name, archive.entries[0].label)
    return next((plan for plan in settings.tables if any(map(plan.matches, names))), None)


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return _mapping(archive, settings) is not None


def is_undeclared(archive: Archive) -> bool:
    """Whether an unrecognised export looks like a table of daily values; reading it raises a refusal with a mapping."""
    return len(archive.entries) == 1 and undeclared_delimiter(archive.entries[0]) is not None


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    entry, plan = archive.entries[0], _mapping(archive, settings)
    if plan is None:
        raise not_declared(entry)
    _refuse_two_mappings(archive, entry, settings)
    table = read_csv(entry, plan.encoding, plan.delimiter)
    if advice := header_advice(table.header, plan):
        raise refused("header", entry, advice, 1)
    if plan.participant_column is None and settings.participant_id is None:
        raise refused(
            "no_participant",
            entry,
            "it does not name the participant; put it into inbox/<participant>/ or declare participant_column",
        )
    yield from _read_table(entry, table, plan, settings)


def _refuse_two_mappings(archive: Archive, entry: Entry, settings: ReadSettings) -> None:
    if any(plan.matches(name) for plan in settings.diaries for name in (archive.name, entry.label)):
        raise refused(
            "ambiguous",
            entry,
            "both a [[diaries]] and a [[tables]] block in study.toml match its name; if it has scores and daily "
            "values, save it a second time under another name, and let each block match one of the two files",
        )


def _read_table(entry: Entry, table: CsvTable, plan: TablePlan, settings: ReadSettings) -> Iterator[Batch]:
    rows = _rows(entry, table, plan, settings)
    _refuse_date_format(entry, table, plan, rows)
    if plan.participant_column:
        refuse_alike(entry, plan.participant_column, table.cells[plan.participant_column], table.lines)
    for column in plan.columns:
        if column.measure == "total_sleep_time_min":
            _refuse_unit(entry, rows, column)
    rows, nights = timed_nights(entry, rows, plan, settings)
    yield from nights
    for column in plan.columns:
        if not column.is_time:
            yield from in_batches(DAILY_TOTAL, _totals(rows, column, plan))
    yield from broken_rows(entry, table, DAILY_TOTAL)
    if others := tuple(name for name in table.header if name and name not in _declared(plan)):
        yield Note(entry.label, f"columns that were not used: {shown_columns(others)}")


# --- cells ---


def _declared(plan: TablePlan) -> list[str]:
    participants = [plan.participant_column] if plan.participant_column else []
    return [*participants, plan.date_column, *(column.column for column in plan.columns)]


def _rows(entry: Entry, table: CsvTable, plan: TablePlan, settings: ReadSettings) -> pl.DataFrame:
    """Return the origin and the dates of each row, and its values: a column ``<measure>`` and ``<measure> unread``."""
    none = pl.repeat(None, table.n_rows, dtype=pl.String, eager=True)
    ids = table.cells[plan.participant_column] if plan.participant_column else None
    owner = pl.repeat(settings.participant_id, table.n_rows, dtype=pl.String, eager=True)
    date = _parsed(table.cells[plan.date_column].str.strip_chars(), plan.date_format).dt.date()
    rows = pl.DataFrame(
        {
            "participant_id": owner if ids is None else ids.zip_with(ids.str.strip_chars() != "", none),
            "date": date,
            "night_date": date.dt.offset_by("1d") if plan.nights_dated_by == "evening" else date,
            "line": table.lines,
        }
    ).with_columns(
        kept_texts(table, _declared(plan)),
        pl.lit(SOURCE.name).alias("source"),
        pl.lit(plan.device).alias("device"),
        pl.lit(plan.device_kind).alias("device_kind"),
        pl.lit(entry.label).alias("entry"),
    )
    return rows.with_columns(cell for column in plan.columns for cell in _cells(table, plan, column))


def _cells(table: CsvTable, plan: TablePlan, column: ColumnPlan) -> tuple[pl.Series, pl.Series]:
    texts = table.cells[column.column].str.strip_chars()
    given = ~texts.is_in(["", *plan.missing, *column.missing])
    values = _parsed(texts, column.format) if column.format else _amounts(texts, column.unit, plan.decimal)
    nothing = pl.Series([None], dtype=values.dtype)
    return (
        values.zip_with(given, nothing).alias(column.measure),
        (given & values.is_null()).alias(f"{column.measure} unread"),
    )


def _parsed(texts: pl.Series, form: str) -> pl.Series:
    known = {text: parse_time(text, form) for text in texts.unique()}
    return pl.Series([known[text] for text in texts], dtype=pl.Datetime("us"))


def _amounts(texts: pl.Series, unit: str | None, decimal: str) -> pl.Series:
    """Read numbers with the declared decimal sign only; durations in minutes."""
    if unit == "hours:minutes":
        parts = texts.str.extract_groups(r"^(\d{1,2}):([0-5]\d)(?::[0-5]\d)?$").struct.unnest()
        hours, minutes = (parts.to_series(place).cast(pl.Float64, strict=False) for place in (0, 1))
        return hours * 60 + minutes
    sign = {".": r"\.", ",": ","}[decimal]
    is_number = texts.str.contains(rf"^-?[0-9]+(?:{sign}[0-9]+)?$")
    numbers = texts.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return numbers.zip_with(is_number, pl.Series([None], dtype=pl.Float64)) * (MINUTES_IN[unit] if unit else 1.0)


def _totals(rows: pl.DataFrame, column: ColumnPlan, plan: TablePlan) -> pl.DataFrame:
    measure = column.measure
    day = "night_date" if measure in OF_THE_NIGHT else "date"
    given = rows.filter(pl.col(measure).is_not_null() | pl.col(f"{measure} unread"))
    if measure in OF_THE_NIGHT:
        given = given.filter(~pl.col("is_timed_night"))
    return given.with_columns(
        pl.col(day).alias("date"),
        pl.lit(measure).alias("measure"),
        pl.col(measure).cast(pl.Float64).alias("value"),
        first_problem(**{plan.date_column: pl.col("date").is_null(), column.column: pl.col(f"{measure} unread")}),
    )


# --- declarations that cannot be right ---


def _refuse_date_format(entry: Entry, table: CsvTable, plan: TablePlan, rows: pl.DataFrame) -> None:
    texts = table.cells[plan.date_column].str.strip_chars()
    unread = rows["date"].is_null() & (texts != "")
    n_unread, n_given = int(unread.sum()), int((texts != "").sum())
    if n_unread >= MIN_UNREAD_DATES and n_unread > MAX_UNREAD_DATES * n_given:
        line = int(table.lines.filter(unread)[0])
        advice = date_format_advice(texts.filter(texts != "")).replace("[[diaries]]", "[[tables]]")
        raise refused(
            "date_format",
            entry,
            f"{n_unread} of {n_given} dates in {plan.date_column} do not fit date_format = "
            f'"{plan.date_format}", the first on line {line}; {advice}',
            line,
        )


def _refuse_unit(entry: Entry, rows: pl.DataFrame, column: ColumnPlan) -> None:
    """Refuse a unit in which the median night is impossible: hours declared as minutes would only look like missing."""
    slept = rows[column.measure].drop_nulls()
    median = slept.filter(slept > 0).median()
    if isinstance(median, float) and not _POSSIBLE_NIGHT[0] <= median <= _POSSIBLE_NIGHT[1]:
        raise refused(
            "duration_unit",
            entry,
            f"in {column.unit} half of the nights in {column.column} have {median:,.1f} minutes of sleep or less; "
            "correct the unit of this column in the [[tables]] block in study.toml",
        )


SOURCE = Source(
    name="table",
    version=1,
    title="A table of daily values (CSV), declared in study.toml",
    reads=(
        "steps, sleep, time in bed, bed and wake times, active minutes, resting heart rate and heart rate variability, "
        "for one or many participants"
    ),
    how_to_export=(
        "Save the table as CSV, with a row for each participant and day, and describe its columns in study.toml."
    ),
    recognises=_recognises,
    read=_read,
)

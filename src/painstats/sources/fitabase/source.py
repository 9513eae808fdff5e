"""Fitabase: CSV files from a study's Fitbits by day, hour and minute, with many participants in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.date_formats import day_format_of, days, split_times
from painstats.parsing.participant_ids import refuse_alike
from painstats.parsing.text import first_problem, numbers, whole_numbers
from painstats.records import DAILY_TOTAL, SLEEP_EPISODE, STEP_COUNT, RecordTable
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.fitabase.nights import read_nights
from painstats.sources.vendor_rows import is_csv, other_files, rows_below

ID_COLUMNS = ("Id", "Customer Id")


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of Fitabase file, recognised by its columns.

    Parameters
    ----------
    name
        The file's usual name.
    date_column
        The column with the date or hour.
    measures
        The measure in each column; empty for a file that is not used.
    known_by
        Other columns that such a file has.
    length_min
        Length of a step interval; 0 for daily totals.
    is_sleep
        Whether it contains minutes of sleep.
    unused
        Why a file is not used.
    """

    name: str
    date_column: str
    measures: dict[str, str]
    known_by: tuple[str, ...] = ()
    unused: str = ""
    length_min: int = 0
    is_sleep: bool = False

    @property
    def record_table(self) -> RecordTable:
        """The record table of its rows."""
        if self.is_sleep:
            return SLEEP_EPISODE
        return STEP_COUNT if self.length_min else DAILY_TOTAL


WIDE = tuple(f"Steps{minute:02}" for minute in range(60))
"""Columns of a file with one row for each hour and one column for each minute."""

KINDS = (
    FileKind(
        "dailyActivity",
        "ActivityDate",
        {
            "TotalSteps": "step_count",
            "SedentaryMinutes": "sedentary_time_min",
            "LightlyActiveMinutes": "lightly_active_time_min",
            "FairlyActiveMinutes": "moderately_active_time_min",
            "VeryActiveMinutes": "very_active_time_min",
        },
    ),
    FileKind("dailySteps", "ActivityDay", {"StepTotal": "step_count"}),
    FileKind(
        "sleepDay", "SleepDay", {"TotalMinutesAsleep": "total_sleep_time_min", "TotalTimeInBed": "time_in_bed_min"}
    ),
    FileKind("hourlySteps", "ActivityHour", {"StepTotal": "step_count"}, length_min=60),
    FileKind("dailyIntensities", "ActivityDay", {}, ("SedentaryMinutes",), "dailyActivity contains the same minutes"),
    FileKind("dailyCalories", "ActivityDay", {}, ("Calories",), "calories are not used"),
    FileKind("hourlyCalories", "ActivityHour", {}, ("Calories",), "calories are not used"),
    FileKind("hourlyIntensities", "ActivityHour", {}, ("TotalIntensity",), "intensities are not used"),
    FileKind("minuteStepsNarrow", "ActivityMinute", {"Steps": "step_count"}, length_min=1),
    FileKind("minuteStepsWide", "ActivityHour", dict.fromkeys(WIDE, "step_count"), length_min=1),
    FileKind("minuteCalories", "ActivityMinute", {}, ("Calories",), "calories are not used"),
    FileKind("minuteIntensities", "ActivityMinute", {}, ("Intensity",), "intensities are not used"),
    FileKind("minuteMETs", "ActivityMinute", {}, ("METs",), "energy expenditure is not used"),
    FileKind("minuteSleep", "date", {"value": "stage", "logId": "episode_id"}, is_sleep=True),
    FileKind("heartrate_seconds", "Time", {}, ("Value",), "heart rate is not used"),
    FileKind("weightLogInfo", "Date", {}, ("WeightKg",), "weight is not used"),
)

_DESTROYED_ID = r"^\d(\.\d+)?E\+?\d+$"
_TIME_ALONE = r"^\s*\d{1,2}:\d\d(:\d\d)?\s*([AaPp][Mm])?\s*$"
_BY_MINUTE = {"device": "fitbit-minutes", "device_kind": "tracker"}
"""Minutes are a separate device, ranked after that of hours and days, whose totals count where both have steps."""

_TRACKER = {"device": "fitbit", "device_kind": "tracker"}


def _kind(entry: Entry) -> FileKind | None:
    header = set(header_of(entry)) if is_csv(entry) else set()
    if not header.intersection(ID_COLUMNS):
        return None
    known = ((kind, {kind.date_column, *kind.measures, *kind.known_by}) for kind in KINDS)
    return next((kind for kind, columns in known if columns <= header), None)


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    others = []
    for entry in archive.entries:
        kind = _kind(entry)
        if kind is None:
            others.append(entry)
        elif kind.unused:
            yield Ignored(entry.label, rows_below(entry), f"{kind.name}: {kind.unused}")
        else:
            yield from _read_table(entry, kind, read_csv(entry), settings)
    yield from other_files(archive, others)


def _read_table(entry: Entry, kind: FileKind, table: CsvTable, settings: ReadSettings) -> Iterator[Batch]:
    if table.n_rows:
        cells, day_format = _dated(entry, kind, _cells(entry, kind, table))
        clock = "; times were read in the participant's time zone" if kind.length_min or kind.is_sleep else ""
        message = f"dates in {kind.date_column} were read as {day_format}, judging by the whole column{clock}"
        yield Note(entry.label, message)
        yield from _read_cells(entry, kind, cells, settings)
    elif table.ragged.is_empty():
        yield Note(entry.label, "it has a header but no rows")
    for measure in ["sleep"] if kind.is_sleep else kind.measures.values():
        yield from in_batches(kind.record_table, _ragged(entry, table, kind.record_table, measure))
    if table.n_nul:
        yield Note(entry.label, f"{table.n_nul} NUL characters were replaced by spaces")


def _read_cells(entry: Entry, kind: FileKind, cells: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    if kind.is_sleep:
        yield from read_nights(entry, cells, settings)
        return
    for column, measure in kind.measures.items():
        if not kind.length_min:
            yield from in_batches(DAILY_TOTAL, _daily(cells, column, measure, kind))
            continue
        steps = _intervals(cells, column, kind, settings)
        if column not in WIDE and steps.height > 1:
            yield Note(entry.label, _how_far_apart(steps, kind.length_min))
        # Fitabase fills all minutes with zeros, worn or not, so a minute without steps means nothing.
        idle = (pl.col("step_count") == 0).fill_null(False) & pl.lit(kind.length_min == 1)
        if n_idle := steps.select(idle.sum()).item():
            yield Ignored(entry.label, n_idle, "minutes without steps")
        yield from in_batches(STEP_COUNT, steps.filter(~idle))


def _cells(entry: Entry, kind: FileKind, table: CsvTable) -> pl.DataFrame:
    id_column = next(name for name in ID_COLUMNS if name in table.header)
    refuse_alike(entry, id_column, table.cells[id_column], table.lines)
    participant = pl.col("participant_id")
    device = _BY_MINUTE if kind.length_min == 1 or kind.is_sleep else _TRACKER
    return pl.DataFrame(
        {
            "participant_id": table.cells[id_column],
            "when": table.cells[kind.date_column],
            **{column: table.cells[column] for column in kind.measures},
            "line": table.lines,
            "text": table.texts,
        }
    ).with_columns(
        pl.lit(entry.label).alias("entry"),
        *(pl.lit(value).alias(name) for name, value in {"source": SOURCE.name, **device}.items()),
        # Excel writes a ten-digit Id as 1.50396E+09, which makes several participants look like one.
        pl.when(participant.str.contains(_DESTROYED_ID)).then(pl.lit("excel_artifact")).alias("rule"),
    )


def _dated(entry: Entry, kind: FileKind, cells: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Add ``date`` and ``time``, read in the one format that fits the whole column."""
    split = split_times(cells["when"])
    readings = day_format_of(split["day"], cells["participant_id"]).readings
    if not readings and bool(cells["when"].drop_nulls().str.contains(_TIME_ALONE).all()):
        raise refused(
            "date_format",
            entry,
            f"{kind.date_column} holds times without dates: a spreadsheet split the column, and may have swapped days "
            "and months; give the file as it came from Fitabase",
        )
    if not readings:
        raise refused("date_format", entry, f"the dates in {kind.date_column} have no format that painstats knows")
    if len(readings) > 1:
        raise refused(
            "date_ambiguous",
            entry,
            f"the dates in {kind.date_column} can be read as {readings[0]} or as {readings[1]}, and no date shows "
            "which is right; save them as year-month-day (2016-04-12)",
        )
    return cells.with_columns(days(split["day"], readings[0]).alias("date"), split["time"]), readings[0]


def _daily(cells: pl.DataFrame, column: str, measure: str, kind: FileKind) -> pl.DataFrame:
    at_midnight = pl.col("time") == pl.time(0, 0, 0)
    return cells.with_columns(
        pl.when(at_midnight).then("date").alias("date"),
        pl.lit(measure).alias("measure"),
        numbers(column).alias("value"),
    ).with_columns(_problem({kind.date_column: pl.col("date").is_null(), column: pl.col("value").is_null()}))


def _intervals(cells: pl.DataFrame, column: str, kind: FileKind, settings: ReadSettings) -> pl.DataFrame:
    """Read steps by hour or minute; Fitabase writes the clock time of the participant's device."""
    minute = int(column.removeprefix("Steps")) if column in WIDE else 0
    clock = cells.select(pl.col("date").dt.combine(pl.col("time")).dt.offset_by(f"{minute}m"))["date"]
    start_at = instants_of(cells["participant_id"], clock, settings.time_zones)
    return cells.with_columns(
        start_at.alias("start_at"),
        start_at.dt.offset_by(f"{kind.length_min}m").alias("end_at"),
        whole_numbers(column).alias("step_count"),
    ).with_columns(_problem({kind.date_column: pl.col("start_at").is_null(), column: pl.col("step_count").is_null()}))


def _how_far_apart(steps: pl.DataFrame, length_min: int) -> str:
    """Say how many rows begin when the one before ends, which confirms the length of a row."""
    starts = steps.select("participant_id", "start_at").drop_nulls().unique().sort("participant_id", "start_at")
    gaps = starts.select(pl.col("start_at").diff().over("participant_id").drop_nulls())["start_at"]
    n_next = int((gaps == timedelta(minutes=length_min)).sum())
    return (
        f"{n_next} of {len(gaps)} rows begin {length_min} min after the participant's previous row, the expected "
        "length of a row"
    )


def _problem(problems: dict[str, pl.Expr]) -> pl.Expr:
    return first_problem(Id=pl.col("rule").is_not_null(), **problems)


def _ragged(entry: Entry, table: CsvTable, record_table: RecordTable, measure: str) -> pl.DataFrame:
    empty = (pl.lit(None, dtype).alias(name) for name, dtype in record_table.columns.items() if name != "measure")
    return table.ragged.with_columns(
        *empty,
        pl.lit(measure).alias("measure"),
        pl.lit(entry.label).alias("entry"),
        pl.lit("(whole row)").alias("column"),
        pl.lit("ragged_row").alias("rule"),
    )


SOURCE = Source(
    name="fitabase",
    version=1,
    title="Fitabase (CSV by day, hour and minute)",
    reads="steps by day, hour and minute, active and sedentary minutes by day, sleep by day and by minute",
    how_to_export="In Fitabase make a Batch Export of Daily Activity and Sleep Day; give the CSV files or their zip.",
    recognises=_recognises,
    read=_read,
    telltales=tuple(
        (ID_COLUMNS[0], kind.date_column, *kind.measures, *kind.known_by)
        for kind in KINDS
        if kind.name != "minuteStepsWide"
    ),
)

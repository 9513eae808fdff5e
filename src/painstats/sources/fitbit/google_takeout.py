"""Google's CSV tables in a Takeout of Fitbit or Google Health, which repeat the JSON files for later dates."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored
from painstats.parsing.csv_text import CsvTable, read_csv
from painstats.parsing.text import first_problem, numbers, whole_numbers
from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, INSTANT, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.exercise_names import exercise_types
from painstats.sources.fitbit.cover import joined_time, lies_in
from painstats.sources.fitbit.logs import with_sleep_device
from painstats.sources.vendor_rows import broken_rows, csv_rows, main_sleeps, offset_minutes, utc_label, with_origin

_MIRRORED = "Health Connect"
_PHONES = r"(?i)phone|mobiletrack"
_IN_JSON = "already in the JSON files of the export"
_SUMMED = "sleep stages, summed for the night that they belong to"
_SESSION_COLUMNS = (
    "exercise_id", "exercise_start", "exercise_end", "utc_offset", "activity_name", "tracker_total_calories",
    "manually_logged_total_calories", "tracker_total_distance_mm", "manually_logged_total_distance_mm",
    "tracker_avg_heart_rate",
)  # fmt: skip
_MM_PER_M = 1000
_FEW_FILES = 3
_SLEPT = ("LIGHT", "DEEP", "REM")
_STAGE_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "sleep_id": pl.String,
    "stage": pl.String,
    "start_at": INSTANT,
    "seconds": pl.Int64,
}

_UNNOTICED = timedelta(hours=1)
"""The JSON minutes are Google's choice between tracker and phone, and may omit minutes without steps: what a phone
counted in a gap shorter than this was not chosen."""


@dataclass(frozen=True, slots=True)
class JsonCoverage:
    """What the JSON files of an export cover: joined times of steps and exercise, dates of nights and heart rates."""

    steps: pl.DataFrame
    exercise: pl.DataFrame
    nights: pl.Series
    resting_heart_rates: pl.Series


def read_google_tables(
    tables: Mapping[str, Sequence[Entry]], settings: ReadSettings, in_json: JsonCoverage
) -> Iterator[Batch]:
    """Read the tables by kind; rows that the JSON files cover are only counted.

    Parameters
    ----------
    tables
        Entries by their kind in ``kinds.GOOGLE_HEADERS``.
    settings
        The participant and their time zones.
    in_json
        What the JSON files cover.
    """
    steps_or_gaps = joined_time(in_json.steps, _UNNOTICED)
    for entry in tables.get("google_steps", ()):
        yield from _read_steps(entry, settings, in_json.steps, steps_or_gaps)
    stages = [pl.DataFrame(schema=_STAGE_COLUMNS)]
    for entry in tables.get("google_sleep_stages", ()):
        stages.append((yield from _read_stages(entry)))
    sums = _stage_sums(pl.concat(stages))
    for entry in tables.get("google_sleep", ()):
        yield from _read_nights(entry, settings, in_json.nights, sums)
    for entry in tables.get("google_exercise", ()):
        yield from _read_sessions(entry, settings, in_json.exercise)
    for entry in tables.get("google_resting_heart_rate", ()):
        yield from _read_resting_heart_rates(entry, settings, in_json.resting_heart_rates)


def table_times(tables: Sequence[Entry], column: str, counted: str | None = None) -> pl.Series:
    """Return the times in a few files of a table; with ``counted``, only those at which that column is positive."""
    read = [pl.DataFrame(read_csv(entry).cells) for entry in tables[:: len(tables) // _FEW_FILES + 1]]
    rows = pl.concat(read, how="diagonal")
    return (rows.filter(numbers(counted) > 0) if counted else rows).select(_instants(column))[column]


def nonzero_totals(entry: Entry, values: pl.DataFrame) -> Iterator[Batch]:
    """Yield daily values; 0 means that a day has none and is only counted."""
    yield from _unused(entry, values.filter(_is_none()), "0 means no value")
    yield from in_batches(DAILY_TOTAL, values.filter(~_is_none()))


def dates_with_values(values: pl.DataFrame) -> pl.Series:
    """Return the dates that have a value."""
    return values.filter(~_is_none(), pl.col("column").is_null())["date"]


def _is_none() -> pl.Expr:
    return (pl.col("value") == 0).fill_null(False)


def _unused(entry: Entry, rows: pl.DataFrame, reason: str) -> Iterator[Batch]:
    if rows.height:
        yield Ignored(entry.label, rows.height, reason)


def _cells(table: CsvTable, entry: Entry, settings: ReadSettings) -> pl.DataFrame:
    known = {"participant_id": settings.participant_id, "source": "fitbit", "entry": entry.label}
    return pl.DataFrame({"line": table.lines, "text": table.texts, **table.cells}).with_columns(
        pl.col(*table.cells).str.strip_chars(), *(pl.lit(value, pl.String).alias(name) for name, value in known.items())
    )


def _instants(column: str) -> pl.Expr:
    """Read ``2026-10-01T06:15:00Z`` and ``2026-10-04 20:30:00+0000`` as UTC; null for any other text."""
    text = pl.col(column).str.replace("T", " ", literal=True).str.replace("Z$", "+0000")
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="us", strict=False)


# --- steps ---


def _read_steps(
    entry: Entry, settings: ReadSettings, covered: pl.DataFrame, covered_or_gap: pl.DataFrame
) -> Iterator[Batch]:
    """Read minutes with steps, in UTC; tracker and phone are separate devices."""
    table = read_csv(entry)
    rows = _cells(table, entry, settings)
    source = pl.col("data source") if "data source" in table.header else pl.lit("")
    start_at = _instants("timestamp")
    on_phone = source.str.contains(_PHONES)
    rows = rows.with_columns(
        start_at.alias("start_at"),
        (start_at + pl.duration(minutes=1)).alias("end_at"),
        whole_numbers("steps").alias("step_count"),
        pl.when(on_phone).then(pl.lit("phone")).otherwise(pl.lit("tracker")).alias("device_kind"),
        pl.when(on_phone).then(pl.lit("fitbit-phone")).otherwise(pl.lit("fitbit")).alias("device"),
        source.str.contains(_MIRRORED, literal=True).alias("is_mirrored"),
    ).with_columns(first_problem(timestamp=pl.col("start_at").is_null(), steps=pl.col("step_count").is_null()))
    own = rows.filter(~pl.col("is_mirrored"))
    repeated = lies_in(covered, own["start_at"]) | (
        lies_in(covered_or_gap, own["start_at"]) & (own["device_kind"] == "phone")
    )
    yield from _unused(entry, rows.filter("is_mirrored"), "copied from other apps by Health Connect")
    yield from _unused(entry, own.filter(repeated), _IN_JSON)
    yield from in_batches(STEP_COUNT, own.filter(~repeated))
    yield from broken_rows(entry, table, STEP_COUNT)


# --- sleep ---


def _read_nights(
    entry: Entry, settings: ReadSettings, dates_in_json: pl.Series, stages: pl.DataFrame
) -> Iterator[Batch]:
    """Read sleeps in UTC with the local offset at their end; the longest of a date is its main sleep."""
    table = read_csv(entry)
    offset_min = offset_minutes(pl.col("end_utc_offset"))
    nights = (
        _cells(table, entry, settings)
        .with_columns(
            pl.lit("google").alias("device"),
            pl.lit("tracker").alias("device_kind"),
            pl.when(pl.col("sleep_id") != "").then("sleep_id").alias("episode_id"),
            _instants("sleep_start").alias("start_at"),
            _instants("sleep_end").alias("end_at"),
            offset_minutes(pl.col("start_utc_offset")).alias("utc_offset_min"),
            (_instants("sleep_end").dt.replace_time_zone(None) + pl.duration(minutes=offset_min))
            .dt.date()
            .alias("date"),
            numbers("minutes_asleep").alias("total_sleep_time_min"),
            numbers("minutes_awake").alias("wake_after_sleep_onset_min"),
        )
        .with_columns(((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("time_in_bed_min"))
    )
    nights = nights.with_columns(main_sleeps()).join(stages, on="sleep_id", how="left", maintain_order="left")
    is_classic = pl.col("sleep_type") == "CLASSIC" if "sleep_type" in table.header else pl.lit(False)
    nights = with_sleep_device(nights, "google", is_classic).with_columns(
        first_problem(
            sleep_id=pl.col("episode_id").is_null(),
            sleep_start=pl.col("start_at").is_null(),
            sleep_end=pl.col("end_at").is_null(),
            end_utc_offset=pl.col("date").is_null(),
            minutes_asleep=pl.col("total_sleep_time_min").is_null(),
        ),
    )
    in_json = pl.col("date").is_in(dates_in_json.implode()).fill_null(False)
    yield from _unused(entry, nights.filter(in_json), _IN_JSON)
    yield from in_batches(SLEEP_EPISODE, nights.filter(~in_json))
    yield from broken_rows(entry, table, SLEEP_EPISODE)


def _read_stages(entry: Entry) -> Generator[Batch, None, pl.DataFrame]:
    """Count the sleep stages and return their ``sleep_id``, ``stage``, ``start_at`` and ``seconds``."""
    table = read_csv(entry)
    rows = csv_rows(entry, table, ("sleep_id", "sleep_stage_type", "sleep_stage_start", "sleep_stage_end"))
    yield from _unused(entry, rows, _SUMMED)
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    return rows.select(
        "sleep_id",
        pl.col("sleep_stage_type").str.to_uppercase().alias("stage"),
        _instants("sleep_stage_start").alias("start_at"),
        (_instants("sleep_stage_end") - _instants("sleep_stage_start")).dt.total_seconds().alias("seconds"),
    )


def _stage_sums(stages: pl.DataFrame) -> pl.DataFrame:
    """Sum deep and REM sleep of each night with stages; null if one of its stages cannot be read."""
    length, stage = pl.col("seconds"), pl.col("stage")
    is_staged = stage.is_in(_SLEPT).any() & (length >= 0).fill_null(False).all()
    return (
        stages.unique()
        .group_by("sleep_id")
        .agg(
            pl.when(is_staged).then(length.filter(stage == name).sum() / 60).alias(f"{name.lower()}_sleep_min")
            for name in ("DEEP", "REM")
        )
    )


# --- exercise ---


def _read_sessions(entry: Entry, settings: ReadSettings, covered: pl.DataFrame) -> Iterator[Batch]:
    """Read exercise in UTC with its local offset; a session whose middle a JSON session covers is the same one."""
    table = read_csv(entry)
    rows = csv_rows(entry, table, _SESSION_COLUMNS)
    start_at, end_at = _instants("exercise_start"), _instants("exercise_end")
    sessions = with_origin(rows, settings, "fitbit", "google", "tracker").with_columns(
        start_at.alias("start_at"),
        end_at.alias("end_at"),
        (start_at + (end_at - start_at) / 2).alias("half_way_at"),
        offset_minutes(pl.col("utc_offset")).alias("utc_offset_min"),
        exercise_types(pl.col("activity_name")).alias("exercise_type"),
        ((end_at - start_at).dt.total_seconds() / 60).alias("duration_min"),
        (_measured("tracker_total_distance_mm", "manually_logged_total_distance_mm") / _MM_PER_M).alias("distance_m"),
        _measured("tracker_total_calories", "manually_logged_total_calories").alias("energy_kcal"),
        _measured("tracker_avg_heart_rate").alias("heart_rate_bpm"),
    )
    sessions = sessions.with_columns(
        pl.coalesce("exercise_id", utc_label("start_at")).alias("session_id"),
        first_problem(exercise_start=pl.col("start_at").is_null(), exercise_end=pl.col("end_at").is_null()),
    )
    in_json = lies_in(covered, sessions["half_way_at"])
    yield from _unused(entry, sessions.filter(in_json), _IN_JSON)
    yield from in_batches(EXERCISE_SESSION, sessions.filter(~in_json))
    yield from broken_rows(entry, table, EXERCISE_SESSION)


def _measured(*columns: str) -> pl.Expr:
    """Take the first column with a number other than 0, which means not measured."""
    return pl.coalesce(*(pl.when(numbers(column) != 0).then(numbers(column)) for column in columns))


# --- resting heart rate ---


def _read_resting_heart_rates(entry: Entry, settings: ReadSettings, dates_in_json: pl.Series) -> Iterator[Batch]:
    """Read one value for each local date; local midnight is written as if it were UTC, so it is not shifted."""
    table = read_csv(entry)
    at = _instants("timestamp").dt.replace_time_zone(None)
    values = _cells(table, entry, settings).with_columns(
        pl.lit("fitbit").alias("device"),
        pl.lit("tracker").alias("device_kind"),
        pl.lit("resting_heart_rate_bpm").alias("measure"),
        pl.when(at == at.dt.truncate("1d")).then(at.dt.date()).alias("date"),
        numbers("beats per minute").alias("value"),
    )
    values = values.with_columns(
        first_problem(**{"timestamp": pl.col("date").is_null(), "beats per minute": pl.col("value").is_null()})
    )
    in_json = pl.col("date").is_in(dates_in_json.implode()).fill_null(False)
    yield from _unused(entry, values.filter(in_json), _IN_JSON)
    yield from nonzero_totals(entry, values.filter(~in_json))
    yield from broken_rows(entry, table, DAILY_TOTAL)

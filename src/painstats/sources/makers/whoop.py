"""WHOOP: the CSV files of a data export, with local times and the UTC offset of each cycle."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.text import first_problem, local_times, numbers
from painstats.records import EXERCISE_SESSION, MEASUREMENT, SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.vendor_rows import (
    broken_rows,
    csv_rows,
    entries_by_kind,
    instants_at,
    is_csv,
    offset_minutes,
    other_files,
    rows_below,
    split_unused,
    utc_label,
    with_origin,
)

ZONE = "Cycle timezone"
ONSET, WAKING = "Sleep onset", "Wake onset"
SLEEP = (ZONE, ONSET, WAKING, "Asleep duration (min)", "In bed duration (min)", "Awake duration (min)")
DEEP, REM = "Deep (SWS) duration (min)", "REM duration (min)"
STARTED, ENDED, EXERCISE = "Workout start time", "Workout end time", "Activity name"
WORKOUT = (
    ZONE, STARTED, ENDED, EXERCISE, "Duration (min)", "Distance (meters)", "Energy burned (cal)", "Average HR (bpm)",
)  # fmt: skip

VITALS = {
    "Resting heart rate (bpm)": "resting_heart_rate_bpm",
    "Heart rate variability (ms)": "heart_rate_variability_rmssd_ms",
}
"""What WHOOP measures in the last hours of sleep. Its heart rate variability is RMSSD."""

_NO_DATE = "cycles without sleep, which have no date"


def _kind(entry: Entry) -> str | None:
    """Return what an entry is, by its columns."""
    header = set(header_of(entry)) if is_csv(entry) else set()
    if header.issuperset((STARTED, ENDED, EXERCISE)):
        return "workouts"
    if header.issuperset((*SLEEP, "Nap")):
        return "sleeps"
    if header.issuperset((*SLEEP, *VITALS)):
        return "cycles"
    return "journal" if header.issuperset(("Cycle start time", "Question text")) else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = entries_by_kind(archive, _kind)
    if any(kinds[kind] for kind in ("sleeps", "cycles", "workouts")):
        yield Note(archive.name, f"times are local, with the UTC offset in the column {ZONE}")
    sleeps = [(entry, read_csv(entry)) for entry in kinds["sleeps"]]
    for entry, table in sleeps:
        yield from _read_sleeps(entry, table, settings)
    wakings = pl.concat([pl.Series(dtype=pl.String), *(table.cells[WAKING].str.strip_chars() for _, table in sleeps)])
    for entry in kinds["cycles"]:
        yield from _read_cycles(entry, wakings, settings)
    for entry in kinds["workouts"]:
        yield from _read_workouts(entry, settings)
    for entry in kinds["journal"]:
        yield Ignored(entry.label, rows_below(entry), "journal answers: not used")
    yield from other_files(archive, kinds[None])


# --- sleep ---


def _read_sleeps(entry: Entry, table: CsvTable, settings: ReadSettings) -> Iterator[Batch]:
    is_nap = pl.col("Nap").str.to_lowercase().replace_strict({"true": True, "false": False}, default=None)
    rows, ignored = split_unused(
        csv_rows(entry, table, (*SLEEP, DEEP, REM, "Nap")), {"nothing was measured": pl.col(WAKING).is_null()}
    )
    yield from ignored
    yield from in_batches(SLEEP_EPISODE, _episodes(rows.with_columns((~is_nap).alias("is_main_sleep")), settings))
    yield from broken_rows(entry, table, SLEEP_EPISODE)


def _read_cycles(entry: Entry, wakings: pl.Series, settings: ReadSettings) -> Iterator[Batch]:
    """Read what was measured during the main sleep of each cycle; a cycle is not a calendar day.

    ``wakings`` are the times of waking in ``sleeps.csv``.
    """
    table = read_csv(entry)
    rows, ignored = split_unused(
        csv_rows(entry, table, (*SLEEP, DEEP, REM, *VITALS)),
        {_NO_DATE: pl.all_horizontal(pl.col(name).is_null() for name in (WAKING, *VITALS))},
    )
    yield from ignored
    slept, ignored = split_unused(
        rows.filter(pl.col(WAKING).is_not_null()),
        {"already in sleeps.csv": pl.col(WAKING).is_in(wakings.implode())},
    )
    yield from ignored
    yield from in_batches(SLEEP_EPISODE, _episodes(slept.with_columns(pl.lit(True).alias("is_main_sleep")), settings))
    for column, measure in VITALS.items():
        yield from in_batches(MEASUREMENT, _vitals(rows, column, measure, settings))
    yield from broken_rows(entry, table, MEASUREMENT)


def _episodes(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read sleeps. ``Awake duration`` is all time awake between WHOOP's sleep onset and waking."""
    asleep, in_bed, awake = SLEEP[3:]
    return (
        _between(rows, ONSET, WAKING, settings)
        .with_columns(
            utc_label("start_at").alias("episode_id"),
            local_times(WAKING).dt.date().alias("date"),
            numbers(asleep).alias("total_sleep_time_min"),
            numbers(in_bed).alias("time_in_bed_min"),
            numbers(awake).alias("wake_after_sleep_onset_min"),
            numbers(DEEP).alias("deep_sleep_min"),
            numbers(REM).alias("rem_sleep_min"),
        )
        .with_columns(
            first_problem(
                **_unread_times(ONSET, WAKING),
                **{asleep: pl.col("total_sleep_time_min").is_null(), in_bed: pl.col("time_in_bed_min").is_null()},
                **{awake: pl.col(awake).is_not_null() & pl.col("wake_after_sleep_onset_min").is_null()},
                Nap=pl.col("is_main_sleep").is_null(),
            )
        )
    )


def _vitals(rows: pl.DataFrame, column: str, measure: str, settings: ReadSettings) -> pl.DataFrame:
    """Place a night's value at the time of waking, so that it belongs to the date of the night."""
    given = rows.filter(pl.col(column).is_not_null())
    return (
        _between(given, WAKING, WAKING, settings)
        .with_columns(pl.lit(measure).alias("measure"), numbers(column).alias("value"))
        .with_columns(first_problem(**_unread_times(WAKING, WAKING), **{column: pl.col("value").is_null()}))
    )


# --- workouts ---


def _read_workouts(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    given, distance, energy, heart_rate = WORKOUT[4:]
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    rows = _between(csv_rows(entry, table, WORKOUT), STARTED, ENDED, settings).with_columns(
        utc_label("start_at").alias("session_id"),
        exercise_types(pl.col(EXERCISE)).alias("exercise_type"),
        pl.when(pl.col(given).is_null()).then(lasted).otherwise(numbers(given)).alias("duration_min"),
        # 0 means not measured. The energy column says cal but means kilocalories.
        *(
            pl.when(numbers(column) > 0).then(numbers(column)).alias(name)
            for column, name in ((distance, "distance_m"), (energy, "energy_kcal"), (heart_rate, "heart_rate_bpm"))
        ),
    )
    problems = {**_unread_times(STARTED, ENDED), given: pl.col("duration_min").is_null()}
    yield from in_batches(EXERCISE_SESSION, rows.with_columns(first_problem(**problems)))
    yield from broken_rows(entry, table, EXERCISE_SESSION)


# --- times ---


def _between(rows: pl.DataFrame, start: str, end: str, settings: ReadSettings) -> pl.DataFrame:
    offset_min = offset_minutes(pl.col(ZONE))
    return with_origin(rows, settings, SOURCE.name, "whoop", "tracker").with_columns(
        offset_min.alias("utc_offset_min"),
        instants_at(local_times(start), offset_min).alias("start_at"),
        instants_at(local_times(end), offset_min).alias("end_at"),
    )


def _unread_times(start: str, end: str) -> dict[str, pl.Expr]:
    return {
        ZONE: pl.col("utc_offset_min").is_null(),
        start: pl.col("start_at").is_null(),
        end: pl.col("end_at").is_null(),
    }


SOURCE = Source(
    name="whoop",
    version=3,
    title="WHOOP data export (CSV)",
    reads="sleep and naps, resting heart rate and heart rate variability of the night, workouts",
    how_to_export=(
        "In the WHOOP app, set to English, open More, App Settings, Data Export; you receive the zip by e-mail."
    ),
    recognises=_recognises,
    read=_read,
    telltales=((STARTED, ENDED, EXERCISE), (*SLEEP, "Nap"), (*SLEEP, *VITALS)),
)

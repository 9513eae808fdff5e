"""Fitbit: the account export or Google Takeout (JSON and Google's CSV tables), as a zip or as a single file from it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, read_whole, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.strict_json import MAX_BYTES
from painstats.parsing.text import first_problem
from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import BATCH_ROWS, in_batches
from painstats.sources.contract import NOT_READ, ReadSettings, Source
from painstats.sources.fitbit.clock import Activity, Clock, decide_by_table, decide_fitbit_clock, instants_by
from painstats.sources.fitbit.cover import NOTHING, joined_time
from painstats.sources.fitbit.google_takeout import (
    JsonCoverage,
    dates_with_values,
    nonzero_totals,
    read_google_tables,
    table_times,
)
from painstats.sources.fitbit.kinds import (
    DAILY_MEASURES,
    EMPTY,
    GOOGLE_HEADERS,
    SCORES,
    UNCLEAR,
    fitbit_kind,
    is_usual_file,
    recognises,
)
from painstats.sources.fitbit.logs import (
    classic_nights,
    placed_exercises,
    read_exercises,
    read_minutes,
    read_sleep,
    read_sums,
    tracked,
)
from painstats.sources.fitbit.zone_evidence import ZoneEvidence, check_zone
from painstats.sources.vendor_rows import entries_by_kind, rows_below

_THREADS = 2  # unpacking and reading bytes release Python's lock
_JOINED = "minutes without steps, merged with the minute before into one interval"
_NAMELESS = (
    "timed values without a name that says what they are (steps, calories and distance look alike); give the file its "
    "original name, such as steps-2024-03-01.json"
)
_MINUTE_US, _DAY_US = 60_000_000, 86_400_000_000


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return recognises(archive)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    """Read JSON first; from Google's tables, which repeat it, only take what it does not cover."""
    kinds = entries_by_kind(archive, lambda entry: fitbit_kind(entry, archive))
    yield from _scores(kinds.pop(SCORES, []), has_nights=bool({"sleep", "google_sleep"} & set(kinds)))
    yield from _nameless(kinds.pop(UNCLEAR, []), is_all=not any(kinds))
    sleep = read_sleep(kinds.pop("sleep", []), settings)
    yield from in_batches(SLEEP_EPISODE, sleep)
    if about_classic := classic_nights(sleep):
        yield Note("", about_classic)
    nights = sleep.filter("is_main_sleep").select("start", "end").drop_nulls().unique()
    tables = {table: kinds.pop(table, []) for table in GOOGLE_HEADERS}
    clock, walked = yield from _read_steps(archive, kinds.pop("steps", []), nights, tables["google_steps"], settings)
    sessions = tables["google_exercise"]
    exercised = yield from _read_exercises(kinds.pop("exercise", []), nights, sessions, clock, settings)
    for kind, measure in DAILY_MEASURES.items():
        yield from in_batches(DAILY_TOTAL, read_sums(kinds.pop(kind, []), measure, settings))
    rested = [sleep["date"].clear()]
    for entry in kinds.pop("resting_heart_rate", []):
        values = read_sums([entry], "resting_heart_rate_bpm", settings)
        rested.append(dates_with_values(values))
        yield from nonzero_totals(entry, values)
    in_json = JsonCoverage(walked, exercised, sleep["date"].drop_nulls().unique(), pl.concat(rested))
    yield from read_google_tables(tables, settings, in_json)
    for entry in kinds.pop(EMPTY, []):
        yield Ignored(entry.label, 0, "contains no data")
    yield from _unused(archive, [entry for entries in kinds.values() for entry in entries])


def _scores(entries: list[Entry], *, has_nights: bool) -> Iterator[Batch]:
    """Count Fitbit's own scores of nights; without the nights, say where these are."""
    for entry in entries:
        yield Ignored(entry.label, rows_below(entry), "Fitbit's own scores of nights: not used")
    if entries and not has_nights:
        yield Note(
            entries[0].label,
            f"{NOT_READ}it holds Fitbit's own scores of nights; the nights themselves are in the files "
            "sleep-YYYY-MM-DD.json of the same export: put these beside it",
        )


def _nameless(entries: list[Entry], *, is_all: bool) -> Iterator[Batch]:
    """Skip files that cannot be identified; refuse them if there is nothing else."""
    if entries and is_all:
        raise refused("unclear_values", entries[0], f"it contains {_NAMELESS}, or import the whole archive")
    for entry in entries:
        yield Ignored(entry.label, read_whole(entry, MAX_BYTES).count(b'"dateTime"'), _NAMELESS)


def _unused(archive: Archive, entries: list[Entry]) -> Iterator[Ignored]:
    if entries and archive.is_packed:
        yield Ignored(archive.name, 0, f"{len(entries)} other file(s) of the archive: not used")
    elif entries:
        content = read_whole(entries[0], MAX_BYTES)
        rows = content.count(b'"dateTime"') or content.count(b'"logId"')
        yield Ignored(entries[0].label, rows, "a file of a Fitbit export that is not used")


# --- steps ---


def _read_steps(
    archive: Archive, entries: list[Entry], nights: pl.DataFrame, table: list[Entry], settings: ReadSettings
) -> Generator[Batch, None, tuple[Clock | None, pl.DataFrame]]:
    """Yield the step minutes of all files, read by the clock that the nights of the export support.

    Returns that clock and, if there is a Google table, the time that the files cover.
    """
    files = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for entry, (minutes, n_joined) in zip(entries, pool.map(_minutes, entries), strict=True):
            files.append(minutes)
            if n_joined:
                yield Ignored(entry.label, n_joined, _JOINED)
    if not files:
        return None, NOTHING
    minutes = pl.concat(files, how="diagonal_relaxed")
    times = minutes.lazy().filter(pl.col("step_count") > 0).select("clock").collect()["clock"].drop_nulls()
    walks = Activity("step", "minutes with steps", times)
    clock = decide_fitbit_clock(walks, nights, settings.time_zones, settings.participant_id)
    if table and not clock.is_shown:
        instants = table_times(table, "timestamp", "steps")
        clock = decide_by_table(walks, instants, settings.time_zones, settings.participant_id) or clock
    files_label = entries[0].label if len(entries) == 1 else f"{len(entries)} step files"
    yield Note(files_label, clock.reason)
    doubt = check_zone(ZoneEvidence(times, nights, archive), clock, settings)
    if doubt:
        yield Note(files_label, doubt)
    covered = [NOTHING]
    for part in minutes.iter_slices(BATCH_ROWS):
        steps = _steps(part, clock, settings)
        if table:
            covered.append(joined_time(steps.filter(pl.col("column").is_null())))
        yield from in_batches(STEP_COUNT, steps)
    return clock, joined_time(pl.concat(covered))


def _minutes(entry: Entry) -> tuple[pl.DataFrame, int]:
    """Read the minutes of a file, join those without steps, and count how many rows that saves."""
    minutes = read_minutes(entry)
    kept = _idle_joined(minutes)
    return kept.with_columns(pl.lit(entry.label, pl.Categorical).alias("entry")), minutes.height - kept.height


def _idle_joined(minutes: pl.DataFrame) -> pl.DataFrame:
    """Join neighbouring minutes without steps of one date into intervals without steps, ``length_min`` long.

    They are kept because they show that the tracker was worn: steps of a phone must not fill them.
    """
    without_steps = ((pl.col("step_count") == 0) & pl.col("clock").is_not_null()).fill_null(False)
    is_idle = minutes.select(without_steps).to_series().to_numpy()
    idle = np.flatnonzero(is_idle)
    clock_us = minutes["clock"].gather(idle).to_physical().to_numpy()
    order = np.argsort(clock_us, kind="stable")
    idle, clock_us = idle[order], clock_us[order]
    follows = (np.diff(clock_us) == _MINUTE_US) & (np.diff(clock_us // _DAY_US) == 0)
    starts = np.flatnonzero(np.append(True, ~follows)[: len(idle)])
    busy = np.flatnonzero(~is_idle)
    lengths = np.append(np.ones_like(busy), np.diff(np.append(starts, len(idle))))
    return minutes[np.append(busy, idle[starts])].with_columns(pl.Series("length_min", lengths, pl.Int32))


def _steps(minutes: pl.DataFrame, clock: Clock, settings: ReadSettings) -> pl.DataFrame:
    start_at = instants_by(clock, minutes["clock"], settings.time_zones, settings.participant_id)
    written = pl.format("{} {}", pl.col("clock").dt.to_string(), "step_count")
    return tracked(minutes, settings).with_columns(
        start_at.alias("start_at"),
        (start_at + pl.duration(minutes="length_min")).alias("end_at"),
        (pl.col("text").fill_null(written) if "text" in minutes.columns else written).alias("text"),
        first_problem(dateTime=pl.lit(start_at.is_null()), value=pl.col("step_count").is_null()),
    )


# --- exercise ---


def _read_exercises(
    entries: list[Entry], nights: pl.DataFrame, table: list[Entry], steps: Clock | None, settings: ReadSettings
) -> Generator[Batch, None, pl.DataFrame]:
    """Yield exercise logs, read by the clock that the nights support, and return the time that they cover."""
    if not entries:
        return NOTHING
    logs = read_exercises(entries, settings)
    starts = Activity("exercise", "sessions", logs["clock"].drop_nulls())
    clock = decide_fitbit_clock(starts, nights, settings.time_zones, settings.participant_id, steps)
    if table and not clock.is_shown:
        instants = table_times(table, "exercise_start")
        clock = decide_by_table(starts, instants, settings.time_zones, settings.participant_id) or clock
    yield Note(entries[0].label if len(entries) == 1 else f"{len(entries)} exercise files", clock.reason)
    start_at = instants_by(clock, logs["clock"], settings.time_zones, settings.participant_id)
    sessions = placed_exercises(logs, start_at)
    yield from in_batches(EXERCISE_SESSION, sessions)
    return joined_time(sessions)


SOURCE = Source(
    name="fitbit",
    version=3,
    title="Fitbit account export or Google Takeout (JSON, CSV)",
    reads="steps by minute, sleep logs, exercise, active and sedentary minutes and resting heart rate by day",
    how_to_export=(
        "On a computer open takeout.google.com, choose only Fitbit (Google Health), and download the zip. "
        "Each part of a large export is imported separately."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(
        ("logId", "dateOfSleep", "startTime", "endTime", "minutesAsleep"),
        *(tuple(sorted(columns)) for columns in GOOGLE_HEADERS.values()),
    ),
    belongs_with_others=is_usual_file,
)

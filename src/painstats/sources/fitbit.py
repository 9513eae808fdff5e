"""Fitbit: the account export or Google Takeout, JSON and Google's CSV twins, as a zip or as one of the files in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
import polars as pl

from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import BATCH_ROWS, in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.export import Entry, Export, read_whole
from painstats.sources.fitbit_google import TABLES, given_values, google_table, read_google_steps, read_google_tables
from painstats.sources.fitbit_logs import read_exercises, read_minutes, read_sleep, read_sums, tracked
from painstats.sources.step_clock import decide_step_clock
from painstats.sources.strict_json import MAX_BYTES
from painstats.sources.text import first_problem
from painstats.sources.vendor_rows import entries_by_kind

DAILY_MEASURES = {
    "sedentary_minutes": "sedentary_time_min",
    "lightly_active_minutes": "lightly_active_time_min",
    "moderately_active_minutes": "moderately_active_time_min",
    "very_active_minutes": "very_active_time_min",
}
"""Files with one sum for each local date, and the measure that they hold."""

RESTING, RESTING_BPM = "resting_heart_rate", "resting_heart_rate_bpm"
"""Files with one value for each local date that may be missing, and the measure that they hold."""

UNUSED = (
    "altitude", "calories", "demographic_vo2_max", "distance", "estimated_oxygen_variation", "heart_rate",
    "run_vo2_max", "swim_lengths_data", "time_in_heart_rate_zones", "water_logs", "weight",
)  # fmt: skip
"""Files of a Fitbit export that are known and not read."""

_USED = ("steps", "sleep", "exercise", *DAILY_MEASURES, RESTING)
_NAME = re.compile(
    rf"(?:^|_)(?P<kind>{'|'.join((*_USED, *UNUSED))})(?:-\d+(?:-\d\d-\d\d)?[^/]*)?(?: ?\(\d+\))?\.json$", re.IGNORECASE
)
_CONTENT = {
    "exercise": re.compile(rb'"logId"\s*:'),
    "resting_heart_rate": re.compile(rb'"dateTime"\s*:\s*".*?"value"\s*:\s*\{', re.DOTALL),
}
_MINUTES = re.compile(rb'"dateTime"\s*:\s*".*?"value"\s*:\s*["\d-]', re.DOTALL)
_SLEEP_LOG = re.compile(rb'"(logId|dateOfSleep)"\s*:')
_ANY_LOG = re.compile(rb'"(dateTime|logId)"\s*:')
_EMPTY = re.compile(rb"\A(\xef\xbb\xbf)?\s*(\[\s*\]|no data)?\s*\Z", re.IGNORECASE)
_HEAD_BYTES = 4096
_THREADS = 2  # bytes are unpacked and looked at without Python's lock
_JOINED = "minutes without steps, kept as one interval with the minute before"
_MINUTE_US, _DAY_US = 60_000_000, 86_400_000_000


def _kind(entry: Entry) -> str | None:
    """Say what an entry is by its name and content; ``empty`` for one that holds nothing."""
    label = entry.label
    if label.lower().endswith(".csv"):
        return google_table(entry)
    named = _NAME.search(label)
    kind = named["kind"].lower() if named else None
    if entry.member is not None and kind not in _USED:
        return None  # an archive has thousands of files that are not read, and opening each would take long
    head = entry.head(_HEAD_BYTES)
    if kind and _EMPTY.match(head):
        return "empty"
    if kind in (None, "sleep"):
        return "sleep" if b"dateOfSleep" in head and _SLEEP_LOG.search(head) else None
    content = _CONTENT.get(kind, _MINUTES) if kind in _USED else _ANY_LOG
    return kind if content.search(head) else None


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    # Of a single file even a kind without use says whose it is; in an archive something must be worth reading.
    worth = (*_USED, "google_steps", *TABLES)
    known = worth if export.is_zip else (*worth, *UNUSED, "empty")
    return any(_kind(entry) in known for entry in export.entries)


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    """Read JSON first: Google's tables repeat it, and only what it does not cover is taken from them."""
    kinds = entries_by_kind(export, _kind)
    sleep = read_sleep(kinds.pop("sleep", []), settings)
    yield from in_batches(SLEEP_EPISODE, sleep)
    nights = sleep.filter("is_main_sleep").select("start", "end").drop_nulls()
    nights_known = set(sleep["date"].drop_nulls().unique())
    walked: set[object] = set()
    yield from _read_steps(kinds.pop("steps", []), nights, settings, walked)
    yield from in_batches(EXERCISE_SESSION, read_exercises(kinds.pop("exercise", []), settings))
    for kind, measure in DAILY_MEASURES.items():
        yield from in_batches(DAILY_TOTAL, read_sums(kinds.pop(kind, []), measure, settings))
    for entry in kinds.pop(RESTING, []):
        yield from given_values(entry, read_sums([entry], RESTING_BPM, settings))
    for entry in kinds.pop("google_steps", []):
        yield from read_google_steps(entry, settings, walked)
    for table in TABLES:
        for entry in kinds.pop(table, []):
            yield from read_google_tables(entry, table, settings, nights_known)
    for entry in kinds.pop("empty", []):
        yield Ignored(entry.label, 0, "holds no data")
    yield from _unused(export, [entry for entries in kinds.values() for entry in entries])


def _unused(export: Export, entries: list[Entry]) -> Iterator[Ignored]:
    if entries and export.is_zip:
        yield Ignored(export.name, 0, f"{len(entries)} other file(s) of the archive: not used")
    elif entries:
        content = read_whole(entries[0], MAX_BYTES)
        rows = content.count(b'"dateTime"') or content.count(b'"logId"')
        yield Ignored(entries[0].label, rows, "a file of a Fitbit export that is not used")


# --- steps ---


def _read_steps(
    entries: list[Entry], nights: pl.DataFrame, settings: ReadSettings, walked: set[object]
) -> Iterator[Read]:
    """Yield the step minutes of all files, read by the clock that the nights of the export speak for.

    ``walked`` is filled with the UTC dates that they cover.
    """
    files = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for entry, (minutes, n_joined) in zip(entries, pool.map(_minutes, entries), strict=True):
            files.append(minutes)
            if n_joined:
                yield Ignored(entry.label, n_joined, _JOINED)
    if not files:
        return
    minutes = pl.concat(files, how="diagonal_relaxed")
    times = minutes["clock"].drop_nulls()
    clock = decide_step_clock(times, nights.unique(), settings.time_zones, settings.participant_id)
    yield Noted(entries[0].label if len(entries) == 1 else f"{len(entries)} step files", clock.reason)
    for part in minutes.iter_slices(BATCH_ROWS):
        steps = _steps(part, clock.reading, settings)
        walked |= set(steps["start_at"].dt.date().drop_nulls().unique())
        yield from in_batches(STEP_COUNT, steps)


def _minutes(entry: Entry) -> tuple[pl.DataFrame, int]:
    """Read the minutes of a file with those without steps joined, and count how many that leaves out."""
    minutes = read_minutes(entry)
    kept = _idle_joined(minutes)
    return kept.with_columns(pl.lit(entry.label, pl.Categorical).alias("entry")), minutes.height - kept.height


def _idle_joined(minutes: pl.DataFrame) -> pl.DataFrame:
    """Join neighbouring minutes without steps of one date into intervals without steps, ``length_min`` long.

    They are kept because they say that the tracker was there: what a phone counted meanwhile must not fill them.
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


def _steps(minutes: pl.DataFrame, reading: Literal["utc", "local"], settings: ReadSettings) -> pl.DataFrame:
    naive = minutes["clock"]
    if reading == "utc":
        start_at = naive.dt.replace_time_zone("UTC")
    else:
        start_at = settings.time_zones.to_utc(settings.participant_id, naive)
    written = pl.format("{} {}", pl.col("clock").dt.to_string(), "step_count")
    return tracked(minutes, settings).with_columns(
        start_at.alias("start_at"),
        (start_at + pl.duration(minutes="length_min")).alias("end_at"),
        (pl.col("text").fill_null(written) if "text" in minutes.columns else written).alias("text"),
        first_problem(dateTime=pl.lit(start_at.is_null()), value=pl.col("step_count").is_null()),
    )


SOURCE = Source(
    name="fitbit",
    title="Fitbit account export or Google Takeout (JSON, CSV)",
    reads="steps by the minute, sleep logs, exercise, active and sedentary minutes and resting heart rate by the day",
    how_to_export=(
        "On a computer open takeout.google.com, choose only Fitbit (Google Health), and download the zip. "
        "Every part of a large export is read on its own."
    ),
    recognises=_recognises,
    read=_read,
)

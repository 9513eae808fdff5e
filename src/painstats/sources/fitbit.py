"""Fitbit: the account export or Google Takeout, as a zip or as one of the JSON files in it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import polars as pl

from painstats.records import DAILY_TOTAL, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.export import Entry, Export, read_whole
from painstats.sources.step_clock import decide_step_clock
from painstats.sources.strict_json import MAX_BYTES, read_objects
from painstats.sources.text import first_problem, local_times, numbers, whole_numbers

DAILY_MEASURES = {
    "sedentary_minutes": "sedentary_time_min",
    "lightly_active_minutes": "lightly_active_time_min",
    "moderately_active_minutes": "moderately_active_time_min",
    "very_active_minutes": "very_active_time_min",
}
"""Files with one sum for each local date, and the measure that they hold."""

UNUSED = (
    "altitude", "calories", "demographic_vo2_max", "distance", "estimated_oxygen_variation", "exercise", "heart_rate",
    "resting_heart_rate", "run_vo2_max", "swim_lengths_data", "time_in_heart_rate_zones", "water_logs", "weight",
)  # fmt: skip
"""Files of a Fitbit export that are known and not read."""

_USED = ("steps", "sleep", *DAILY_MEASURES)
_NAME = re.compile(
    rf"(?:^|_)(?P<kind>{'|'.join((*_USED, *UNUSED))})(?:-\d+(?:-\d\d-\d\d)?[^/]*)?(?: ?\(\d+\))?\.json$", re.IGNORECASE
)
_MINUTES = re.compile(rb'"dateTime"\s*:\s*".*?"value"\s*:\s*["\d-]', re.DOTALL)
_SLEEP_LOG = re.compile(rb'"(logId|dateOfSleep)"\s*:')
_ANY_LOG = re.compile(rb'"(dateTime|logId)"\s*:')
_EMPTY = re.compile(rb"\A(\xef\xbb\xbf)?\s*(\[\s*\]|no data)?\s*\Z", re.IGNORECASE)
_HEAD_BYTES = 4096
_TRACKER = {"device": "fitbit", "device_kind": "tracker"}


def _kind(entry: Entry) -> str | None:
    """Say what an entry is by its name and content; ``empty`` for one that holds nothing."""
    named = _NAME.search(entry.label)
    kind = named["kind"].lower() if named else None
    if kind is None and entry.member is not None:
        return None
    head = entry.head(_HEAD_BYTES)
    if kind and _EMPTY.match(head):
        return "empty"
    if kind in (None, "sleep"):
        return "sleep" if b"dateOfSleep" in head and _SLEEP_LOG.search(head) else None
    content = _MINUTES if kind in _USED else _ANY_LOG
    return kind if content.search(head) else None


def _kinds(export: Export) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in export.entries:
        found[_kind(entry) or "other"].append(entry)
    return found


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    # Of a single file even a kind without use says whose it is; in an archive something must be worth reading.
    known = _USED if export.is_zip else (*_USED, *UNUSED, "empty")
    return any(kind in known for kind in _kinds(export))


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    kinds = _kinds(export)
    nights = []
    for entry in kinds.pop("sleep", []):
        episodes = _sleep(entry, settings)
        nights.append(episodes.filter("is_main_sleep").select("start", "end").drop_nulls())
        yield from in_batches(SLEEP_EPISODE, episodes)
    yield from _read_steps(kinds.pop("steps", []), nights, settings)
    for kind, measure in DAILY_MEASURES.items():
        for entry in kinds.pop(kind, []):
            yield from in_batches(DAILY_TOTAL, _daily(entry, measure, settings))
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


def _read_steps(entries: list[Entry], nights: list[pl.DataFrame], settings: ReadSettings) -> Iterator[Read]:
    """Yield the step minutes of all files, read by the clock that the nights of the export speak for."""
    files = []
    for entry in entries:
        minutes = _minutes(entry)
        files.append(_idle_joined(minutes))
        if n_joined := minutes.height - files[-1].height:
            yield Ignored(entry.label, n_joined, "minutes without steps, kept as one interval with the minute before")
    if not files:
        return
    windows = pl.concat(nights).unique() if nights else pl.DataFrame(schema={"start": pl.Datetime, "end": pl.Datetime})
    times = pl.concat([minutes["clock"] for minutes in files]).drop_nulls()
    clock = decide_step_clock(times, windows, settings.time_zones, settings.participant_id)
    yield Noted(entries[0].label if len(entries) == 1 else f"{len(entries)} step files", clock.reason)
    for minutes in files:
        yield from in_batches(STEP_COUNT, _steps(minutes, clock.reading, settings))


def _minutes(entry: Entry) -> pl.DataFrame:
    return _values(entry).with_columns(whole_numbers("value").alias("step_count"), pl.lit(1).alias("length_min"))


def _idle_joined(minutes: pl.DataFrame) -> pl.DataFrame:
    """Join neighbouring minutes without steps of one date into intervals without steps.

    They are kept because they say that the tracker was there: what a phone counted meanwhile must not fill them.
    """
    is_idle = ((pl.col("step_count") == 0) & pl.col("clock").is_not_null()).fill_null(False)
    follows = (pl.col("clock").diff() == pl.duration(minutes=1)) & (
        pl.col("clock").dt.date().diff() == pl.duration(days=0)
    )
    idle = minutes.filter(is_idle).sort("clock", maintain_order=True)
    runs = idle.with_columns((~follows).fill_null(True).cum_sum().alias("run"))
    joined = runs.group_by("run", maintain_order=True).agg(
        pl.all().exclude("length_min").first(), pl.col("length_min").sum()
    )
    return pl.concat([minutes.filter(~is_idle), joined.select(minutes.columns)])


def _steps(minutes: pl.DataFrame, reading: Literal["utc", "local"], settings: ReadSettings) -> pl.DataFrame:
    naive = minutes["clock"]
    if reading == "utc":
        start_at = naive.dt.replace_time_zone("UTC")
    else:
        start_at = settings.time_zones.to_utc(settings.participant_id, naive)
    return minutes.with_columns(
        *_origin(settings), start_at.alias("start_at"), (start_at + pl.duration(minutes="length_min")).alias("end_at")
    ).with_columns(
        first_problem(dateTime=pl.col("start_at").is_null(), value=pl.col("step_count").is_null()),
    )


# --- sums by day ---


def _daily(entry: Entry, measure: str, settings: ReadSettings) -> pl.DataFrame:
    """Read sums by local date. Their times are all midnight and are never shifted."""
    at_midnight = pl.col("clock") == pl.col("clock").dt.truncate("1d")
    return (
        _values(entry)
        .with_columns(
            *_origin(settings),
            pl.lit(measure).alias("measure"),
            pl.when(at_midnight).then("clock").dt.date().alias("date"),
            numbers("value").alias("value"),
        )
        .with_columns(first_problem(dateTime=pl.col("date").is_null(), value=pl.col("value").is_null()))
    )


def _values(entry: Entry) -> pl.DataFrame:
    """Read ``dateTime`` and ``value`` of each object as text, and the clock time in them."""
    objects = read_objects(entry)
    columns = {key: _texts([element.get(key) for element in objects]) for key in ("dateTime", "value")}
    return _placed(pl.DataFrame(columns), entry).with_columns(
        local_times("dateTime").alias("clock"),
        pl.concat_str("dateTime", "value", separator=" ", ignore_nulls=True).alias("text"),
    )


# --- sleep ---


def _sleep(entry: Entry, settings: ReadSettings) -> pl.DataFrame:
    """Read sleep logs; ``start`` and ``end`` are the local clock times beside the instants."""
    logs = read_objects(entry, wrapper="sleep")
    keys = ("logId", "dateOfSleep", "startTime", "endTime", "minutesAsleep", "timeInBed")
    frame = pl.DataFrame({key: _texts([log.get(key) for log in logs]) for key in keys}).with_columns(
        pl.Series("is_main_sleep", [_flag(log) for log in logs], pl.Boolean),
        pl.Series("text", [_without_levels(log) for log in logs], pl.String),
        local_times("startTime").alias("start"),
        local_times("endTime").alias("end"),
    )
    to_utc = settings.time_zones.to_utc
    return (
        _placed(frame, entry)
        .with_columns(
            *_origin(settings),
            pl.col("logId").alias("episode_id"),
            pl.col("dateOfSleep").str.to_date("%Y-%m-%d", strict=False).alias("date"),
            to_utc(settings.participant_id, frame["start"]).alias("start_at"),
            to_utc(settings.participant_id, frame["end"]).alias("end_at"),
            numbers("minutesAsleep").alias("total_sleep_time_min"),
            numbers("timeInBed").alias("time_in_bed_min"),
        )
        .with_columns(_sleep_problem())
    )


def _sleep_problem() -> pl.Expr:
    return first_problem(
        logId=pl.col("episode_id").is_null(),
        dateOfSleep=pl.col("date").is_null(),
        startTime=pl.col("start_at").is_null(),
        endTime=pl.col("end_at").is_null(),
        minutesAsleep=pl.col("total_sleep_time_min").is_null(),
        timeInBed=pl.col("time_in_bed_min").is_null(),
        mainSleep=pl.col("is_main_sleep").is_null(),
    )


def _flag(log: dict[str, object]) -> bool | None:
    """Whether it is the main sleep: ``mainSleep`` in exports, ``isMainSleep`` from the web interface."""
    flag = log.get("mainSleep", log.get("isMainSleep"))
    return flag if isinstance(flag, bool) else None


def _without_levels(log: dict[str, object]) -> str:
    return json.dumps({key: value for key, value in log.items() if key != "levels"})


# --- columns ---


def _texts(values: list[object]) -> pl.Series:
    """Keep text as it came and write numbers out; anything nested counts as unreadable."""
    if any(value.__class__ is not str for value in values):
        values = [_text(value) for value in values]
    return pl.Series(values, dtype=pl.String)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _origin(settings: ReadSettings) -> list[pl.Expr]:
    known = {"participant_id": settings.participant_id, "source": SOURCE.name, **_TRACKER}
    return [pl.lit(value, pl.String).alias(name) for name, value in known.items()]


def _placed(frame: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    return frame.with_row_index("line", 1).with_columns(pl.lit(entry.label).alias("entry"))


SOURCE = Source(
    name="fitbit",
    title="Fitbit account export or Google Takeout (JSON)",
    reads="steps by the minute, sleep logs, active and sedentary minutes by the day",
    how_to_export=(
        "On a computer open takeout.google.com, choose only Fitbit (Google Health), and download the zip. "
        "Every part of a large export is read on its own."
    ),
    recognises=_recognises,
    read=_read,
)

"""Oura: the trends CSV of Oura on the Web, the CSVs of the data export, and JSON with the keys of the second API."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, RecordTable
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.csv_text import header_of, read_csv
from painstats.sources.exercise_names import exercise_types
from painstats.sources.export import Entry, Export
from painstats.sources.strict_json import read_objects
from painstats.sources.text import first_problem, numbers
from painstats.sources.vendor_rows import (
    SECONDS,
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    delimiter_of,
    is_csv,
    main_sleeps,
    object_rows,
    put_aside,
    rows_below,
    utc_label,
    with_origin,
    zoned_offsets,
    zoned_or_local,
)

ACTIVE = (
    DailyColumn("steps", "step_count"),
    DailyColumn("sedentary_time", "sedentary_time_min", SECONDS),
    DailyColumn("low_activity_time", "lightly_active_time_min", SECONDS),
    DailyColumn("medium_activity_time", "moderately_active_time_min", SECONDS),
    DailyColumn("high_activity_time", "very_active_time_min", SECONDS),
)
VITALS = (
    DailyColumn("lowest_heart_rate", "resting_heart_rate_bpm"),
    DailyColumn("average_hrv", "heart_rate_variability_rmssd_ms"),
)
"""Oura's resting heart rate is the lowest of the night; its heart rate variability is the RMSSD of the whole night."""

SLEEP = (
    "day", "type", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed", "awake_time", "latency",
    "lowest_heart_rate", "average_hrv",
)  # fmt: skip
PARTS_OF_DAY = (*(column.column for column in ACTIVE[1:]), "resting_time", "non_wear_time")
ACTIVITY = ("day", "steps", *PARTS_OF_DAY)
WORKOUT = ("activity", "start_datetime", "end_datetime", "distance", "calories")

TRENDS = {
    "day": "date",
    "steps": "Steps",
    "sedentary_time": "Inactive Time",
    "low_activity_time": "Low Activity Time",
    "medium_activity_time": "Medium Activity Time",
    "high_activity_time": "High Activity Time",
    "resting_time": "Rest Time",
    "non_wear_time": "Non-wear Time",
    "bedtime_start": "Bedtime Start",
    "bedtime_end": "Bedtime End",
    "total_sleep_duration": "Total Sleep Time",
    "time_in_bed": "Total Bedtime",
    "awake_time": "Awake Time",
    "latency": "Sleep Latency",
    "lowest_heart_rate": "Lowest Resting Heart Rate",
    "average_hrv": "Average HRV",
}
"""Columns of the trends CSV for the words that the rest of Oura uses."""

MAIN_SLEEP = "long_sleep"
_DAY_S = 86_400
_MOST_MINUTES = 2 * 1440
_NOT_WORN = "days on which the ring was not worn"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table: its columns, those that tell it, and the record table of its rows."""

    name: str
    columns: tuple[str, ...]
    known_by: tuple[str, ...]
    table: RecordTable


KINDS = (
    Kind("trends", tuple(TRENDS.values()), ("date", "Total Sleep Time", "Bedtime Start", "Bedtime End"), SLEEP_EPISODE),
    Kind("sleep", SLEEP, ("day", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed"), SLEEP_EPISODE),
    Kind("activity", ACTIVITY, ("day", "steps", "high_activity_time", "low_activity_time"), DAILY_TOTAL),
    Kind("workout", WORKOUT, ("activity", "start_datetime", "end_datetime", "intensity"), EXERCISE_SESSION),
)
UNUSED = (("contributors", "score", "day"), ("tag_type_code", "start_time"))
"""Columns of files that are known and not read: scores of the day, and tags."""

_JSON = {kind.name: re.compile("|".join(rf'"{key}"\s*:' for key in kind.known_by).encode()) for kind in KINDS[1:]}
_JSON_NAME = re.compile(r"(?:sleep|activity|workout)[^/]*\.json$", re.IGNORECASE)
_HEAD_BYTES = 1 << 16


def _kind(entry: Entry) -> Kind | str | None:
    """Say what an entry is: a kind that is read, ``unused``, or None for what is not Oura's."""
    if entry.member is None or _JSON_NAME.search(entry.label):
        head = entry.head(_HEAD_BYTES)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
            return next((kind for kind in KINDS[1:] if _has_keys(head, kind)), None)
    if not is_csv(entry):
        return None
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    known = next((kind for kind in KINDS if header.issuperset(kind.known_by)), None)
    return known or ("unused" if any(header.issuperset(columns) for columns in UNUSED) else None)


def _has_keys(head: bytes, kind: Kind) -> bool:
    return len({found.split(b'"')[1] for found in _JSON[kind.name].findall(head)}) == len(kind.known_by)


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in export.entries)


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    kinds: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in export.entries:
        kind = _kind(entry)
        kinds[kind.name if isinstance(kind, Kind) else kind or "other"].append(entry)
    for kind in KINDS:
        for entry in kinds[kind.name]:
            yield from _read_entry(entry, kind, settings)
    for entry in (*kinds["unused"], *(entry for entry in kinds["other"] if is_csv(entry))):
        yield Ignored(entry.label, rows_below(entry), "a table of an Oura export that is not used")
    if n_other := sum(not is_csv(entry) for entry in kinds["other"]):
        yield Ignored(export.name, 0, f"{n_other} other file(s) of the archive: not used")


def _read_entry(entry: Entry, kind: Kind, settings: ReadSettings) -> Iterator[Read]:
    if entry.head(16).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
        rows = object_rows(entry, read_objects(entry, wrapper="data"), kind.columns)
        yield from _read_rows(rows, kind, settings)
        return
    table = read_csv(entry, delimiter=delimiter_of(entry), repeated_columns=True)
    rows = csv_rows(entry, table, kind.columns)
    if kind.name == "trends":
        rows = rows.rename({column: word for word, column in TRENDS.items()})
    yield from _read_rows(rows, kind, settings)
    yield from broken_rows(entry, table, kind.table)


def _read_rows(rows: pl.DataFrame, kind: Kind, settings: ReadSettings) -> Iterator[Read]:
    rows = with_origin(rows, settings, SOURCE.name, "oura", "tracker")
    if kind.name == "workout":
        yield from in_batches(EXERCISE_SESSION, _sessions(rows, settings))
        return
    rows = rows.with_columns(pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("date"))
    if kind.name == "trends":
        yield from _read_trends(rows, settings)
    elif kind.name == "sleep":
        yield from _read_sleep(rows, settings)
    else:
        yield from _read_activity(rows)


# --- days ---


def _read_trends(rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Read]:
    """Read rows that hold a date's activity and the main sleep that ended on it."""
    facts = [name for name in TRENDS if name not in ("day", "non_wear_time", "resting_time")]
    rows, ignored = put_aside(rows, {"nothing was measured": pl.all_horizontal(pl.col(facts).is_null())})
    yield from ignored
    slept = rows.filter(pl.col("bedtime_start").is_not_null()).with_columns(pl.lit(None, pl.String).alias("type"))
    yield from _read_sleep(slept, settings)
    yield from _read_activity(rows.filter(pl.any_horizontal(pl.col(c.column).is_not_null() for c in ACTIVE)))


def _read_activity(rows: pl.DataFrame) -> Iterator[Read]:
    """Read activity of the day; a day without any wear is no day without steps."""
    in_minutes = _is_in_minutes(rows)
    unit = 1.0 if in_minutes else SECONDS
    idle = pl.all_horizontal(numbers(column.column).fill_null(0) == 0 for column in ACTIVE)
    unworn = numbers("non_wear_time") * unit >= _DAY_S * SECONDS - 1
    kept, ignored = put_aside(rows, {_NOT_WORN: idle | unworn})
    yield from ignored
    columns = (replace(column, per_unit=column.per_unit * unit / SECONDS) for column in ACTIVE[1:])
    yield from daily_totals(kept, (ACTIVE[0], *columns), "day")
    if in_minutes:
        yield Noted(str(rows["entry"][0]), "times of activity were read as minutes: the parts of a day add up to 1440")


def _is_in_minutes(rows: pl.DataFrame) -> bool:
    """Whether the parts of the days add up to minutes; the data export has seconds, the trends have had both."""
    sums = rows.select(pl.sum_horizontal(numbers(part) for part in PARTS_OF_DAY).alias("sum"))["sum"]
    typical = sums.filter(sums > 0).median()
    return isinstance(typical, float) and typical <= _MOST_MINUTES


# --- sleep ---


def _read_sleep(rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Read]:
    """Read sleeps; resting heart rate and its variability are those of the main sleep of each day."""
    asleep = numbers("total_sleep_duration")
    rows, ignored = put_aside(
        rows,
        {
            "sleeps that the person deleted": pl.col("type") == "deleted",
            "rests without sleep": pl.col("total_sleep_duration").is_null() | (asleep == 0),
        },
    )
    yield from ignored
    episodes = _episodes(rows, settings)
    yield from in_batches(SLEEP_EPISODE, episodes)
    yield from daily_totals(episodes.filter("is_main_sleep").drop("column"), VITALS, "day")
    if rows.height and episodes["utc_offset_min"].is_null().all():
        yield Noted(
            str(rows["entry"][0]), "bedtimes have no offset; they were read as clock times of the person's zone"
        )


def _episodes(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read sleeps. The main one of a day is its longest long sleep, else its longest that is no nap and no rest."""
    started, ended = (zoned_or_local(rows, f"bedtime_{side}", settings) for side in ("start", "end"))
    awake_s, latency_s = numbers("awake_time"), numbers("latency")
    is_long = pl.col("type").fill_null(MAIN_SLEEP) == MAIN_SLEEP
    may_be_main = is_long | ((pl.col("type") == "sleep") & ~is_long.any().over("date"))
    timed = rows.with_columns(
        started.alias("start_at"),
        ended.alias("end_at"),
        zoned_offsets("bedtime_start").alias("utc_offset_min"),
        (numbers("total_sleep_duration") * SECONDS).alias("asleep_min"),
        (numbers("time_in_bed") * SECONDS).alias("time_in_bed_min"),
        pl.when(awake_s >= latency_s).then((awake_s - latency_s) * SECONDS).alias("wake_after_sleep_onset_min"),
        pl.when(may_be_main).then(numbers("total_sleep_duration")).alias("total_sleep_time_min"),
    )
    return timed.with_columns(
        main_sleeps(),
        pl.col("asleep_min").alias("total_sleep_time_min"),
        utc_label("start_at").alias("episode_id"),
        first_problem(
            day=pl.col("date").is_null(),
            bedtime_start=pl.col("start_at").is_null(),
            bedtime_end=pl.col("end_at").is_null(),
            total_sleep_duration=pl.col("asleep_min").is_null(),
            time_in_bed=pl.col("time_in_bed_min").is_null(),
        ),
    )


# --- workouts ---


def _sessions(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    timed = rows.with_columns(
        zoned_or_local(rows, "start_datetime", settings).alias("start_at"),
        zoned_or_local(rows, "end_datetime", settings).alias("end_at"),
        zoned_offsets("start_datetime").alias("utc_offset_min"),
    )
    return timed.with_columns(
        utc_label("start_at").alias("session_id"),
        exercise_types(pl.col("activity")).alias("exercise_type"),
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS).alias("duration_min"),
        numbers("distance").alias("distance_m"),
        numbers("calories").alias("energy_kcal"),
        first_problem(start_datetime=pl.col("start_at").is_null(), end_datetime=pl.col("end_at").is_null()),
    )


SOURCE = Source(
    name="oura",
    title="Oura (trends CSV, data export, or JSON)",
    reads="steps, active and sedentary minutes by the day, sleep, resting heart rate and its variability, workouts",
    how_to_export=(
        "On membership.ouraring.com choose Export Data, request your data, and download the zip; or on "
        "cloud.ouraring.com choose Trends and download the CSV."
    ),
    recognises=_recognises,
    read=_read,
)

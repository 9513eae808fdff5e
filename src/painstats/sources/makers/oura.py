"""Oura: the trends CSV of Oura on the Web, the CSVs of the data export, and JSON with the keys of API version 2."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.csv_text import header_of, read_csv
from painstats.parsing.duration_units import MIN_SHARE, DurationUnit, near, unit_of
from painstats.parsing.strict_json import read_objects
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, RecordTable
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
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
    rows_below,
    split_unused,
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
WEAR = DailyColumn("wear_time", "wear_time_min")
"""What the day has besides Oura's non-wear time."""

VITALS = (
    DailyColumn("lowest_heart_rate", "resting_heart_rate_bpm"),
    DailyColumn("average_hrv", "heart_rate_variability_rmssd_ms"),
)
"""Oura's resting heart rate is the lowest of the night; its heart rate variability is the RMSSD of the whole night."""

SLEEP = (
    "day", "type", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed", "awake_time", "latency",
    "deep_sleep_duration", "rem_sleep_duration", "lowest_heart_rate", "average_hrv",
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
    "deep_sleep_duration": "Deep Sleep Time",
    "rem_sleep_duration": "REM Sleep Time",
    "lowest_heart_rate": "Lowest Resting Heart Rate",
    "average_hrv": "Average HRV",
}
"""Columns of the trends CSV, by the names that other Oura exports use."""

MAIN_SLEEP = "long_sleep"
_DAY_MIN = 1440.0
_LEAST_OF_DAY = 0.1
_LEAST_ASLEEP = 0.25
_AGAIN = "nothing was read; export again from Oura and do not open the file before importing it"
_NOT_WORN = "days with the ring not worn"


@dataclass(frozen=True, slots=True)
class OuraTable:
    """One kind of table: its columns, those by which it is recognised, and the record table of its rows."""

    name: str
    columns: tuple[str, ...]
    known_by: tuple[str, ...]
    table: RecordTable


KINDS = (
    OuraTable(
        "trends", tuple(TRENDS.values()), ("date", "Total Sleep Time", "Bedtime Start", "Bedtime End"), SLEEP_EPISODE
    ),
    OuraTable(
        "sleep", SLEEP, ("day", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed"), SLEEP_EPISODE
    ),
    OuraTable("activity", ACTIVITY, ("day", "steps", "high_activity_time", "low_activity_time"), DAILY_TOTAL),
    OuraTable("workout", WORKOUT, ("activity", "start_datetime", "end_datetime"), EXERCISE_SESSION),
)
UNUSED = (("contributors", "score", "day"), ("tag_type_code", "start_time"))
"""Columns of files that are known but not read: daily scores, and tags."""

_JSON = {kind.name: re.compile("|".join(rf'"{key}"\s*:' for key in kind.known_by).encode()) for kind in KINDS[1:]}
_WORKOUTS = re.compile(r"workout", re.IGNORECASE)
_GLANCE_BYTES, _HEAD_BYTES = 1 << 12, 1 << 16


def _kind(entry: Entry) -> OuraTable | str | None:
    """Return what an entry is: a kind that is read, ``unused``, or None if it is not from Oura."""
    glance = entry.head(_GLANCE_BYTES)
    if glance.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
        likely = [kind for kind in KINDS[1:] if _JSON[kind.name].search(glance)]
        head = entry.head(_HEAD_BYTES) if likely else b""
        return next((kind for kind in likely if _has_keys(head, kind)), None)
    if not is_csv(entry):
        return None
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    known = next((kind for kind in KINDS if header.issuperset(kind.known_by)), None)
    return known or ("unused" if any(header.issuperset(columns) for columns in UNUSED) else None)


def _has_keys(head: bytes, kind: OuraTable) -> bool:
    return len({found.split(b'"')[1] for found in _JSON[kind.name].findall(head)}) == len(kind.known_by)


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in archive.entries:
        kind = _kind(entry)
        kinds[kind.name if isinstance(kind, OuraTable) else kind or "other"].append(entry)
    for kind in KINDS:
        for entry in kinds[kind.name]:
            yield from _read_entry(entry, kind, settings)
    for entry in (*kinds["unused"], *(entry for entry in kinds["other"] if is_csv(entry))):
        absent = _absent_of_workouts(entry)
        yield Ignored(entry.label, rows_below(entry), absent or "an Oura table that is not used")
        if absent:
            yield Note(entry.label, absent)
    if n_other := sum(not is_csv(entry) for entry in kinds["other"]):
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def _absent_of_workouts(entry: Entry) -> str | None:
    """Say which columns a table of workouts lacks; None for other tables."""
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    if not (_WORKOUTS.search(entry.label) or {"activity", "intensity"} <= header):
        return None
    absent = [name for name in KINDS[-1].known_by if name not in header]
    return f"workouts were not read: missing column {', '.join(absent)}" if absent else None


def _read_entry(entry: Entry, kind: OuraTable, settings: ReadSettings) -> Iterator[Batch]:
    if entry.head(16).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{")):
        rows = object_rows(entry, read_objects(entry, wrapper="data"), kind.columns)
        yield from _read_rows(entry, rows, kind, settings)
        return
    table = read_csv(entry, delimiter=delimiter_of(entry), repeated_columns=True)
    rows = csv_rows(entry, table, kind.columns)
    if kind.name == "trends":
        rows = rows.rename({column: word for word, column in TRENDS.items()})
    yield from _read_rows(entry, rows, kind, settings)
    yield from broken_rows(entry, table, kind.table)


def _read_rows(entry: Entry, rows: pl.DataFrame, kind: OuraTable, settings: ReadSettings) -> Iterator[Batch]:
    rows = with_origin(rows, settings, SOURCE.name, "oura", "tracker")
    if kind.name == "workout":
        yield from _read_workouts(entry, rows, settings)
        return
    rows = rows.with_columns(pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("date"))
    if kind.name == "trends":
        yield from _read_trends(entry, rows, settings)
    elif kind.name == "sleep":
        yield from _read_sleep(entry, rows, settings)
    else:
        yield from _read_activity(entry, rows)


# --- days ---


def _read_trends(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read rows with the activity of a date and the main sleep that ended on it."""
    facts = [name for name in TRENDS if name not in ("day", "non_wear_time", "resting_time")]
    rows, ignored = split_unused(rows, {"nothing was measured": pl.all_horizontal(pl.col(facts).is_null())})
    yield from ignored
    slept = rows.filter(pl.col("bedtime_start").is_not_null()).with_columns(pl.lit(None, pl.String).alias("type"))
    yield from _read_sleep(entry, slept, settings)
    yield from _read_activity(entry, rows.filter(pl.any_horizontal(pl.col(c.column).is_not_null() for c in ACTIVE)))


def _read_activity(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    """Read daily activity; a day on which the ring was not worn is not a day of 0 steps."""
    unit = _unit_of_days(entry, rows)
    idle = pl.all_horizontal(numbers(column.column).fill_null(0) == 0 for column in ACTIVE)
    unworn = numbers("non_wear_time") * unit.minutes >= _DAY_MIN - 1
    kept, ignored = split_unused(rows, {_NOT_WORN: idle | unworn})
    yield from ignored
    worn = (_DAY_MIN - numbers("non_wear_time") * unit.minutes).cast(pl.String)
    kept = kept.with_columns(worn.alias(WEAR.column))
    yield from daily_totals(kept, (ACTIVE[0], *(replace(c, per_unit=unit.minutes) for c in ACTIVE[1:]), WEAR), "day")
    if unit.n_compared:
        yield Note(
            entry.label,
            f"activity times are in {unit.name}: in this unit they add up to 24 hours or less on {unit.n_fitting} of "
            f"{unit.n_compared} days",
        )


def _unit_of_days(entry: Entry, rows: pl.DataFrame) -> DurationUnit:
    """Find the unit in which the parts of a day fit into a day; a file may lack some parts."""
    sums = pl.sum_horizontal(numbers(part) for part in PARTS_OF_DAY)
    unit = unit_of(rows, pl.when(sums > 0).then(sums), pl.lit(_LEAST_OF_DAY * _DAY_MIN), near(pl.lit(_DAY_MIN))[1])
    if not unit.is_plausible:
        raise refused(
            "duration_unit",
            entry,
            f"the activity times of {unit.n_compared - unit.n_fitting} of {unit.n_compared} days do not fit into 24 "
            f"hours in any unit; {_AGAIN}",
        )
    return unit


# --- sleep ---


def _read_sleep(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read sleeps; resting heart rate and heart rate variability are those of each day's main sleep."""
    asleep = numbers("total_sleep_duration")
    rows, ignored = split_unused(
        rows,
        {
            "sleeps that the participant deleted": pl.col("type") == "deleted",
            "rests without sleep": pl.col("total_sleep_duration").is_null() | (asleep == 0),
        },
    )
    yield from ignored
    episodes, messages = _episodes(entry, rows, settings)
    yield from in_batches(SLEEP_EPISODE, episodes)
    yield from daily_totals(episodes.filter("is_main_sleep").drop("column"), VITALS, "day")
    for message in messages if rows.height else ():
        yield Note(entry.label, message)


def _episodes(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> tuple[pl.DataFrame, list[str]]:
    """Read sleeps. A day's main sleep is its longest long sleep, else its longest that is neither a nap nor a rest."""
    timed = rows.with_columns(
        *(zoned_or_local(rows, f"bedtime_{side}", settings).alias(f"{side}_at") for side in ("start", "end")),
        zoned_offsets("bedtime_start").alias("utc_offset_min"),
    )
    timed, messages = _with_minutes(entry, timed)
    is_long = pl.col("type").fill_null(MAIN_SLEEP) == MAIN_SLEEP
    may_be_main = is_long | ((pl.col("type") == "sleep") & ~is_long.any().over("date"))
    episodes = timed.with_columns(pl.when(may_be_main).then("asleep_min").alias("total_sleep_time_min")).with_columns(
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
    if episodes["is_main_sleep"].any():
        messages += [_dated_by_waking(entry, episodes), _longest_note(episodes)]
    n_offsets = episodes.height - episodes["utc_offset_min"].null_count()
    return episodes, [*messages, clock_note(n_offsets, episodes.height, "bedtimes")]


def _with_minutes(entry: Entry, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Add durations in minutes: the unit of times in bed follows from the bedtimes, that of the others from both."""
    between = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS
    in_bed = unit_of(rows, numbers("time_in_bed"), *near(between))
    _refuse_unknown_unit(entry, in_bed, "time_in_bed", "agree with the bedtimes")
    rows = rows.with_columns((numbers("time_in_bed") * in_bed.minutes).alias("time_in_bed_min"))
    awake, in_bed_min = numbers("awake_time"), pl.col("time_in_bed_min")
    least, most = near(in_bed_min)
    least = pl.when(awake.is_null()).then(in_bed_min * _LEAST_ASLEEP).otherwise(least)
    slept = unit_of(rows, numbers("total_sleep_duration") + awake.fill_null(0), least, most)
    _refuse_unknown_unit(entry, slept, "total_sleep_duration", "agree with the time in bed")
    waking = numbers("awake_time") - numbers("latency")
    minutes = rows.with_columns(
        (numbers("total_sleep_duration") * slept.minutes).alias("asleep_min"),
        pl.when(waking >= 0).then(waking * slept.minutes).alias("wake_after_sleep_onset_min"),
        (numbers("deep_sleep_duration") * slept.minutes).alias("deep_sleep_min"),
        (numbers("rem_sleep_duration") * slept.minutes).alias("rem_sleep_min"),
    )
    return minutes, [
        f"times in bed are in {in_bed.name}: they agree with the bedtimes of {in_bed.n_fitting} of "
        f"{in_bed.n_compared} sleeps",
        f"times asleep are in {slept.name}: with the times awake they agree with the time in bed of "
        f"{slept.n_fitting} of {slept.n_compared} sleeps",
    ]


def _refuse_unknown_unit(entry: Entry, unit: DurationUnit, column: str, what: str) -> None:
    if not unit.is_plausible:
        raise refused(
            "duration_unit",
            entry,
            f"{column} of {unit.n_compared - unit.n_fitting} of {unit.n_compared} sleeps does not {what} in "
            f"any unit; {_AGAIN}",
        )


def _dated_by_waking(entry: Entry, episodes: pl.DataFrame) -> str:
    """Check that ``day`` is the date of waking."""
    woken = episodes.filter(pl.col("is_main_sleep") & pl.col("end_at").is_not_null())
    n_right = int((woken["bedtime_end"].str.slice(0, 10) == woken["day"]).sum())
    if n_right < MIN_SHARE * woken.height:
        raise refused(
            "night_dates",
            entry,
            f"day is not the date of waking (bedtime_end) in {woken.height - n_right} of {woken.height} nights; "
            f"{_AGAIN}",
        )
    return f"day is the date of waking in {n_right} of {woken.height} nights"


def _longest_note(episodes: pl.DataFrame) -> str:
    """Say on how many days the main sleep, which is chosen by Oura's type of sleep, is also the longest sleep."""
    longest = pl.col("asleep_min") == pl.col("asleep_min").max().over("date")
    mains = episodes.with_columns(longest.alias("is_longest")).filter("is_main_sleep")
    return f"the main sleep is the longest sleep on {int(mains['is_longest'].sum())} of {mains.height} days"


# --- workouts ---


def _read_workouts(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    sessions = _sessions(rows, settings)
    yield from in_batches(EXERCISE_SESSION, sessions)
    if rows.height:
        n_offsets = rows.height - sessions["utc_offset_min"].null_count()
        yield Note(entry.label, clock_note(n_offsets, rows.height, "times of workouts"))


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
    version=2,
    title="Oura (trends CSV, data export, or JSON)",
    reads=(
        "steps, active, sedentary and worn minutes by day, sleep, resting heart rate, heart rate variability, workouts"
    ),
    how_to_export=(
        "On membership.ouraring.com choose Export Data, request your data, and download the zip; or on "
        "cloud.ouraring.com choose Trends and download the CSV."
    ),
    recognises=_recognises,
    read=_read,
)

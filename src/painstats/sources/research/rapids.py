"""RAPIDS: raw Fitbit streams and daily Fitbit features from its pipeline, with many participants in each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import clock_note, instants_of
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.text import first_problem, local_times, numbers, whole_numbers
from painstats.records import DAILY_TOTAL, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.vendor_rows import (
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    entries_by_kind,
    hashed_device,
    is_csv,
    split_unused,
    utc_label,
    with_origin,
)

SLEEP = (
    "device_id", "minutes_asleep", "minutes_awake", "minutes_in_bed", "is_main_sleep", "local_start_date_time",
    "local_end_date_time",
)  # fmt: skip
STEPS = ("device_id", "steps", "local_date_time")
SEGMENT = ("local_segment_start_datetime", "local_segment_end_datetime")

STEP_FEATURES = (
    "fitbit_steps_summary_rapids_avgsumsteps", "fitbit_steps_summary_rapids_maxsumsteps",
    "fitbit_steps_intraday_rapids_sumsteps",
)  # fmt: skip
"""Features that equal the day's total if a segment is one day; the first one in a file is read."""

SLEEP_FEATURES = (
    DailyColumn("fitbit_sleep_summary_rapids_sumdurationasleepmain", "total_sleep_time_min"),
    DailyColumn("fitbit_sleep_summary_rapids_sumdurationinbedmain", "time_in_bed_min"),
)

FOLDERS = ("raw", "interim", "features")
"""Folders of a RAPIDS project with one folder for each participant."""

ALL_PARTICIPANTS = "all_participants"
_FLAGS = {"1": True, "true": True, "1.0": True, "0": False, "false": False, "0.0": False}
_FEATURE = re.compile(r"fitbit_(steps|sleep)_(summary|intraday)_rapids_")
_LONGEST_MIN = 60
_NO_STEPS = "days of 0 steps: tracker not worn"


def _kind(entry: Entry) -> str | None:
    header = header_of(entry) if is_csv(entry) else ()
    if set(SLEEP) <= set(header):
        return "sleep"
    if set(STEPS) <= set(header):
        return "steps"
    if set(SEGMENT) <= set(header) and any(_FEATURE.match(name) for name in header):
        return "features"
    return None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = entries_by_kind(archive, _kind)
    for entry in kinds["sleep"]:
        yield from _read_sleep(entry, settings)
    for entry in kinds["steps"]:
        yield from _read_steps(entry, settings)
    for entry in kinds["features"]:
        yield from _read_features(entry, settings)
    if kinds[None]:
        yield Ignored(archive.name, 0, f"{len(kinds[None])} other file(s) of the archive: not used")


# --- participants ---


def _with_participant(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> tuple[pl.DataFrame, str]:
    """Add the participant, from the column ``pid``, the file's folder in the project, or the device.

    A file with a single device belongs to the participant of its inbox folder, if it is in one. Also returns a note.
    """
    owned = with_origin(rows, settings, SOURCE.name, hashed_device("fitbit", "device_id", rows), "tracker")
    folder = _participant_folder(entry)
    if rows["pid"].count():
        return owned.with_columns(pl.col("pid").alias("participant_id")), "participants are taken from the column pid"
    if folder:
        return owned.with_columns(
            pl.lit(folder).alias("participant_id")
        ), "the participant is taken from the name of the file's folder"
    if rows["device_id"].drop_nulls().n_unique() == 1 and settings.participant_id is not None:
        return owned, "the file has one device and belongs to the participant of its inbox folder"
    if rows["device_id"].count():
        return owned.with_columns(
            pl.col("device_id").alias("participant_id")
        ), "each device_id is taken as a participant"
    return owned, "the file belongs to the participant of its inbox folder"


def _participant_folder(entry: Entry) -> str | None:
    below = [name for above, name in zip(entry.folders, entry.folders[1:], strict=False) if above in FOLDERS]
    return next((name for name in below if name not in (*FOLDERS, ALL_PARTICIPANTS)), None)


def _raw_rows(entry: Entry, columns: tuple[str, ...], settings: ReadSettings) -> tuple[pl.DataFrame, CsvTable, str]:
    table = read_csv(entry)
    rows, note = _with_participant(entry, csv_rows(entry, table, (*columns, "pid")), settings)
    return rows, table, note


# --- raw streams ---


def _read_sleep(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read sleeps in the participant's local time, each dated by waking."""
    rows, table, note = _raw_rows(entry, SLEEP, settings)
    start, end = SLEEP[-2:]
    clocks = rows.with_columns(local_times(start).alias("onset"), local_times(end).alias("waking"))
    participants = clocks["participant_id"]
    is_main = pl.col("is_main_sleep").str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    episodes = clocks.with_columns(
        instants_of(participants, clocks["onset"], settings.time_zones).alias("start_at"),
        instants_of(participants, clocks["waking"], settings.time_zones).alias("end_at"),
        pl.col("waking").dt.date().alias("date"),
        numbers("minutes_asleep").alias("total_sleep_time_min"),
        numbers("minutes_in_bed").alias("time_in_bed_min"),
        numbers("minutes_awake").alias("wake_after_sleep_onset_min"),
        is_main.alias("is_main_sleep"),
    ).with_columns(
        utc_label("start_at").alias("episode_id"),
        first_problem(
            local_start_date_time=pl.col("start_at").is_null(),
            local_end_date_time=pl.col("end_at").is_null(),
            minutes_asleep=pl.col("total_sleep_time_min").is_null(),
            minutes_in_bed=pl.col("time_in_bed_min").is_null(),
            is_main_sleep=pl.col("is_main_sleep").is_null(),
        ),
    )
    yield from in_batches(SLEEP_EPISODE, episodes)
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    yield Note(entry.label, f"{note}; {clock_note(0, rows.height, 'times')}")


def _read_steps(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read steps: daily totals if all times are midnight, else intervals."""
    rows, table, note = _raw_rows(entry, STEPS, settings)
    timed = rows.with_columns(local_times("local_date_time").alias("clock"), whole_numbers("steps").alias("step_count"))
    clocks = timed["clock"].drop_nulls()
    by_day = bool((clocks == clocks.dt.truncate("1d")).all()) and not clocks.is_empty()
    kind = "daily totals" if by_day else f"counts of intervals; {clock_note(0, rows.height, 'times')}"
    yield Note(entry.label, f"{note}; steps are {kind}")
    if by_day:
        days, ignored = split_unused(
            timed.with_columns(pl.col("clock").dt.date().alias("date")), {_NO_STEPS: pl.col("step_count") == 0}
        )
        yield from ignored
        yield from daily_totals(days, (DailyColumn("steps", "step_count"),), "local_date_time")
    else:
        joined = _idle_joined(timed.with_columns(pl.lit(_length_min(timed)).alias("length_min")))
        if n_joined := timed.height - joined.height:
            yield Ignored(entry.label, n_joined, "intervals without steps, merged with the interval before")
        yield from in_batches(STEP_COUNT, _intervals(joined, settings))
    yield from broken_rows(entry, table, DAILY_TOTAL if by_day else STEP_COUNT)


def _length_min(timed: pl.DataFrame) -> int:
    """Return the length of intervals, which the file does not give: the shortest time between two of one device."""
    gaps = timed.sort("clock").select(pl.col("clock").diff().over("participant_id", "device").dt.total_minutes())
    shortest = gaps["clock"].filter(gaps["clock"] > 0).min()
    return min(shortest, _LONGEST_MIN) if isinstance(shortest, int) else 1


def _idle_joined(timed: pl.DataFrame) -> pl.DataFrame:
    """Join neighbouring intervals without steps of one device and date; they show that the tracker was worn."""
    is_idle = ((pl.col("step_count") == 0) & pl.col("clock").is_not_null()).fill_null(False)
    own = ("participant_id", "device")
    follows = (pl.col("clock").diff().over(own) == pl.duration(minutes=pl.col("length_min"))) & (
        pl.col("clock").dt.date().diff().over(own) == pl.duration(days=0)
    )
    idle = timed.filter(is_idle).sort(*own, "clock", maintain_order=True)
    runs = idle.with_columns((~follows).fill_null(True).cum_sum().alias("run"))
    joined = runs.group_by("run", maintain_order=True).agg(
        pl.all().exclude("length_min").first(), pl.col("length_min").sum()
    )
    return pl.concat([timed.filter(~is_idle), joined.select(timed.columns)])


def _intervals(timed: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    start_at = instants_of(timed["participant_id"], timed["clock"], settings.time_zones)
    return timed.with_columns(
        start_at.alias("start_at"), (start_at + pl.duration(minutes=pl.col("length_min"))).alias("end_at")
    ).with_columns(
        first_problem(local_date_time=pl.col("start_at").is_null(), steps=pl.col("step_count").is_null()),
    )


# --- features ---


def _read_features(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read features of segments of one calendar day; a segment's sleep is that of the following night."""
    table = read_csv(entry)
    steps = next((name for name in STEP_FEATURES if name in table.header), None)
    features = (*([steps] if steps else []), *(c.column for c in SLEEP_FEATURES if c.column in table.header))
    rows, note = _with_participant(entry, csv_rows(entry, table, (*SEGMENT, "pid", "device_id", *features)), settings)
    start, end = (local_times(name) for name in SEGMENT)
    known = {name: pl.when(pl.col(name) != "NA").then(pl.col(name)).alias(name) for name in features}
    segments, ignored = split_unused(
        rows.with_columns(**known).with_columns(pl.lit("rapids").alias("device"), start.dt.date().alias("date")),
        {
            "segments other than one calendar day": (start.dt.time() != pl.time(0))
            | (end - start != pl.duration(hours=23, minutes=59, seconds=59)),
            "segments without steps or sleep": pl.all_horizontal(pl.col(name).is_null() for name in features)
            if features
            else pl.lit(True),
        },
    )
    yield from ignored
    if steps:
        days, ignored = split_unused(segments, {_NO_STEPS: numbers(steps) == 0})
        yield from ignored
        yield from daily_totals(days, (DailyColumn(steps, "step_count"),), SEGMENT[0])
    nights = segments.with_columns(pl.col("date").dt.offset_by("1d"))
    yield from daily_totals(nights, (c for c in SLEEP_FEATURES if c.column in features), SEGMENT[0])
    yield from broken_rows(entry, table, DAILY_TOTAL)
    yield Note(entry.label, f"{note}; sleep is labelled by its evening and was dated one day later, by waking")


SOURCE = Source(
    name="rapids",
    version=1,
    title="RAPIDS (raw Fitbit streams and daily features, CSV)",
    reads="steps by minute or day and sleep from Fitbits, for many participants",
    how_to_export=(
        "Use the CSV of a Fitbit stream, or fitbit_steps_summary.csv and fitbit_sleep_summary.csv from "
        "data/processed/features; a zip of the folder data/processed keeps the participants' folders."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(SLEEP, STEPS),
)

"""Sleep Cycle: one row for each sleep, in local time, under three generations of headers.

The oldest is ``Start;End;Sleep quality;Time in bed;Wake up;Sleep Notes``, whose ``Time in bed`` is a clock such as
``8:05`` and which says nothing about sleep; then came ``Start;End;Sleep Quality;Regularity;…`` and
``Went to bed;Woke up;Sleep Quality;…``, both with seconds in bed and asleep. The app estimates sleep from movement and
sound.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.csv_text import header_of, read_csv
from painstats.parsing.duration_units import near, unit_of
from painstats.parsing.text import first_problem, local_times, numbers
from painstats.records import SLEEP_EPISODE, SLEEP_SEGMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.local_nights import clock_minutes, length_notes, placed
from painstats.sources.vendor_rows import (
    SECONDS,
    broken_rows,
    csv_rows,
    delimiter_of,
    is_csv,
    main_sleeps,
    read_by_kind,
    split_unused,
    utc_label,
    with_origin,
)

NAMES = {
    "start": ("Start", "Went to bed"),
    "end": ("End", "Woke up"),
    "quality": ("Sleep Quality", "Sleep quality"),
    "bed_clock": ("Time in bed",),
    "bed_s": ("Time in bed (seconds)", "Time in bed(seconds)"),
    "asleep_s": ("Time asleep (seconds)",),
    "latency_s": ("Time before sleep (seconds)", "Asleep after (seconds)"),
}
"""Columns, and their names in the generations of the file."""

_NEEDED = ("start", "end", "quality")
_BED = ("bed_clock", "bed_s")
_COUNTED = ("bed_s", "asleep_s", "latency_s")


def _named(entry: Entry) -> dict[str, str]:
    """Return the names of the columns that a file has; empty if it is not from Sleep Cycle."""
    if not is_csv(entry):
        return {}
    header = header_of(entry, delimiter=delimiter_of(entry))
    named = {word: name for word, names in NAMES.items() for name in names if name in header}
    return named if named.keys() >= set(_NEEDED) and any(word in named for word in _BED) else {}


def _kind(entry: Entry) -> str | None:
    return "sleeps" if _named(entry) else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(map(_kind, archive.entries))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from read_by_kind(archive, settings, _kind, {"sleeps": _read_sleeps})


def _read_sleeps(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry, delimiter=delimiter_of(entry))
    named = _named(entry)
    rows = csv_rows(entry, table, named.values()).rename({name: word for word, name in named.items()})
    absent = (pl.lit(None, pl.String).alias(word) for word in NAMES if word not in named)
    rows = with_origin(rows.with_columns(*absent), settings, SOURCE.name, "sleep-cycle", "app")
    sleeps = _with_lengths(entry, placed(_timed(rows), settings), named)
    asleep, ignored = split_unused(sleeps, {"rests without sleep": numbers("asleep_s") == 0})
    yield from ignored
    is_bed_only = asleep["asleep_s"].is_null()
    yield from _episodes(asleep.filter(~is_bed_only), named)
    yield from _beds(entry, asleep.filter(is_bed_only), rows.height, named)
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    if rows.height:
        yield Note(entry.label, clock_note(0, rows.height, "times of sleep"))
    stated = pl.coalesce(pl.col("stated_min"), clock_minutes("bed_clock"))
    for message in length_notes(sleeps.filter(stated > 0), stated, settings) if rows.height else ():
        yield Note(entry.label, message)


def _timed(rows: pl.DataFrame) -> pl.DataFrame:
    """Read local times and seconds; with semicolons between cells, a comma in a number is a decimal comma."""
    points = (pl.col(word).str.replace(",", ".", literal=True) for word in _COUNTED)
    return rows.with_columns(local_times("start").alias("start_local"), local_times("end").alias("end_local"), *points)


def _with_lengths(entry: Entry, rows: pl.DataFrame, named: dict[str, str]) -> pl.DataFrame:
    """Add minutes in bed and asleep; a time in bed of 0, as in nights that the app ended itself, is not one."""
    bed = pl.when(numbers("bed_s") > 0).then(numbers("bed_s"))
    unit = unit_of(rows, bed, *near(pl.col("elapsed_min")))
    if not unit.is_plausible or (unit.n_compared and unit.name != "seconds"):
        raise refused(
            "duration_unit",
            entry,
            f"{named['bed_s']} is not the time from {named['start']} to {named['end']} in seconds for "
            f"{unit.n_compared - unit.n_fitting} of {unit.n_compared} sleeps; export again from Sleep Cycle and do not "
            "open the file before importing it",
        )
    lengths = rows.with_columns(
        (bed * SECONDS).alias("stated_min"), (numbers("asleep_s") * SECONDS).alias("total_sleep_time_min")
    )
    in_bed = pl.coalesce("stated_min", "elapsed_min")
    waking = in_bed - pl.col("total_sleep_time_min") - numbers("latency_s") * SECONDS
    return lengths.with_columns(
        in_bed.alias("time_in_bed_min"), pl.when(waking >= 0).then(waking).alias("wake_after_sleep_onset_min")
    )


def _episodes(sleeps: pl.DataFrame, named: dict[str, str]) -> Iterator[Batch]:
    unread = {**_unread_times(named), named.get("asleep_s", ""): pl.col("total_sleep_time_min").is_null()}
    identified = sleeps.with_columns(main_sleeps(), utc_label("start_at").alias("episode_id"), first_problem(**unread))
    yield from in_batches(SLEEP_EPISODE, identified)


def _beds(entry: Entry, beds: pl.DataFrame, n_sleeps: int, named: dict[str, str]) -> Iterator[Batch]:
    """Read sleeps without a time asleep as time in bed, never as sleep."""
    in_bed = beds.with_columns(pl.lit("in_bed").alias("stage"), first_problem(**_unread_times(named)))
    yield from in_batches(SLEEP_SEGMENT, in_bed)
    if beds.height:
        yield Note(
            entry.label,
            f"{beds.height} of {n_sleeps} sleeps have a time in bed but no time asleep; they were read as time in bed, "
            "not as sleep",
        )


def _unread_times(named: dict[str, str]) -> dict[str, pl.Expr]:
    return {named["start"]: pl.col("start_at").is_null(), named["end"]: pl.col("end_at").is_null()}


SOURCE = Source(
    name="sleep_cycle",
    version=1,
    title="Sleep Cycle (CSV)",
    reads="sleep as the app estimates it from movement and sound; from old exports, time in bed",
    how_to_export="In the settings of Sleep Cycle export the database, and send sleepdata.csv.",
    recognises=_recognises,
    read=_read,
)

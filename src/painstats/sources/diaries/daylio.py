"""Daylio: the CSV export of the mood diary."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.date_formats import days
from painstats.parsing.text import first_problem
from painstats.records import SELF_REPORT
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.app_diary import (
    answers,
    check_weekdays,
    clock_noted,
    entries_with,
    read_cells,
    read_entries,
)
from painstats.sources.vendor_rows import broken_rows

COLUMNS = {"full_date", "weekday", "time", "mood", "activities"}

MOODS = {"rad": 5, "good": 4, "meh": 3, "bad": 2, "awful": 1}
"""Daylio's names for its five moods, which users can change."""

MAX_RENAMED = 0.5
"""Largest share of moods with unknown names; above it, the moods were renamed and the file is refused."""


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(entries_with(archive, settings, COLUMNS))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    return read_entries(archive, settings, COLUMNS, _read_entry)


def _read_entry(entry: Entry, delimiter: str, settings: ReadSettings) -> Iterator[Batch]:
    table, cells = read_cells(entry, delimiter, private=("activities", "scales", "note_title", "note"))
    mood = pl.col("mood").str.to_lowercase().replace_strict(MOODS, default=None, return_dtype=pl.Float64)
    clock = pl.col("time").str.to_lowercase().str.replace(" ", "")
    rows = cells.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        days(cells["full_date"], "%Y-%m-%d").alias("date"),
        pl.coalesce(clock.str.to_time("%H:%M", strict=False), clock.str.to_time("%I:%M%p", strict=False)).alias(
            "clock"
        ),
        mood.alias("value"),
    )
    _refuse_renamed(entry, rows)
    written = rows.select(pl.col("date").dt.combine(pl.col("clock")).alias("written"))["written"]
    rows = rows.with_columns(
        instants_of(rows["participant_id"], written, settings.time_zones).alias("reported_at")
    ).with_columns(
        first_problem(
            full_date=pl.col("date").is_null(), time=pl.col("reported_at").is_null(), mood=pl.col("value").is_null()
        )
    )
    known = {"source": SOURCE.name, "item": "mood", "site": "", "recall": "now", "filled": "any_time"}
    scale = {"scale_low": 1.0, "scale_high": 5.0, "higher_is_worse": False}
    yield from answers(entry, rows, {**known, **scale})
    n_known = rows.height - rows["value"].null_count()
    yield Note(
        entry.label,
        f"moods were read from 1 (awful) to 5 (rad): {n_known} of {rows.height} have Daylio's names; activities, "
        "scales and notes were not read",
    )
    yield from check_weekdays(entry, rows, "full_date")
    yield from clock_noted(entry, rows)
    yield from broken_rows(entry, table, SELF_REPORT)


def _refuse_renamed(entry: Entry, rows: pl.DataFrame) -> None:
    n_unknown = rows["value"].null_count()
    if n_unknown > MAX_RENAMED * rows.height:
        raise refused(
            "moods_renamed",
            entry,
            f"{n_unknown} of {rows.height} moods have names other than {', '.join(MOODS)}; declare the file as a diary "
            'in study.toml, with column = "mood" and map = { "your name" = 5, … } for the item',
        )


SOURCE = Source(
    name="daylio",
    version=1,
    title="Daylio (CSV)",
    reads="mood from 1 to 5",
    how_to_export="In Daylio open More, Export Entries, and choose CSV.",
    recognises=_recognises,
    read=_read,
    telltales=(tuple(sorted(COLUMNS)),),
)

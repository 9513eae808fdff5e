"""Daylio: the CSV export of the mood diary, with the columns of today or those of 2018."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.date_formats import days
from painstats.parsing.text import first_problem
from painstats.plan.apps import ActivityPlan
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
from painstats.sources.logged_treatments import logged_days
from painstats.sources.vendor_rows import broken_rows
from painstats.vocabulary import BETTER_WHEN_HIGHER

SHARED = {"weekday", "time", "mood", "activities"}
COLUMNS = {*SHARED, "full_date"}
COLUMNS_2018 = {*SHARED, "year", "date"}
"""In 2018 a date was written without its year (``June 22``), which had a column of its own."""

MOODS = {"rad": 5.0, "good": 4.0, "meh": 3.0, "bad": 2.0, "awful": 1.0}
"""Daylio's names for its five moods, which users can change."""

MAX_RENAMED = 0.5
"""Largest share of moods with unknown names; above it, the moods were renamed and the file is refused."""

_NOT_KEPT = ("activities", "scales", "note_title", "note")
_BETWEEN_ACTIVITIES = r"\s*\|\s*"


def _entries(archive: Archive, settings: ReadSettings) -> list[tuple[Entry, str]]:
    return [found for columns in (COLUMNS, COLUMNS_2018) for found in entries_with(archive, settings, columns)]


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(_entries(archive, settings))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    return read_entries(archive, _entries(archive, settings), settings, _read_entry)


def _read_entry(entry: Entry, delimiter: str, settings: ReadSettings) -> Iterator[Batch]:
    table, cells = read_cells(entry, delimiter, private=_NOT_KEPT)
    activities = _activity_lists(table.cells["activities"])
    rows = _timed(cells, settings).with_columns(_numbers_of_moods(settings), activities.alias("activities"))
    _refuse_renamed(entry, rows)
    known = {"source": SOURCE.name, "recall": "now", "filled": "any_time"}
    mood = {"item": "mood", "site": "", "scale_low": 1.0, "scale_high": 5.0, "higher_is_worse": False}
    moods = rows.with_columns(pl.coalesce("column", pl.when(pl.col("value").is_null()).then(pl.lit("mood"))))
    yield from answers(entry, moods, {**known, **mood})
    yield Note(entry.label, _moods_note(rows))
    yield from _declared(entry, rows, settings, known)
    yield from check_weekdays(entry, rows, _date_column(rows))
    yield from clock_noted(entry, rows)
    yield from broken_rows(entry, table, SELF_REPORT)


def _activity_lists(cells: pl.Series) -> pl.Series:
    """Return the activities of each entry as a list, in small letters."""
    return cells.str.to_lowercase().str.replace_all(_BETWEEN_ACTIVITIES, "|").str.strip_chars().str.split("|")


# --- when ---


def _timed(cells: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read the dates and times of entries; ``date_text`` is the date as written, with its year."""
    is_of_2018 = "full_date" not in cells.columns
    text = pl.col("date") + " " + pl.col("year") if is_of_2018 else pl.col("full_date")
    clock = pl.col("time").str.to_lowercase().str.replace(" ", "")
    rows = cells.with_columns(text.alias("date_text"))
    rows = rows.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        _dates(rows["date_text"]).alias("date"),
        pl.coalesce(clock.str.to_time("%H:%M", strict=False), clock.str.to_time("%I:%M%p", strict=False)).alias(
            "clock"
        ),
    )
    written = rows.select(pl.col("date").dt.combine(pl.col("clock")).alias("written"))["written"]
    placed = rows.with_columns(instants_of(rows["participant_id"], written, settings.time_zones).alias("reported_at"))
    unread = {_date_column(rows): pl.col("date").is_null(), "time": pl.col("reported_at").is_null()}
    return placed.with_columns(first_problem(**unread))


def _date_column(cells: pl.DataFrame) -> str:
    return "full_date" if "full_date" in cells.columns else "date"


def _dates(texts: pl.Series) -> pl.Series:
    """Read ``2026-03-01``, or ``June 22 2018`` by the English name of the month."""
    in_words = (texts.str.to_date(form, strict=False) for form in ("%B %d %Y", "%b %d %Y"))
    return pl.select(pl.coalesce(days(texts, "%Y-%m-%d"), *in_words)).to_series()


# --- moods ---


def _numbers_of_moods(settings: ReadSettings) -> pl.Expr:
    own = {name.strip().casefold(): number for name, number in settings.apps.daylio.moods.items()}
    word = pl.col("mood").str.to_lowercase()
    return word.replace_strict({**MOODS, **own}, default=None, return_dtype=pl.Float64).alias("value")


def unknown_moods(rows: pl.DataFrame) -> list[tuple[str, int]]:
    """Return the moods without a number, the most used first, and how often each was used."""
    unknown = rows.filter(pl.col("value").is_null() & (pl.col("mood") != ""))
    counted = unknown.group_by("mood").len().sort(["len", "mood"], descending=[True, False])
    return [(str(mood), int(number)) for mood, number in counted.iter_rows()]


def _refuse_renamed(entry: Entry, rows: pl.DataFrame) -> None:
    n_unknown = rows["value"].null_count()
    if n_unknown > MAX_RENAMED * rows.height:
        raise refused(
            "moods_renamed",
            entry,
            f"{n_unknown} of {rows.height} entries have moods with other names than {', '.join(MOODS)}. Copy this into "
            f"study.toml, with a number from 5 (the best) to 1 (the worst) in place of each zero; how often each was "
            f"used is beside it:\n{_moods_to_edit(rows)}",
        )


def _moods_to_edit(rows: pl.DataFrame) -> str:
    lines = [f"{json.dumps(mood, ensure_ascii=False)} = 0   # {number:,}" for mood, number in unknown_moods(rows)]
    return "\n".join(["[apps.daylio.moods]", *lines])


def _moods_note(rows: pl.DataFrame) -> str:
    n_known = rows.height - rows["value"].null_count()
    note = f"moods were read from 1 (awful) to 5 (rad): {n_known} of {rows.height} have known names"
    named = ", ".join(f"{mood} ({number})" for mood, number in unknown_moods(rows))
    others = f", the others need a number in [apps.daylio.moods]: {named}" if named else ""
    return f"{note}{others}; scales and notes were not read"


# --- activities that are symptoms or treatments ---


def _declared(entry: Entry, rows: pl.DataFrame, settings: ReadSettings, known: Mapping[str, object]) -> Iterator[Batch]:
    """Read the activities that the plan declares as symptoms or as treatments."""
    declared = settings.apps.daylio.activities
    for name, activity in declared.items():
        having = rows.filter(pl.col("activities").list.contains(name.strip().casefold()))
        if activity.item:
            yield from _scored(entry, having, activity, known)
        else:
            yield from _treated(entry, having, activity, name)
        meaning = activity.item or activity.treatment
        yield Note(entry.label, f"the activity {name} was read as {meaning}: {having.height} entries have it")
    if not declared:
        yield Note(
            entry.label,
            "activities were not read; one that is a symptom or a treatment can be declared in study.toml under "
            '[apps.daylio.activities], for example headache = { item = "pain", site = "head" } or '
            'massage = { treatment = "massage" }',
        )


def _scored(entry: Entry, rows: pl.DataFrame, activity: ActivityPlan, known: Mapping[str, object]) -> Iterator[Batch]:
    """Read a symptom: an entry with it scores 1 on a scale from 0 to 1."""
    scored = rows.with_columns(pl.lit(1.0).alias("value"))
    scale = {"scale_low": 0.0, "scale_high": 1.0, "higher_is_worse": activity.item not in BETTER_WHEN_HIGHER}
    yield from answers(entry, scored, {**known, "item": activity.item, "site": activity.site, **scale})


def _treated(entry: Entry, rows: pl.DataFrame, activity: ActivityPlan, name: str) -> Iterator[Batch]:
    """Read a treatment: a day with it is a session or a dose."""
    described = {"kind": activity.treatment, "name": activity.name or name, "dose": None, "dose_unit": None}
    types = {"kind": pl.String, "name": pl.String, "dose": pl.Float64, "dose_unit": pl.String}
    sessions = rows.with_columns(pl.lit(value, types[key]).alias(key) for key, value in described.items())
    yield from logged_days(entry, sessions, {"source": SOURCE.name, "acts_days": activity.acts_days})


SOURCE = Source(
    name="daylio",
    version=3,
    title="Daylio (CSV)",
    reads="mood from 1 to 5, and activities that are declared as symptoms or treatments",
    how_to_export="In Daylio open More, Export Entries, and choose CSV.",
    recognises=_recognises,
    read=_read,
    telltales=(tuple(sorted(COLUMNS)),),
)

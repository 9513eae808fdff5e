"""Bearable: the CSV export of the symptom diary."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.text import first_problem, numbers
from painstats.records import SELF_REPORT
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.app_diary import (
    MIN_SHARE,
    answers,
    check_weekdays,
    clock_noted,
    described,
    entries_with,
    ignored_by,
    read_cells,
    read_entries,
    unscored_days,
)
from painstats.sources.diaries.bearable_sleep import CATEGORY, read_sleep
from painstats.sources.logged_treatments import logged_days
from painstats.sources.vendor_rows import broken_rows

COLUMNS = {"date", "time of day", "category", "rating/amount", "detail"}

SEVERITIES = {"none": 0, "mild": 1, "moderate": 2, "severe": 3, "unbearable": 4, "extreme": 4}
"""The word at the end of a symptom's detail, and the number that must go with it."""

RATED_WELL = {"Mood": "mood", "Energy": "energy", "Energy level": "energy", "Sleep quality": "sleep_quality"}
"""Categories in which higher is better, scored from 1 to 5 or to 10 as the participant chose."""

TAKEN = {
    "Medication": "medicine", "Medications": "medicine", "Meds/Supplements": "medicine", "Supplement": "supplement",
    "Supplements": "supplement",
}  # fmt: skip
"""Categories of what was taken, and the kind of treatment; a medicine and a supplement can share a category."""

_UNIT = r"\s*\(([^()]*)\)\s*$"
_FILLED = {"pre": "morning", "am": "morning", "pm": "evening"}
_CLOCK = r"^\d{1,2}:\d\d(?: ?[aApP][mM])?$"
_DAY = r"^\d{1,2} [A-Z][a-z]{2,8} \d{4}$"


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(entries_with(archive, settings, COLUMNS))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    return read_entries(archive, entries_with(archive, settings, COLUMNS), settings, _read_entry)


def _read_entry(entry: Entry, delimiter: str, settings: ReadSettings) -> Iterator[Batch]:
    table, cells = read_cells(entry, delimiter, private=("notes",))
    rows = _timed(cells, settings)
    symptom, well = pl.col("category") == "Symptom", pl.col("category").is_in(list(RATED_WELL))
    yield from _symptoms(entry, rows.filter(symptom))
    for (category,), group in sorted(rows.filter(well).group_by("category"), key=lambda pair: str(pair[0])):
        yield from _well(entry, group, RATED_WELL[str(category)])
    sleep = pl.col("category") == CATEGORY
    yield from read_sleep(entry, rows.filter(sleep), SOURCE.name, settings)
    taken = pl.col("category").is_in(list(TAKEN))
    yield from _medicines(entry, rows.filter(taken))
    diary_days, others = unscored_days(entry, rows.filter(~symptom & ~well & ~sleep), SOURCE.name)
    yield from diary_days
    yield from ignored_by(entry, others.filter(~taken), "category", "not used")
    if "weekday" in rows.columns:
        yield from check_weekdays(entry, rows, "date")
    yield from clock_noted(entry, rows)
    yield from broken_rows(entry, table, SELF_REPORT)


def _timed(cells: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read dates such as ``8th Dec 2021``, and times of day as words or clock times."""
    day = pl.col("date").str.replace(r"^(\d{1,2})(?:st|nd|rd|th)\b", "$1")
    when = pl.col("time of day").str.to_lowercase()
    clock = pl.when(when.str.contains(_CLOCK)).then(when.str.replace(" ", ""))
    rows = cells.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        pl.coalesce(
            pl.when(day.str.contains(_DAY)).then(day).str.to_date("%d %b %Y", strict=False),
            pl.when(day.str.contains(_DAY)).then(day).str.to_date("%d %B %Y", strict=False),
            pl.col("date").str.to_date("%Y-%m-%d", strict=False),
        ).alias("date"),
        pl.coalesce(clock.str.to_time("%H:%M", strict=False), clock.str.to_time("%I:%M%p", strict=False)).alias("time"),
        when.replace_strict(_FILLED, default="any_time").alias("filled"),
        numbers("rating/amount").alias("value"),
    )
    written = rows.select(pl.col("date").dt.combine(pl.col("time")).alias("written"))["written"]
    return rows.with_columns(
        instants_of(rows["participant_id"], written, settings.time_zones).alias("reported_at"),
        first_problem(**{"date": pl.col("date").is_null(), "rating/amount": pl.col("value").is_null()}),
    )


def _symptoms(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    if rows.is_empty():
        return
    word = pl.col("detail").str.extract(r"\(([^()]*)\)\s*$").str.to_lowercase().str.strip_chars()
    expected = word.replace_strict(SEVERITIES, default=None, return_dtype=pl.Float64)
    contradicts = (expected != pl.col("value")).fill_null(False)
    agreement = _agreement(entry, rows.select(expected.alias("expected"), "value"))
    named = rows.with_columns(*described(rows["detail"].str.replace(r"\s*\([^()]*\)\s*$", "")))
    named = named.with_columns(
        pl.when(contradicts).then(pl.lit("severity_contradicts")).alias("rule"),
        pl.when(contradicts).then(pl.lit("rating/amount")).otherwise("column").alias("column"),
    )
    known = {"source": SOURCE.name, "recall": "today", "scale_low": 0.0, "scale_high": 4.0, "higher_is_worse": True}
    yield from answers(entry, named, known)
    yield Note(
        entry.label,
        f"symptoms were read on a scale from 0 (none) to 4 (unbearable): {agreement}; a day without an entry is "
        "missing, unless the plan says that it was free of the symptom",
    )


def _agreement(entry: Entry, rows: pl.DataFrame) -> str:
    """Check the scale by the words that go with the numbers."""
    both = rows.drop_nulls()
    n_right = int((both["expected"] == both["value"]).sum())
    if n_right < MIN_SHARE * both.height:
        raise refused(
            "severity_scale",
            entry,
            f"{both.height - n_right} of {both.height} severities do not match their words on a scale from 0 (none) to "
            "4 (unbearable), so the scale is unknown; declare the file as a diary in study.toml",
        )
    if not both.height:
        return "there are no known words to check this"
    return f"{n_right} of {both.height} numbers match their words"


def _well(entry: Entry, rows: pl.DataFrame, item: str) -> Iterator[Batch]:
    """Read scores without a stated scale, which ends at 5 unless a score is higher."""
    highest = 10.0 if (rows["value"].max() or 0) > 5 else 5.0  # type: ignore[operator]
    known = {"source": SOURCE.name, "item": item, "site": "", "recall": "today"}
    yield from answers(entry, rows, {**known, "scale_low": 1.0, "scale_high": highest, "higher_is_worse": False})
    yield Note(entry.label, f"{item} was read on a scale from 1 to {highest:g}, judging by its highest value")


def _medicines(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    """Read medicines and supplements: ``400`` of ``Ibuprofen (mg)``, or ``1`` of ``Ibuprofen (tablet)``."""
    if rows.is_empty():
        return
    unreadable = pl.col("value").is_null() & (pl.col("rating/amount") != "")
    taken = rows.with_columns(
        pl.col("category").replace_strict(TAKEN).alias("kind"),
        pl.col("detail").str.replace(_UNIT, "").str.strip_chars().alias("name"),
        pl.col("value").alias("dose"),
        pl.col("detail").str.extract(_UNIT, 1).alias("dose_unit"),
        first_problem(
            **{"date": pl.col("date").is_null(), "rating/amount": unreadable, "detail": pl.col("detail") == ""}
        ),
    ).filter(pl.col("dose").is_null() | (pl.col("dose") != 0))
    yield from logged_days(entry, taken, {"source": SOURCE.name}, blamed="rating/amount")
    if taken.height < rows.height:
        yield Ignored(entry.label, rows.height - taken.height, "an amount of 0: not taken")
    yield Note(entry.label, f"doses of medicines and supplements were added up by day: {taken.height}")


SOURCE = Source(
    name="bearable",
    version=4,
    title="Bearable (CSV)",
    reads="symptoms from 0 to 4, mood, energy, sleep quality, sleep with its hours and bed times, medicines by day",
    how_to_export="In Bearable open More, Export data, and choose CSV.",
    recognises=_recognises,
    read=_read,
    telltales=(tuple(sorted(COLUMNS)),),
)

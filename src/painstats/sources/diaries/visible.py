"""Visible: the export of the pacing app for ME/CFS, long Covid and pain."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.date_formats import days
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL, SELF_REPORT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.app_diary import (
    answers,
    described,
    entries_with,
    ignored_by,
    read_cells,
    read_entries,
    unscored_days,
)
from painstats.sources.vendor_rows import broken_rows

COLUMNS = {"observation_date", "tracker_name", "tracker_category", "observation_value"}

MEASURES = {"Resting HR": "resting_heart_rate_bpm"}
"""Trackers of the category Measurement that are read. Visible does not say which heart rate variability it exports."""

_EXERTION = ("Physical", "Cognitive", "Social", "Emotional")
_UNUSED = {
    **dict.fromkeys(_EXERTION, "exertion, not a symptom"),
    "Measurement": "a score or measurement that is not used",
    "Sleep": "not known whether a higher answer is better",
    "Experience": "an event, not a score",
    "Functional Capacity": "a separate questionnaire",
}
_RATED = {"scale_low": 0.0, "scale_high": 3.0, "higher_is_worse": True}


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(entries_with(archive, settings, COLUMNS))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    return read_entries(archive, entries_with(archive, settings, COLUMNS), settings, _read_entry)


def _read_entry(entry: Entry, delimiter: str, settings: ReadSettings) -> Iterator[Batch]:
    table, cells = read_cells(entry, delimiter)
    measured = pl.col("tracker_name").is_in(list(MEASURES)) & (pl.col("tracker_category") == "Measurement")
    unused = ~measured & pl.col("tracker_category").is_in(list(_UNUSED))
    rows = cells.with_columns(
        days(cells["observation_date"], "%Y-%m-%d").alias("date"), numbers("observation_value").alias("value")
    )
    rows = rows.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        first_problem(observation_date=pl.col("date").is_null(), observation_value=pl.col("value").is_null()),
    )
    yield from _symptoms(entry, rows.filter(~measured & ~unused))
    yield from _measurements(entry, rows.filter(measured))
    diary_days, others = unscored_days(entry, rows.filter(unused), SOURCE.name)
    yield from diary_days
    for (category,), group in sorted(others.group_by("tracker_category"), key=lambda pair: str(pair[0])):
        yield from ignored_by(entry, group, "tracker_category", _UNUSED[str(category)])
    yield from broken_rows(entry, table, SELF_REPORT)


def _symptoms(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    if rows.is_empty():
        return
    named = rows.with_columns(*described(rows["tracker_name"]))
    known = {"source": SOURCE.name, "recall": "today", "filled": "evening", **_RATED}
    yield from answers(entry, named, known)
    yield Note(entry.label, "Visible scores symptoms from 0 to 3; other values are rejected")


def _measurements(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    measured = rows.with_columns(
        pl.lit(SOURCE.name).alias("source"),
        pl.lit("phone").alias("device_kind"),
        pl.lit("visible").alias("device"),
        pl.lit(entry.label).alias("entry"),
        pl.col("tracker_name").replace_strict(MEASURES, return_dtype=pl.String).alias("measure"),
    )
    yield from in_batches(DAILY_TOTAL, measured)


SOURCE = Source(
    name="visible",
    version=2,
    title="Visible (CSV)",
    reads="symptoms from 0 to 3 by day, resting heart rate",
    how_to_export="In Visible open Settings, Export my data; the file is Visible_Data_Export.csv.",
    recognises=_recognises,
    read=_read,
    telltales=(tuple(sorted(COLUMNS)),),
)

"""Doses of Apple Health's medications, as Health Auto Export writes them.

Where the claims come from: the wiki of Lybron/health-auto-export, "API Export - JSON Format" (``displayText``,
``start``, ``scheduledDate``, ``status``), and its issue 67, which counted 315 doses of a real export: ``dosage`` is a
number of pieces, also for skipped doses, and is absent where nothing was logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.date_formats import days
from painstats.parsing.text import first_problem, numbers
from painstats.sources.contract import ReadSettings
from painstats.sources.health_auto_export.payload import SOURCE_NAME, Object, rows_of
from painstats.sources.logged_treatments import logged_days
from painstats.sources.vendor_rows import split_unused

_KEYS = ("displayText", "start", "dosage", "units", "status")
_TAKEN = "taken"


def read_medications(entry: Entry, medications: Sequence[Object], settings: ReadSettings) -> Iterator[Batch]:
    """Read the doses that were taken, by the date at which they were; skipped ones and reminders are not used."""
    rows, ignored = split_unused(
        rows_of(entry, medications, _KEYS, settings),
        {"doses that were not taken": pl.col("status").str.to_lowercase() != _TAKEN},
    )
    yield from ignored
    taken = rows.with_columns(
        days(rows["start"].str.slice(0, 10), "%Y-%m-%d").alias("date"),
        pl.lit("medicine").alias("kind"),
        pl.col("displayText").alias("name"),
        numbers("dosage").alias("dose"),
        pl.when(pl.col("dosage").is_not_null()).then("units").alias("dose_unit"),
    ).with_columns(
        first_problem(
            start=pl.col("date").is_null(),
            displayText=pl.col("name").is_null(),
            status=pl.col("status").is_null(),
            dosage=pl.col("dose").is_null() & pl.col("dosage").is_not_null(),
        )
    )
    if taken.height:
        yield from logged_days(entry, taken, {"source": SOURCE_NAME}, blamed="dosage")
        yield Note(entry.label, f"doses of medicines that were taken were added up by day: {taken.height}")

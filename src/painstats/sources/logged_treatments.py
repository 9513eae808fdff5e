"""Doses and sessions that diaries log: a row of ``treatment`` for each day, with the sum of the day's doses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored
from painstats.records import TREATMENT
from painstats.sources.batching import in_batches
from painstats.sources.dose_checks import dose_notes, impossible_doses

_DAY = ["participant_id", "kind", "name", "date"]


def logged_days(entry: Entry, rows: pl.DataFrame, known: Mapping[str, object], blamed: str = "dose") -> Iterator[Batch]:
    """Yield the days on which treatments were logged.

    Parameters
    ----------
    entry
        The file.
    rows
        A row for each dose or session: ``participant_id``, ``date``, ``kind`` and ``name``, ``dose`` and ``dose_unit``
        (null where there is none), ``line``, ``text``, and ``column`` (null if all could be read).
    known
        Values that are the same for all: ``source`` at least.
    blamed
        The name of the column with the doses in the file.

    Notes
    -----
    Doses of a day are added up if all have one unit; otherwise the day has none. Further doses of a day are counted as
    unused rows, since they are in the row of the first.
    """
    checked = rows.with_columns(*impossible_doses(blamed))
    same_unit = (pl.col("dose_unit").n_unique() == 1) & (pl.col("dose").null_count() == 0)
    readable = checked.filter(pl.col("column").is_null())
    days = readable.group_by(_DAY, maintain_order=True).agg(
        pl.when(same_unit).then(pl.col("dose").sum()).alias("dose"),
        pl.when(same_unit).then(pl.col("dose_unit").first()).alias("dose_unit"),
        *(pl.col(name).first() for name in ("line", "text", "column", "rule")),
    )
    described = {**known, "ramp_days": 0, "wash_out_days": 0, "entry": entry.label}
    columns = [*_DAY, "dose", "dose_unit", "line", "text", "column", "rule"]
    both = pl.concat([days.select(columns), checked.filter(pl.col("column").is_not_null()).select(columns)])
    yield from in_batches(
        TREATMENT,
        both.with_columns(
            pl.col("date").alias("start_date"),
            pl.col("date").alias("end_date"),
            *(pl.lit(value).alias(name) for name, value in described.items()),
        ),
    )
    yield from dose_notes(entry, checked)
    if readable.height > days.height:
        yield Ignored(entry.label, readable.height - days.height, "further doses of a day: added to the first")

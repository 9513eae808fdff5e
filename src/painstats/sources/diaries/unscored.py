"""Rows of a diary that have something written and no score: they show that the diary was kept on that day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from painstats.archive.entries import Entry
from painstats.parsing.csv_text import CsvTable
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.advice import declared_columns
from painstats.vocabulary import UNSCORED_ENTRIES

SOURCE_NAME = "diary"
_DAY = ["participant_id", "date"]


def unscored_rows(table: CsvTable, plan: DiaryPlan, moments: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Return the dated rows of a part without a score but with text in a column that is not declared.

    Parameters
    ----------
    table, plan
        A part of the diary and its mapping.
    moments
        The result of :func:`painstats.sources.diaries.rows.read_moments` for it.
    answers
        Its answers, with their ``line``.

    Returns
    -------
    ``participant_id``, ``date``, ``line`` and ``text`` of each row. A row with nothing but its date is no entry: sheets
    are often dated in advance. Rows of a REDCap project are made in advance too, with text in many columns.
    """
    if plan.only or plan.events:
        return moments.select("participant_id", "date", "line", "text").clear()
    declared = {name for _, name in declared_columns(plan)} - {plan.item_column, plan.value_column}
    others = [cells for name, cells in table.cells.items() if name not in declared]
    is_written = pl.Series("written", [False] * table.n_rows, pl.Boolean)
    for cells in others:
        is_written = is_written | ~cells.str.strip_chars().is_in(list(plan.missing))
    rows = moments.select("participant_id", "date", "line", "text").filter(is_written)
    kept = pl.col("date").is_not_null() & pl.col("participant_id").is_not_null()
    return rows.filter(kept).join(answers.select("line"), on="line", how="anti", maintain_order="left")


def unscored_days(entry: Entry, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return a row of ``daily_total`` for each participant and date of the rows of all parts."""
    days = pl.concat(parts).unique(_DAY, keep="first", maintain_order=True)
    known = {
        "source": SOURCE_NAME, "device": SOURCE_NAME, "device_kind": "manual", "measure": UNSCORED_ENTRIES,
        "value": 1.0, "entry": entry.label, "column": None,
    }  # fmt: skip
    return days.with_columns(pl.lit(value).alias(name) for name, value in known.items())

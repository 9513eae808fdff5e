"""Doses in a column: those larger than any that is expected are rejected; their unit or decimal point is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry, shown
from painstats.batch import Note
from painstats.plan.doses import MILLIGRAMS_IN, expected_dose, largest_mg

IMPOSSIBLE_DOSE = "dose_impossible"
"""Rule of a row with an impossible dose: its unit or its decimal point is wrong."""


def impossible_doses(column: str = "dose") -> list[pl.Expr]:
    """Return ``column`` and ``rule`` of rows with ``name``, ``kind``, ``dose`` and ``dose_unit``.

    ``column`` is to blame for the dose.
    """
    in_mg = pl.col("dose_unit").str.to_lowercase().replace_strict(MILLIGRAMS_IN, default=None, return_dtype=pl.Float64)
    largest = pl.struct("name", "kind").map_elements(
        lambda row: largest_mg(row["name"], row["kind"]), return_dtype=pl.Float64
    )
    wrong = (pl.col("dose") * in_mg > largest).fill_null(False) & pl.col("column").is_null()
    return [
        pl.when(wrong).then(pl.lit(column)).otherwise("column").alias("column"),
        pl.when(wrong).then(pl.lit(IMPOSSIBLE_DOSE)).alias("rule"),
    ]


def dose_notes(entry: Entry, rows: pl.DataFrame) -> Iterator[Note]:
    """Say of each treatment with an impossible dose which dose was expected, and what to do."""
    found = rows.filter(pl.col("rule") == IMPOSSIBLE_DOSE).unique(["name", "kind"], maintain_order=True)
    for name, kind, dose, unit in found.select("name", "kind", "dose", "dose_unit").iter_rows():
        yield Note(entry.label, f"{shown(name or '')}, {dose:,g} {unit}: {expected_dose(name, kind)}")

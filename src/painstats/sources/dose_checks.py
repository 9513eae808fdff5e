"""Doses in a column: impossible ones by mass are rejected, because their unit or decimal point is wrong."""

from __future__ import annotations

import polars as pl

from painstats.plan.doses import LARGEST_MG, MILLIGRAMS_IN

IMPOSSIBLE_DOSE = "dose_impossible"
"""Rule of a row with an impossible dose: its unit or its decimal point is wrong."""


def impossible_doses(column: str = "dose") -> list[pl.Expr]:
    """Return ``column`` and ``rule`` of rows with ``dose`` and ``dose_unit``; ``column`` is to blame for the dose."""
    in_mg = pl.col("dose_unit").str.to_lowercase().replace_strict(MILLIGRAMS_IN, default=None, return_dtype=pl.Float64)
    wrong = (pl.col("dose") * in_mg > LARGEST_MG).fill_null(False) & pl.col("column").is_null()
    return [
        pl.when(wrong).then(pl.lit(column)).otherwise("column").alias("column"),
        pl.when(wrong).then(pl.lit(IMPOSSIBLE_DOSE)).alias("rule"),
    ]

"""The tables that judgement reads and writes: what was fitted, and what is found."""

from __future__ import annotations

from importlib.resources import files

import polars as pl

from painstats.store.connection import Store, transaction
from painstats.store.tables import Columns

FINDING: Columns = {
    "subject": pl.String,  # participant | cohort
    "participant_id": pl.String,  # null for the cohort
    "predictor": pl.String,
    "measure": pl.String,
    "lag_days": pl.Int64,
    "unit": pl.String,
    "basis": pl.String,  # pooled | own_days | mixed_model | two_stage
    "estimate": pl.Float64,  # outcome points per unit
    "low": pl.Float64,
    "high": pl.Float64,
    "probability_of_direction": pl.Float64,
    "reliability": pl.Float64,
    "own_estimate": pl.Float64,  # from the person's own days alone; for the cohort the two-stage mean
    "own_low": pl.Float64,
    "own_high": pl.Float64,
    "days": pl.Int64,
    "people": pl.Int64,
    "verdict": pl.String,
    "days_needed": pl.Int64,
    "reasons": pl.List(pl.String),
    "smallest_effect": pl.Float64,  # outcome points per unit
    "swing": pl.Float64,  # within-person SD of the predictor, in units
}


def summarise(store: Store) -> None:
    """Build the counts of days that reports and dashboards show."""
    with transaction(store) as connection:
        connection.execute((files("painstats.findings") / "summaries.sql").read_text(encoding="utf-8"))

"""What a run found about treatments and experiments in a sample study, beside what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.store.rows import rows_of
from sample_data.compared import Compared
from sample_data.treatment_truth import EXPERIMENTS, TREATMENTS

PUBLISHED = Path("reports", "published")


def compare_changes(folder: Path) -> list[Compared]:
    """Return every change that was judged beside the planted one; no row where a study has no truth about them."""
    if not (folder / TREATMENTS).is_file():
        return []
    dates = {"first_date": pl.Date, "last_date": pl.Date}  # a column without any date is one of dates all the same
    truth = pl.read_csv(folder / TREATMENTS, schema_overrides=dates)
    found = rows_of(pl.read_parquet(folder / PUBLISHED / "change_finding.parquet"), ChangeFinding)
    return [
        Compared(change.participant_id, _asked(change), _told(change), f"{planted_change(truth, change):.2f}")
        for change in found
    ]


def _asked(change: ChangeFinding) -> str:
    """Name what changed and when: "naltrexone dose, 2026-07-06"."""
    altered = ", ".join(f"{name} {action}" for name, action in zip(change.names, change.actions, strict=True))
    return f"{altered}, {change.first_date}"


def planted_change(truth: pl.DataFrame, change: ChangeFinding) -> float:
    """Return the effects in full after a change, less those on the day before it."""
    own = truth.filter(pl.col("participant_id") == change.participant_id)
    return _effects(own, change.last_date) - _effects(own, change.first_date - timedelta(days=1))


def _effects(treatments: pl.DataFrame, day: date) -> float:
    lasts = pl.col("last_date").is_null() | (pl.col("last_date") >= day)
    return float(treatments.filter((pl.col("first_date") <= day) & lasts)["effect"].sum())


def compare_experiments(folder: Path) -> list[Compared]:
    """Return every experiment beside the planted effect; no row where a study has no truth about them."""
    if not (folder / EXPERIMENTS).is_file():
        return []
    effects = dict(pl.read_csv(folder / EXPERIMENTS).select("fingerprint", "effect").iter_rows())
    found = rows_of(pl.read_parquet(folder / PUBLISHED / "experiment_finding.parquet"), ExperimentFinding)
    return [
        Compared(made.participant_id, f"{made.on} or {made.off}", _told(made), f"{effects[made.fingerprint]:.2f}")
        for made in found
        if made.fingerprint in effects
    ]


def _told(finding: ChangeFinding | ExperimentFinding) -> str:
    """Write a verdict with its range and its reasons: "lower (-3.29 to -0.81)"."""
    spread = "" if finding.low is None else f" ({finding.low:.2f} to {finding.high:.2f})"
    reasons = f": {_plain(finding.reasons)}" if finding.reasons else ""
    verdict = Verdict(finding.verdict).value  # a plain word, as it comes from the published table
    return f"{_plain([verdict])}{spread}{reasons}"


def _plain(names: Sequence[str]) -> str:
    return ", ".join(names).replace("_", " ")

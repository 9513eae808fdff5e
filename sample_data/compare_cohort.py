"""What the cohort analysis of a sample study found, beside what was planted; and the table of what was planted."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sample_data.compared import Compared
from sample_data.trial import PROGRAMME, USUAL, planted_difference

COHORT = "truth_cohort.csv"
EFFECTS = Path("results", "effect.parquet")
EVERYONE = "everyone"


def cohort_frame() -> pl.DataFrame:
    """Return what is planted in the cohort as a whole, one row for each effect.

    Returns
    -------
    Columns ``model`` and ``name``, as in ``results/effect.csv``, and ``effect`` in points of pain: how much more pain
    changes in one arm than in the other, and what severity at enrolment does to the slope on sleep, which is nothing.
    """
    rows = {
        "model": ["arms group", "moderator severity"],
        "name": [f"{PROGRAMME} less {USUAL}", "total_sleep_time_min_lag0_within x severity"],
        "effect": [planted_difference(), 0.0],
    }
    return pl.DataFrame(rows).with_columns(pl.col("effect").round(6))


def compare_cohort(folder: Path) -> list[Compared]:
    """Return each planted effect beside the estimate; no row before ``painstats cohort`` has run."""
    if not ((folder / COHORT).is_file() and (folder / EFFECTS).is_file()):
        return []
    found = pl.read_parquet(folder / EFFECTS)
    both = pl.read_csv(folder / COHORT).join(found, on=["model", "name"], how="left", maintain_order="left")
    return [
        Compared(EVERYONE, row["model"], _told(row), f"{row['effect']:.2f}".replace("-0.00", "0.00"))
        for row in both.iter_rows(named=True)
    ]


def _told(row: dict[str, float | None]) -> str:
    """Write an estimate with its 95% interval: "-1.49 (-2.02 to -0.96)"."""
    if row["estimate"] is None:
        return "not fitted"
    return f"{row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"

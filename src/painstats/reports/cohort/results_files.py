"""The tables of ``results/`` that ``painstats cohort`` computed, as far as they belong to the plan of today."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from painstats.cohort.study_files import RESULTS
from painstats.plan.study import Study
from painstats.reports.cohort.page_facts import SHOWN

COMMAND = "painstats cohort STUDY"


@dataclass(frozen=True, slots=True, eq=False)
class CohortResults:
    """What ``painstats cohort`` has computed.

    Parameters
    ----------
    tables
        The tables that the page shows, by name; empty where they are not there or are of another plan.
    absent
        Why there are none; empty where there are.
    """

    tables: dict[str, pl.DataFrame]
    absent: str = ""

    def table(self, name: str, exposure: str) -> pl.DataFrame | None:
        """Return the rows of a table that are about an exposure; None where there are none."""
        found = self.tables.get(name)
        if found is None or "exposure" not in found.columns:
            return None
        rows = found.filter(pl.col("exposure") == exposure)
        return rows if rows.height else None


def read_results(study: Study) -> CohortResults:
    """Read the tables of a study that belong to its plan of today."""
    tables = {}
    for name in SHOWN:
        path = study.folder / RESULTS / f"{name}.parquet"
        try:
            tables[name] = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError):
            return CohortResults({}, f"Not computed yet. This command computes it: {COMMAND}")
    hashes = {value for table in tables.values() for value in table["plan_hash"].unique()}
    if hashes - {study.plan_hash}:
        return CohortResults({}, f"Computed for another plan. This command computes it again: {COMMAND}")
    return CohortResults(tables)

"""Read published findings, without the database: for the dashboard and the command line."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from painstats.findings.finding import Finding
from painstats.findings.finding_row import FindingRow, from_rows
from painstats.store.rows import rows_of


def published_findings(path: Path) -> list[Finding]:
    """Read ``finding.parquet``."""
    return from_rows(rows_of(pl.read_parquet(path), FindingRow))

"""The staged rows of one import: in private Parquet files until everything is read, then merged part by part.

Until it ends, a transaction keeps every frame that was registered in it and every temporary table, dropped or not: an
import that used them would take memory in proportion to its rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from glob import escape
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from painstats.records import RecordTable
from painstats.staging import Staging
from painstats.store.connection import STAGING_FOLDER
from painstats.store.record_sql import columns_of, day_of, moment_of

PART_ROWS = 200_000
"""About so many rows are merged at a time. No fact has rows in two parts."""

STAGED = "(FROM read_parquet(getvariable('staged_files')) WHERE rule IS NULL)"
"""All accepted rows, in their staged files, of the table that is laid out."""


@contextmanager
def staging(study_folder: Path) -> Iterator[Staging]:
    """Create a private folder for the rows of an import, and remove it with everything in it."""
    shared = study_folder / STAGING_FOLDER
    others_wait = shared.exists()
    shared.mkdir(mode=0o700, exist_ok=True)
    folder = Path(mkdtemp(dir=shared))  # no name is used twice, so that no file is taken for an earlier one
    try:
        yield Staging(folder)
    finally:
        shutil.rmtree(folder if others_wait else shared, ignore_errors=True)


def laid_out(connection: duckdb.DuckDBPyConnection, table: RecordTable, files: list[Path]) -> Iterator[None]:
    """Lay out the accepted rows of staged files as the view ``staged_<table>``, part by part."""
    moment = moment_of(table)
    connection.execute("SET VARIABLE staged_files = ?", [[file_name(path) for path in files]])
    days = _first_days(connection, table) if moment and len(files) > 1 else [date.min]
    within = f"WHERE {moment} >= getvariable('first_day') AND {moment} < getvariable('day_after')"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW staged_{table.name} AS SELECT {columns_of(table)}, entry, line, text, staged_row "
        f"FROM {STAGED} {within if len(days) > 1 else ''}"
    )
    for first, following in pairwise([*days, date.max]):
        connection.execute("SET VARIABLE first_day = ?", [first])
        connection.execute("SET VARIABLE day_after = ?", [following])
        yield


def file_name(path: Path) -> str:
    """Return the name by which DuckDB finds a file, with characters that it would read as a pattern escaped."""
    return escape(str(path))


def _first_days(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> list[date]:
    """Cut the days of staged rows into parts; return the first day of each."""
    rows = connection.execute(
        f"""
        WITH counted AS (SELECT {day_of(table)} AS day, count(*) AS rows FROM {STAGED} GROUP BY ALL),
             placed AS (SELECT day, (sum(rows) OVER (ORDER BY day) - rows) // {PART_ROWS} AS part FROM counted)
        SELECT min(day) FROM placed GROUP BY part ORDER BY part
        """
    ).fetchall()
    return [row[0] for row in rows]

"""Rows of one import on their way: private Parquet files until everything is read, then merged part by part.

Until it ends, a transaction keeps every frame that was registered in it and every temporary table, dropped or not: with
them an import would take memory in proportion to its rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from glob import escape
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

import duckdb
import polars as pl

from painstats.errors import StorageError
from painstats.records import RecordTable
from painstats.store.connection import STAGING_FOLDER
from painstats.store.record_sql import columns_of, day_of, moment_of

PART_ROWS = 200_000
"""About so many rows are merged at a time. No fact has rows in two parts."""

_STAGED = "read_parquet(getvariable('staged_files'))"
_PLACE: dict[str, pl.DataType | type[pl.DataType]] = {"entry": pl.String, "line": pl.Int64}


@dataclass(slots=True)
class Staged:
    """The files of each record table, in the order of the export; valid inside the ``with`` block of :func:`staging`."""

    folder: Path
    files: dict[str, list[str]] = field(default_factory=dict)
    rows: int = 0


@contextmanager
def staging(study_folder: Path) -> Iterator[Staged]:
    """Make a private folder for the rows of an import, and remove it with everything in it."""
    shared = study_folder / STAGING_FOLDER
    others_wait = shared.exists()
    shared.mkdir(mode=0o700, exist_ok=True)
    folder = Path(mkdtemp(dir=shared))  # no name is used twice, so that nobody can take a file for an earlier one
    try:
        yield Staged(folder)
    finally:
        shutil.rmtree(folder if others_wait else shared, ignore_errors=True)


def put_aside(staged: Staged, kind: str, rows: pl.DataFrame) -> str:
    """Write rows of one kind to a file of their own and return what DuckDB finds it by.

    Raises
    ------
    StorageError
        The disk is full or cannot be written.
    """
    files = staged.files.setdefault(kind, [])
    path = staged.folder / f"{kind}-{len(files):06}.parquet"
    try:
        rows.write_parquet(path, compression="lz4")
    except (OSError, pl.exceptions.ComputeError):  # the second is what polars calls a full disk
        raise StorageError(
            f"{staged.folder}: writing failed and nothing of the file is stored; make space on the disk and run again"
        ) from None
    files.append(escape(str(path)))
    return files[-1]


def stage(staged: Staged, table: RecordTable, rows: pl.DataFrame) -> None:
    """Put rows of a record table aside, numbered in the order of the export; ``entry`` and ``line`` may be absent."""
    if rows.is_empty():
        return
    absent = (pl.lit(None, dtype).alias(name) for name, dtype in _PLACE.items() if name not in rows.columns)
    numbered = rows.with_columns(absent).select(*table.columns, *_PLACE).with_row_index("staged_row", staged.rows)
    put_aside(staged, table.name, numbered)
    staged.rows += rows.height


def laid_out(connection: duckdb.DuckDBPyConnection, table: RecordTable, files: list[str]) -> Iterator[None]:
    """Lay out rows as the view ``staged_<table>``, part by part."""
    moment = moment_of(table)
    connection.execute("SET VARIABLE staged_files = ?", [files])
    days = _first_days(connection, table) if moment and len(files) > 1 else [date.min]
    within = f"WHERE {moment} >= getvariable('first_day') AND {moment} < getvariable('day_after')"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW staged_{table.name} AS SELECT {columns_of(table)}, entry, line, staged_row "
        f"FROM {_STAGED} {within if len(days) > 1 else ''}"
    )
    for first, following in pairwise([*days, date.max]):
        connection.execute("SET VARIABLE first_day = ?", [first])
        connection.execute("SET VARIABLE day_after = ?", [following])
        yield


def _first_days(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> list[date]:
    """Cut the days of staged rows into parts; return the first day of each."""
    rows = connection.execute(
        f"""
        WITH counted AS (SELECT {day_of(table)} AS day, count(*) AS rows FROM {_STAGED} GROUP BY ALL),
             placed AS (SELECT day, (sum(rows) OVER (ORDER BY day) - rows) // {PART_ROWS} AS part FROM counted)
        SELECT min(day) FROM placed GROUP BY part ORDER BY part
        """
    ).fetchall()
    return [row[0] for row in rows]

"""The database schema as numbered SQL files, each applied once, in order.

A released file is never edited, because databases were created with it; a change of the schema is a new file.
"""

from __future__ import annotations

from contextlib import closing, suppress
from importlib.metadata import version
from importlib.resources import files

import duckdb

from painstats.errors import StorageError
from painstats.plan.study import Study

Column = tuple[str, str, str]
"""Table, column and type."""


def earlier_version(connection: duckdb.DuckDBPyConnection, study: Study, written_by: str) -> int | None:
    """Return the schema number of a database if it is an earlier one; None if it is new or up to date.

    ``written_by`` is the version that wrote it last.

    Raises
    ------
    StorageError
        The schema is newer than this version of painstats supports, or was never released.
    """
    have, newest = _version_of(connection), len(_scripts())
    if have > newest:
        raise StorageError(
            f"{study.database} has schema {have}, written by {written_by}; this is painstats {version('painstats')}, "
            f"which supports schemas up to {newest}. Install the newer painstats"
        )
    if not 0 < have < newest:
        return None
    if not _columns_of_release(have) <= _columns(connection):
        raise StorageError(
            f"{study.database} was created by a development version of painstats, before its first release, with a "
            "different table layout. Import everything in the inbox again with: "
            f"painstats rebuild {study.folder} (the old database is kept under another name)"
        )
    return have


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Migrate a database to the newest schema."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    have = _version_of(connection)
    for number, script in enumerate(_scripts()[have:], start=have + 1):
        connection.execute("BEGIN TRANSACTION")
        connection.execute(script)
        connection.execute("INSERT INTO schema_version VALUES (?, now())", [number])
        connection.execute("COMMIT")


def _scripts() -> list[str]:
    folder = files(__name__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def _version_of(connection: duckdb.DuckDBPyConnection) -> int:
    with suppress(duckdb.CatalogException):
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
        return int(row[0]) if row else 0
    return 0


def _columns_of_release(number: int) -> set[Column]:
    """Return the columns of a database after the first migrations, by running them in memory."""
    with closing(duckdb.connect()) as connection:
        for script in _scripts()[:number]:
            connection.execute(script)
        return _columns(connection)


def _columns(connection: duckdb.DuckDBPyConnection) -> set[Column]:
    rows = connection.execute("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal")
    return set(rows.fetchall())

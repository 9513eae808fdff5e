"""The database's schema, as numbered SQL files that are applied once each, in order."""

from __future__ import annotations

from importlib.resources import files

import duckdb

from painstats.errors import StorageError


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a database to the newest schema.

    Raises
    ------
    StorageError
        The database has a newer schema than this version of painstats knows.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    have = _one_number(connection, "SELECT coalesce(max(version), 0) FROM schema_version")
    scripts = _scripts()
    if have > len(scripts):
        raise StorageError(
            f"the database has schema {have}, this painstats knows {len(scripts)}; install a newer painstats"
        )
    for version, script in enumerate(scripts[have:], start=have + 1):
        connection.execute("BEGIN TRANSACTION")
        connection.execute(script)
        connection.execute("INSERT INTO schema_version VALUES (?, now())", [version])
        connection.execute("COMMIT")


def _scripts() -> list[str]:
    folder = files(__name__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def _one_number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0

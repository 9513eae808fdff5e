"""The import ledger: which files were read, with which settings, and what became of their rows."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from painstats.store.connection import Store, transaction

RECORD_LEDGER_TABLES = ("import", "quarantine", "ignored", "superseded")


@dataclass(frozen=True, slots=True)
class ExportIdentity:
    """What makes a file the same file: its bytes, whose it is, and the settings it is read with."""

    file_name: str
    content_hash: str
    reading_hash: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class KnownImport:
    """An earlier import of the same file."""

    import_id: int
    status: str
    source: str | None
    rule: str | None
    message: str | None


def known_import(store: Store, identity: ExportIdentity) -> KnownImport | None:
    """Find the earlier import of a file, if there is one."""
    row = store.connection.execute(
        "SELECT import_id, status, source, rule, message FROM import "
        "WHERE content_hash = ? AND reading_hash = ? AND participant_id IS NOT DISTINCT FROM ? "
        "ORDER BY import_id DESC LIMIT 1",
        [identity.content_hash, identity.reading_hash, identity.participant_id],
    ).fetchone()
    return KnownImport(*row) if row else None


def record_refusal(
    store: Store, identity: ExportIdentity, source: str | None, rule: str, message: str, version: str
) -> None:
    """Keep the fact that a file was refused whole, and why."""
    with transaction(store) as connection:
        forget_refusal(connection, identity)
        connection.execute(
            "INSERT INTO import (participant_id, file_name, content_hash, reading_hash, source, status, rule, message, "
            "painstats_version) VALUES (?, ?, ?, ?, ?, 'refused', ?, ?, ?)",
            [
                identity.participant_id,
                identity.file_name,
                identity.content_hash,
                identity.reading_hash,
                source,
                rule,
                message,
                version,
            ],
        )


def forget_refusal(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity) -> None:
    """Drop an earlier refusal of the same file, which a new reading replaces."""
    connection.execute(
        "DELETE FROM import WHERE status = 'refused' AND content_hash = ? AND participant_id IS NOT DISTINCT FROM ?",
        [identity.content_hash, identity.participant_id],
    )


def files_read_otherwise(store: Store, reading_hash: str) -> list[str]:
    """List the content hashes of loaded files that were read with other zones or diary mappings than the plan's."""
    rows = store.connection.execute(
        "SELECT DISTINCT content_hash FROM import WHERE reading_hash <> ? AND status = 'loaded'", [reading_hash]
    ).fetchall()
    return [row[0] for row in rows]

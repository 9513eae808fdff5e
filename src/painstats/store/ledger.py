"""The import ledger: which files were read, with which settings, and what became of their rows."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from painstats.store.connection import Store, transaction
from painstats.store.forgotten import forgotten_hashes

RECORD_LEDGER_TABLES = ("quarantine", "ignored", "superseded", "import_group", "touched_day")
"""What is emptied together with the records; of the ledger itself only what was withdrawn stays."""


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


def known_import(store: Store, identity: ExportIdentity, version: str) -> KnownImport | None:
    """Find the earlier import of a file, if there is one that still says what the file says.

    A file that was loaded, replaced, and put back is not known: its rows must correct those of the replacement. A
    refusal by another version of painstats is not known either. A file that was withdrawn stays so however it is read.
    """
    row = store.connection.execute(
        "SELECT import_id, status, source, rule, message FROM import AS i "
        "WHERE content_hash = $content AND participant_id IS NOT DISTINCT FROM $participant AND (status = 'withdrawn' "
        "OR reading_hash = $reading AND (status = 'loaded' OR painstats_version = $version) "
        "AND NOT EXISTS (FROM import AS later WHERE later.import_id > i.import_id AND later.status = 'loaded' "
        "AND later.file_name = $name AND later.participant_id IS NOT DISTINCT FROM $participant "
        "AND later.content_hash <> $content)) "
        "ORDER BY status = 'withdrawn' DESC, import_id DESC LIMIT 1",
        {
            "content": identity.content_hash,
            "reading": identity.reading_hash,
            "participant": identity.participant_id,
            "name": identity.file_name,
            "version": version,
        },
    ).fetchone()
    return KnownImport(*row) if row else None


def stood_until(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity) -> int:
    """Return the latest export date (microseconds since 1970) of what was loaded under a file's name; 0 for none."""
    row = connection.execute(
        "SELECT max(epoch_us(exported_at)) FROM import WHERE status = 'loaded' AND file_name = ? "
        "AND participant_id IS NOT DISTINCT FROM ?",
        [identity.file_name, identity.participant_id],
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def has_participants(store: Store, sole: str) -> bool:
    """Whether anybody but the sole user was ever loaded or forgotten: then a file must say whose it is."""
    row = store.connection.execute("SELECT count(*) FROM import WHERE participant_id <> ?", [sole]).fetchone()
    return bool(row and row[0]) or bool(forgotten_hashes(store.study))


def has_refused_below(store: Store, file_name: str, participant_id: str | None) -> bool:
    """Whether an export inside a file, whose name begins with the file's, was refused."""
    row = store.connection.execute(
        "SELECT count(*) FROM import WHERE status = 'refused' AND starts_with(file_name, ? || '/') "
        "AND participant_id IS NOT DISTINCT FROM ?",
        [file_name, participant_id],
    ).fetchone()
    return bool(row and row[0])


def unreported_quarantine(store: Store) -> int:
    """Count rows in quarantine that no finished run has reported yet."""
    row = store.connection.execute(
        "SELECT coalesce(sum(rows_quarantined), 0) FROM import WHERE status = 'loaded' AND NOT reported"
    ).fetchone()
    return int(row[0]) if row else 0


def mark_reported(store: Store) -> None:
    """Remember that the quarantine of every import has been reported."""
    with transaction(store) as connection:
        connection.execute("UPDATE import SET reported = true WHERE NOT reported")


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


@dataclass(frozen=True, slots=True)
class LoadedExport:
    """A loaded file: what it was, how many rows it held, and how many of them were known from before."""

    identity: ExportIdentity
    rows_held: int
    rows_known: int


def loaded_exports(store: Store) -> list[LoadedExport]:
    """List what was loaded, and with which settings, in the order of loading."""
    rows = store.connection.execute(
        "SELECT file_name, content_hash, reading_hash, participant_id, rows_new + rows_same + rows_corrected, "
        "rows_same + rows_corrected FROM import WHERE status = 'loaded' ORDER BY import_id"
    ).fetchall()
    return [LoadedExport(ExportIdentity(*row[:4]), *row[4:]) for row in rows]


def lost_when_read_again(loaded: list[LoadedExport], present: set[str | None]) -> set[str]:
    """Name the files whose rows would be lost if everything were read again from the contents that are present.

    A file that was replaced under its name is not lost if the replacement knew at least as many rows from before.
    """
    lost = set()
    for place, old in enumerate(loaded):
        if old.identity.content_hash in present or not old.rows_held:
            continue
        later = [new for new in loaded[place + 1 :] if new.identity.file_name == old.identity.file_name]
        if not any(new.identity.content_hash in present and new.rows_known >= old.rows_held for new in later):
            lost.add(old.identity.file_name)
    return lost

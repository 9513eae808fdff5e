"""The import ledger: which files were read, with which settings, and how many rows of each outcome they had."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from painstats.errors import StudyError
from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import forgotten_hashes
from painstats.store.withdraw import withdraw_rows

RECORD_LEDGER_TABLES = ("quarantine", "ignored", "superseded", "import_group", "import_reading", "touched_day")
"""What is emptied together with the records; of the ledger itself only what was withdrawn stays."""

REPLACED = "replaced"
"""Status of an import that was read again: another import holds its rows."""


@dataclass(frozen=True, slots=True)
class ExportIdentity:
    """What makes a file the same file: its bytes, whose it is, and the settings it is read with."""

    file_name: str
    content_hash: str
    reading_hash: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class Readers:
    """Versions of the code that reads a file: of its source, and of the rules for rows.

    For a refused file, which may have no source, ``reader`` is the sum over all sources. None: not known.
    """

    reader: int | None
    rules: int | None


NO_READERS = Readers(None, None)


@dataclass(frozen=True, slots=True)
class KnownImport:
    """An earlier import of the same file.

    ``recheck_on`` is the first date on which one of its rejected rows may be accepted; None if no date matters.
    """

    import_id: int
    file_name: str
    status: str
    source: str | None
    rule: str | None
    message: str | None
    readers: Readers
    recheck_on: date | None


_KNOWN = (
    "SELECT import_id, file_name, status, source, rule, message, reader_version, rules_version, recheck_on "
    "FROM import AS i LEFT JOIN import_reading USING (import_id)"
)


def _known(row: tuple[Any, ...]) -> KnownImport:
    import_id, file_name, status, source, rule, message, reader, rules, recheck_on = row
    return KnownImport(import_id, file_name, status, source, rule, message, Readers(reader, rules), recheck_on)


def known_import(store: Store, identity: ExportIdentity, version: str) -> KnownImport | None:
    """Find the earlier import of a file, if there is one that still says what the file says.

    A file that was loaded, replaced, and put back is not known: its rows must correct those of the replacement. A
    refusal by another version of painstats is not known either. A file that was withdrawn stays so however it is read.
    """
    row = store.connection.execute(
        f"{_KNOWN} WHERE status <> '{REPLACED}' AND "
        "content_hash = $content AND participant_id IS NOT DISTINCT FROM $participant AND (status = 'withdrawn' "
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
    return _known(row) if row else None


def last_entry(store: Store, file_name: str, participant_id: str | None) -> KnownImport | None:
    """Return what the ledger says last of a file name; None if it knows none."""
    row = store.connection.execute(
        f"{_KNOWN} WHERE file_name = ? AND participant_id IS NOT DISTINCT FROM ? ORDER BY import_id DESC LIMIT 1",
        [file_name, participant_id],
    ).fetchone()
    return _known(row) if row else None


def stored_participants(store: Store) -> set[str]:
    """Return every participant who has records, or files that were loaded."""
    tables = " UNION ".join(f"SELECT participant_id FROM {table}" for table in RECORD_TABLES)
    rows = store.connection.execute(
        f"SELECT participant_id FROM import WHERE status = 'loaded' AND participant_id IS NOT NULL UNION {tables}"
    ).fetchall()
    return {row[0] for row in rows}


def imports_below(store: Store, file_name: str, participant_id: str | None) -> list[KnownImport]:
    """Return the imports of the exports inside a file: their names begin with the name of the file."""
    rows = store.connection.execute(
        f"{_KNOWN} WHERE status IN ('loaded', 'refused') AND starts_with(file_name, ? || '/') "
        "AND participant_id IS NOT DISTINCT FROM ?",
        [file_name, participant_id],
    ).fetchall()
    return [_known(row) for row in rows]


def imports_with_content(store: Store, hashes: Sequence[str], participant_id: str | None) -> tuple[int, ...]:
    """Return the loaded imports of files with one of these contents."""
    rows = store.connection.execute(
        "SELECT import_id FROM import WHERE status = 'loaded' AND list_contains(?::VARCHAR[], content_hash) "
        "AND participant_id IS NOT DISTINCT FROM ? ORDER BY import_id",
        [list(hashes), participant_id],
    ).fetchall()
    return tuple(row[0] for row in rows)


def readings_of(store: Store, identity: ExportIdentity) -> list[KnownImport]:
    """Return every loaded reading of a file, and of what stood under its name before and is in it as a whole.

    A file that grows is replaced under its name again and again. Its earlier contents are gone, and cannot be read
    again; when the file is, what only they said goes, if the file knew all of their rows.
    """
    rows = store.connection.execute(
        f"""
        WITH held AS (
            SELECT *, content_hash = $content AS is_same, rows_new + rows_same + rows_corrected AS held FROM import
            WHERE status = 'loaded' AND participant_id IS NOT DISTINCT FROM $participant
              AND (content_hash = $content OR file_name = $name)
        ), latest AS (
            SELECT import_id, rows_same + rows_corrected AS known FROM held
            WHERE is_same AND file_name = $name ORDER BY import_id DESC LIMIT 1
        )
        {_KNOWN} WHERE import_id IN (
            SELECT h.import_id FROM held AS h LEFT JOIN latest AS l ON h.import_id < l.import_id AND h.held <= l.known
            WHERE h.is_same OR l.known IS NOT NULL
        ) ORDER BY import_id
        """,
        {"content": identity.content_hash, "participant": identity.participant_id, "name": identity.file_name},
    ).fetchall()
    return [_known(row) for row in rows]


def latest_export_us(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity) -> int:
    """Return the latest export date (microseconds since 1970) of what was loaded under a file's name; 0 for none."""
    row = connection.execute(
        "SELECT max(epoch_us(exported_at)) FROM import WHERE status = 'loaded' AND file_name = ? "
        "AND participant_id IS NOT DISTINCT FROM ?",
        [identity.file_name, identity.participant_id],
    ).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


@dataclass(frozen=True, slots=True)
class StoredNotes:
    """The notes of a loaded file: whose it is (None for a file of several participants), and what was concluded."""

    participant_id: str | None
    source: str
    notes: tuple[str, ...]


def stored_notes(store: Store, participant_id: str | None = None) -> list[StoredNotes]:
    """Return the notes of every loaded file, or of those of one participant, by participant, source and name."""
    rows = store.connection.execute(
        "SELECT participant_id, source, notes FROM import WHERE status = 'loaded' AND len(notes) > 0 "
        "AND ($participant IS NULL OR participant_id = $participant) "
        "ORDER BY participant_id NULLS FIRST, source, file_name, content_hash",
        {"participant": participant_id},
    ).fetchall()
    return [StoredNotes(participant, source, tuple(notes)) for participant, source, notes in rows]


def has_participants(store: Store, sole: str) -> bool:
    """Whether there was ever another participant than the sole user: then a file must name its participant."""
    row = store.connection.execute("SELECT count(*) FROM import WHERE participant_id <> ?", [sole]).fetchone()
    return bool(row and row[0]) or bool(forgotten_hashes(store.study))


def unreported_quarantine(store: Store) -> int:
    """Count rows in quarantine that no finished run has reported yet."""
    row = store.connection.execute(
        "SELECT coalesce(sum(rows_quarantined), 0) FROM import WHERE status = 'loaded' AND NOT reported"
    ).fetchone()
    return int(row[0]) if row else 0


def mark_reported(store: Store) -> None:
    """Remember that the quarantine of every import has been reported; a run with nothing to report writes nothing."""
    row = store.connection.execute("SELECT count(*) FROM import WHERE NOT reported").fetchone()
    if row and row[0]:
        with transaction(store) as connection:
            connection.execute("UPDATE import SET reported = true WHERE NOT reported")


def record_refusal(
    store: Store,
    identity: ExportIdentity,
    source: str | None,
    rule: str,
    message: str,
    version: str,
    readers: Readers = NO_READERS,
    replaces: Collection[int] = (),
) -> None:
    """Keep the fact that a file was refused whole, and why; earlier readings that it replaces are taken out."""
    with transaction(store) as connection:
        forget_refusal(connection, identity)
        for earlier in replaces:
            withdraw_rows(connection, earlier, REPLACED)
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
        row = connection.execute("SELECT currval('import_number')").fetchone()
        note_readers(connection, row[0] if row else 0, readers)


def note_readers(
    connection: duckdb.DuckDBPyConnection, import_id: int, readers: Readers, recheck_on: date | None = None
) -> None:
    """Keep which code read a file; unknown versions are not kept, so that the file is read again."""
    if readers != NO_READERS:
        values = [import_id, readers.reader, readers.rules, recheck_on]
        connection.execute("INSERT INTO import_reading VALUES (?, ?, ?, ?)", values)


def forget_refused(store: Store, identity: ExportIdentity) -> None:
    """Drop the refusal of an export, for which one of its files was to blame."""
    with transaction(store) as connection:
        forget_refusal(connection, identity)


def forget_refusal(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity) -> None:
    """Drop an earlier refusal of the same file, which a new reading replaces."""
    connection.execute(
        "DELETE FROM import WHERE status = 'refused' AND content_hash = ? AND participant_id IS NOT DISTINCT FROM ?",
        [identity.content_hash, identity.participant_id],
    )


def imports_named(store: Store, named: str | None) -> list[int]:
    """Return the imports, loaded or refused, with a number or name, or inside a file of that name; all for None.

    Raises
    ------
    StudyError
        Nothing of that number or name was loaded or refused.
    """
    rows = store.connection.execute(
        "SELECT import_id FROM import WHERE status IN ('loaded', 'refused') "
        "AND ($named IS NULL OR import_id::VARCHAR = $named OR file_name = $named "
        "OR parse_filename(file_name) = $named OR starts_with(file_name, $named || '/')) ORDER BY import_id",
        {"named": named},
    ).fetchall()
    if named is not None and not rows:
        raise StudyError(
            f"no file of that name or number was read; see: painstats status {store.study.folder} --files. "
            "To restore a withdrawn file: painstats forget-import --undo"
        )
    return [row[0] for row in rows]


def mark_outdated(store: Store, numbers: Sequence[int]) -> None:
    """Have the files of these imports read again by the next run."""
    with transaction(store) as connection:
        connection.execute("DELETE FROM import_reading WHERE list_contains(?::INTEGER[], import_id)", [list(numbers)])


def still_outdated(store: Store) -> list[str]:
    """Name the loaded files that were to be read again and were not."""
    rows = store.connection.execute(
        "SELECT DISTINCT file_name FROM import ANTI JOIN import_reading USING (import_id) WHERE status = 'loaded' "
        "ORDER BY ALL"
    ).fetchall()
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class LoadedExport:
    """A loaded file: what it was, how many rows it held, and how many of these were already imported."""

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


def lost_when_read_again(loaded: list[LoadedExport], present: set[str]) -> set[str]:
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

"""Load one export's checked rows in one transaction: staged, deduplicated by natural key, merged, counted, re-read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import assert_never

import duckdb
import polars as pl

from painstats.batch import Batch, ExportedAt, Ignored, Note, Rows, StagedRows
from painstats.errors import StorageError
from painstats.records import RECORD_TABLES
from painstats.staging import Staging
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import forgotten_hashes, participant_hash
from painstats.store.holders import Rank
from painstats.store.ledger import (
    NO_READERS,
    REPLACED,
    ExportIdentity,
    Readers,
    forget_refusal,
    latest_export_us,
    note_readers,
)
from painstats.store.merge import Merged, add_counts, merge
from painstats.store.quarantine import keep_rejected
from painstats.store.record_sql import query_number
from painstats.store.staged import staging
from painstats.store.touched import keep_touched, start_touching
from painstats.store.withdraw import withdraw_rows

FORGOTTEN_REASON = "rows of a participant whose data was deleted"


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """The rows of a file by outcome; ``read`` is their sum."""

    import_id: int
    source: str
    new: int
    same: int
    corrected: int
    quarantined: int
    ignored: int
    notes: tuple[str, ...]

    @property
    def read(self) -> int:
        """All rows of the file."""
        return self.new + self.same + self.corrected + self.quarantined + self.ignored


@dataclass(slots=True)
class _Contents:
    """Everything that a file holds, its rows staged."""

    staged: dict[str, list[Path]] = field(default_factory=dict)
    n_rejected: int = 0
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dated: ExportedAt | None = None
    recheck_on: date | None = None


def load_records(
    store: Store,
    identity: ExportIdentity,
    source: str,
    batches: Iterable[Batch],
    version: str,
    dated: ExportedAt | None = None,
    readers: Readers = NO_READERS,
    replaces: Collection[int] = (),
) -> ImportSummary:
    """Load one file, all or nothing.

    Parameters
    ----------
    store
        The open study.
    identity
        Which file it is.
    source
        Name of the source that reads it.
    batches
        What is in the file, its rows checked. An exception raised while it is consumed rolls everything back.
    version
        The version of painstats, for the ledger.
    dated
        When the file was exported, unless a batch says so; the time of loading where nothing is known.
    readers
        The versions of the code that reads it.
    replaces
        Earlier imports of the file, which are withdrawn in the same transaction.

    Raises
    ------
    StorageError
        The disk is full, or the ledger re-read after the commit does not agree with the counts.
    ValueError
        Rows were not checked (:func:`painstats.intake.checks.check_records`).
    """
    summary = _load(store, identity, source, batches, version, dated, readers, replaces)
    confirm(store, summary)
    return summary


def _load(
    store: Store,
    identity: ExportIdentity,
    source: str,
    batches: Iterable[Batch],
    version: str,
    dated: ExportedAt | None,
    readers: Readers,
    replaces: Collection[int],
) -> ImportSummary:
    with transaction(store) as connection, staging(store.study.folder) as folder:
        import_id = query_number(connection, "SELECT nextval('import_number')")
        contents = _Contents()
        forgotten = forgotten_hashes(store.study)
        for batch in batches:
            _take(store, import_id, batch, contents, folder, forgotten)
        for earlier in replaces:
            withdraw_rows(connection, earlier, REPLACED)
        exported_us = exported_us_of(connection, identity, contents.dated or dated)
        merged = _merge_all(connection, import_id, (exported_us, identity.content_hash), contents.staged)
        summary = ImportSummary(
            import_id, source, merged.new, merged.same, merged.corrected, contents.n_rejected + merged.quarantined,
            keep_ignored(connection, import_id, contents.ignored), tuple(contents.notes),
        )  # fmt: skip
        enter(connection, identity, summary, version, exported_us, readers, contents.recheck_on)
    return summary


def _merge_all(
    connection: duckdb.DuckDBPyConnection, import_id: int, rank: Rank, staged: dict[str, list[Path]]
) -> Merged:
    """Merge the staged rows of every table; return the counts of all."""
    start_touching(connection)
    counts = [merge(connection, RECORD_TABLES[name], import_id, rank, staged[name]) for name in sorted(staged)]
    keep_touched(connection)
    return add_counts(counts)


def exported_us_of(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity, dated: ExportedAt | None) -> int:
    """Return when a file was exported, in microseconds since 1970."""
    dated = dated or ExportedAt(datetime.now(UTC), is_stated=False)
    exported_us = round(dated.at.timestamp() * 1_000_000)
    return exported_us if dated.is_stated else max(exported_us, latest_export_us(connection, identity) + 1)


def _take(
    store: Store, import_id: int, batch: Batch, contents: _Contents, folder: Staging, forgotten: frozenset[str]
) -> None:
    match batch:
        case Note():
            contents.notes.append(batch.text)
        case ExportedAt():
            contents.dated = max(batch, contents.dated or batch, key=lambda dated: dated.at)
        case Ignored():
            contents.ignored.append(batch)
        case Rows():
            kept, n_forgotten = _without_forgotten(store, batch, forgotten)
            if n_forgotten:
                contents.ignored.append(Ignored("", n_forgotten, FORGOTTEN_REASON))
            _stage(store.connection, import_id, kept, contents, folder)
        case _:
            assert_never(batch)


def _stage(
    connection: duckdb.DuckDBPyConnection, import_id: int, rows: Rows, contents: _Contents, folder: Staging
) -> None:
    """Note the file of staged rows, after staging those that are not yet, and keep the rejected ones."""
    frame = rows.frame if isinstance(rows.frame, StagedRows) else folder.write(rows)
    keep_rejected(connection, import_id, rows.table, frame)
    if frame.n_accepted:
        contents.staged.setdefault(rows.table, []).append(frame.path)
    contents.n_rejected += frame.n_rejected
    contents.recheck_on = min(filter(None, (contents.recheck_on, rows.recheck_on)), default=None)


def keep_ignored(connection: duckdb.DuckDBPyConnection, import_id: int, ignored: list[Ignored]) -> int:
    """Record the rows that are not used, in one statement, and return how many they are."""
    if ignored:
        columns = zip(*((each.entry, each.rows, each.reason) for each in ignored), strict=True)
        connection.execute(
            "INSERT INTO ignored SELECT ?, unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[])",
            [import_id, *map(list, columns)],
        )
    return sum(each.rows for each in ignored)


def _without_forgotten(store: Store, rows: Rows, forgotten: frozenset[str]) -> tuple[Rows, int]:
    """Return rows without those of forgotten participants, and how many these were, accepted or rejected."""
    if not forgotten:
        return rows, 0
    frame = rows.in_memory
    named = frame["participant_id"].drop_nulls().unique().to_list()
    gone = [participant for participant in named if participant_hash(store.study, participant) in forgotten]
    if not gone:
        return rows, 0
    kept = frame.filter(~pl.col("participant_id").is_in(gone).fill_null(False))
    return replace(rows, frame=kept), frame.height - kept.height


def enter(
    connection: duckdb.DuckDBPyConnection,
    identity: ExportIdentity,
    summary: ImportSummary,
    version: str,
    exported_us: int,
    readers: Readers,
    recheck_on: date | None,
) -> None:
    """Enter an import into the ledger, and which code read it."""
    forget_refusal(connection, identity)
    connection.execute(
        "INSERT INTO import (import_id, participant_id, file_name, content_hash, reading_hash, source, status, notes, "
        "rows_read, rows_new, rows_same, rows_corrected, rows_quarantined, rows_ignored, painstats_version, "
        "exported_at) VALUES (?, ?, ?, ?, ?, ?, 'loaded', ?, ?, ?, ?, ?, ?, ?, ?, make_timestamptz(?))",
        [
            summary.import_id, identity.participant_id, identity.file_name, identity.content_hash,
            identity.reading_hash, summary.source, list(summary.notes), summary.read, summary.new, summary.same,
            summary.corrected, summary.quarantined, summary.ignored, version, exported_us,
        ],
    )  # fmt: skip
    note_readers(connection, summary.import_id, readers, recheck_on)


def confirm(store: Store, summary: ImportSummary) -> None:
    """Re-read the ledger: a COMMIT after a swallowed error reports success and stores nothing."""
    row = store.connection.execute(
        "SELECT rows_read FROM import WHERE import_id = ? AND status = 'loaded'", [summary.import_id]
    ).fetchone()
    if row is None or row[0] != summary.read:
        raise StorageError(f"{store.study.database}: the import was not stored; run again")

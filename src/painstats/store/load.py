"""Load one export's checked rows in one transaction: staged, deduplicated by natural key, merged, counted, re-read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

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
class Contents:
    """Everything that a file holds, its rows staged; ``staged`` has the files with accepted rows of each table."""

    staged: dict[str, list[Path]] = field(default_factory=dict)
    n_rejected: int = 0
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dated: ExportedAt | None = None
    recheck_on: date | None = None

    def take(self, connection: duckdb.DuckDBPyConnection, import_id: int, batch: Batch) -> None:
        """Take in a batch, its rows staged, and keep the rejected ones."""
        match batch:
            case Note():
                self.notes.append(batch.text)
            case ExportedAt():
                self.dated = max(batch, self.dated or batch, key=lambda dated: dated.at)
            case Ignored():
                self.ignored.append(batch)
            case Rows(table, StagedRows() as rows):
                keep_rejected(connection, import_id, table, rows)
                if rows.n_accepted:
                    self.staged.setdefault(table, []).append(rows.path)
                self.n_rejected += rows.n_rejected
                self.recheck_on = min(filter(None, (self.recheck_on, batch.recheck_on)), default=None)
            case _:
                raise ValueError(f"rows of {batch.table} were not staged")


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
        contents = Contents()
        forgotten = forgotten_hashes(store.study)
        for batch in batches:
            for part in _storable(store, batch, folder, forgotten):
                contents.take(connection, import_id, part)
        for earlier in replaces:
            withdraw_rows(connection, earlier, REPLACED)
        exported_us = exported_us_of(connection, identity, contents.dated or dated)
        merged = _merge_all(connection, import_id, (exported_us, identity.content_hash), contents.staged)
        return enter(connection, import_id, identity, source, contents, merged, version, exported_us, readers)


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


def _storable(store: Store, batch: Batch, folder: Staging, forgotten: frozenset[str]) -> Iterator[Batch]:
    """Stage the rows of a batch that are not yet, without those of forgotten participants."""
    if not isinstance(batch, Rows):
        yield batch
        return
    kept, n_forgotten = _without_forgotten(store, batch, forgotten)
    if n_forgotten:
        yield Ignored("", n_forgotten, FORGOTTEN_REASON)
    yield kept if isinstance(kept.frame, StagedRows) else replace(kept, frame=folder.write(kept))


def _keep_ignored(connection: duckdb.DuckDBPyConnection, import_id: int, ignored: list[Ignored]) -> int:
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
    import_id: int,
    identity: ExportIdentity,
    source: str,
    contents: Contents,
    merged: Merged,
    version: str,
    exported_us: int,
    readers: Readers,
) -> ImportSummary:
    """Enter an import into the ledger, with what was left out of it and which code read it; return its counts."""
    summary = ImportSummary(
        import_id, source, merged.new, merged.same, merged.corrected, contents.n_rejected + merged.quarantined,
        _keep_ignored(connection, import_id, contents.ignored), tuple(contents.notes),
    )  # fmt: skip
    forget_refusal(connection, identity)
    connection.execute(
        "INSERT INTO import (import_id, participant_id, file_name, content_hash, reading_hash, source, status, notes, "
        "rows_read, rows_new, rows_same, rows_corrected, rows_quarantined, rows_ignored, painstats_version, "
        "exported_at) VALUES (?, ?, ?, ?, ?, ?, 'loaded', ?, ?, ?, ?, ?, ?, ?, ?, make_timestamptz(?))",
        [
            import_id, identity.participant_id, identity.file_name, identity.content_hash, identity.reading_hash,
            source, list(summary.notes), summary.read, summary.new, summary.same, summary.corrected,
            summary.quarantined, summary.ignored, version, exported_us,
        ],
    )  # fmt: skip
    note_readers(connection, import_id, readers, contents.recheck_on)
    return summary


def confirm(store: Store, summary: ImportSummary) -> None:
    """Re-read the ledger: a COMMIT after a swallowed error reports success and stores nothing."""
    row = store.connection.execute(
        "SELECT rows_read FROM import WHERE import_id = ? AND status = 'loaded'", [summary.import_id]
    ).fetchone()
    if row is None or row[0] != summary.read:
        raise StorageError(f"{store.study.database}: the import was not stored; run again")

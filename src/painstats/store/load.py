"""Load one export's checked rows in one transaction: staged, deduplicated by natural key, merged, counted, re-read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import assert_never

import duckdb
import polars as pl

from painstats.errors import StorageError
from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import forgotten_hashes, participant_hash
from painstats.store.ledger import (
    NO_READERS,
    REPLACED,
    ExportIdentity,
    Readers,
    forget_refusal,
    note_readers,
    stood_until,
)
from painstats.store.merge import merge
from painstats.store.record_sql import counted
from painstats.store.staged import Staged, put_aside, stage, staging
from painstats.store.touched import keep_touched, start_touching
from painstats.store.withdraw import take_out

FORGOTTEN_REASON = "a person whose data was removed for good"
_REJECTED = 'SELECT ?, ?, entry, line, "column", rule, text FROM read_parquet(?)'


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """Rows of one record table: those that passed the checks, and those that did not with their reasons.

    ``accepted`` has the columns of the table and, where it is known, ``entry`` and ``line``. ``recheck_on`` is the
    first date on which one of the rejected rows may be accepted; None if no date matters.
    """

    table: str
    accepted: pl.DataFrame
    rejected: pl.DataFrame
    recheck_on: date | None = None


@dataclass(frozen=True, slots=True)
class IgnoredRows:
    """Rows of an export that painstats has no use for."""

    entry: str
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something worth knowing about how the file was read."""

    message: str


@dataclass(frozen=True, slots=True)
class ExportDate:
    """When a file was exported.

    ``is_stated`` when the export itself says so. A date that rests on the file's time of change alone is moved behind
    that of what stood under the same name before: what stands there now counts.
    """

    at: datetime
    is_stated: bool = True


Reading = CheckedRows | IgnoredRows | ReadingNote | ExportDate


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What became of a file's rows; ``read`` is the sum of the others."""

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
class _Tally:
    new: int = 0
    same: int = 0
    corrected: int = 0
    quarantined: int = 0
    ignored: list[IgnoredRows] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dated: ExportDate | None = None
    recheck_on: date | None = None


def load_records(
    store: Store,
    identity: ExportIdentity,
    source: str,
    readings: Iterable[Reading],
    version: str,
    dated: ExportDate | None = None,
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
    readings
        What is in the file. An exception raised while it is consumed rolls everything back.
    version
        The version of painstats, for the ledger.
    dated
        When the file was exported, unless a reading says it better; the time of loading where nothing is known.
    readers
        The versions of the code that reads it.
    replaces
        Earlier readings of the file, which are taken out in the same transaction.

    Raises
    ------
    StorageError
        The disk is full, or the ledger re-read after the commit does not hold what was counted.
    """
    summary = _load(store, identity, source, readings, version, dated, readers, replaces)
    _confirm(store, summary)
    return summary


def _load(
    store: Store,
    identity: ExportIdentity,
    source: str,
    readings: Iterable[Reading],
    version: str,
    dated: ExportDate | None,
    readers: Readers,
    replaces: Collection[int],
) -> ImportSummary:
    with transaction(store) as connection, staging(store.study.folder) as staged:
        import_id = counted(connection, "SELECT nextval('import_number')")
        forgotten = forgotten_hashes(store.study)
        tally = _Tally()
        for reading in readings:
            _take(store, import_id, reading, tally, staged, forgotten)
        n_ignored = _keep_ignored(connection, import_id, tally.ignored)
        for earlier in replaces:
            take_out(connection, earlier, REPLACED)
        exported_us = _exported_us(connection, identity, tally.dated or dated)
        start_touching(connection)
        for name in sorted(RECORD_TABLES.keys() & staged.files):
            rank = (exported_us, identity.content_hash)
            merged = merge(connection, RECORD_TABLES[name], import_id, rank, staged.files[name])
            tally.new += merged.new
            tally.same += merged.same
            tally.corrected += merged.corrected
            tally.quarantined += merged.quarantined
        keep_touched(connection)
        summary = ImportSummary(
            import_id, source, tally.new, tally.same, tally.corrected, tally.quarantined, n_ignored,
            tuple(tally.notes),
        )  # fmt: skip
        _enter(connection, identity, summary, version, exported_us)
        note_readers(connection, import_id, readers, tally.recheck_on)
    return summary


def _exported_us(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity, dated: ExportDate | None) -> int:
    """Return when a file was exported, in microseconds since 1970."""
    dated = dated or ExportDate(datetime.now(UTC), is_stated=False)
    exported_us = round(dated.at.timestamp() * 1_000_000)
    return exported_us if dated.is_stated else max(exported_us, stood_until(connection, identity) + 1)


def _take(
    store: Store, import_id: int, reading: Reading, tally: _Tally, staged: Staged, forgotten: frozenset[str]
) -> None:
    connection = store.connection
    match reading:
        case ReadingNote(message):
            tally.notes.append(message)
        case ExportDate():
            tally.dated = max(reading, tally.dated or reading, key=lambda dated: dated.at)
        case IgnoredRows():
            tally.ignored.append(reading)
        case CheckedRows(table, accepted, rejected, recheck_on):
            tally.recheck_on = min(filter(None, (tally.recheck_on, recheck_on)), default=None)
            kept = _without_forgotten(store, accepted, forgotten)
            if kept.height < accepted.height:
                tally.ignored.append(IgnoredRows("", accepted.height - kept.height, FORGOTTEN_REASON))
            stage(staged, RECORD_TABLES[table], kept)
            if rejected.height:
                file = put_aside(staged, "rejected", rejected)
                connection.execute(f"INSERT INTO quarantine {_REJECTED}", [import_id, table, file])
                tally.quarantined += rejected.height
        case _:
            assert_never(reading)  # rows that were not checked, for instance, must not be lost in silence


def _keep_ignored(connection: duckdb.DuckDBPyConnection, import_id: int, ignored: list[IgnoredRows]) -> int:
    """Write down what is not needed, at once, and return how many rows it is."""
    if ignored:
        columns = zip(*((each.entry, each.rows, each.reason) for each in ignored), strict=True)
        connection.execute(
            "INSERT INTO ignored SELECT ?, unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[])",
            [import_id, *map(list, columns)],
        )
    return sum(each.rows for each in ignored)


def _without_forgotten(store: Store, accepted: pl.DataFrame, forgotten: frozenset[str]) -> pl.DataFrame:
    if not forgotten:
        return accepted
    people = accepted["participant_id"].unique().to_list()
    gone = [person for person in people if participant_hash(store.study, person) in forgotten]
    return accepted.filter(~pl.col("participant_id").is_in(gone))


def _enter(
    connection: duckdb.DuckDBPyConnection,
    identity: ExportIdentity,
    summary: ImportSummary,
    version: str,
    exported_us: int,
) -> None:
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


def _confirm(store: Store, summary: ImportSummary) -> None:
    """Re-read the ledger: a COMMIT after a swallowed error reports success and stores nothing."""
    row = store.connection.execute(
        "SELECT rows_read FROM import WHERE import_id = ? AND status = 'loaded'", [summary.import_id]
    ).fetchone()
    if row is None or row[0] != summary.read:
        raise StorageError(f"{store.study.database}: the import was not stored; run again")

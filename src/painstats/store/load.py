"""Load one export's checked rows in one transaction: staged, deduplicated by natural key, merged, counted, re-read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import polars as pl

from painstats.errors import StorageError
from painstats.records import RECORD_TABLES, RecordTable
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import participant_hash
from painstats.store.ledger import ExportIdentity, forget_refusal, stood_until
from painstats.store.merge import merge
from painstats.store.record_sql import columns_of, counted
from painstats.store.touched import keep_touched, start_touching

FORGOTTEN_REASON = "a person whose data was removed for good"
_PLACE = ("entry", "line")


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """Rows of one record table: those that passed the checks, and those that did not with their reasons.

    ``accepted`` has the columns of the table and, where it is known, ``entry`` and ``line``.
    """

    table: str
    accepted: pl.DataFrame
    rejected: pl.DataFrame


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
    ignored: int = 0
    notes: list[str] = field(default_factory=list)
    staged: set[str] = field(default_factory=set)
    dated: ExportDate | None = None


def load_records(
    store: Store,
    identity: ExportIdentity,
    source: str,
    readings: Iterable[Reading],
    version: str,
    dated: ExportDate | None = None,
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

    Raises
    ------
    StorageError
        The disk is full, or the ledger re-read after the commit does not hold what was counted.
    """
    summary = _load(store, identity, source, readings, version, dated)
    _confirm(store, summary)
    return summary


def _load(
    store: Store,
    identity: ExportIdentity,
    source: str,
    readings: Iterable[Reading],
    version: str,
    dated: ExportDate | None,
) -> ImportSummary:
    with transaction(store) as connection:
        import_id = counted(connection, "SELECT nextval('import_number')")
        forgotten = {row[0] for row in connection.execute("SELECT participant_hash FROM forgotten").fetchall()}
        tally = _Tally()
        for reading in readings:
            _take(store, import_id, reading, tally, forgotten)
        exported_us = _exported_us(connection, identity, tally.dated or dated)
        start_touching(connection)
        for table in sorted(tally.staged):
            merged = merge(connection, RECORD_TABLES[table], import_id, (exported_us, identity.content_hash))
            connection.execute(f"DROP TABLE staged_{table}")
            tally.new += merged.new
            tally.same += merged.same
            tally.corrected += merged.corrected
            tally.quarantined += merged.quarantined
        keep_touched(connection)
        summary = ImportSummary(
            import_id, source, tally.new, tally.same, tally.corrected, tally.quarantined, tally.ignored,
            tuple(tally.notes),
        )  # fmt: skip
        _enter(connection, identity, summary, version, exported_us)
    return summary


def _exported_us(connection: duckdb.DuckDBPyConnection, identity: ExportIdentity, dated: ExportDate | None) -> int:
    """Return when a file was exported, in microseconds since 1970."""
    dated = dated or ExportDate(datetime.now(UTC), is_stated=False)
    exported_us = round(dated.at.timestamp() * 1_000_000)
    return exported_us if dated.is_stated else max(exported_us, stood_until(connection, identity) + 1)


def _take(store: Store, import_id: int, reading: Reading, tally: _Tally, forgotten: set[str]) -> None:
    connection = store.connection
    match reading:
        case ReadingNote(message):
            tally.notes.append(message)
        case ExportDate():
            tally.dated = max(reading, tally.dated or reading, key=lambda dated: dated.at)
        case IgnoredRows(entry, rows, reason):
            _ignore(connection, import_id, entry, rows, reason, tally)
        case CheckedRows(table, accepted, rejected):
            kept = _without_forgotten(store, accepted, forgotten)
            if kept.height < accepted.height:
                _ignore(connection, import_id, "", accepted.height - kept.height, FORGOTTEN_REASON, tally)
            _stage(connection, RECORD_TABLES[table], kept, tally)
            _quarantine(connection, import_id, table, rejected, tally)


def _ignore(
    connection: duckdb.DuckDBPyConnection, import_id: int, entry: str, rows: int, reason: str, tally: _Tally
) -> None:
    connection.execute("INSERT INTO ignored VALUES (?, ?, ?, ?)", [import_id, entry, rows, reason])
    tally.ignored += rows


def _without_forgotten(store: Store, accepted: pl.DataFrame, forgotten: set[str]) -> pl.DataFrame:
    if not forgotten:
        return accepted
    people = accepted["participant_id"].unique().to_list()
    gone = [person for person in people if participant_hash(store.study, person) in forgotten]
    return accepted.filter(~pl.col("participant_id").is_in(gone))


def _stage(connection: duckdb.DuckDBPyConnection, table: RecordTable, accepted: pl.DataFrame, tally: _Tally) -> None:
    """Put rows into the staged table, whose row numbers keep the order of the file."""
    if accepted.is_empty():
        return
    if table.name not in tally.staged:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staged_{table.name} AS SELECT * EXCLUDE (import_id), "
            f"NULL::VARCHAR AS entry, NULL::BIGINT AS line FROM {table.name} LIMIT 0"
        )
        tally.staged.add(table.name)
    known = [column for column in _PLACE if column in accepted.columns]
    connection.register("accepted_rows", accepted.select(*table.columns, *known).to_arrow())
    place = ", ".join(column if column in known else "NULL" for column in _PLACE)
    connection.execute(f"INSERT INTO staged_{table.name} SELECT {columns_of(table)}, {place} FROM accepted_rows")
    connection.unregister("accepted_rows")


def _quarantine(
    connection: duckdb.DuckDBPyConnection, import_id: int, table: str, rejected: pl.DataFrame, tally: _Tally
) -> None:
    if rejected.is_empty():
        return
    connection.register("rejected_rows", rejected.to_arrow())
    connection.execute(
        'INSERT INTO quarantine SELECT ?, ?, entry, line, "column", rule, text FROM rejected_rows', [import_id, table]
    )
    connection.unregister("rejected_rows")
    tally.quarantined += rejected.height


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

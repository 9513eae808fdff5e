"""Load one export's checked rows in one transaction: staged, deduplicated by natural key, merged, counted, re-read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import polars as pl

from painstats.errors import StorageError
from painstats.records import RECORD_TABLES, RecordTable
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import participant_hash
from painstats.store.ledger import ExportIdentity, forget_refusal

FORGOTTEN_REASON = "a person whose data was removed for good"


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """Rows of one record table: those that passed the checks, and those that did not with their reasons."""

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


Reading = CheckedRows | IgnoredRows | ReadingNote


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


def load_records(
    store: Store, identity: ExportIdentity, source: str, readings: Iterable[Reading], version: str
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

    Raises
    ------
    StorageError
        The disk is full, or the ledger re-read after the commit does not hold what was counted.
    """
    try:
        summary = _load(store, identity, source, readings, version)
    except (duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException):
        raise StorageError(
            f"{store.study.database}: writing failed and nothing of the file is stored; "
            "make space on the disk and run again"
        ) from None
    _confirm(store, summary)
    return summary


def _load(
    store: Store, identity: ExportIdentity, source: str, readings: Iterable[Reading], version: str
) -> ImportSummary:
    with transaction(store) as connection:
        import_id = _number(connection, "SELECT nextval('import_number')")
        forgotten = {row[0] for row in connection.execute("SELECT participant_hash FROM forgotten").fetchall()}
        tally = _Tally()
        for reading in readings:
            _take(store, import_id, reading, tally, forgotten)
        for table in sorted(tally.staged):
            _merge(connection, RECORD_TABLES[table], import_id, tally)
        summary = ImportSummary(
            import_id,
            source,
            tally.new,
            tally.same,
            tally.corrected,
            tally.quarantined,
            tally.ignored,
            tuple(tally.notes),
        )
        _enter(connection, identity, summary, version)
    return summary


def _take(store: Store, import_id: int, reading: Reading, tally: _Tally, forgotten: set[str]) -> None:
    connection = store.connection
    match reading:
        case ReadingNote(message):
            tally.notes.append(message)
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
    if accepted.is_empty():
        return
    if table.name not in tally.staged:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staged_{table.name} AS SELECT * EXCLUDE (import_id), 0::BIGINT AS row_order "
            f"FROM {table.name} LIMIT 0"
        )
        tally.staged.add(table.name)
    connection.register("accepted_rows", accepted.select(list(table.columns)).with_row_index("row_order").to_arrow())
    columns = ", ".join(table.columns)
    connection.execute(
        f"INSERT INTO staged_{table.name} BY NAME "
        f"SELECT {columns}, row_order + (SELECT count(*) FROM staged_{table.name}) AS row_order FROM accepted_rows"
    )
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


def _merge(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int, tally: _Tally) -> None:
    """Merge a staged table: the last of several rows with one key counts, equal rows change nothing, others correct."""
    key = ", ".join(table.key)
    same_key = " AND ".join(f"old.{column} IS NOT DISTINCT FROM new.{column}" for column in table.key)
    same_values = " AND ".join(f"old.{column} IS NOT DISTINCT FROM new.{column}" for column in table.values)
    columns = ", ".join(table.columns)
    staged = _number(connection, f"SELECT count(*) FROM staged_{table.name}")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT * FROM staged_{table.name} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY row_order DESC) = 1"
    )
    conflicting = _quarantine_conflicts(connection, table, import_id)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE correction AS SELECT new.* FROM incoming AS new JOIN {table.name} AS old "
        f"ON {same_key} WHERE NOT ({same_values})"
    )
    connection.execute(
        f"INSERT INTO superseded SELECT '{table.name}', old.participant_id, old.import_id, ?, to_json(old) "
        f"FROM {table.name} AS old WHERE EXISTS (FROM correction AS new WHERE {same_key})",
        [import_id],
    )
    corrected = _number(connection, "SELECT count(*) FROM correction")
    connection.execute(f"DELETE FROM {table.name} AS old WHERE EXISTS (FROM correction AS new WHERE {same_key})")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE addition AS SELECT {columns} FROM incoming AS new "
        f"WHERE NOT EXISTS (FROM {table.name} AS old WHERE {same_key})"
    )
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT *, ?::INTEGER AS import_id FROM addition", [import_id])
    added = _number(connection, "SELECT count(*) FROM addition")
    tally.quarantined += conflicting
    tally.corrected += corrected
    tally.new += added - corrected
    tally.same += staged - added - conflicting


def _quarantine_conflicts(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> int:
    """Keep apart the rows of one file that say something else about the same fact than the row that counts."""
    same_key = " AND ".join(f"old.{column} IS NOT DISTINCT FROM new.{column}" for column in table.key)
    same_values = " AND ".join(f"old.{column} IS NOT DISTINCT FROM new.{column}" for column in table.values)
    row = connection.execute(
        f"INSERT INTO quarantine SELECT ?, '{table.name}', NULL, NULL, NULL, 'conflicting_duplicate', to_json(old) "
        f"FROM staged_{table.name} AS old JOIN incoming AS new ON {same_key} WHERE NOT ({same_values})",
        [import_id],
    ).fetchone()
    return int(row[0]) if row else 0


def _enter(
    connection: duckdb.DuckDBPyConnection, identity: ExportIdentity, summary: ImportSummary, version: str
) -> None:
    forget_refusal(connection, identity)
    connection.execute(
        "INSERT INTO import (import_id, participant_id, file_name, content_hash, reading_hash, source, status, notes, "
        "rows_read, rows_new, rows_same, rows_corrected, rows_quarantined, rows_ignored, painstats_version) "
        "VALUES (?, ?, ?, ?, ?, ?, 'loaded', ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            summary.import_id, identity.participant_id, identity.file_name, identity.content_hash,
            identity.reading_hash, summary.source, list(summary.notes), summary.read, summary.new, summary.same,
            summary.corrected, summary.quarantined, summary.ignored, version,
        ],
    )  # fmt: skip


def _confirm(store: Store, summary: ImportSummary) -> None:
    """Re-read the ledger: a COMMIT after a swallowed error reports success and stores nothing."""
    row = store.connection.execute(
        "SELECT rows_read FROM import WHERE import_id = ? AND status = 'loaded'", [summary.import_id]
    ).fetchone()
    if row is None or row[0] != summary.read:
        raise StorageError(f"{store.study.database}: the import was not stored; run again")


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0

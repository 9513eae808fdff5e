"""Load exports of new facts together, in one transaction: beginning and ending one costs more than most exports do.

What is loaded is what :func:`painstats.store.load.load_records` would have loaded, one export after another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from painstats.batch import Batch, ExportedAt, Rows, StagedRows
from painstats.records import RECORD_TABLES, RecordTable
from painstats.store.connection import Store, transaction
from painstats.store.forgotten import forgotten_hashes
from painstats.store.ledger import ExportIdentity, Readers
from painstats.store.load import Contents, ImportSummary, confirm, enter, exported_us_of
from painstats.store.merge import Merged
from painstats.store.record_sql import columns_of, query_number
from painstats.store.staged import STAGED, file_name
from painstats.store.touched import keep_touched, start_touching, touch


@dataclass(frozen=True, slots=True)
class NewExport:
    """An export that was read, its rows staged, and not yet stored; the parameters of ``load_records``."""

    identity: ExportIdentity
    source: str
    batches: tuple[Batch, ...]
    dated: ExportedAt
    readers: Readers

    @property
    def staged(self) -> Iterator[tuple[str, StagedRows]]:
        """The staged rows with the names of their tables."""
        for batch in self.batches:
            if isinstance(batch, Rows) and isinstance(batch.frame, StagedRows):
                yield batch.table, batch.frame

    @property
    def facts(self) -> set[tuple[str, str]]:
        """What it has rows of: table and participant."""
        return {(table, participant) for table, rows in self.staged for participant in rows.participants}

    @property
    def n_rows(self) -> int:
        """How many accepted rows it has."""
        return sum(rows.n_accepted for _, rows in self.staged)


def can_be_loaded_together(export: NewExport) -> bool:
    """Whether no two rows of an export can be about the same fact: each table has one file, without repeats."""
    files = Counter(table for table, rows in export.staged if rows.n_accepted)
    return max(files.values(), default=0) <= 1 and not any(rows.has_repeats for _, rows in export.staged)


def load_new(store: Store, exports: Sequence[NewExport], version: str) -> tuple[ImportSummary, ...] | None:
    """Load exports in one transaction, if none meets rows or files that are stored.

    Parameters
    ----------
    store
        The open study.
    exports
        Exports that can be loaded together; no two have the same table and participant in their ``facts``, the same
        content or the same name.
    version
        The version of painstats, for the ledger.

    Returns
    -------
    The summary of each export; None, and nothing is stored, where one meets what is stored.

    Raises
    ------
    StorageError
        As :func:`painstats.store.load.load_records`.
    """
    if _meet_stored(store, exports):
        return None
    with transaction(store) as connection:
        numbers = _numbers(connection, len(exports))
        _add_rows(connection, exports, numbers)
        summaries = tuple(
            _enter(connection, export, number, version) for export, number in zip(exports, numbers, strict=True)
        )
    for summary in summaries:
        confirm(store, summary)
    return summaries


def _meet_stored(store: Store, exports: Sequence[NewExport]) -> bool:
    """Whether exports may change anything that is stored, or hold rows that may not be stored."""
    if forgotten_hashes(store.study) or _are_in_ledger(store, [export.identity for export in exports]):
        return True
    facts = sorted({fact for export in exports for fact in export.facts})
    return any(
        _has_rows(store, table, [participant for _, participant in found])
        for table, found in groupby(facts, key=lambda fact: fact[0])
    )


def _are_in_ledger(store: Store, identities: Collection[ExportIdentity]) -> bool:
    """Whether the content or the name of a file is in the ledger."""
    contents = [identity.content_hash for identity in identities]
    names = [identity.file_name for identity in identities]
    row = store.connection.execute(
        "SELECT count(*) FROM import WHERE list_contains(?::VARCHAR[], content_hash) "
        "OR list_contains(?::VARCHAR[], file_name)",
        [contents, names],
    ).fetchone()
    return bool(row and row[0])


def _has_rows(store: Store, table: str, participants: Sequence[str]) -> bool:
    row = store.connection.execute(
        f"SELECT count(*) FROM (FROM {table} WHERE participant_id IN (SELECT unnest(?::VARCHAR[])) LIMIT 1)",
        [list(participants)],
    ).fetchone()
    return bool(row and row[0])


def _numbers(connection: duckdb.DuckDBPyConnection, count: int) -> list[int]:
    """Return the numbers of new imports, in order."""
    return [query_number(connection, "SELECT nextval('import_number')") for _ in range(count)]


def _add_rows(connection: duckdb.DuckDBPyConnection, exports: Sequence[NewExport], numbers: Sequence[int]) -> None:
    start_touching(connection)
    files = sorted(
        (table, number, file_name(rows.path), str(rows.path))
        for export, number in zip(exports, numbers, strict=True)
        for table, rows in export.staged
        if rows.n_accepted
    )
    for name, staged in groupby(files, key=lambda file: file[0]):
        _, of_import, patterns, paths = zip(*staged, strict=True)
        _add_to(connection, RECORD_TABLES[name], list(of_import), list(patterns), list(paths))
    keep_touched(connection)


def _add_to(
    connection: duckdb.DuckDBPyConnection,
    table: RecordTable,
    numbers: list[int],
    patterns: list[str],
    paths: list[str],
) -> None:
    """Add the rows of staged files, one of each import, to their table."""
    connection.execute("SET VARIABLE staged_files = ?", [patterns])
    touch(connection, table, STAGED)
    connection.execute(
        f"INSERT INTO {table.name} SELECT {columns_of(table)}, file.number "
        "FROM read_parquet(getvariable('staged_files'), filename = true) AS staged "
        "JOIN (SELECT unnest(?::VARCHAR[]) AS path, unnest(?::INTEGER[]) AS number) AS file "
        "ON staged.filename = file.path WHERE rule IS NULL ORDER BY file.number, staged_row",
        [paths, numbers],
    )


def _enter(connection: duckdb.DuckDBPyConnection, export: NewExport, number: int, version: str) -> ImportSummary:
    """Enter an export and what was left out of it into the ledger."""
    contents = Contents()
    for batch in export.batches:
        contents.take(connection, number, batch)
    exported_us = exported_us_of(connection, export.identity, contents.dated or export.dated)
    merged = Merged(export.n_rows, 0, 0, 0)
    return enter(
        connection, number, export.identity, export.source, contents, merged, version, exported_us, export.readers
    )

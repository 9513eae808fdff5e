"""The rows that were rejected: their place, the rule that each breaks, and the text of the row as it came."""

from __future__ import annotations

import duckdb

from painstats.batch import StagedRows
from painstats.records import RecordTable
from painstats.store.record_sql import as_json, changed, same_key, same_values
from painstats.store.staged import file_name


def keep_rejected(connection: duckdb.DuckDBPyConnection, import_id: int, table: str, staged: StagedRows) -> None:
    """Keep the rejected ones of staged rows of a table."""
    if staged.n_rejected:
        connection.execute(
            'INSERT INTO quarantine SELECT ?, ?, entry, line, "column", rule, text FROM read_parquet(?) '
            "WHERE rule IS NOT NULL ORDER BY staged_row",
            [import_id, table, file_name(staged.path)],
        )


def keep_contradicting_duplicates(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> int:
    """Keep the rows of ``repeated`` that contradict a later row of the same file; return how many there are.

    Their text is that of the file where both rows were checked together, else what was read from it.
    """
    return changed(
        connection,
        f"INSERT INTO quarantine SELECT ?, '{table.name}', old.entry, old.line, NULL, 'conflicting_duplicate', "
        f"coalesce(old.text, {as_json(table, 'old')}::VARCHAR) FROM repeated AS old "
        f"JOIN repeated AS new ON {same_key(table, 'old', 'new')} "
        f"WHERE old.place > 1 AND new.place = 1 AND NOT ({same_values(table, 'old', 'new')})",
        [import_id],
    )

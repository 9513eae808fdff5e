"""Delete a participant from the tables: their rows, traces of them in shared rows, and all results."""

from __future__ import annotations

import duckdb

from painstats.records import RECORD_TABLES
from painstats.store.connection import Store, transaction
from painstats.store.find_traces import rows_naming
from painstats.store.forgotten import copy_to_table, participant_hash
from painstats.store.id_pattern import IdPattern, pattern_of

RESULT_TABLES = (
    "treatment_day",
    "daily_summary", "step_by_device", "sleep_by_device", "device_change", "source_agreement", "model_frame",
    "treatment_phase", "participant_summary", "finding", "person_fit", "cohort_fit", "coefficient", "model_fit",
    "treatment_column", "robustness", "look_evidence", "look", "revised_answer", "result_count",
    "change_finding", "experiment_finding", "treatment_average", "experiment_average",
    "contrast_finding", "contrast_average", "contrast_digest",
)  # fmt: skip
"""Derived tables. They depend on all participants, so they are deleted, and the next run computes them again."""

REMOVED_NAME = "'removed ' || import_id"
"""Replaces a file name in the ledger that names the participant."""


def participants_in(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Return all participant ids in any table."""
    tables = _tables_with_participants(connection)
    every = " UNION ".join(f'SELECT participant_id FROM "{table}"' for table in tables)
    return frozenset(row[0] for row in connection.execute(every).fetchall() if row[0] is not None)


def own_contents(connection: duckdb.DuckDBPyConnection, participant_id: str) -> tuple[str, ...]:
    """Return the SHA-256 of the files that were imported for this participant and have no rows of others."""
    rows = connection.execute(
        "SELECT content_hash FROM import WHERE participant_id = $own "
        "EXCEPT SELECT content_hash FROM import WHERE participant_id IS DISTINCT FROM $own "
        "OR import_id IN (SELECT unnest($shared::INTEGER[])) ORDER BY 1",
        {"own": participant_id, "shared": sorted(_imports_holding(connection, participant_id, "<>"))},
    ).fetchall()
    return tuple(row[0] for row in rows)


def delete_participant(store: Store, participant_id: str, pattern: IdPattern) -> tuple[int, int]:
    """Delete a participant's rows and all results in one transaction; return the numbers of rows and tables."""
    rows = tables = 0
    with transaction(store) as connection:
        _leave_shared_files(connection, participant_id)
        _clear_quarantine(connection, participant_id, pattern)
        _delete_ignored(connection, participant_id)
        _clear_ledger(connection, pattern)
        for table in _tables_with_participants(connection):
            if table in RESULT_TABLES:
                continue
            row = connection.execute(f'DELETE FROM "{table}" WHERE participant_id = ?', [participant_id]).fetchone()
            count = int(row[0]) if row else 0
            rows, tables = rows + count, tables + bool(count)
        connection.execute("DELETE FROM import_reading WHERE import_id NOT IN (SELECT import_id FROM import)")
        for table in RESULT_TABLES:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        for table in ("stage_done", "daily_built", "run_report"):  # the reports count the participant's rows
            connection.execute(f"DELETE FROM {table}")
        copy_to_table(connection, [participant_hash(store.study, participant_id)])
    return rows, tables


def _tables_with_participants(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "SELECT table_name FROM duckdb_columns() WHERE column_name = 'participant_id' AND NOT internal "
        "AND database_name = current_database() AND table_name IN (SELECT table_name FROM duckdb_tables()) "
        "ORDER BY table_name"
    ).fetchall()
    return [row[0] for row in found]


def _leave_shared_files(connection: duckdb.DuckDBPyConnection, participant_id: str) -> None:
    """Keep the ledger entry of a file that was imported for the participant but has rows of others too."""
    shared = sorted(_imports_holding(connection, participant_id, "<>"))
    connection.execute(
        "UPDATE import SET participant_id = NULL "
        "WHERE participant_id = ? AND import_id IN (SELECT unnest(?::INTEGER[]))",
        [participant_id, shared],
    )


def _clear_quarantine(connection: duckdb.DuckDBPyConnection, participant_id: str, pattern: IdPattern) -> None:
    """Delete the rejected rows of the participant's files, and those in shared files that are or may be theirs.

    A rejected row in a file with rows of this participant may be theirs unless its text names another participant.
    """
    connection.execute(
        "DELETE FROM quarantine WHERE import_id IN (SELECT import_id FROM import WHERE participant_id = ?)",
        [participant_id],
    )
    columns = ("text", "entry", "column_name")
    naming = {row for column in columns for row in rows_naming(connection, "quarantine", column, pattern)}
    in_question = _rejected_in(connection, _imports_holding(connection, participant_id, "="))
    if not pattern.is_distinctive:  # in another participant's own file, a match is an ordinary number or word
        naming &= in_question.keys() | _rejected_in(connection, _without_participant(connection)).keys()
    others = [pattern_of(each) for each in participants_in(connection) - {participant_id}]
    unclear = {row for row, text in in_question.items() if not any(other.is_in_text(text) for other in others)}
    rows = sorted(naming | unclear)
    connection.execute("DELETE FROM quarantine WHERE rowid IN (SELECT unnest(?::BIGINT[]))", [rows])


def _rejected_in(connection: duckdb.DuckDBPyConnection, imports: set[int]) -> dict[int, str]:
    """Return the row ids and texts of the rejected rows of some imports."""
    rows = connection.execute(
        "SELECT rowid, coalesce(text, '') FROM quarantine WHERE import_id IN (SELECT unnest(?::INTEGER[]))",
        [sorted(imports)],
    ).fetchall()
    return dict(rows)


def _imports_holding(connection: duckdb.DuckDBPyConnection, participant_id: str, compared: str) -> set[int]:
    """Return the numbers of the imports with rows of the participant (``=``) or of any other (``<>``)."""
    held = " UNION ".join(
        f"SELECT import_id FROM {table} WHERE participant_id {compared} $own"
        for table in (*RECORD_TABLES, "superseded")
    )
    rows = connection.execute(
        f"WITH held AS ({held}) SELECT import_id FROM held WHERE import_id > 0 "
        "UNION SELECT unnest(import_ids) FROM import_group WHERE group_id IN (SELECT import_id FROM held)",
        {"own": participant_id},
    ).fetchall()
    return {row[0] for row in rows}


def _without_participant(connection: duckdb.DuckDBPyConnection) -> set[int]:
    rows = connection.execute("SELECT import_id FROM import WHERE participant_id IS NULL").fetchall()
    return {row[0] for row in rows}


def _delete_ignored(connection: duckdb.DuckDBPyConnection, participant_id: str) -> None:
    connection.execute(
        "DELETE FROM ignored WHERE import_id IN (SELECT import_id FROM import WHERE participant_id = ?)",
        [participant_id],
    )


def _clear_ledger(connection: duckdb.DuckDBPyConnection, pattern: IdPattern) -> None:
    """Remove the participant from the ledger entries of shared files."""
    if not pattern.is_distinctive:
        return
    entries = rows_naming(connection, "ignored", "entry", pattern)
    connection.execute("UPDATE ignored SET entry = NULL WHERE rowid IN (SELECT unnest(?::BIGINT[]))", [entries])
    reasons = rows_naming(connection, "ignored", "reason", pattern)
    connection.execute("UPDATE ignored SET reason = 'removed' WHERE rowid IN (SELECT unnest(?::BIGINT[]))", [reasons])
    named = rows_naming(connection, "import", "file_name", pattern)
    connection.execute("DELETE FROM import WHERE status = 'refused' AND rowid IN (SELECT unnest(?::BIGINT[]))", [named])
    for column, value in (("file_name", REMOVED_NAME), ("message", "NULL"), ("notes", "NULL")):
        found = rows_naming(connection, "import", column, pattern)
        connection.execute(f"UPDATE import SET {column} = {value} WHERE rowid IN (SELECT unnest(?::BIGINT[]))", [found])

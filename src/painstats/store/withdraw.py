"""Withdraw an import as if it had never been made: its rows, history, quarantine and share of the counts.

Every value has a list of the imports that hold it. Values that no other import holds are removed, the others stay; of
the remaining values of a fact, the one exported last counts. The ledger records the withdrawal, so that the next run
does not import the file again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from painstats.errors import StudyError
from painstats.records import RECORD_TABLES, RecordTable
from painstats.store.connection import Store, transaction
from painstats.store.holders import drop_unused_groups, groups_with, number_of, read_holders
from painstats.store.merge import read_past
from painstats.store.record_sql import as_json, changed, query_number, same_key
from painstats.store.recount import recount
from painstats.store.touched import keep_touched, start_touching, touch

IS_NAMED = "(import_id::VARCHAR = $named OR file_name = $named OR parse_filename(file_name) = $named)"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The result of a withdrawal.

    ``removed`` rows were deleted, ``reinstated`` rows have the value again that the import had superseded, ``kept``
    rows stay because other imports hold them too.
    """

    import_id: int
    file_name: str
    removed: int
    reinstated: int
    kept: int


def find_imports(store: Store, named: str) -> list[int]:
    """Find the loaded imports with a given number or file name: all imports of the same content.

    Raises
    ------
    StudyError
        There is none, or several different files have this name.
    """
    rows = store.connection.execute(
        "SELECT import_id, content_hash, participant_id FROM import WHERE status = 'loaded' AND "
        f"{IS_NAMED} ORDER BY import_id",
        {"named": named},
    ).fetchall()
    if not rows:
        raise StudyError(
            f"no loaded import has that number or file name; see: painstats status {store.study.folder} --files"
        )
    if len({row[1:] for row in rows}) > 1:
        numbers = ", ".join(str(row[0]) for row in rows)
        raise StudyError(f"several imports have that name; choose one by its number: {numbers}")
    same = store.connection.execute(
        "SELECT import_id FROM import WHERE status = 'loaded' AND content_hash = ? "
        "AND participant_id IS NOT DISTINCT FROM ? ORDER BY import_id",
        rows[0][1:],
    ).fetchall()
    return [row[0] for row in same]


def withdraw_import(store: Store, import_id: int) -> Withdrawal:
    """Withdraw one loaded import in one transaction."""
    with transaction(store) as connection:
        return withdraw_rows(connection, import_id, "withdrawn")


def withdraw_rows(connection: duckdb.DuckDBPyConnection, import_id: int, status: str) -> Withdrawal:
    """Withdraw one loaded import as part of a transaction, and give it another status in the ledger."""
    start_touching(connection)
    numbers = _list_holders(connection, import_id)
    removed = reinstated = kept = 0
    for table in filter(partial(_is_held, connection), RECORD_TABLES.values()):
        recount(connection, table, import_id)
        gone, back, stayed = _withdraw_from(connection, table)
        removed, reinstated, kept = removed + gone, reinstated + back, kept + stayed
    drop_unused_groups(connection, numbers)
    for name in ("quarantine", "ignored"):
        connection.execute(f"DELETE FROM {name} WHERE import_id = ?", [import_id])
    keep_touched(connection)
    file_name = _mark(connection, import_id, status)
    return Withdrawal(import_id, file_name, removed, reinstated, kept)


def find_withdrawn(store: Store, named: str) -> list[int]:
    """Find the withdrawn imports with a given number or file name.

    Raises
    ------
    StudyError
        There is none.
    """
    rows = store.connection.execute(
        f"SELECT import_id FROM import WHERE status = 'withdrawn' AND {IS_NAMED} ORDER BY import_id",
        {"named": named},
    ).fetchall()
    if not rows:
        raise StudyError(
            f"no withdrawn import has that number or file name; see: painstats status {store.study.folder} --files"
        )
    return [row[0] for row in rows]


def restore_imports(store: Store, numbers: Sequence[int]) -> None:
    """Delete the marks of withdrawn files, so that the next run imports them again."""
    with transaction(store) as connection:
        connection.execute(
            "DELETE FROM import WHERE status = 'withdrawn' AND list_contains(?::INTEGER[], import_id)", [list(numbers)]
        )


def _list_holders(connection: duckdb.DuckDBPyConnection, import_id: int) -> set[int]:
    """Make ``holder_rank``: the numbers of which the import is a member, and the numbers of their remaining members."""
    groups = groups_with(connection, import_id)
    connection.execute("CREATE OR REPLACE TEMP TABLE holder_rank (number INTEGER, remaining INTEGER)")
    remaining = set()
    for number, members in groups.items():
        left = number_of(connection, (member for member in members if member != import_id))
        remaining.add(left or 0)
        connection.execute("INSERT INTO holder_rank VALUES (?, ?)", [number, left])
    return {*groups, *remaining}


def _is_held(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> bool:
    """Whether the import holds any rows of a table or its history; of most tables it does not."""
    numbers = "import_id IN (SELECT number FROM holder_rank)"
    held = (
        f"SELECT 1 FROM {table.name} WHERE {numbers} "
        f"UNION ALL SELECT 1 FROM superseded WHERE table_name = '{table.name}' AND {numbers}"
    )
    return query_number(connection, f"SELECT count(*) FROM (SELECT 1 FROM ({held}) LIMIT 1)") > 0


def _withdraw_from(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> tuple[int, int, int]:
    """Withdraw the import from one table and its history; return the numbers of rows removed, reinstated and kept."""
    name = table.name
    connection.execute(
        f"DELETE FROM superseded WHERE table_name = '{name}' "
        "AND import_id IN (SELECT number FROM holder_rank WHERE remaining IS NULL)"
    )
    connection.execute(
        f"UPDATE superseded SET import_id = s.remaining FROM holder_rank AS s "
        f"WHERE table_name = '{name}' AND import_id = s.number"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE held AS SELECT t.rowid AS old_row, s.remaining "
        f"FROM {name} AS t JOIN holder_rank AS s ON t.import_id = s.number"
    )
    reinstated = _reinstate(connection, table)
    gone = "SELECT old_row FROM held WHERE remaining IS NULL"
    touch(connection, table, f"{name} WHERE rowid IN ({gone})")
    removed = changed(connection, f"DELETE FROM {name} WHERE rowid IN ({gone})")
    kept = changed(
        connection,
        f"UPDATE {name} AS t SET import_id = held.remaining FROM held WHERE t.rowid = held.old_row",
    )
    return removed, reinstated, kept


def _reinstate(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> int:
    """Let a superseded value count again if it now outranks the remaining holders of the current value."""
    name = table.name
    read_past(connection, table, f"SELECT participant_id FROM {name} WHERE rowid IN (SELECT old_row FROM held)")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE candidate AS SELECT held.old_row, held.remaining, past.past_row, past.number "
        f"FROM held JOIN {name} AS t ON t.rowid = held.old_row JOIN past ON {same_key(table, 'past', 't')}"
    )
    _rank_holders(connection)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE back AS SELECT c.* FROM candidate AS c JOIN ranked AS theirs USING (number) "
        "LEFT JOIN ranked AS ours ON ours.number = c.remaining "
        "WHERE ours.place IS NULL OR theirs.place > ours.place "
        "QUALIFY row_number() OVER (PARTITION BY c.old_row ORDER BY theirs.place DESC) = 1"
    )
    touch(connection, table, f"{name} WHERE rowid IN (SELECT old_row FROM back)")
    touch(connection, table, "past WHERE past_row IN (SELECT past_row FROM back)")
    connection.execute(
        f"INSERT INTO superseded SELECT '{name}', t.participant_id, back.remaining, {as_json(table, 't')} "
        f"FROM {name} AS t JOIN back ON t.rowid = back.old_row WHERE back.remaining IS NOT NULL"
    )
    values = ", ".join(f"{column} = past.{column}" for column in table.values)
    reinstated = changed(
        connection,
        f"UPDATE {name} AS t SET {values}, import_id = back.number FROM back JOIN past USING (past_row) "
        "WHERE t.rowid = back.old_row",
    )
    connection.execute("DELETE FROM superseded WHERE rowid IN (SELECT past_row FROM back)")
    connection.execute("DELETE FROM held WHERE old_row IN (SELECT old_row FROM back)")
    return reinstated


def _rank_holders(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``ranked``: the holders of candidate values in the order of their exports."""
    rows = connection.execute(
        "SELECT number FROM candidate UNION SELECT remaining FROM candidate WHERE remaining IS NOT NULL"
    ).fetchall()
    holders = read_holders(connection, [row[0] for row in rows])
    ordered = sorted(holders.members, key=lambda number: holders.rank_of(holders.members[number]))
    connection.execute("CREATE OR REPLACE TEMP TABLE ranked (number INTEGER, place INTEGER)")
    for place, number in enumerate(ordered):
        connection.execute("INSERT INTO ranked VALUES (?, ?)", [number, place])


def _mark(connection: duckdb.DuckDBPyConnection, import_id: int, status: str) -> str:
    """Set the status in the ledger and clear the counts; return the file name."""
    row = connection.execute(
        "UPDATE import SET status = $status, notes = NULL, rows_read = 0, rows_new = 0, rows_same = 0, "
        "rows_corrected = 0, rows_quarantined = 0, rows_ignored = 0 WHERE import_id = $import RETURNING file_name",
        {"status": status, "import": import_id},
    ).fetchone()
    return str(row[0]) if row else ""

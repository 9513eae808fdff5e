"""Take one import out again, as if it had never been: its rows, its history, its quarantine, its part in the counts.

Every value knows which imports hold it. What nobody else holds goes; what others hold stays with them; of what is left
of a fact the value exported last counts again. The ledger keeps that the file was withdrawn, so that it stays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import duckdb

from painstats.errors import StudyError
from painstats.records import RECORD_TABLES, RecordTable
from painstats.store.connection import Store, transaction
from painstats.store.holders import drop_unused_groups, groups_with, number_of, read_holders
from painstats.store.merge import read_past
from painstats.store.record_sql import as_json, changed, counted, same_key
from painstats.store.recount import recount
from painstats.store.touched import keep_touched, start_touching, touch


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What taking an import out came to.

    ``removed`` rows went, ``brought_back`` rows have the value again that the import had pushed out, ``kept`` rows are
    held by other imports too and stay.
    """

    import_id: int
    file_name: str
    removed: int
    brought_back: int
    kept: int


def find_imports(store: Store, named: str) -> list[int]:
    """Find the loaded imports that a number or a file name means: all readings of the same content.

    Raises
    ------
    StudyError
        There is none, or the name fits several different files.
    """
    rows = store.connection.execute(
        "SELECT import_id, content_hash, participant_id FROM import WHERE status = 'loaded' AND "
        "(import_id::VARCHAR = $named OR file_name = $named OR parse_filename(file_name) = $named) ORDER BY import_id",
        {"named": named},
    ).fetchall()
    if not rows:
        raise StudyError(
            f"no import of that number or file name is loaded; see: painstats status {store.study.folder} --files"
        )
    if len({row[1:] for row in rows}) > 1:
        numbers = ", ".join(str(row[0]) for row in rows)
        raise StudyError(f"that name fits several imports; say which by its number: {numbers}")
    same = store.connection.execute(
        "SELECT import_id FROM import WHERE status = 'loaded' AND content_hash = ? "
        "AND participant_id IS NOT DISTINCT FROM ? ORDER BY import_id",
        rows[0][1:],
    ).fetchall()
    return [row[0] for row in same]


def withdraw_import(store: Store, import_id: int) -> Withdrawal:
    """Take one loaded import out, in one transaction."""
    with transaction(store) as connection:
        return take_out(connection, import_id, "withdrawn")


def take_out(connection: duckdb.DuckDBPyConnection, import_id: int, status: str) -> Withdrawal:
    """Take one loaded import out as part of a transaction, and leave it in the ledger with another status."""
    start_touching(connection)
    numbers = _lay_out_standing(connection, import_id)
    removed = brought_back = kept = 0
    for table in filter(partial(_is_held, connection), RECORD_TABLES.values()):
        recount(connection, table, import_id)
        gone, back, stayed = _withdraw_from(connection, table)
        removed, brought_back, kept = removed + gone, brought_back + back, kept + stayed
    drop_unused_groups(connection, numbers)
    for name in ("quarantine", "ignored"):
        connection.execute(f"DELETE FROM {name} WHERE import_id = ?", [import_id])
    keep_touched(connection)
    file_name = _mark(connection, import_id, status)
    return Withdrawal(import_id, file_name, removed, brought_back, kept)


def take_back(store: Store, named: str) -> int:
    """Forget that files were withdrawn, so that the next run reads them again; return how many.

    Raises
    ------
    StudyError
        Nothing of that number or name was withdrawn.
    """
    with transaction(store) as connection:
        marks = changed(
            connection,
            "DELETE FROM import WHERE status = 'withdrawn' AND "
            "(import_id::VARCHAR = $named OR file_name = $named OR parse_filename(file_name) = $named)",
            {"named": named},
        )
    if not marks:
        raise StudyError(
            f"nothing of that number or file name was withdrawn; see: painstats status {store.study.folder} --files"
        )
    return marks


def _lay_out_standing(connection: duckdb.DuckDBPyConnection, import_id: int) -> set[int]:
    """Lay out who holds rows together with the import, who remains, and how high these rank among all imports."""
    groups = groups_with(connection, import_id)
    connection.execute("CREATE OR REPLACE TEMP TABLE standing (number INTEGER, remaining INTEGER)")
    remaining = set()
    for number, members in groups.items():
        left = number_of(connection, (member for member in members if member != import_id))
        remaining.add(left or 0)
        connection.execute("INSERT INTO standing VALUES (?, ?)", [number, left])
    return {*groups, *remaining}


def _is_held(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> bool:
    """Whether the import holds anything of a table or its history; of most it does not."""
    numbers = "import_id IN (SELECT number FROM standing)"
    held = (
        f"SELECT 1 FROM {table.name} WHERE {numbers} "
        f"UNION ALL SELECT 1 FROM superseded WHERE table_name = '{table.name}' AND {numbers}"
    )
    return counted(connection, f"SELECT count(*) FROM (SELECT 1 FROM ({held}) LIMIT 1)") > 0


def _withdraw_from(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> tuple[int, int, int]:
    """Take the import out of one table and its history; return rows removed, brought back and kept."""
    name = table.name
    connection.execute(
        f"DELETE FROM superseded WHERE table_name = '{name}' "
        "AND import_id IN (SELECT number FROM standing WHERE remaining IS NULL)"
    )
    connection.execute(
        f"UPDATE superseded SET import_id = s.remaining FROM standing AS s "
        f"WHERE table_name = '{name}' AND import_id = s.number"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE held AS SELECT t.rowid AS old_row, s.remaining "
        f"FROM {name} AS t JOIN standing AS s ON t.import_id = s.number"
    )
    brought_back = _bring_back(connection, table)
    gone = "SELECT old_row FROM held WHERE remaining IS NULL"
    touch(connection, table, f"{name} WHERE rowid IN ({gone})")
    removed = changed(connection, f"DELETE FROM {name} WHERE rowid IN ({gone})")
    kept = changed(
        connection,
        f"UPDATE {name} AS t SET import_id = held.remaining FROM held WHERE t.rowid = held.old_row",
    )
    return removed, brought_back, kept


def _bring_back(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> int:
    """Let an earlier value count again where it now outranks what is left of the value that counted."""
    name = table.name
    read_past(connection, table, f"SELECT participant_id FROM {name} WHERE rowid IN (SELECT old_row FROM held)")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE candidate AS SELECT held.old_row, held.remaining, past.past_row, past.number "
        f"FROM held JOIN {name} AS t ON t.rowid = held.old_row JOIN past ON {same_key(table, 'past', 't')}"
    )
    _lay_out_ranks(connection)
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
    brought_back = changed(
        connection,
        f"UPDATE {name} AS t SET {values}, import_id = back.number FROM back JOIN past USING (past_row) "
        "WHERE t.rowid = back.old_row",
    )
    connection.execute("DELETE FROM superseded WHERE rowid IN (SELECT past_row FROM back)")
    connection.execute("DELETE FROM held WHERE old_row IN (SELECT old_row FROM back)")
    return brought_back


def _lay_out_ranks(connection: duckdb.DuckDBPyConnection) -> None:
    """Give everybody who holds a candidate value a place: the greater, the later exported."""
    rows = connection.execute(
        "SELECT number FROM candidate UNION SELECT remaining FROM candidate WHERE remaining IS NOT NULL"
    ).fetchall()
    holders = read_holders(connection, [row[0] for row in rows])
    ordered = sorted(holders.members, key=lambda number: holders.rank_of(holders.members[number]))
    connection.execute("CREATE OR REPLACE TEMP TABLE ranked (number INTEGER, place INTEGER)")
    for place, number in enumerate(ordered):
        connection.execute("INSERT INTO ranked VALUES (?, ?)", [number, place])


def _mark(connection: duckdb.DuckDBPyConnection, import_id: int, status: str) -> str:
    """Leave of the ledger's row only that the file was taken out; return its name."""
    row = connection.execute(
        "UPDATE import SET status = $status, notes = NULL, rows_read = 0, rows_new = 0, rows_same = 0, "
        "rows_corrected = 0, rows_quarantined = 0, rows_ignored = 0 WHERE import_id = $import RETURNING file_name",
        {"status": status, "import": import_id},
    ).fetchone()
    return str(row[0]) if row else ""

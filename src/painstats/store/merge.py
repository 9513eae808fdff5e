"""Merge one import's staged rows into their record table, so that neither order nor repetition of imports matters.

Of several rows of one file about one fact the last counts. Of several files the one exported last counts; the values
of the others are kept in ``superseded``. Every value is linked to its imports (:mod:`painstats.store.holders`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import duckdb

from painstats.records import RecordTable
from painstats.store.holders import Rank, drop_unused_groups, number_of, read_holders
from painstats.store.quarantine import keep_contradicting_duplicates
from painstats.store.record_sql import (
    as_json,
    changed,
    columns_of,
    moment_of,
    query_number,
    same_key,
    same_values,
    typed_columns,
)
from painstats.store.staged import STAGED, laid_out
from painstats.store.touched import touch

_ORDER = "ORDER BY staged_row"
"""Keeps the order of the file, and lets DuckDB write what it inserts at once rather than keep it until the commit."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a file's staged rows of one table; they add up to all of them.

    ``corrected`` are rows that contradict another file, whichever of the two counts.
    """

    new: int
    same: int
    corrected: int
    quarantined: int


def merge(
    connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int, rank: Rank, files: list[Path]
) -> Merged:
    """Merge the accepted rows in staged files into their table and its history."""
    connection.execute("DROP TABLE IF EXISTS past")
    parts = [_merge_part(connection, table, import_id, rank) for _ in laid_out(connection, table, files)]
    return add_counts(parts)


def add_counts(parts: Sequence[Merged]) -> Merged:
    """Add the counts of several merges; all are 0 where there is none."""
    return Merged(*(sum(counts) for counts in zip((0, 0, 0, 0), *map(astuple, parts), strict=True)))


def _merge_part(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int, rank: Rank) -> Merged:
    repeated, conflicting = _set_repeats_apart(connection, table, import_id)
    if not _meets_rows(connection, table):
        touch(connection, table, "last_row")
        new = changed(
            connection, f"INSERT INTO {table.name} SELECT {columns_of(table)}, ? FROM last_row {_ORDER}", [import_id]
        )
        return Merged(new, repeated - conflicting, 0, conflicting)
    _meet(connection, table)
    numbers = _rank_holders(connection, import_id, rank)
    same = changed(
        connection,
        f"UPDATE {table.name} AS old SET import_id = s.with_new FROM met JOIN holder_rank AS s USING (number) "
        "WHERE old.rowid = met.old_row AND met.is_same",
    )
    corrected = query_number(connection, "SELECT count(*) FROM met WHERE NOT is_same")
    if corrected:
        numbers |= _contradict(connection, table, import_id)
    new = _add(connection, table, import_id)
    drop_unused_groups(connection, numbers)
    return Merged(new, same + repeated - conflicting, corrected, conflicting)


def _set_repeats_apart(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> tuple[int, int]:
    """Make ``last_row``, one row for each fact; return how many others there are, and how many contradict it."""
    key, staged = ", ".join(table.key), f"staged_{table.name}"
    suspects = f"SELECT h FROM (SELECT hash({key}) AS h FROM {staged}) GROUP BY h HAVING count(*) > 1"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS "
        f"SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY staged_row DESC) AS place "
        f"FROM {staged} WHERE hash({key}) IN ({suspects})"
    )
    repeated = query_number(connection, "SELECT count(*) FROM repeated WHERE place > 1")
    others = "ANTI JOIN (SELECT staged_row FROM repeated WHERE place > 1) USING (staged_row)" if repeated else ""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW last_row AS FROM {staged} {others}")
    if not repeated:
        return 0, 0
    conflicting = keep_contradicting_duplicates(connection, table, import_id)
    return repeated, conflicting


def _meets_rows(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> bool:
    """Whether the table has rows of the same participants in the same period, so that any rows can match."""
    moment = moment_of(table)
    # As a variable, so that DuckDB skips row groups outside it.
    connection.execute(
        f"SET VARIABLE span = (SELECT {{'participants': list(DISTINCT participant_id), 'first': min({moment or 0}), "
        f"'last': max({moment or 0})}} FROM staged_{table.name})"
    )
    within = f"AND {moment} BETWEEN getvariable('span').first AND getvariable('span').last" if moment else ""
    participants = "participant_id IN (SELECT unnest(getvariable('span').participants))"
    return (
        query_number(
            connection, f"SELECT count(*) FROM (SELECT 1 FROM {table.name} WHERE {participants} {within} LIMIT 1)"
        )
        > 0
    )


def _meet(connection: duckdb.DuckDBPyConnection, table: RecordTable) -> None:
    """Pair staged rows with the stored rows about the same facts."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE met AS SELECT old.rowid AS old_row, new.staged_row AS new_row, "
        f"old.import_id AS number, {same_values(table, 'old', 'new')} AS is_same "
        f"FROM last_row AS new JOIN {table.name} AS old ON {same_key(table, 'old', 'new')}"
    )


def _rank_holders(connection: duckdb.DuckDBPyConnection, import_id: int, rank: Rank) -> set[int]:
    """Record for each holder of stored rows whether the new import outranks it, and their joint number."""
    numbers = [row[0] for row in connection.execute("SELECT DISTINCT number FROM met ORDER BY number").fetchall()]
    holders = read_holders(connection, numbers)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE holder_rank (number INTEGER, with_new INTEGER, is_outranked BOOLEAN)"
    )
    together = set()
    for number in numbers:
        members = holders.members.get(number, ())
        with_new = number_of(connection, (*members, import_id))
        together.add(with_new or 0)
        connection.execute(
            "INSERT INTO holder_rank VALUES (?, ?, ?)", [number, with_new, holders.rank_of(members) < rank]
        )
    return {*numbers, *together}


def _contradict(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> set[int]:
    """Let the value of greater rank count and keep the other; return the numbers of the holders involved."""
    name = table.name
    numbers = _pair_with_past(connection, table, import_id)
    outranked = "FROM contradiction AS c WHERE c.is_outranked"
    touch(connection, table, f"{name} WHERE rowid IN (SELECT c.old_row {outranked})")
    touch(connection, table, f"last_row WHERE staged_row IN (SELECT c.new_row {outranked})")
    connection.execute(f"DELETE FROM superseded WHERE rowid IN (SELECT c.past_row {outranked})")
    connection.execute(
        "UPDATE superseded AS past SET import_id = c.with_past FROM contradiction AS c "
        "WHERE past.rowid = c.past_row AND NOT c.is_outranked"
    )
    connection.execute(
        f"INSERT INTO superseded SELECT '{name}', old.participant_id, old.import_id, {as_json(table, 'old')} "
        f"FROM {name} AS old JOIN contradiction AS c ON old.rowid = c.old_row WHERE c.is_outranked"
    )
    connection.execute(
        f"INSERT INTO superseded SELECT '{name}', new.participant_id, c.with_past, {as_json(table, 'new')} "
        "FROM last_row AS new JOIN contradiction AS c ON new.staged_row = c.new_row "
        "WHERE NOT c.is_outranked AND c.past_row IS NULL"
    )
    values = ", ".join(f"{column} = new.{column}" for column in table.values)
    connection.execute(
        f"UPDATE {name} AS old SET {values}, import_id = c.with_past "
        "FROM contradiction AS c JOIN last_row AS new ON new.staged_row = c.new_row "
        "WHERE old.rowid = c.old_row AND c.is_outranked"
    )
    return numbers


def _pair_with_past(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> set[int]:
    """Pair contradicting rows with the same value in the history, if it is there; return its holders."""
    if not query_number(
        connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'past'"
    ):  # by an earlier part
        read_past(connection, table, f"SELECT DISTINCT participant_id FROM {STAGED}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE contradiction AS "
        "SELECT met.old_row, met.new_row, s.is_outranked, past.past_row, past.number AS past_number, "
        "?::INTEGER AS with_past FROM met JOIN holder_rank AS s USING (number) "
        "JOIN last_row AS new ON new.staged_row = met.new_row "
        f"LEFT JOIN past ON {same_key(table, 'past', 'new')} AND {same_values(table, 'past', 'new')} "
        "WHERE NOT met.is_same",
        [import_id],
    )
    rows = connection.execute("SELECT DISTINCT past_number FROM contradiction WHERE past_row IS NOT NULL").fetchall()
    numbers = {row[0] for row in rows}
    holders = read_holders(connection, numbers)
    for number in sorted(numbers):
        with_past = number_of(connection, (*holders.members.get(number, ()), import_id))
        connection.execute("UPDATE contradiction SET with_past = ? WHERE past_number = ?", [with_past, number])
    return numbers


def read_past(connection: duckdb.DuckDBPyConnection, table: RecordTable, participants: str) -> None:
    """Make the temporary table ``past``: the history of a table for some participants (SQL), with the table's types."""
    types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table.name})").fetchall())
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE past AS "
        f"SELECT rowid AS past_row, import_id AS number, {typed_columns(table, types)} FROM superseded "
        f"WHERE table_name = '{table.name}' AND participant_id IN ({participants})"
    )


def _add(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> int:
    """Add the rows about facts that no import had before."""
    if query_number(connection, "SELECT (SELECT count(*) FROM last_row) - (SELECT count(*) FROM met)") == 0:
        return 0
    unmet = "last_row WHERE staged_row NOT IN (SELECT new_row FROM met)"
    touch(connection, table, unmet)
    return changed(
        connection, f"INSERT INTO {table.name} SELECT {columns_of(table)}, ? FROM {unmet} {_ORDER}", [import_id]
    )

"""Which imports hold a row: one import by its number, several by the number of their group, which lies below zero.

A row of a record table is one value of one fact. Every import that says exactly that holds it, so that an import can be
taken out again without a trace, and so that of two values the one exported last counts in whatever order files came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import duckdb

from painstats.records import RECORD_TABLES

Rank = tuple[int, str]
"""When a file was exported (microseconds since 1970) and its content hash; of two values the greater rank counts."""

Members = tuple[int, ...]
"""Numbers of imports, ascending."""

LOWEST: Rank = (-(1 << 62), "")


@dataclass(frozen=True, slots=True)
class Holders:
    """Who stands behind numbers of imports and groups, and how they rank."""

    members: dict[int, Members]
    ranks: dict[int, Rank]

    def rank_of(self, members: Iterable[int]) -> Rank:
        """Return the greatest rank among imports."""
        return max((self.ranks.get(member, LOWEST) for member in members), default=LOWEST)


def read_holders(connection: duckdb.DuckDBPyConnection, numbers: Collection[int]) -> Holders:
    """Look up numbers that rows carry, with the ranks of all imports behind them."""
    groups = connection.execute(
        "SELECT group_id, import_ids FROM import_group WHERE list_contains(?::INTEGER[], group_id)", [list(numbers)]
    ).fetchall()
    members: dict[int, Members] = {number: (number,) for number in numbers if number > 0}
    members |= {group: tuple(imports) for group, imports in groups}
    return Holders(members, read_ranks(connection, {member for group in members.values() for member in group}))


def read_ranks(connection: duckdb.DuckDBPyConnection, imports: Collection[int]) -> dict[int, Rank]:
    """Return the ranks of imports that are in the ledger."""
    rows = connection.execute(
        "SELECT import_id, epoch_us(exported_at), content_hash FROM import "
        "WHERE list_contains(?::INTEGER[], import_id)",
        [sorted(imports)],
    ).fetchall()
    return {number: (LOWEST[0] if at is None else at, content_hash) for number, at, content_hash in rows}


def groups_with(connection: duckdb.DuckDBPyConnection, import_id: int) -> dict[int, Members]:
    """Return every number that an import stands behind, its own among them."""
    rows = connection.execute(
        "SELECT group_id, import_ids FROM import_group WHERE list_contains(import_ids, ?)", [import_id]
    ).fetchall()
    return {import_id: (import_id,), **{group: tuple(imports) for group, imports in rows}}


def number_of(connection: duckdb.DuckDBPyConnection, members: Iterable[int]) -> int | None:
    """Return the number of some imports, made when there is none yet; None for no imports at all."""
    ordered = sorted(set(members))
    if len(ordered) < 2:
        return ordered[0] if ordered else None
    row = connection.execute("SELECT group_id FROM import_group WHERE import_ids = ?::INTEGER[]", [ordered]).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO import_group VALUES (nextval('import_group_number'), ?) RETURNING group_id", [ordered]
        ).fetchone()
    return int(row[0]) if row else None


def drop_unused_groups(connection: duckdb.DuckDBPyConnection, numbers: Collection[int]) -> None:
    """Remove those of some groups that no row carries any more."""
    groups = [number for number in numbers if number < 0]
    if not groups:
        return
    used = " UNION ".join(
        f"SELECT import_id FROM {table} WHERE import_id < 0" for table in (*RECORD_TABLES, "superseded")
    )
    connection.execute(
        "DELETE FROM import_group WHERE list_contains(?::INTEGER[], group_id) "
        f"AND group_id NOT IN (SELECT import_id FROM ({used}))",
        [groups],
    )

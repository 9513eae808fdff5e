"""Which imports hold a row: a positive number is an import, a negative number a group of imports.

A row of a record table is one value of one fact. Every import with exactly that value holds it, so that an import can
be withdrawn without a trace, and so that of two values the one exported last counts, whatever the order of imports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import duckdb

from painstats.records import RECORD_TABLES

Rank = tuple[int, str]
"""When a file was exported (microseconds since 1970) and its content hash; the value of higher rank counts."""

Members = tuple[int, ...]
"""Import numbers, ascending."""

LOWEST: Rank = (-(1 << 62), "")


@dataclass(frozen=True, slots=True)
class Holders:
    """The members of numbers of imports and groups, and the ranks of imports."""

    members: dict[int, Members]
    ranks: dict[int, Rank]

    def rank_of(self, members: Iterable[int]) -> Rank:
        """Return the highest rank of some imports."""
        return max((self.ranks.get(member, LOWEST) for member in members), default=LOWEST)


def read_holders(connection: duckdb.DuckDBPyConnection, numbers: Collection[int]) -> Holders:
    """Look up the members of the numbers in rows, and the ranks of all members."""
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
    """Return the numbers of which an import is a member, including its own, with all members."""
    rows = connection.execute(
        "SELECT group_id, import_ids FROM import_group WHERE list_contains(import_ids, ?)", [import_id]
    ).fetchall()
    return {import_id: (import_id,), **{group: tuple(imports) for group, imports in rows}}


def number_of(connection: duckdb.DuckDBPyConnection, members: Iterable[int]) -> int | None:
    """Return the number for some imports, creating a group if needed; None without imports."""
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
    """Remove the given groups that no row refers to any more."""
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

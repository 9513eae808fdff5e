"""Correct the counts of other imports when one is withdrawn: as if it had never been imported.

A row was counted as *new* if no earlier import had the same fact, as *same* if the value that counted at the time was
equal, and otherwise as *corrected*. Only imports after the withdrawn one can have been affected by it.
"""

from __future__ import annotations

import duckdb

from painstats.records import RecordTable
from painstats.store.holders import read_holders
from painstats.store.merge import read_past
from painstats.store.record_sql import same_key

_IN_HOLDER_RANK = "IN (SELECT number FROM holder_rank)"


def recount(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> None:
    """Correct the row counts for one table before an import is removed; ``holder_rank`` lists the holders with it."""
    name = table.name
    participants = (
        f"SELECT participant_id FROM {name} WHERE import_id {_IN_HOLDER_RANK} UNION "
        f"SELECT participant_id FROM superseded WHERE table_name = '{name}' AND import_id {_IN_HOLDER_RANK}"
    )
    read_past(connection, table, participants)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE contested AS SELECT t.rowid AS fact, past.past_row, past.number "
        f"FROM {name} AS t JOIN past ON {same_key(table, 'past', 't')}"
    )
    _recount_agreed(connection, name, import_id)
    _recount_contested(connection, name, import_id)


def _recount_agreed(connection: duckdb.DuckDBPyConnection, name: str, import_id: int) -> None:
    """Facts on which all imports agree: if the withdrawn import was the first, the next one was new instead."""
    rows = connection.execute(
        f"SELECT import_id, count(*) FROM {name} WHERE import_id {_IN_HOLDER_RANK} "
        "AND rowid NOT IN (SELECT fact FROM contested) GROUP BY import_id"
    ).fetchall()
    holders = read_holders(connection, [number for number, _ in rows])
    for number, facts in rows:
        members = sorted(holders.members[number])
        if len(members) > 1 and members[0] == import_id:
            connection.execute(
                "UPDATE import SET rows_new = rows_new + ?, rows_same = rows_same - ? WHERE import_id = ?",
                [facts, facts, members[1]],
            )


def _recount_contested(connection: duckdb.DuckDBPyConnection, name: str, import_id: int) -> None:
    """Facts on which imports differ: classify their rows with and without the import, and apply the difference."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE claim AS
        WITH value AS (
            SELECT t.rowid AS fact, -1 AS version, t.import_id AS number
            FROM {name} AS t WHERE t.rowid IN (SELECT fact FROM contested)
            UNION ALL SELECT fact, past_row, number FROM contested
        ), affected AS (
            SELECT * FROM value WHERE fact IN (SELECT fact FROM value WHERE number {_IN_HOLDER_RANK})
        )
        SELECT fact, version, unnest(coalesce(g.import_ids, [c.number])) AS import_id
        FROM affected AS c LEFT JOIN import_group AS g ON g.group_id = c.number
        """
    )
    connection.execute(
        """
        WITH placed AS (
            SELECT import_id, row_number() OVER (ORDER BY exported_at, content_hash, import_id) AS place FROM import
        ), history AS (
            SELECT with_it, import_id, version,
                   arg_max(version, place) OVER (
                       PARTITION BY with_it, fact ORDER BY import_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ) AS before
            FROM claim JOIN placed USING (import_id) CROSS JOIN (VALUES (true), (false)) AS world (with_it)
            WHERE with_it OR import_id <> $gone
        ), change AS (
            SELECT import_id, sum(sign) FILTER (before IS NULL) AS new, sum(sign) FILTER (before = version) AS same,
                   sum(sign) FILTER (before <> version) AS corrected
            FROM (SELECT *, CASE WHEN with_it THEN -1 ELSE 1 END AS sign FROM history)
            WHERE import_id <> $gone GROUP BY import_id
        )
        UPDATE import AS i SET rows_new = rows_new + coalesce(new, 0), rows_same = rows_same + coalesce(same, 0),
               rows_corrected = rows_corrected + coalesce(corrected, 0)
        FROM change WHERE i.import_id = change.import_id
        """,
        {"gone": import_id},
    )

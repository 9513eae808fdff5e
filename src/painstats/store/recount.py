"""The counts of the other imports when one is taken out: what they would have been had it never been there.

A row of a file was *new* if no file read before told of the fact, *same* if what counted then said the same, else
*corrected*. Only files read after the one that goes can have been told so because of it.
"""

from __future__ import annotations

import duckdb

from painstats.records import RecordTable
from painstats.store.holders import read_holders
from painstats.store.merge import read_past
from painstats.store.record_sql import same_key

_IN_STANDING = "IN (SELECT number FROM standing)"


def recount(connection: duckdb.DuckDBPyConnection, table: RecordTable, import_id: int) -> None:
    """Correct the ledger's counts of rows of one table before an import goes; ``standing`` says where it stands."""
    name = table.name
    people = (
        f"SELECT participant_id FROM {name} WHERE import_id {_IN_STANDING} UNION "
        f"SELECT participant_id FROM superseded WHERE table_name = '{name}' AND import_id {_IN_STANDING}"
    )
    read_past(connection, table, people)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT t.rowid AS fact, past.past_row, past.number "
        f"FROM {name} AS t JOIN past ON {same_key(table, 'past', 't')}"
    )
    _recount_agreed(connection, name, import_id)
    _recount_contested(connection, name, import_id)


def _recount_agreed(connection: duckdb.DuckDBPyConnection, name: str, import_id: int) -> None:
    """Facts that all files agree on: where the import told first, the next one told something new."""
    rows = connection.execute(
        f"SELECT import_id, count(*) FROM {name} WHERE import_id {_IN_STANDING} "
        "AND rowid NOT IN (SELECT fact FROM told) GROUP BY import_id"
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
    """Facts on which files differ: tell the story again without the import, and take the difference."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE claim AS
        WITH value AS (
            SELECT t.rowid AS fact, -1 AS version, t.import_id AS number
            FROM {name} AS t WHERE t.rowid IN (SELECT fact FROM told)
            UNION ALL SELECT fact, past_row, number FROM told
        ), concerned AS (
            SELECT * FROM value WHERE fact IN (SELECT fact FROM value WHERE number {_IN_STANDING})
        )
        SELECT fact, version, unnest(coalesce(g.import_ids, [c.number])) AS import_id
        FROM concerned AS c LEFT JOIN import_group AS g ON g.group_id = c.number
        """
    )
    connection.execute(
        """
        WITH placed AS (
            SELECT import_id, row_number() OVER (ORDER BY exported_at, content_hash, import_id) AS place FROM import
        ), story AS (
            SELECT with_it, import_id, version,
                   arg_max(version, place) OVER (
                       PARTITION BY with_it, fact ORDER BY import_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ) AS before
            FROM claim JOIN placed USING (import_id) CROSS JOIN (VALUES (true), (false)) AS world (with_it)
            WHERE with_it OR import_id <> $gone
        ), change AS (
            SELECT import_id, sum(sign) FILTER (before IS NULL) AS new, sum(sign) FILTER (before = version) AS same,
                   sum(sign) FILTER (before <> version) AS corrected
            FROM (SELECT *, CASE WHEN with_it THEN -1 ELSE 1 END AS sign FROM story)
            WHERE import_id <> $gone GROUP BY import_id
        )
        UPDATE import AS i SET rows_new = rows_new + coalesce(new, 0), rows_same = rows_same + coalesce(same, 0),
               rows_corrected = rows_corrected + coalesce(corrected, 0)
        FROM change WHERE i.import_id = change.import_id
        """,
        {"gone": import_id},
    )

"""The participants and days that a change of the records may affect, which the daily table must recompute."""

from __future__ import annotations

import duckdb

from painstats.records import RecordTable
from painstats.store.record_sql import dates_of

WIDENED_DAYS = 2
"""Days by which ranges of UTC dates are widened: no time zone and no night extends further."""

LONGEST_GAP_DAYS = 14
"""Runs of touched days with at most this many days between them are merged."""


def start_touching(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin to collect the dates that a change of the records touches."""
    connection.execute("CREATE OR REPLACE TEMP TABLE touched (participant_id VARCHAR, first_date DATE, last_date DATE)")


def touch(connection: duckdb.DuckDBPyConnection, table: RecordTable, rows: str) -> None:
    """Collect the dates of rows that were added, changed or removed; ``rows`` is the SQL after FROM."""
    first, last = dates_of(table)
    connection.execute(f"INSERT INTO touched SELECT DISTINCT participant_id, {first}, {last} FROM {rows} ORDER BY ALL")


def keep_touched(connection: duckdb.DuckDBPyConnection) -> None:
    """Store the collected dates, one row for each participant and run of days."""
    connection.execute(
        f"""
        INSERT INTO touched_day (participant_id, first_date, last_date)
        WITH widened AS (
            SELECT participant_id, first_date - {WIDENED_DAYS} AS first_date, last_date + {WIDENED_DAYS} AS last_date
            FROM touched
        ), marked AS (
            SELECT *, coalesce(first_date - max(last_date) OVER earlier > {LONGEST_GAP_DAYS}, true) AS begins
            FROM widened
            WINDOW earlier AS (
                PARTITION BY participant_id ORDER BY first_date, last_date
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
        ), numbered AS (
            SELECT *, sum(begins::INTEGER) OVER (
                PARTITION BY participant_id ORDER BY first_date, last_date ROWS UNBOUNDED PRECEDING
            ) AS run
            FROM marked
        )
        SELECT participant_id, min(first_date), max(last_date) FROM numbered GROUP BY participant_id, run ORDER BY ALL
        """
    )

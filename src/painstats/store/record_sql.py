"""Pieces of SQL about record tables: same fact, same values, a row as JSON and back, the dates that a row lies on."""

from __future__ import annotations

import duckdb

from painstats.records import OPTIONAL, RecordTable


def _utc_date(column: str) -> str:
    # Not column::DATE: that asks a calendar for each row, at ten times the price.
    return f"(DATE '1970-01-01' + (epoch_us({column}) // 86400000000)::INTEGER)"


_INTERVAL_DATES = (_utc_date("start_at"), _utc_date("end_at"))
_DATES: dict[str, tuple[str, str]] = {
    "sleep_episode": (f"least(date, {_INTERVAL_DATES[0]})", f"greatest(date, {_INTERVAL_DATES[1]})"),
    "daily_total": ("date", "date"),
    "self_report": (f"least(date, {_utc_date('reported_at')})", f"greatest(date, {_utc_date('reported_at')})"),
    # No measure of a day rests on a treatment; its start says that something came at all.
    "treatment": ("start_date", "start_date"),
}


def columns_of(table: RecordTable, row: str = "") -> str:
    """List the columns, those of one row of a join if it is named."""
    return ", ".join(f"{row}.{column}" if row else column for column in table.columns)


def same_key(table: RecordTable, one: str, other: str) -> str:
    """Say that two rows tell of the same fact."""
    return " AND ".join(_equal(column, one, other) for column in table.key)


def same_values(table: RecordTable, one: str, other: str) -> str:
    """Say that two rows of the same fact say the same."""
    return " AND ".join(f"{one}.{column} IS NOT DISTINCT FROM {other}.{column}" for column in table.values)


def as_json(table: RecordTable, row: str) -> str:
    """Write a row as JSON, from which :func:`typed_columns` reads exactly the same row."""
    return f"to_json(struct_pack({', '.join(f'{column} := {row}.{column}' for column in table.columns)}))"


def typed_columns(table: RecordTable, types: dict[str, str]) -> str:
    """Read the columns of ``superseded.record`` back, each as the type that the table gives it."""
    return ", ".join(f"(record->>'{column}')::{types[column]} AS {column}" for column in table.columns)


def dates_of(table: RecordTable) -> tuple[str, str]:
    """Return the first and the last date (of UTC) that a row lies on."""
    return _DATES.get(table.name, _INTERVAL_DATES)


def moment_of(table: RecordTable) -> str | None:
    """Return the column of the key that says when, if there is one."""
    return next((column for column in ("start_at", "date", "start_date") if column in table.key), None)


def day_of(table: RecordTable) -> str:
    """Return the day (of UTC) of the moment that is part of the key."""
    moment = moment_of(table) or ""
    return _utc_date(moment) if moment.endswith("_at") else moment


def changed(
    connection: duckdb.DuckDBPyConnection, statement: str, values: list[object] | dict[str, object] | None = None
) -> int:
    """Run a statement that changes rows and return how many."""
    row = connection.execute(statement, values or []).fetchone()
    return int(row[0]) if row else 0


def counted(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Run a query and return the one number that it answers with."""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _equal(column: str, one: str, other: str) -> str:
    sign = "IS NOT DISTINCT FROM" if column in OPTIONAL else "="
    return f"{one}.{column} {sign} {other}.{column}"

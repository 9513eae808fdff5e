"""SQL fragments for record tables: same fact, same values, a row as JSON and back, the dates of a row."""

from __future__ import annotations

import duckdb

from painstats.records import OPTIONAL, RecordTable


def _utc_date(column: str) -> str:
    # Not column::DATE, which is ten times slower because it does calendar arithmetic for each row.
    return f"(DATE '1970-01-01' + (epoch_us({column}) // 86400000000)::INTEGER)"


_INTERVAL_DATES = (_utc_date("start_at"), _utc_date("end_at"))
_DATES: dict[str, tuple[str, str]] = {
    "sleep_episode": (f"least(date, {_INTERVAL_DATES[0]})", f"greatest(date, {_INTERVAL_DATES[1]})"),
    "daily_total": ("date", "date"),
    "self_report": (f"least(date, {_utc_date('reported_at')})", f"greatest(date, {_utc_date('reported_at')})"),
    # No daily measure depends on treatments; the start only records that something changed.
    "treatment": ("start_date", "start_date"),
}


def columns_of(table: RecordTable, row: str = "") -> str:
    """List the columns, qualified by ``row`` if it is given."""
    return ", ".join(f"{row}.{column}" if row else column for column in table.columns)


def same_key(table: RecordTable, one: str, other: str) -> str:
    """Return the condition that two rows describe the same fact."""
    return " AND ".join(_equal(column, one, other) for column in table.key)


def same_values(table: RecordTable, one: str, other: str) -> str:
    """Return the condition that two rows of the same fact have the same values."""
    return " AND ".join(f"{one}.{column} IS NOT DISTINCT FROM {other}.{column}" for column in table.values)


def as_json(table: RecordTable, row: str) -> str:
    """Return a row as JSON, from which :func:`typed_columns` restores exactly the same row."""
    return f"to_json(struct_pack({', '.join(f'{column} := {row}.{column}' for column in table.columns)}))"


def typed_columns(table: RecordTable, types: dict[str, str]) -> str:
    """Return the columns of ``superseded.record``, each with the type that it has in the table."""
    return ", ".join(f"(record->>'{column}')::{types[column]} AS {column}" for column in table.columns)


def dates_of(table: RecordTable) -> tuple[str, str]:
    """Return the first and the last UTC date of a row."""
    return _DATES.get(table.name, _INTERVAL_DATES)


def moment_of(table: RecordTable) -> str | None:
    """Return the key column with the time or date, if there is one."""
    return next((column for column in ("start_at", "date", "start_date") if column in table.key), None)


def day_of(table: RecordTable) -> str:
    """Return the UTC date of the time or date in the key."""
    moment = moment_of(table) or ""
    return _utc_date(moment) if moment.endswith("_at") else moment


def changed(
    connection: duckdb.DuckDBPyConnection, statement: str, values: list[object] | dict[str, object] | None = None
) -> int:
    """Run a statement that changes rows; return how many it changed."""
    row = connection.execute(statement, values or []).fetchone()
    return int(row[0]) if row else 0


def query_number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Run a query that returns a single number."""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _equal(column: str, one: str, other: str) -> str:
    sign = "IS NOT DISTINCT FROM" if column in OPTIONAL else "="
    return f"{one}.{column} {sign} {other}.{column}"

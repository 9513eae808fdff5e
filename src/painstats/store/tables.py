"""Read and replace whole tables of the database as polars frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from painstats.store.connection import Store, transaction

Columns = dict[str, pl.DataType | type[pl.DataType]]


def table_exists(store: Store, table: str) -> bool:
    """Whether the database has a table or view of this name."""
    found = store.connection.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [table]
    ).fetchone()
    return bool(found and found[0])


def read_table(store: Store, table: str, order_by: str = "ALL") -> pl.DataFrame:
    """Read a whole table as a polars frame, ordered by all its columns or by ``order_by``."""
    return store.connection.execute(f"SELECT * FROM {table} ORDER BY {order_by}").pl()


def replace_table(store: Store, table: str, columns: Columns, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows as a table, replacing any table of this name; columns missing from a row are null."""
    complete = [{column: row.get(column) for column in columns} for row in rows]
    with transaction(store) as connection:
        connection.register("new_rows", pl.DataFrame(complete, schema=columns, orient="row").to_arrow())
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM new_rows")
        connection.unregister("new_rows")

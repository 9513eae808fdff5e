"""Read and write database rows as frozen dataclasses, one class for each table or query."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar, Union

import polars as pl

from painstats.errors import StudyError
from painstats.store.connection import Store
from painstats.store.tables import Columns, read_table, replace_table

_COLUMN_TYPES: dict[type, pl.DataType | type[pl.DataType]] = {
    str: pl.String,
    float: pl.Float64,
    int: pl.Int64,
    bool: pl.Boolean,
    date: pl.Date,
    datetime: pl.Datetime("us", "UTC"),
}

RowType = TypeVar("RowType")


def select(store: Store, row_type: type[RowType], query: str, values: Sequence[object] = ()) -> list[RowType]:
    """Run a query with bound values; its result has a column for every field of ``row_type``."""
    return rows_of(store.connection.execute(query, list(values)).pl(), row_type)


def read_rows(store: Store, table: str, row_type: type[RowType], order_by: str = "ALL") -> list[RowType]:
    """Read a whole table, ordered by all its columns or by ``order_by``; columns that are not fields are dropped."""
    return rows_of(read_table(store, table, order_by), row_type)


def rows_of(frame: pl.DataFrame, row_type: type[RowType]) -> list[RowType]:
    """Turn the rows of a frame into dataclasses; lists become tuples, and texts members of their enumeration.

    Raises
    ------
    StudyError
        A field has no column: the table was written by another version of painstats.
    """
    names = list(column_types(row_type))
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise StudyError(
            f"stored results lack {', '.join(missing)}: they were computed by another version of painstats; "
            "compute them again with: painstats run"
        )
    read = [_reader(hint) for hint in _hints(row_type)]
    return [
        row_type(*(read_one(value) for read_one, value in zip(read, row, strict=True)))
        for row in frame.select(names).iter_rows()
    ]


def replace_rows(store: Store, table: str, row_type: type[RowType], rows: Sequence[RowType]) -> None:
    """Store rows as a table, replacing any table of this name; even without rows it has the columns of ``row_type``."""
    plain: list[dict[str, Any]] = [asdict(typing.cast(Any, row)) for row in rows]
    replace_table(store, table, column_types(row_type), plain)


def column_types(row_type: type) -> Columns:
    """Return the column type of each field; whether a field may be None makes no difference."""
    hints = typing.get_type_hints(row_type)
    return {field.name: _column_type(hints[field.name]) for field in fields(row_type)}


def _hints(row_type: type) -> list[Any]:
    hints = typing.get_type_hints(row_type)
    return [hints[field.name] for field in fields(row_type)]


def _reader(hint: Any) -> Callable[[Any], object]:
    """Return what makes a field's value from a stored one."""
    parts = typing.get_args(hint) if typing.get_origin(hint) in (Union, types.UnionType) else (hint,)
    enumeration = next((part for part in parts if isinstance(part, type) and issubclass(part, StrEnum)), None)
    if enumeration is None:
        return _frozen
    return lambda value: None if value is None else enumeration(value)


def _column_type(hint: Any) -> pl.DataType | type[pl.DataType]:
    if typing.get_origin(hint) in (Union, types.UnionType):
        [hint] = [part for part in typing.get_args(hint) if part is not type(None)]
    if typing.get_origin(hint) is tuple:
        return pl.List(_column_type(typing.get_args(hint)[0]))
    if typing.get_origin(hint) is typing.Literal:
        return pl.String
    if isinstance(hint, type) and issubclass(hint, str):
        return pl.String  # including string enumerations
    return _COLUMN_TYPES[hint]


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value

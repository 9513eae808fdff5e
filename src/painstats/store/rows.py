"""Read and write database rows as frozen dataclasses, one class for each table or query."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache
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
    """Run a query with bound values; its result has a column for every field of ``row_type``.

    Most results have a few rows, of which a frame would take longer to make than to read; moments, which DuckDB hands
    out in a time zone, are left to frames.
    """
    result = store.connection.execute(query, list(values))
    if pl.Datetime("us", "UTC") in column_types(row_type).values():
        return rows_of(result.pl(), row_type)
    return _made(row_type, [column[0] for column in result.description or ()], result.fetchall())


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
    return _made(row_type, frame.columns, frame.iter_rows())


def _made(row_type: type[RowType], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> list[RowType]:
    """Make a dataclass of each row."""
    place = {name: number for number, name in enumerate(columns)}
    read = _readers(typing.cast("Any", row_type))
    if missing := [name for name, _ in read if name not in place]:
        raise StudyError(
            f"stored results lack {', '.join(missing)}: they were computed by another version of painstats; "
            "compute them again with: painstats run"
        )
    own = [(place[name], read_one) for name, read_one in read]
    return [row_type(*(read_one(row[at]) for at, read_one in own)) for row in rows]


def replace_rows(store: Store, table: str, row_type: type[RowType], rows: Sequence[RowType]) -> None:
    """Store rows as a table, replacing any table of this name; even without rows it has the columns of ``row_type``."""
    plain: list[dict[str, Any]] = [asdict(typing.cast(Any, row)) for row in rows]
    replace_table(store, table, column_types(row_type), plain)


def column_types(row_type: type) -> Columns:
    """Return the column type of each field; whether a field may be None makes no difference."""
    return dict(_types_of(typing.cast("Any", row_type)))


@cache
def _types_of(row_type: type) -> tuple[tuple[str, pl.DataType | type[pl.DataType]], ...]:
    hints = typing.get_type_hints(row_type)
    return tuple((field.name, _column_type(hints[field.name])) for field in fields(row_type))


@cache
def _readers(row_type: type) -> tuple[tuple[str, Callable[[Any], object]], ...]:
    """Return the name of each field with what makes its value from a stored one."""
    hints = typing.get_type_hints(row_type)
    return tuple((field.name, _reader(hints[field.name])) for field in fields(row_type))


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

"""Polars expressions that read numbers and times from text, each by one strict grammar, and name unreadable columns."""

from __future__ import annotations

import polars as pl

_LEAP_SECOND = r":60\b"
_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$"
_LARGEST = 1e15
_LOCAL_ISO = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?$"
_LOCAL_US = r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d$"


def numbers(column: str) -> pl.Expr:
    """Read decimal numbers as Float64; null for any other text and for absurdly large numbers."""
    text = pl.col(column).str.strip_chars()
    number = pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Float64, strict=False)
    return pl.when(number.abs() < _LARGEST).then(number)


def whole_numbers(column: str) -> pl.Expr:
    """Read whole numbers as Int64; null for any other text and for absurdly large numbers."""
    number = numbers(column)
    return pl.when(number == number.round()).then(number).cast(pl.Int64)


def local_times(column: str) -> pl.Expr:
    """Read Fitbit's clock times, ``06/24/95 16:00:00`` or ``1995-06-24 16:00:00`` (also with ``T`` and ``.000``)."""
    text = pl.col(column)
    us = pl.when(text.str.contains(_LOCAL_US)).then(text)
    iso = pl.when(text.str.contains(_LOCAL_ISO)).then(text.str.slice(0, 19).str.replace("T", " ", literal=True))
    clock = pl.coalesce(
        us.str.to_datetime("%m/%d/%y %H:%M:%S", time_unit="us", strict=False),
        iso.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False),
    )
    return pl.when(~text.str.contains(_LEAP_SECOND)).then(clock)


def first_problem(**problems: pl.Expr) -> pl.Expr:
    """Return the name of the first unreadable column, from ``column=whether it is unreadable`` pairs."""
    found = (pl.when(wrong.fill_null(True)).then(pl.lit(column)) for column, wrong in problems.items())
    return pl.coalesce(*found).alias("column")

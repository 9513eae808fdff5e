"""Write tables as bytes: Parquet, and CSV that no spreadsheet takes for formulas.

Ids, treatments, levels of variables and the words of a plan are written by others. A cell that begins with ``=``,
``+``, ``-``, ``@``, a tab, a carriage return or their full-width forms is run as a formula when the file is opened.
OWASP's Application Security Verification Standard 5.0 (1.2.10) puts an apostrophe before it. Numbers stay numbers.
"""

from __future__ import annotations

import re
from io import BytesIO

import polars as pl

FORMULA = r"""^[\s'"]*[=+\-@\t\r\x00\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"""
"""The beginning of a formula, also after spaces and quotes, in the syntax of Rust's regular expressions."""

_IN_PYTHON = re.compile(FORMULA.replace("{", "").replace("}", "").replace(r"\xFF", r"\uFF"))


def as_csv(table: pl.DataFrame, separator: str = ",") -> bytes:
    """Write a table as CSV; text and names of columns that a spreadsheet would run get an apostrophe before them.

    Parameters
    ----------
    table
        Columns of plain values; lists and structs must have been written as text.
    separator
        Between cells: a comma, or a tab.

    Returns
    -------
    UTF-8 without a byte order mark. One apostrophe less gives every text back: those that begin with an apostrophe
    and a formula get one too.
    """
    text = [name for name, kind in table.schema.items() if kind.base_type() in (pl.String, pl.Categorical, pl.Enum)]
    cells = [_as_text(pl.col(name).cast(pl.String)).alias(name) for name in text]
    named = {name: "'" + name for name in table.columns if _IN_PYTHON.match(name)}
    return table.with_columns(cells).rename(named).write_csv(separator=separator).encode()


def as_parquet(table: pl.DataFrame) -> bytes:
    """Write a table as Parquet, in memory: polars reports a full disk as an error of its own, which names no file."""
    content = BytesIO()
    table.write_parquet(content)
    return content.getvalue()


def _as_text(cell: pl.Expr) -> pl.Expr:
    return pl.when(cell.str.contains(FORMULA)).then(pl.lit("'") + cell).otherwise(cell)

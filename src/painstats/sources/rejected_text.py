"""The text that is kept of a row if it is rejected: as in the file, without cells that can hold notes or places."""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

from painstats.parsing.csv_text import CsvTable

HIDDEN = "…"
"""Replaces cells that are not kept in the text of a rejected row."""

_VALUE = r"^\s*[+-]?\d+(?:[.,:/-]\d+)*(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:\s?(?:Z|[+-]\d\d:?\d\d))?\s*$"
_PRIVATE = re.compile(r"lat(?:itude)?\b|lon(?:g|gitude)?\b|gps|place|location|birth", re.IGNORECASE)


def kept_texts(table: CsvTable, columns: Collection[str], private: Collection[str] = ()) -> pl.Series:
    """Return the rows of a CSV as in the file, with ``…`` for cells that must not be kept if the row is rejected.

    Parameters
    ----------
    table
        The file.
    columns
        Columns with cells to keep. Other columns can contain notes and places: their cells are kept only if they are
        empty, a number, a date or a time, and the name of the column does not suggest a place or a birth date.
    private
        Columns from which nothing is kept.
    """
    columns_kept = [
        cells if name in columns else _values(cells, is_private=name in private or bool(_PRIVATE.search(name)))
        for name, cells in table.cells.items()
    ]
    hidden = pl.DataFrame([cells.is_null().alias(str(place)) for place, cells in enumerate(columns_kept)])
    if not table.n_rows or not columns_kept:
        return table.texts
    quoted = pl.DataFrame(
        [_quoted(cells, table.delimiter).alias(str(place)) for place, cells in enumerate(columns_kept)]
    )
    rows = quoted.select(pl.concat_str(pl.all(), separator=table.delimiter)).to_series()
    return table.texts.zip_with(~hidden.select(pl.any_horizontal(pl.all())).to_series(), rows).alias("text")


def _values(cells: pl.Series, is_private: bool) -> pl.Series:
    """Return the cells of a column that are empty or plain values, and null for others."""
    is_value = pl.lit(False) if is_private else pl.col("cell").str.contains(_VALUE)
    kept = pl.when(is_value | (pl.col("cell").str.strip_chars() == "")).then("cell")
    return cells.alias("cell").to_frame().select(kept).to_series()


def _quoted(cells: pl.Series, delimiter: str) -> pl.Series:
    needed = pl.any_horizontal(pl.col("cell").str.contains(mark, literal=True) for mark in (delimiter, '"', "\n"))
    quoted = pl.concat_str(pl.lit('"'), pl.col("cell").str.replace_all('"', '""', literal=True), pl.lit('"'))
    whole = pl.when(needed).then(quoted).otherwise("cell").fill_null(HIDDEN)
    return cells.alias("cell").to_frame().select(whole.alias("cell")).to_series()

"""A CSV without quotation marks: one row on each line, cut by polars all at once."""

from __future__ import annotations

import csv

import polars as pl


def plain_rows(text: str) -> pl.DataFrame | None:
    """Cut a text without quotation marks into rows.

    Parameters
    ----------
    text
        Lines that end with a line feed.

    Returns
    -------
    ``line`` (1-based) and ``text`` of each line that is not empty. None if a cell may be longer than ``csv`` allows.
    """
    rows = pl.DataFrame({"text": pl.Series([text]).str.split("\n").explode()}).with_row_index("line", 1)
    rows = rows.filter(pl.col("text") != "").select(pl.col("line").cast(pl.Int64), "text")
    is_short = rows.filter(pl.col("text").str.len_chars() > csv.field_size_limit()).is_empty()
    return rows if is_short else None


def cut(rows: pl.DataFrame, n_cells: int, delimiter: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cut rows into their cells; return those with the right number of cells, then the others.

    Returns
    -------
    ``line`` and ``text``, and in the first frame behind them the cells.
    """
    found = rows["text"].str.count_matches(delimiter, literal=True) + 1
    kept = rows.filter(found == n_cells)
    cells = kept["text"].str.split_exact(delimiter, n_cells - 1).struct.unnest()
    return kept.hstack(cells), rows.filter(found != n_cells)

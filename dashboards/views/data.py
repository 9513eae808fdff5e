"""Data: the published tables to filter and to download, with their columns."""

from __future__ import annotations

from io import BytesIO

import polars as pl
import streamlit as st
from markupsafe import Markup, escape

from painstats.published_columns.tables import ORIGIN, PUBLISHED
from painstats.questions.phrases import counted, label_text, whole
from views.parts import Shown, show_table

ROWS_SHOWN = 50


def data(shown: Shown) -> None:
    """Show the view."""
    st.title("Data")
    st.caption(f"{shown.published} These tables have the days of single participants. Keep what you download private.")
    name = st.sidebar.selectbox("Table", sorted(shown.tables))
    table = _filtered(shown.tables[name])
    st.header(name)
    columns = st.multiselect("Columns; all if none is chosen", table.columns, key=f"columns of {name}")
    table = table.select(columns or table.columns)
    as_csv, as_parquet = st.columns(2)
    # Made only on a click: a table of a large study takes a second.
    as_csv.download_button("Download as CSV", lambda: csv_of(table), f"{name}.csv", "text/csv")
    as_parquet.download_button("Download as Parquet", lambda: parquet_of(table), f"{name}.parquet")
    st.caption(f"{counted(table.height, 'row')}; the first {min(table.height, ROWS_SHOWN)} are shown.")
    rows = [tuple(_text(value) for value in row) for row in table.head(ROWS_SHOWN).iter_rows()]
    show_table(table.columns, rows, name=f"Rows of {name}", style="data")
    st.header("Columns")
    st.caption(PUBLISHED[name][0])
    show_table(("Column", "Type", "Meaning", "Known in"), _dictionary(name, table), name=f"Columns of {name}")


def csv_of(table: pl.DataFrame) -> bytes:
    """Write a table as CSV; a cell with several values has them as JSON."""
    nested = [name for name, kind in table.schema.items() if kind.is_nested()]
    held = [pl.struct(pl.col(name).alias("values")).struct.json_encode().alias(name) for name in nested]
    return table.with_columns(held).write_csv().encode()


def parquet_of(table: pl.DataFrame) -> bytes:
    """Write a table as Parquet."""
    content = BytesIO()
    table.write_parquet(content)
    return content.getvalue()


def _filtered(table: pl.DataFrame) -> pl.DataFrame:
    if "participant_id" not in table.columns:
        return table
    ids = table["participant_id"].drop_nulls().unique().sort().to_list()
    chosen = st.sidebar.multiselect("Participants; all if none is chosen", ids, format_func=label_text)
    return table.filter(pl.col("participant_id").is_in(chosen)) if chosen else table


def _dictionary(name: str, table: pl.DataFrame) -> list[tuple[str, str, Markup, str]]:
    """Return for each column its type, its meaning, and in how many rows it has a value."""
    columns = PUBLISHED[name][1] | ORIGIN
    counts = {column: f"{whole(table[column].count())} of {whole(table.height)}" for column in table.columns}
    return [(column, columns[column][0], _marked(columns[column][1]), counts[column]) for column in table.columns]


def _marked(meaning: str) -> Markup:
    """Write what stands between backquotes as code."""
    parts = meaning.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)

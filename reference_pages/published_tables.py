"""The page of the tables that a run publishes."""

from __future__ import annotations

from painstats.published_columns.tables import ORIGIN, PUBLISHED, Columns
from reference_pages.markdown import code, page, paragraph, table

INTRODUCTION = """
Each run writes these tables to `reports/published/` as Parquet, one file each. How to read them is on the page
[use the published tables](../how_to/published_tables.md). A missing value is null.

They are internal: they have the days of single participants under their ids, and exact counts where the cohort page
writes "< 5". Before you give one to others, remove what could identify participants.
"""

LAST = "The last columns of every table say where it comes from."


def tables_page() -> str:
    """Return the page."""
    listed = [[f"[{name}](#{name})", text] for name, (text, _) in PUBLISHED.items()]
    sections = [page(f"## {name}", paragraph(text), _table(columns)) for name, (text, columns) in PUBLISHED.items()]
    origin = page("## Origin", LAST, _table(ORIGIN))
    return page("# Published tables", INTRODUCTION, table(["table", "what it holds"], listed), *sections, origin)


def _table(columns: Columns) -> str:
    rows = [[code(name), kind, meaning] for name, (kind, meaning) in columns.items()]
    return table(["column", "type", "meaning"], rows)

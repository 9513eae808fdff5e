"""Rows as the store takes them, from drawn accepted and rejected rows."""

from __future__ import annotations

import polars as pl

from painstats.batch import PLACE, Rows
from painstats.records import RECORD_TABLES


def checked_rows(table: str, accepted: pl.DataFrame, rejected: pl.DataFrame | None = None) -> Rows:
    """Join accepted rows (columns of the table, perhaps with their place) and rejected ones (columns of ``PLACE``)."""
    columns = {**RECORD_TABLES[table].columns, **PLACE}
    frames = [accepted] if rejected is None else [accepted, rejected]
    empty = pl.DataFrame(schema=columns)
    return Rows(table, pl.concat([empty, *frames], how="diagonal").select(*columns), is_checked=True)

"""Frames cut into record batches with the columns that the contract asks for."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.records import OPTIONAL, RecordTable
from painstats.sources.contract import Read, RecordBatch

BATCH_ROWS = 100_000
JOINED_ROWS = 50_000
WHOLE_ROW = "(whole row)"
RAGGED_ROW = "ragged_row"

PLACE: dict[str, pl.DataType | type[pl.DataType]] = {
    "entry": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "text": pl.String,
    "rule": pl.String,
}
"""Where a row came from and what is wrong with it, beside the columns of its record table."""


def in_batches(table: RecordTable, frame: pl.DataFrame) -> Iterator[RecordBatch]:
    """Yield batches of at most ``BATCH_ROWS`` rows with exactly the contract's columns and types.

    Parameters
    ----------
    table
        The record table that the rows are for.
    frame
        Its columns and those of ``PLACE``, in any order, beside others that are left behind. ``rule`` and columns that
        may be null (``records.OPTIONAL``) may be absent.
    """
    columns = {**table.columns, **PLACE}
    absent = [name for name in ("rule", *OPTIONAL) if name in columns and name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, columns[name]).alias(name) for name in absent)
    shaped = frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
    for batch in shaped.iter_slices(BATCH_ROWS):
        if batch.height:
            yield RecordBatch(table.name, batch)


def joined(reads: Iterator[Read]) -> Iterator[Read]:
    """Join small batches of one table: archives of many small files yield thousands, and each costs a check of its own.

    Rows of one table keep their order; everything else passes through at once.
    """
    waiting: dict[str, list[pl.DataFrame]] = {}
    for read in reads:
        if not isinstance(read, RecordBatch):
            yield read
            continue
        frames = waiting.setdefault(read.table, [])
        frames.append(read.frame)
        if sum(frame.height for frame in frames) >= JOINED_ROWS:
            yield RecordBatch(read.table, pl.concat(waiting.pop(read.table)))
    for table, frames in waiting.items():
        yield RecordBatch(table, pl.concat(frames))

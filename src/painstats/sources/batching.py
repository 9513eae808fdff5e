"""Cut frames into batches with the columns that the contract asks for, and join small batches."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.batch import PLACE, Batch, Rows
from painstats.records import OPTIONAL, RecordTable

BATCH_ROWS = 100_000
JOINED_ROWS = 50_000
WHOLE_ROW = "(whole row)"
RAGGED_ROW = "ragged_row"


def in_batches(table: RecordTable, frame: pl.DataFrame) -> Iterator[Rows]:
    """Yield batches of at most ``BATCH_ROWS`` rows with exactly the contract's columns and types.

    Parameters
    ----------
    table
        The record table that the rows are for.
    frame
        Its columns and those of ``PLACE``, in any order, beside others that are dropped. ``rule`` and columns that may
        be null (``records.OPTIONAL``) may be absent.
    """
    columns = {**table.columns, **PLACE}
    absent = [name for name in ("rule", *OPTIONAL) if name in columns and name not in frame.columns]
    frame = frame.with_columns(pl.lit(None, columns[name]).alias(name) for name in absent)
    shaped = frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
    for batch in shaped.iter_slices(BATCH_ROWS):
        if batch.height:
            yield Rows(table.name, batch)


def join_small_batches(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Join small batches of one table: archives of many small files yield thousands, and each costs a check of its own.

    Rows of one table keep their order; everything else passes through at once.
    """
    waiting: dict[str, list[pl.DataFrame]] = {}
    for batch in batches:
        if not isinstance(batch, Rows):
            yield batch
            continue
        frames = waiting.setdefault(batch.table, [])
        frames.append(batch.in_memory)
        if sum(frame.height for frame in frames) >= JOINED_ROWS:
            yield Rows(batch.table, pl.concat(waiting.pop(batch.table)))
    for table, frames in waiting.items():
        yield Rows(table, pl.concat(frames))

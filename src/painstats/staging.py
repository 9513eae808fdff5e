"""Checked rows on their way to the store: private Parquet files, written once, by whichever process read the rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from painstats.batch import PLACE, Rows, StagedRows
from painstats.errors import StorageError
from painstats.records import RECORD_TABLES


@dataclass(slots=True)
class Staging:
    """A private folder for the rows of one export; they are numbered in the order in which they are written."""

    folder: Path
    n_files: int = 0
    n_rows: int = 0

    def write(self, rows: Rows) -> StagedRows:
        """Write rows to a file of their own.

        Raises
        ------
        ValueError
            The rows were not checked.
        StorageError
            The disk is full, or the file cannot be written.
        """
        if not rows.is_checked:
            raise ValueError(f"rows of {rows.table} were not checked: pass them through check_records first")
        frame = _in_order(rows).with_row_index("staged_row", self.n_rows)
        path = self.folder / f"{self.n_files:06}-{rows.table}.parquet"
        self._write(frame, path)
        self.n_files += 1
        self.n_rows += frame.height
        accepted = frame.filter(pl.col("rule").is_null())
        participants = tuple(accepted["participant_id"].unique().sort())
        return StagedRows(path, accepted.height, frame.height - accepted.height, participants)

    def _write(self, frame: pl.DataFrame, path: Path) -> None:
        try:
            frame.write_parquet(path, compression="lz4")
        except (OSError, pl.exceptions.ComputeError):  # the second is what polars calls a full disk
            raise StorageError(
                f"{self.folder}: writing failed and nothing of the file is stored; make space on the disk and run again"
            ) from None


def _in_order(rows: Rows) -> pl.DataFrame:
    """Return rows with the columns of their table and those of ``PLACE``; columns that are absent become null."""
    frame = rows.in_memory
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in PLACE.items() if name not in frame.columns]
    return frame.with_columns(absent).select(*RECORD_TABLES[rows.table].columns, *PLACE)

"""Checked rows on their way to the store: private Parquet files, written once, by whichever process read the rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from painstats.batch import Rows, StagedRows
from painstats.errors import StorageError
from painstats.records import RECORD_TABLES

ROW_NUMBER = "staged_row"


@dataclass(slots=True)
class Staging:
    """A private folder for the rows of one export; they are numbered in the order in which they are written."""

    folder: Path
    n_files: int = 0
    n_rows: int = 0

    def write(self, rows: Rows) -> StagedRows:
        """Write rows to a file of their own; rows that were staged before keep their numbers.

        Raises
        ------
        ValueError
            The rows were not checked.
        StorageError
            The disk is full, or the file cannot be written.
        """
        if not rows.is_checked:
            raise ValueError(f"rows of {rows.table} were not checked: pass them through check_records first")
        frame = self._numbered(rows.in_memory)
        path = self.folder / f"{self.n_files:06}-{rows.table}.parquet"
        self._write(frame, path)
        self.n_files += 1
        n_accepted = frame["rule"].null_count()
        repeats = frame.filter(pl.col("rule").is_null()).select(RECORD_TABLES[rows.table].key).is_duplicated().any()
        return StagedRows(path, n_accepted, frame.height - n_accepted, rows.participants, repeats)

    def _numbered(self, frame: pl.DataFrame) -> pl.DataFrame:
        if ROW_NUMBER in frame.columns:
            return frame
        self.n_rows += frame.height
        return frame.with_row_index(ROW_NUMBER, self.n_rows - frame.height)

    def _write(self, frame: pl.DataFrame, path: Path) -> None:
        try:
            frame.write_parquet(path, compression="lz4")
        except (OSError, pl.exceptions.ComputeError):  # the second is what polars calls a full disk
            raise StorageError(
                f"{self.folder}: writing failed and nothing of the file is stored; make space on the disk and run again"
            ) from None

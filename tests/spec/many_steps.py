"""A process that loads simulated steps of a watch and a phone, builds the daily table and prints its peak memory."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from painstats.batch import Rows
from painstats.daily import build, build_daily_table
from painstats.plan.study import Plan, Study
from painstats.records import STEP_COUNT
from painstats.store import load_records, open_store, staged
from painstats.store.ledger import ExportIdentity
from tests.checked_rows import checked_rows

FIRST_US = 1_500_000_000_000_000
EVERY_US = 600_000_000
BATCH_ROWS = 25_000
PART_ROWS = 50_000


def batches(rows: int) -> Iterator[Rows]:
    """Make rows: a sample of five minutes every ten, first those of the watch, then those of the phone."""
    for device in ("watch", "phone"):
        for first in range(0, rows // 2, BATCH_ROWS):
            number = pl.int_range(first, min(first + BATCH_ROWS, rows // 2), eager=True).alias("number")
            start = (FIRST_US + pl.col("number") * EVERY_US).cast(STEP_COUNT.columns["start_at"])
            names = {"participant_id": "ann", "source": "apple_health", "device": f"{device}-1", "device_kind": device}
            frame = number.to_frame().select(
                *(pl.lit(value).alias(column) for column, value in names.items()),
                start.alias("start_at"),
                (start + pl.duration(minutes=5)).alias("end_at"),
                pl.lit(None, pl.Int32).alias("utc_offset_min"),
                (pl.col("number") % 90).alias("step_count"),
            )
            yield checked_rows("step_count", frame)


def main(rows: int) -> None:
    """Load and build with small parts, so that a test need not make millions of rows to fill several."""
    staged.PART_ROWS = build.PART_SAMPLES = PART_ROWS
    with tempfile.TemporaryDirectory() as folder:
        study = Study(folder=Path(folder), plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))
        with open_store(study) as store:
            summary = load_records(store, ExportIdentity("a.zip", "a", "", "ann"), "test", batches(rows), "test")
            build_daily_table(store)
    print(summary.new, peak_megabytes())


def peak_megabytes() -> int:
    """Return the peak of this process alone: that of ``getrusage`` begins at the size of the process that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(int(sys.argv[1]))

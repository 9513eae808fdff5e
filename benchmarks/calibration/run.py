"""Run the missing batches of rows, and choose the results that belong to them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.calibration.results import Batch, append, read
from benchmarks.calibration.rows import Row
from benchmarks.calibration.tally import Tally

Measure = Callable[[Row, int], Tally]
"""Simulates and counts one batch of a row."""


def run(rows: Sequence[Row], most: int | None, results: Path, measure: Measure) -> None:
    """Compute the missing batches, all rows in turn, and write each as soon as it is done."""
    done = {(batch.row, batch.number) for batch in of_rows(rows, read(results))}
    for number in range(max((row.batches for row in rows), default=0)):
        for row in rows:
            if number < min(row.batches, most or row.batches) and (row.name, number) not in done:
                started = time.process_time()
                tally = measure(row, number)
                seconds = time.process_time() - started
                today = date.today().isoformat()
                batch = Batch(row.name, number, row.situation_id, version("painstats"), today, seconds, tally)
                append(results, batch)


def of_rows(rows: Sequence[Row], found: Iterable[Batch]) -> list[Batch]:
    """Return the batches of some rows, each once, without those of a situation that has changed since."""
    ids = {row.name: row.situation_id for row in rows}
    kept = {(batch.row, batch.number): batch for batch in found if ids.get(batch.row) == batch.situation}
    return list(kept.values())

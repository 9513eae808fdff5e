"""Results of the grid: a CSV file to which each batch of a row is appended as soon as it is done.

A run can be interrupted anywhere and continued. A line holds the name of the row and of its situation, so that the
batches of a row whose situation has changed since are computed again. Each count is written as hits/of.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.appended import append_line, complete_lines
from benchmarks.calibration.tally import QUANTITIES, Tally
from painstats.mixedlm.engine.rows import Floats

KEYS = ("row", "situation", "batch", "version", "date", "cpu_seconds")
LEAST_BATCHES = 2
COLUMNS = (*KEYS, *QUANTITIES)


@dataclass(frozen=True)
class Batch:
    """The counts of one batch of a row.

    Parameters
    ----------
    row, number
        Which row and batch.
    situation
        Identifies what the diaries are made from.
    version, date
        Of painstats, and of the run.
    cpu_seconds
        What it took.
    tally
        The counts.
    """

    row: str
    number: int
    situation: str
    version: str
    date: str
    cpu_seconds: float
    tally: Tally


@dataclass(frozen=True)
class Rate:
    """A percentage with its Monte Carlo error, NaN if only one batch counts, and of how many."""

    percent: float
    error: float
    of: int


def rate(batches: Sequence[Tally], quantity: str) -> Rate | None:
    """Return a rate over batches; None where there is nothing to count."""
    hits, of = np.array([tally.get(quantity, (0, 0)) for tally in batches], dtype=np.float64).reshape(-1, 2).T
    if not of.any():
        return None
    return Rate(100 * float(hits.sum() / of.sum()), 100 * _error(hits[of > 0], of[of > 0]), int(of.sum()))


def _error(hits: Floats, of: Floats) -> float:
    """Return the standard error of a rate over batches; counts within a batch may depend on each other.

    The larger of two: that of a ratio of sums (Cochran 1977, Sampling Techniques, ch. 6), which a few batches that
    happen to agree make too small; and that of independent counts, which is too small where they depend on each other.
    Where none or all are hits, it is that of a rate with one hit, or one miss.
    """
    n, total = len(of), of.sum()
    if n < LEAST_BATCHES:
        return float("nan")
    share = hits.sum() / total
    of_batches = np.sum((hits - share * of) ** 2) * n / (n - 1) / total**2
    not_certain = np.clip(share, 1 / total, 1 - 1 / total)
    return float(np.sqrt(max(of_batches, not_certain * (1 - not_certain) / total)))


def read(results: Path) -> Iterator[Batch]:
    """Read the complete lines.

    Raises
    ------
    ValueError
        The file has other columns.
    """
    lines = csv.DictReader(complete_lines(results))
    if lines.fieldnames and tuple(lines.fieldnames) != COLUMNS:
        raise ValueError(f"{results} has the columns of another version; move it away and run again")
    for line in lines:
        yield Batch(
            row=line["row"],
            number=int(line["batch"]),
            situation=line["situation"],
            version=line["version"],
            date=line["date"],
            cpu_seconds=float(line["cpu_seconds"]),
            tally=_tally(line),
        )


def _tally(line: dict[str, str]) -> Tally:
    pairs = {name: text.split("/") for name, text in line.items() if name not in KEYS and text}
    return {name: (int(hits), int(of)) for name, (hits, of) in pairs.items()}


def append(results: Path, batch: Batch) -> None:
    """Append one line."""
    append_line(results, ",".join(COLUMNS), _line(batch))


def _line(batch: Batch) -> str:
    keys = (batch.row, batch.situation, batch.number, batch.version, batch.date, f"{batch.cpu_seconds:.1f}")
    counts = ("/".join(map(str, batch.tally[name])) if name in batch.tally else "" for name in QUANTITIES)
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([*keys, *counts])
    return line.getvalue()

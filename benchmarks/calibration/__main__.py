"""Run the missing batches of the grid, and print its tables.

    python -m benchmarks.calibration
    python -m benchmarks.calibration --list
    python -m benchmarks.calibration --rows "white noise" --batches 2
    python -m benchmarks.calibration --table

Each row simulates years of diaries with known truth and gives them to the functions that a study uses; its promises
are printed with what was found. Results are appended to a CSV file, one line for each batch of a row, in turn: a run
can be interrupted and continued at any time, and parts of it can run elsewhere (``--rows``, ``--results``) and be
printed together. Seeds depend only on row and batch.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

from benchmarks.calibration.measure import measure
from benchmarks.calibration.results import read
from benchmarks.calibration.rows import ROWS, chosen
from benchmarks.calibration.run import of_rows, run
from benchmarks.calibration.table import report

RESULTS = Path(__file__).with_name("results.csv")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", nargs="+", metavar="NAME", help="only these; see --list")
    parser.add_argument("--batches", type=int, help="at most so many of each row")
    parser.add_argument("--results", type=Path, nargs="+", default=[RESULTS], help="the first is appended to")
    parser.add_argument("--table", action="store_true", help="only print the existing results")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    options = parser.parse_args()
    rows = chosen(options.rows)
    if options.list:
        print("\n".join(f"{row.name} ({row.batches} batches)" for row in ROWS))
        return
    if not options.table:
        run(rows, options.batches, options.results[0], measure)
    found = [batch for path in options.results for batch in read(path)]
    print(report(rows, of_rows(rows, found)))


if __name__ == "__main__":
    main()

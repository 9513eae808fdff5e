"""Whether the cohort analysis keeps its promises in simulated studies, and whether worse methods would not.

    python -m benchmarks.cohort_acceptance --kept studies.jsonl
    python -m benchmarks.cohort_acceptance --kept studies.jsonl --table

Analyses the studies of each row (``tests/calibration/cohort_studies.py``), one after another, and prints the table of
docs/method/calibration.md. With ``--kept`` the numbers of each study are appended to a file, and a run that was
interrupted goes on where it stopped. ``--row WORD`` takes the rows with a word in their name, ``--share 0.1`` a tenth
of their studies. A study is made from its number alone. All of them take twenty minutes of CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Literal

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from tests.calibration.cohort_studies import (
    Arms,
    Numbers,
    arms_numbers,
    average_numbers,
    moderator_numbers,
    planned_average,
    planned_power,
    precision_numbers,
    unknown_numbers,
)

LEVEL = 0.05
POWER_MARGIN, SE_MARGIN = 0.07, 0.10
"""How far simulated power may be from the planned one, and a simulated standard error from the planned one."""

SLOPE = -0.10
SMALL = 0.1
"""Below it numbers have three decimals in the table."""

HEADER = "| studies | measured | found | promise | met |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a number of the studies has to be.

    Parameters
    ----------
    what
        The words of the table.
    number
        The name of the number.
    summary
        ``below``: the share of studies in which it is below 5 %. ``mean``: its mean. ``ratio``: the planned standard
        error over the SD of the estimates.
    low, high
        Limits, as a share or in units of the number.
    planned
        The planned standard error, of a ratio.
    is_canary
        A worse method, which has to be outside what a good one keeps.
    """

    what: str
    number: str
    summary: Literal["below", "mean", "ratio"]
    low: float = -np.inf
    high: float = np.inf
    planned: float = 1.0
    is_canary: bool = False

    def measured(self, studies: Sequence[Numbers]) -> tuple[float, float]:
        """Return what was found, and its Monte Carlo standard error."""
        values = np.array([each[self.number] for each in studies])
        if self.summary == "below":
            share = float(np.mean(values < LEVEL))
            return share, float(np.sqrt(share * (1 - share) / values.size))
        if self.summary == "mean":
            return float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size))
        ratio = self.planned / float(values.std(ddof=1))
        return ratio, ratio / float(np.sqrt(2 * (values.size - 1)))

    def cells(self, studies: Sequence[Numbers]) -> str:
        """Write what was found, the promise, and whether it is met."""
        found, error = self.measured(studies)
        met = "yes" if self.low <= found <= self.high else "**no**"
        what = f"canary: {self.what}" if self.is_canary else self.what
        return f"{what} | {self._written(found)} ± {self._written(error)} | {self._limits()} | {met}"

    def _written(self, value: float) -> str:
        if self.summary == "below":
            return f"{100 * value:.1f}%"
        return (f"{value:.3f}" if abs(value) < SMALL else f"{value:.2f}").replace("-", "−")

    def _limits(self) -> str:
        if np.isinf(self.low) and np.isinf(self.high):
            return "–"
        if np.isinf(self.low):
            return f"≤ {self._written(self.high)}"
        if np.isinf(self.high):
            return f"≥ {self._written(self.low)}"
        return f"{self._written(self.low)} to {self._written(self.high)}"


@dataclass(frozen=True, slots=True)
class Row:
    """Studies of one kind: how many, how one is analysed, and what is promised."""

    name: str
    studies: int
    numbers: Callable[[int], Numbers]
    promises: tuple[Promise, ...]


def near(planned: float, margin: float) -> tuple[float, float]:
    """Return the limits around what was planned."""
    return planned - margin, planned + margin


def of_arms(arms: Arms, *promises: Promise, more: str = "", fixed_phase: bool = False) -> Row:
    """Return the row of two arms."""
    about = f"no effect{more}" if arms.effect == 0 else f"effect {arms.effect:g}".replace("-", "−")
    name = f"arms {arms.programme} : {arms.usual}, {about}"
    return Row(name, 200, lambda study: arms_numbers(arms, study, fixed_phase=fixed_phase), promises)


def of_power(arms: Arms) -> Row:
    """Return the row of the power of two arms."""
    limits = near(arms.planned_power(), POWER_MARGIN)
    covers = Promise("interval holds the effect", "covers", "mean", 0.9, 1.0)
    return of_arms(arms, Promise("found by both tests", "both", "below", *limits), covers)


def of_precision(participants: int, days: int) -> Row:
    """Return the row of a planned standard error."""
    promise = Promise(
        "planned over simulated standard error", "estimate", "ratio", *near(1.0, SE_MARGIN),
        planned=planned_average(participants, days),
    )  # fmt: skip
    name = f"average, {participants} × {days}, precision"
    return Row(name, 200, lambda study: precision_numbers(study, participants, days), (promise,))


def of_average(slope: float) -> Row:
    """Return the row of the headline: how often a slope is found."""
    limits = near(planned_power(slope, 40, 60), POWER_MARGIN) if slope else (0.01, 0.09)
    name = f"average, 40 × 60, slope {slope:g}".replace("-", "−")
    promises = (
        Promise("found", "p", "below", *limits),
        Promise("interval holds the slope", "covers", "mean", 0.9, 1.0),
    )
    return Row(name, 200, lambda study: average_numbers(study, 40, 60, slope), promises)


KEPT = 0.006, 0.008, 0.93, -0.010
"""The largest shift of kept days and of imputation, the largest width, and the shift of complete days."""

ROWS = (
    of_arms(
        Arms(10, 10),
        Promise("found by both tests", "both", "below", 0.01, 0.09),
        Promise("phase the same in all", "fixed", "below", low=0.15, is_canary=True),
        fixed_phase=True,
    ),
    of_arms(
        Arms(5, 15, spread=1.2, usual_spread=0.3),
        Promise("found by both tests", "both", "below", high=0.12),
        Promise("the model alone", "model", "below", low=0.12, is_canary=True),
        Promise("own changes alone", "own", "below"),
        more=", spread 1.2 and 0.3",
    ),
    of_power(Arms(10, 10, effect=-0.5)),
    of_power(Arms(10, 10, effect=-1.0)),
    of_power(Arms(20, 20, effect=-0.5)),
    Row(
        "unknown nights and steps, 40 × 60",
        100,
        lambda study: unknown_numbers(study, 40, 60, 10),
        (
            Promise("shift of kept days", "kept", "mean", -KEPT[0], KEPT[0]),
            Promise("shift of imputation", "imputed", "mean", -KEPT[1], KEPT[1]),
            Promise("width, imputed over complete days", "width", "mean", high=KEPT[2]),
            Promise("shift of complete days", "complete", "mean", high=KEPT[3], is_canary=True),
        ),
    ),
    of_average(0.0),
    Row(
        "moderator, 20 × 90",
        200,
        lambda study: moderator_numbers(study, 20, 90),
        (
            Promise("found", "p", "below", 0.01, 0.09),
            Promise("slope the same in all", "fixed", "below", low=0.15, is_canary=True),
        ),
    ),
    of_precision(10, 45),
    of_precision(20, 60),
    of_precision(40, 30),
    of_precision(40, 90),
    of_average(SLOPE),
)


def studies_of(row: Row, wanted: int, kept: dict[int, Numbers]) -> Iterator[tuple[int, Numbers]]:
    """Analyse the studies of a row that are not in ``kept``."""
    for study in range(wanted):
        if study not in kept:
            yield study, row.numbers(study)


def read_kept(path: Path | None) -> dict[str, dict[int, Numbers]]:
    """Return the numbers of the studies that an earlier run analysed, by row."""
    found: dict[str, dict[int, Numbers]] = {}
    if path and path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            each = json.loads(line)
            found.setdefault(each["row"], {})[each["study"]] = each["numbers"]
    return found


def append(path: Path | None, row: Row, study: int, numbers: Numbers) -> None:
    """Add the numbers of a study to a file."""
    if path:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"row": row.name, "study": study, "numbers": numbers}) + "\n")


def lines_of(row: Row, studies: Sequence[Numbers]) -> Iterator[str]:
    """Write the lines of a row, one for each promise."""
    for promise in row.promises:
        yield f"| {row.name} ({len(studies)}) | {promise.cells(studies)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Analyse the studies and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort_acceptance")
    parser.add_argument("--row", default="", help="rows with this in their name")
    parser.add_argument("--share", type=float, default=1.0, help="share of the studies of each row")
    parser.add_argument("--kept", type=Path, help="a file for the numbers of each study")
    parser.add_argument("--table", action="store_true", help="print what the file has, and analyse nothing")
    asked = parser.parse_args(arguments)
    kept = read_kept(asked.kept)
    print(HEADER, flush=True)
    for row in (each for each in ROWS if asked.row in each.name):
        own, started = kept.get(row.name, {}), process_time()
        if not asked.table:
            for study, numbers in studies_of(row, max(2, round(asked.share * row.studies)), own):
                append(asked.kept, row, study, numbers)
                own = own | {study: numbers}
        if own:
            print("\n".join(lines_of(row, [own[study] for study in sorted(own)])), flush=True)
        if not asked.table:
            print(f"{process_time() - started:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()

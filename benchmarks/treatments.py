"""How often a change is found after a start, with nothing there and with a true change: simulated and real diaries.

    python -m benchmarks.treatments --participants 1000
    python -m benchmarks.treatments --real FOLDER

42 days before the start and 42 after it, the week before as well; residual SD 1.2 points, scores in whole numbers from
0 to 10. Participants start by chance, or on the first day before which the mean of seven days rises above the 80th or
95th percentile of their own. ``--real`` takes the folder of PMData (its p01, p02, …), whose participants began nothing
that is known: a start is placed every 14 days in four items.

Six rows for each kind of residuals judge a true change at each of the three looks. Three rows go the whole way through
the product, for a third of the participants: a start with nothing there is followed by a second one, which ends the
looks (``tests/calibration/followed_changes.py``).

For each row the table says for whom scores are called lower or higher, in per cent with one Monte Carlo standard
error, the limits that were set before, and whether they are met. In rows marked "canary" CAR(1) residuals judge alone.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import get_args

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np
import numpy.typing as npt

from painstats.questions.verdict import Verdict
from tests.calibration.followed_changes import Second, ever_called
from tests.calibration.real_changes import chance_starts
from tests.calibration.simulated_changes import AR6, SLOW, Residuals, car1_calls, judged, percent, scores_around_start

RULE, CANARY = "the rule", "canary: CAR(1) alone"
KINDS = {"CAR(1), 0.6": AR6, "slow part 0.9, 60% white noise": SLOW}
SITUATIONS: dict[str, tuple[float, float | None]] = {
    "no change, start by chance": (0.0, None),
    "no change, start above the 80th percentile": (0.0, 0.8),
    "no change, start above the 95th percentile": (0.0, 0.95),
    "1 point lower": (-1.0, None),
    "2 points lower": (-2.0, None),
}
HEADER = "| residuals | situation | judged by | lower, % | higher, % | limit | met |\n|---|---|---|---:|---:|---|---|"
LOOKS = (28, 56, 84)

Hits = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Limit:
    """A limit in words, and whether it is met by the percentages of lower and higher."""

    text: str = ""
    met: str = ""


def main() -> None:
    """Print the table, or count the starts in real diaries."""
    options = _options()
    if options.real is not None:
        print(_real(options.real))
        return
    print(HEADER)
    for line in _lines(options.participants):
        print(line, flush=True)


def _lines(participants: int) -> Iterator[str]:
    for name, residuals in KINDS.items():
        for place, (situation, (change, worst)) in enumerate(SITUATIONS.items()):
            found = judged(scores_around_start(residuals, participants, place, change=change, worst=worst))
            limit = _limit(change, worst, percent(found.lower), percent(found.higher))
            yield _line(name, situation, RULE, found.lower, found.higher, limit)
        yield from _at_looks(name, residuals, participants)
        yield _looks(name, residuals, participants)
        yield from _followed(name, residuals, participants // 3)
    called = car1_calls(scores_around_start(SLOW, participants, 0))
    above = Limit("both > 15", _met(percent(called) > 15))
    yield f"| {name} | no change, start by chance | {CANARY} | {_rate(called)} in all | | {above.text} | {above.met} |"


def _at_looks(name: str, residuals: Residuals, participants: int) -> Iterator[str]:
    """Judge true changes at each of the three looks."""
    for change, words in ((-1.0, "1 point lower"), (-2.0, "2 points lower")):
        scores = scores_around_start(residuals, participants, 8, change=change, after_days=max(LOOKS))
        for days in LOOKS:
            found = judged(scores, days)
            yield _line(name, f"{words}, at the look on day {days}", RULE, found.lower, found.higher, Limit())


def _looks(name: str, residuals: Residuals, participants: int) -> str:
    scores = scores_around_start(residuals, participants, 9, after_days=max(LOOKS))
    looks = [judged(scores, days) for days in LOOKS]
    lower, higher = (reduce(np.logical_or, [getattr(look, side) for look in looks]) for side in ("lower", "higher"))
    return _line(name, "no change, ever at one of three looks", RULE, lower, higher, Limit())


def _followed(name: str, residuals: Residuals, participants: int) -> Iterator[str]:
    for second in get_args(Second):
        called = ever_called(residuals, participants, 3, second)
        lower, higher = (np.array([verdict is side for verdict in called]) for side in (Verdict.LOWER, Verdict.HIGHER))
        yield _line(name, f"no change, ever called; the next start {second}", RULE, lower, higher, Limit())


def _limit(change: float, worst: float | None, lower: float, higher: float) -> Limit:
    """Return the limit that docs/method/treatments.md sets for a situation."""
    if change == -2:
        return Limit("lower ≥ 70", _met(lower >= 70))
    if change:
        return Limit()
    if worst is None:
        return Limit("both ≤ 5", _met(lower + higher <= 5))
    return Limit("lower ≤ 2.5", _met(lower <= 2.5))


def _line(residuals: str, situation: str, method: str, lower: Hits, higher: Hits, limit: Limit) -> str:
    return f"| {residuals} | {situation} | {method} | {_rate(lower)} | {_rate(higher)} | {limit.text} | {limit.met} |"


def _met(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def _rate(hits: Hits) -> str:
    share = float(np.mean(hits))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(hits)):.1f}"


def _real(folder: Path) -> str:
    starts = chance_starts(folder)
    called, sure = sum(start.is_called for start in starts), sum(start.car1_is_sure for start in starts)
    return f"{len(starts)} starts that never were: {called} called by the rule, {sure} by CAR(1) alone"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=1000)
    parser.add_argument("--real", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()

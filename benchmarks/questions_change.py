"""How often a change of a link is found at monthly looks: with a slope that stays, flips or fades.

    python -m benchmarks.questions_change --participants 400

Pain goes with sleep by a slope for an hour; sleep has an SD of one hour, residuals one of 1.2 points, scores are whole
numbers from 0 to 10, and a tenth of the days has none. "Ever" is at any of ten looks, after 90, 120 … 360 days with a
score; "a month later" is the first look at least 30 days later, "by" a day the last look before it. Percentages have
one Monte Carlo standard error, and the limits were set before. Rows of links that change have a quarter of the
participants.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np
import polars as pl

from tests.calibration.changing_links import YEAR, Course, diaries, first_found, flip, is_found, last_look, look_after
from tests.calibration.simulated_changes import Residuals

CONSTANT = {"0": Course(0.0, 0.0), "−0.4": Course(-0.4, -0.4)}
RESIDUALS = {"CAR(1), 0.4": Residuals(0.4), "slow part 0.9, 60% white noise": Residuals(0.9, 0.6)}
CHANGING: dict[str, tuple[Course, Callable[[pl.DataFrame, int], int], int, int | None]] = {
    "flips from −0.6 to 0.6 on day 120, a month later": (flip(120), look_after, 150, None),
    "flips from −0.6 to 0.6 on day 120, two months later": (flip(120), look_after, 180, 90),
    "flips from −0.6 to 0.6 on day 240, a month later": (flip(240), look_after, 270, None),
    "flips from −0.6 to 0.6 on day 240, two months later": (flip(240), look_after, 300, 90),
    "flips from −0.5 to 0.9 on day 120, by day 180": (flip(120, -0.5, 0.9), last_look, 180, 90),
    "fades from −0.6 to 0 over days 90 to 270, by day 365": (Course(-0.6, 0.0, 90, 270), last_look, 365, None),
    "fades from −0.3 to 0 over days 90 to 270, by day 365": (Course(-0.3, 0.0, 90, 270), last_look, 365, None),
}
"""Situation to its course, the look and its calendar day, and the least share found, in per cent."""

MOST_EVER, HEADER = 5.0, "| residuals | slope | looks | found, % | limit | met |\n|---|---|---|---:|---|---|"
DAYS = 405
"""Calendar days, in which 360 have a score."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=400)
    people = parser.parse_args().participants
    print(HEADER)
    for line in (*_constant(people), *_changing(people // 4)):
        print(line, flush=True)


def _constant(people: int) -> Iterator[str]:
    for residuals, drawn in RESIDUALS.items():
        for slope, course in CONSTANT.items():
            found = [first_found(diary, YEAR) is not None for diary in diaries(course, drawn, people, DAYS, 1)]
            share = 100 * float(np.mean(found))
            met = "yes" if share <= MOST_EVER else "no"
            yield f"| {residuals} | stays {slope} | ever | {_percent(found)} | ≤ {MOST_EVER:g} | {met} |"


def _changing(people: int) -> Iterator[str]:
    for situation, (course, look, day, least) in CHANGING.items():
        drawn = RESIDUALS["CAR(1), 0.4"]
        found = [is_found(diary, look(diary, day)) for diary in diaries(course, drawn, people, DAYS, 2)]
        limit = "" if least is None else f"≥ {least}"
        met = "" if least is None else "yes" if 100 * float(np.mean(found)) >= least else "no"
        yield f"| CAR(1), 0.4 | {situation} | one | {_percent(found)} | {limit} | {met} |"


def _percent(found: list[bool]) -> str:
    share = float(np.mean(found))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(found)):.1f}"


if __name__ == "__main__":
    main()

"""Are verdicts about later days, and about boom and bust, calibrated? Simulated diaries with a known truth.

    python -m benchmarks.questions_delayed --participants 300 --cohorts 200

Prints three tables: one participant, cohorts of 20 participants and 120 days, and boom and bust.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.boom_and_bust.columns import CONTRASTS as SWING_CONTRASTS
from painstats.questions.boom_and_bust.columns import swing_columns
from painstats.questions.boom_and_bust.rules import SWING
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.activity_fit import ActivityFit, ColumnsOf
from painstats.questions.exploratory.activity_judge import judge_activity
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from tests.calibration.later_days import (
    NOTHING,
    RULES_OF_PAIN,
    SORE_THEN_BETTER,
    Nature,
    Truth,
    contrasts_of,
    fit_of,
    simulated,
)

NATURES: tuple[Nature, ...] = ("ar", "slow", "walk")
LATER = -0.52
"""What ``SORE_THEN_BETTER`` adds up to over days 2 to 28, in points per 1,000 steps."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=300, help="diaries of each kind; 0 for none")
    parser.add_argument("--cohorts", type=int, default=200, help="cohorts of each kind; 0 for none")
    parser.add_argument("--swings", type=int, default=300, help="diaries of each kind for boom and bust; 0 for none")
    parser.add_argument("--days", type=int, nargs="+", default=(120, 180, 365), help="lengths of diaries")
    options = parser.parse_args(arguments)
    if options.participants:
        print_participants(options.participants, options.days)
    if options.cohorts:
        print_cohorts(options.cohorts)
    if options.swings:
        print_swings(options.swings)
    return 0


def print_participants(diaries: int, lengths: Sequence[int]) -> None:
    """Print how often one participant's later days and next day get a direction."""
    print(f"One participant, {diaries} diaries each: % with a direction, and of ranges that hold the truth\n")
    print("| truth | residuals | days | CAR(1) at 5%: later | later | next day | range of later | range of next day |")
    print("|---|---|---|---|---|---|---|---|")
    for effects, name in ((NOTHING, "nothing"), (SORE_THEN_BETTER, "sore, then better")):
        for nature in NATURES:
            for days in lengths:
                truth = Truth(days=days, nature=nature, effects=effects)
                print(f"| {name} | {nature} | {days} | {' | '.join(_participants(truth, diaries))} |", flush=True)


def _participants(truth: Truth, diaries: int) -> list[str]:
    canary = [_is_clear(fit_of(simulated(truth, seed), "car1").own, "later") for seed in range(diaries)]
    fits = [fit_of(simulated(truth, seed), RESIDUALS, f"{seed}") for seed in range(diaries)]
    found = judge_activity(fits, RULES_OF_PAIN).findings
    later, next_day = ([row for row in found if row.contrast == name] for name in ("later", "tomorrow"))
    true_later, true_next_day = (LATER, 0.10) if any(truth.effects) else (0.0, 0.0)
    shares = (
        canary,
        _have_direction(later),
        _have_direction(next_day),
        _held(later, true_later),
        _held(next_day, true_next_day),
    )
    return [_percent(share) for share in shares]


def _is_clear(tests: Mapping[str, Coefficient], name: str) -> bool:
    """Whether a contrast has p < 0.05; a diary without a fit has none."""
    return name in tests and tests[name].p < 0.05


def _have_direction(rows: Sequence[ContrastFinding | ContrastAverage]) -> list[bool]:
    return [row.verdict.has_direction for row in rows]


def _held(rows: Sequence[ContrastFinding | ContrastAverage], truth: float) -> list[bool]:
    return [row.low is not None and row.high is not None and row.low <= truth <= row.high for row in rows]


def _percent(each: Sequence[bool]) -> str:
    return f"{100 * float(np.mean(each)):.1f}"


def print_cohorts(cohorts: int) -> None:
    """Print how often averages over 20 participants get a direction."""
    print(f"\nCohorts of 20 participants and 120 days, {cohorts} each: % with a direction (p < 0.05 in brackets)\n")
    print("| truth | residuals | later | next day | range of later holds the truth |")
    print("|---|---|---|---|---|")
    for effects, name in ((NOTHING, "nothing"), (SORE_THEN_BETTER, "sore, then better")):
        for nature in NATURES:
            truth = Truth(days=120, nature=nature, effects=effects)
            print(f"| {name} | {nature} | {' | '.join(_cohorts(truth, cohorts))} |", flush=True)


def _cohorts(truth: Truth, cohorts: int) -> list[str]:
    averages = [_averages(truth, number) for number in range(cohorts)]
    later, next_day = ([rows[name] for rows in averages] for name in ("later", "tomorrow"))
    held = _held(later, LATER if any(truth.effects) else 0.0)
    return [_both_shares(later), _both_shares(next_day), _percent(held)]


def _both_shares(rows: Sequence[ContrastAverage]) -> str:
    return f"{_percent(_have_direction(rows))} ({_percent([row.p is not None and row.p < 0.05 for row in rows])})"


def _averages(truth: Truth, number: int) -> dict[str, ContrastAverage]:
    """Return the averages of one cohort, in which participants differ by half where there is an effect."""
    sizes = np.random.default_rng(number).normal(1.0, 0.5, 20)
    fits = [_member(truth, 1000 * number + place, float(size)) for place, size in enumerate(sizes)]
    return {row.contrast: row for row in judge_activity(fits, RULES_OF_PAIN).averages}


def _member(truth: Truth, seed: int, size: float) -> ActivityFit:
    own = replace(truth, effects=tuple(size * effect for effect in truth.effects))
    return fit_of(simulated(own, seed), "car1", f"{seed}")


def print_swings(diaries: int) -> None:
    """Print how often the difference between two days gets a direction where only plain effects are, or nothing."""
    print(f"\nBoom and bust, {diaries} diaries of 180 days each: % with p < 0.05\n")
    print("| truth | residuals | with both days | without them |")
    print("|---|---|---|---|")
    for effects, name in ((NOTHING, "nothing"), (SORE_THEN_BETTER, "sore, then better")):
        for nature in NATURES:
            truth = Truth(days=180, nature=nature, effects=effects)
            shares = (_swings(truth, diaries, columns) for columns in (swing_columns, _swing_alone))
            print(f"| {name} | {nature} | {' | '.join(shares)} |", flush=True)


def _swing_alone(activity: ActivityDays, day: Integers) -> dict[str, Floats]:
    return {SWING: swing_columns(activity, day)[SWING]}


def _swings(truth: Truth, diaries: int, columns: ColumnsOf) -> str:
    days_of_each = (simulated(truth, seed, columns) for seed in range(diaries))
    return _percent([_is_clear(contrasts_of(days, RESIDUALS, SWING_CONTRASTS), SWING) for days in days_of_each])


if __name__ == "__main__":
    raise SystemExit(main())

"""Other items, covariates and many zeros: how often a wrong direction is given, and a right one found.

    python -m benchmarks.questions_items --participants 300

Single participants of 120 days with five items and two exposures, whose residuals are related (0.5), are fitted as a
study fits them, and their ten questions are judged as a family. Then sleep beside the mood of the same evening and of
the evening before; and sleep beside stress that shortens the night and raises the pain of the next day. Then effects
on scores of which 60% are 0. Table in docs/method/calibration.md.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np
import polars as pl

from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.item.fit import own_items
from painstats.questions.item.judge import own_findings
from tests.calibration.simulated_items import (
    SLEEP,
    STEPS,
    Effects,
    of_several_items,
    sleep_test,
    with_mood,
    with_stress,
)
from tests.calibration.test_many_zeros import calls_small

DAYS = 120
RAW = 0.05

SETTINGS: dict[str, Effects] = {
    "nothing": {},
    "2 of 10 real": {("fatigue", SLEEP.name): -0.33, ("mood", STEPS.name): 0.18},
    "5 of 10 real": {
        ("fatigue", SLEEP.name): -0.33,
        ("mood", SLEEP.name): 0.33,
        ("stress", SLEEP.name): -0.33,
        ("mood", STEPS.name): 0.18,
        ("anxiety", STEPS.name): -0.18,
    },
}
"""Effects of about 3.1 standard errors."""


@dataclass(frozen=True)
class Given:
    """The directions given to one participant: false ones, right ones, and all."""

    false: int
    right: int
    every: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=300)
    participants = parser.parse_args(arguments).participants
    print(
        "| ten questions of a participant | any false: raw / family | false share: raw / family | found: raw / family |"
    )
    print("|---|---|---|---|")
    for name, effects in SETTINGS.items():
        judged = [own_findings(own_items(of_several_items(seed, DAYS, effects), None)) for seed in range(participants)]
        print(_family_row(name, judged, effects))
    print("\n| effect of sleep, points per hour | mean | direction given |\n|---|---|---|")
    for name, days_of, also in (
        ("-0.30, alone", with_mood, ()),
        ("-0.30, beside mood of the same evening", with_mood, ("same_evening",)),
        ("-0.30, beside mood of the evening before", with_mood, ("evening_before",)),
        ("0, alone; stress moves both", with_stress, ()),
        ("0, beside stress of the evening before", with_stress, ("evening_before",)),
    ):
        print(_effect_row(name, days_of, also, participants))
    small = np.array([calls_small(seed) for seed in range(participants)], dtype=float).mean(axis=0)
    print(
        f"\n-0.55 an hour, {small[2]:.0%} zeros, 180 days: called small {small[0]:.1%}; without the room {small[1]:.1%}"
    )


def _family_row(name: str, judged: Sequence[Sequence[ContrastFinding]], effects: Effects) -> str:
    raw = [_given(found, effects, by_family=False) for found in judged]
    family = [_given(found, effects, by_family=True) for found in judged]
    cells = []
    for measure in (_any_false, _false_share, lambda given: _found(given, len(effects))):
        cells.append(" / ".join(f"{100 * measure(given):.1f}" for given in (raw, family)))
    return f"| {name} | {' | '.join(cells)} |"


def _given(found: Sequence[ContrastFinding], effects: Effects, *, by_family: bool) -> Given:
    directions = [
        (effects.get((each.item, each.exposure), 0.0), each.estimate or 0.0)
        for each in found
        if (each.verdict.has_direction if by_family else each.p is not None and each.p < RAW)
    ]
    right = sum(truth * estimate > 0 for truth, estimate in directions)
    return Given(len(directions) - right, right, len(directions))


def _any_false(given: Sequence[Given]) -> float:
    return float(np.mean([each.false > 0 for each in given]))


def _false_share(given: Sequence[Given]) -> float:
    """Return the mean over participants of the share of their directions that are false, 0 without any."""
    return float(np.mean([each.false / max(each.every, 1) for each in given]))


def _found(given: Sequence[Given], real: int) -> float:
    return float(np.mean([each.right / real for each in given])) if real else 0.0


def _effect_row(
    name: str, days_of: Callable[[int, int], pl.DataFrame], also: tuple[str, ...], participants: int
) -> str:
    tests = [sleep_test(days_of(seed, DAYS), *also) for seed in range(participants)]
    estimate, given = np.mean([test.estimate for test in tests]), np.mean([test.p < RAW for test in tests])
    return f"| {name} | {estimate:+.3f} | {100 * given:.1f}% |"


if __name__ == "__main__":
    main()

"""How often kinds of exercise get a direction, rightly and wrongly: for one participant, and in cohorts.

    python -m benchmarks.questions_exercise --participants 400 --cohorts 100

Prints the two tables of docs/method/calibration.md, kinds of exercise. Participants are those of
``tests/calibration/exercisers.py``; seeds depend only on their numbers.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.questions.exercise.averages import averages_differ_p
from painstats.questions.exercise.fit import OwnKinds, any_kind_p, kinds_differ_p
from painstats.questions.exploratory.average import contrast_mean
from tests.calibration.exercisers import (
    KINDS,
    OPPOSITE,
    Given,
    Setting,
    fitted,
    given_alone,
    given_together,
    total_has_direction,
)

FIRST_SEED = 1000
IN_COHORT = 12
DIFFER = 0.2
"""SD of a kind's effect between the participants of a cohort, in points."""

SETTINGS = {
    "nothing, 120 days": Setting({}),
    "nothing, 240 days": Setting({}, 240),
    "nothing, slow residuals, 120": Setting({}, slow=True),
    "nothing, strong feedback, 240": Setting({}, 240, feedback=-0.5),
    "−.8 +.8 −.4 +.3 0 0, 120": Setting(OPPOSITE),
    "same, 240": Setting(OPPOSITE, 240),
    "one −.8, 120": Setting({"swimming": -0.8}),
    "rare −.8, 120": Setting({"dance": -0.8}),
    "all −.4, 120": Setting(dict.fromkeys(KINDS, -0.4)),
}
COHORTS = {
    "nothing": Setting({}, 150),
    "−.8 +.8 −.4 +.3 0 0": Setting(OPPOSITE, 150),
}


COLUMNS = (
    "any F", "differ F", "any direction", "any false", "wrong sign", "strong found", "coverage", "total found", "CPU s",
)  # fmt: skip
COHORT_COLUMNS = (
    "directions", "any false", "wrong sign", "coverage", "RMSE own, pooled", "averages false, right", "differ",
)  # fmt: skip


def main() -> None:
    """Simulate, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--participants", type=int, default=400)
    parser.add_argument("--cohorts", type=int, default=100)
    parser.add_argument("--totals", type=int, default=100, help="participants whose total is fitted too")
    arguments = parser.parse_args()
    print(f"| truth | {' | '.join(COLUMNS)} |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, setting in SETTINGS.items():
        print(alone(name, setting, arguments.participants, arguments.totals), flush=True)
    print(f"\n| 12 participants × 150 days | {' | '.join(COHORT_COLUMNS)} |")
    print("|---|---|---|---|---|---|---|---|")
    for name, setting in COHORTS.items():
        if arguments.cohorts:
            print(cohorts(name, setting, arguments.cohorts), flush=True)


def alone(name: str, setting: Setting, participants: int, totals: int) -> str:
    """Return the row of a setting, for participants alone."""
    started = process_time()
    found = [given_alone(fitted(setting, FIRST_SEED + number)) for number in range(participants)]
    seconds = (process_time() - started) / participants
    fits = [each.own.estimates for each in found if each.own.estimates is not None]
    total = [total_has_direction(setting, FIRST_SEED + number) for number in range(min(totals, participants))]
    cells = [
        percent([any_kind_p(fit) < 0.05 for fit in fits]),
        percent([(kinds_differ_p(fit) or 1.0) < 0.05 for fit in fits]),
        percent([bool(each.directions) for each in found]),
        *directions(found, [setting] * participants),
        percent(covered(found, [setting] * participants)),
        percent(total),
        f"{seconds:.3f}",
    ]
    return f"| {name} | {' | '.join(cells)} |"


def cohorts(name: str, setting: Setting, number: int) -> str:
    """Return the row of a setting, for cohorts of participants who differ."""
    found, truths, averages = list[Given](), list[Setting](), list[Sequence[bool]]()
    for cohort in range(number):
        members = [_member(setting, 100_000 + 100 * cohort + number) for number in range(IN_COHORT)]
        own = [fitted(truth, seed) for truth, seed in members]
        found += given_together(own)
        truths += [truth for truth, _ in members]
        averages.append(_averages(own, setting))
    share = percent([kind in each.directions for each in found for kind in each.sizes])
    false, wrong, _ = directions(found, truths)
    averaged = np.array(averages).mean(axis=0)
    cells = [
        share, false, wrong, percent(covered(found, truths)), _rmse(found, truths),
        f"{100 * averaged[0]:.1f}, {100 * averaged[1]:.1f}", f"{100 * averaged[2]:.1f}",
    ]  # fmt: skip
    return f"| {name} | {' | '.join(cells)} |"


def _member(setting: Setting, seed: int) -> tuple[Setting, int]:
    draws = np.random.default_rng(seed + 50_000_000)
    effects = {kind: setting.effects.get(kind, 0.0) + DIFFER * draws.normal() for kind in KINDS}
    return replace(setting, effects=effects), seed


def _averages(own: Sequence[OwnKinds], setting: Setting) -> tuple[float, float, float]:
    """Return the shares of false and of right directions of averages, without adjustment, and whether they differ."""
    means = {}
    for kind in KINDS:
        fits = [each.estimates for each in own if each.estimates is not None and kind in each.estimates.kinds]
        if len(fits) >= 5:
            places = [fit.kinds.index(kind) for fit in fits]
            pairs = [(fit.estimate[at], fit.covariance[at, at]) for fit, at in zip(fits, places, strict=True)]
            means[kind] = contrast_mean(*np.array(pairs).T)
    false = [mean.p < 0.05 for kind, mean in means.items() if not setting.effects.get(kind)]
    right = [mean.p < 0.05 for kind, mean in means.items() if setting.effects.get(kind)]
    differ = averages_differ_p(list(means.values()))
    return float(np.mean(false or [0])), float(np.mean(right or [0])), float((differ or 1.0) < 0.05)


def directions(found: Sequence[Given], truths: Sequence[Setting]) -> tuple[str, str, str]:
    """Return who was given a false direction, the share of wrong signs, and the share of strong kinds found."""
    pairs = [
        (truth.effects.get(kind, 0.0), each.directions.get(kind, 0))
        for each, truth in zip(found, truths, strict=True)
        for kind in each.sizes
    ]
    false = [
        any(not truth.effects.get(kind) for kind in each.directions)
        for each, truth in zip(found, truths, strict=True)
    ]  # fmt: skip
    wrong = [effect * sign < 0 for effect, sign in pairs if effect and sign]
    strong = [sign * effect > 0 for effect, sign in pairs if abs(effect) >= 0.75]
    return percent(false), percent(wrong), percent(strong)


def covered(found: Sequence[Given], truths: Sequence[Setting]) -> list[bool]:
    """Return for each kind whether its pooled interval has the true effect."""
    return [
        size.low <= truth.effects.get(kind, 0.0) <= size.high
        for each, truth in zip(found, truths, strict=True)
        for kind, size in each.sizes.items()
    ]


def _rmse(found: Sequence[Given], truths: Sequence[Setting]) -> str:
    errors = [
        (own - truth.effects[kind], each.sizes[kind].estimate - truth.effects[kind])
        for each, truth in zip(found, truths, strict=True)
        if each.own.estimates is not None
        for kind, own in zip(each.own.estimates.kinds, each.own.estimates.estimate, strict=True)
    ]
    own, pooled = np.sqrt(np.mean(np.square(errors), axis=0))
    return f"{own:.2f}, {pooled:.2f}"


def percent(values: Sequence[bool]) -> str:
    """Write a share with its standard error."""
    if not values:
        return "–"
    share = float(np.mean(values))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(values)):.1f}"


if __name__ == "__main__":
    main()

"""Where many scores are 0, a large effect is not called small: what matters is compared with the room of the scores.

A sleeper whose uncut scores fall by 0.55 points an hour, with 60% zeros, over 180 days. The same without the room must
fail, or the test would show nothing. Rates of 500 participants are in docs/method/calibration.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.findings.rule import judge
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.look_evidence import (
    Effect,
    LookOf,
    exposure_range,
    from_test,
    limits_at,
    scale_ends,
    smallest_effect,
)
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.look import LookDay, ScaleEnds
from tests.calibration.simulated_items import DESIGN, SLEEP, autocorrelated, exposed, own_days, scored
from tests.examples import examples

PARTICIPANTS = examples(10)
EFFECT, DAYS, MEAN = -0.55, 200, 0.13
RULES = RulesPlan(matters=1.28)
"""Half a point for one SD of sleep, of which the effect is 0.6 points."""

LOOK = 4
"""The number of the look at 180 days."""


def calls_small(seed: int) -> tuple[bool, bool, float]:
    """Whether an effect is called small at the look at 180 days, with the room and without; and the share of zeros."""
    chance = np.random.default_rng(seed)
    exposures = exposed(chance, DAYS)
    pain = scored(MEAN + EFFECT * exposures[0] + autocorrelated(chance, DAYS)[0])
    own = own_days({"pain": pain}, exposures, chance.permutation(np.arange(DAYS)) < 180, replace(DESIGN, rules=RULES))
    fitted = own_contrasts(within_participants(own.usable, own.design), {"sleep": {SLEEP.within: 1.0}})
    assert fitted is not None
    [test] = fitted.tests
    known, ends = exposure_range(own.usable, SLEEP), scale_ends(own.usable, DESIGN.scale)
    assert known is not None
    small = []
    for room in (ends, ScaleEnds(1.0, ends.at_low, ends.at_high)):
        matters = smallest_effect(known, room, own.design)
        when = LookDay(LOOK, own.when.date, fitted.days)
        of = LookOf(when, "own_days", limits_at(RULES, LOOK, 2), matters, known, room)
        [state] = judge({"sleep": [from_test(of, Effect(test.estimate, test.se, test.df))]})["sleep"]
        small.append(state.is_small)
    return small[0], small[1], ends.at_low


@pytest.fixture(scope="module")
def called() -> np.ndarray:
    return np.array([calls_small(seed) for seed in range(PARTICIPANTS)], dtype=float)


def test_scores_are_mostly_zero(called):
    assert 0.5 < called[:, 2].mean() < 0.7


def test_a_large_effect_is_not_called_small(called):
    assert called[:, 0].mean() <= 0.05


def test_without_the_room_it_would_be(called):
    assert called[:, 1].mean() > 0.4

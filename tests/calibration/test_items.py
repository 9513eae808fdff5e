"""Families of items keep their level, and a covariate of the same evening would turn an effect round.

Small versions; ``python -m benchmarks.questions_items`` runs the full ones (docs/method/calibration.md).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.item.fit import ItemEffect, OwnItems
from painstats.questions.item.judge import own_findings
from painstats.questions.look import LookDay
from tests.calibration.simulated_items import BETWEEN_ITEMS, OTHERS, SLEEP, STEPS, sleep_test, with_mood, with_stress

PARTICIPANTS = 600
SE, DF = 0.1, 95.0


def t_values(chance: np.random.Generator) -> np.ndarray:
    """Draw the t values (participants, exposures, items) where nothing is true; those of items are related."""
    common = chance.normal(size=(PARTICIPANTS, 2, 1))
    own = chance.normal(size=(PARTICIPANTS, 2, len(OTHERS)))
    drawn = np.sqrt(BETWEEN_ITEMS) * common + np.sqrt(1 - BETWEEN_ITEMS) * own
    return np.asarray(stats.t.ppf(stats.norm.cdf(drawn), DF))


def family(t: np.ndarray, p: np.ndarray) -> OwnItems:
    """Return one participant's effects, with these t and p values (exposures, items)."""
    effects = [
        ItemEffect(item, "", exposure, 108, "", Coefficient("x", SE * t[x, y], SE, DF, t[x, y], p[x, y], 0.0, 0.0))
        for x, exposure in enumerate((SLEEP, STEPS))
        for y, item in enumerate(OTHERS)
    ]
    return OwnItems("ann", LookDay(3, date(2026, 3, 1), 120), tuple(effects))


@pytest.fixture(scope="module")
def directions() -> np.ndarray:
    """Whether any of a participant's ten questions has a direction, and whether any p is below 0.05."""
    t = t_values(np.random.default_rng(4))
    judged = [own_findings(family(*each)) for each in zip(t, 2 * stats.t.sf(abs(t), DF), strict=True)]
    return np.array(
        [[any(f.verdict.has_direction for f in found), min(f.p or 1 for f in found) < 0.05] for found in judged]
    )


def test_a_participant_without_any_link_rarely_sees_one(directions):
    assert 0.02 <= directions[:, 0].mean() <= 0.08


def test_without_a_family_one_in_three_would(directions):
    assert directions[:, 1].mean() > 0.25


def mean_effect(days_of, *also: str) -> float:
    return float(np.mean([sleep_test(days_of(seed, 300), *also, residuals="car1").estimate for seed in range(4)]))


def test_mood_of_the_same_evening_would_hide_the_effect_of_sleep_and_that_of_the_evening_before_does_not():
    assert mean_effect(with_mood) == pytest.approx(-0.3, abs=0.08)
    assert mean_effect(with_mood, "evening_before") == pytest.approx(-0.3, abs=0.08)
    assert mean_effect(with_mood, "same_evening") > 0


def test_stress_of_the_evening_before_takes_away_an_effect_that_is_its_own():
    assert mean_effect(with_stress) < -0.1
    assert mean_effect(with_stress, "evening_before") == pytest.approx(0.0, abs=0.08)

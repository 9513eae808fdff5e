"""Kinds of exercise in simulated participants: how often a direction is given, rightly and wrongly.

A small version of ``benchmarks/questions_exercise.py``, with the same seeds.
"""

from __future__ import annotations

import numpy as np
import pytest

from painstats.questions.exercise.fit import OwnKinds, kinds_differ_p
from tests.calibration.exercisers import OPPOSITE, Setting, fitted, given_alone, given_together, total_has_direction

FIRST_SEED = 1000
STRONG = {"swimming": -1, "running": 1}


@pytest.fixture(scope="module")
def opposite() -> list[OwnKinds]:
    return [fitted(Setting(OPPOSITE), FIRST_SEED + number) for number in range(14)]


def test_opposite_kinds_get_the_right_directions(opposite):
    given = [given_alone(own).directions for own in opposite]
    assert np.mean([directions.get(kind) == sign for directions in given for kind, sign in STRONG.items()]) >= 0.6
    assert [
        directions for directions in given if any(directions.get(kind) == -sign for kind, sign in STRONG.items())
    ] == []
    assert np.mean([{"cycling", "dance"} & set(directions) != set() for directions in given]) <= 0.2
    assert np.mean([kinds_differ_p(own.estimates) < 0.05 for own in opposite]) >= 0.9


def test_the_total_of_the_same_participants_shows_few_of_them():
    assert sum(total_has_direction(Setting(OPPOSITE), FIRST_SEED + number) for number in range(6)) <= 2


def test_without_any_effect_few_participants_are_given_a_direction():
    assert sum(bool(given_alone(fitted(Setting({}), FIRST_SEED + number)).directions) for number in range(8)) <= 1


def test_pooled_over_participants_sizes_are_nearer_to_the_truth(opposite):
    together = given_together(opposite)
    truth = [OPPOSITE.get(kind, 0.0) for each in together for kind in each.sizes]
    pooled = [size.estimate for each in together for size in each.sizes.values()]
    own = [value for each in opposite for value in each.estimates.estimate]
    assert all(size.with_others for each in together for size in each.sizes.values())
    assert rmse(pooled, truth) < 0.8 * rmse(own, truth)
    assert not any(each.directions.get(kind) == -sign for each in together for kind, sign in STRONG.items())


def rmse(found: list[float], truth: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(np.subtract(found, truth)))))

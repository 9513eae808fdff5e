"""The rule on a change with nothing there, with people who start when it is bad, and with a change of two points."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.simulated_changes import (
    AR6,
    SLOW,
    Residuals,
    car1_calls,
    judged,
    percent,
    scores_around_start,
)

PEOPLE = 1000


@pytest.mark.parametrize("residuals", [AR6, SLOW], ids=["ar6", "slow"])
def test_with_nothing_there_a_change_is_hardly_ever_called(residuals):
    found = judged(scores_around_start(residuals, PEOPLE, 4))
    assert percent(found.lower) + percent(found.higher) <= 5


def test_car1_residuals_alone_call_changes_that_are_not_there():
    assert percent(car1_calls(scores_around_start(SLOW, 100, 4))) > 15


@pytest.mark.parametrize("worst", [0.8, 0.95])
def test_people_who_start_when_it_is_bad_are_not_told_that_it_got_lower(worst):
    found = judged(scores_around_start(SLOW, PEOPLE, 4, worst=worst))
    assert percent(found.lower) <= 2.5
    assert percent(found.higher) <= 2.5


def test_each_of_the_two_fits_alone_is_misled_by_starts_when_it_is_bad():
    found = judged(scores_around_start(SLOW, PEOPLE, 4, worst=0.8))
    assert percent(found.without_week <= 0.025) > 5  # without the week before, people seem to get worse


def test_a_change_of_two_points_is_seen():
    found = judged(scores_around_start(SLOW, PEOPLE, 4, change=-2.0))
    assert percent(found.lower) >= 70


def test_three_looks_rarely_tell_what_is_not_there():
    scores = scores_around_start(SLOW, 300, 5, after_days=84)
    looks = [judged(scores, days) for days in (28, 56, 84)]
    ever = np.any([look.lower | look.higher for look in looks], axis=0)
    assert percent(ever) <= 8


def test_simulated_residuals_have_the_correlation_that_they_are_said_to_have():
    drawn = Residuals(0.9, 0.6).drawn(np.random.default_rng(1), 200, 2000)
    assert np.var(drawn) == pytest.approx(1, abs=0.02)
    assert np.mean(drawn[:-1] * drawn[1:]) == pytest.approx(0.4 * 0.9, abs=0.02)

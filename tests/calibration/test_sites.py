"""A site that is scored after bad nights only makes no link, and hides none, where scores are centred by site."""

import numpy as np
import pytest

from tests.calibration.site_diaries import OUTCOMES, outcomes, simulate, slopes

PARTICIPANTS, DAYS = 150, 120


def mean_slope(effect, third, outcome):
    """Average the least squares slopes of an outcome on sleep over the participants."""
    diaries = [simulate(effect, third, DAYS, seed) for seed in range(PARTICIPANTS)]
    found = []
    for diary, score in zip(diaries, outcomes(diaries, outcome), strict=True):
        days = np.isfinite(score)
        found.append(np.polyfit(diary.sleep[days], score[days], 1)[0])
    return np.mean(found)


def test_a_site_scored_after_bad_nights_makes_no_link():
    """Of raw scores it makes one: they say what was scored, not how it was."""
    assert abs(mean_slope(0.0, "after bad nights", "centred by site")) < 0.02
    assert mean_slope(0.0, "after bad nights", "mean of raw scores") > 0.2


def test_it_hides_no_link_either():
    assert mean_slope(-0.3, "after bad nights", "centred by site") == pytest.approx(-0.3, abs=0.04)
    assert abs(mean_slope(-0.3, "after bad nights", "mean of raw scores")) < 0.1


def test_with_every_site_scored_every_day_both_outcomes_have_the_same_slope():
    diaries = [simulate(-0.3, "every day", DAYS, seed) for seed in range(5)]
    centred, raw = (np.array([row.estimate for row in slopes(diaries, of)]) for of in OUTCOMES[:2])
    assert np.abs(centred - raw).max() <= 1e-12
    assert all(np.isfinite(score).all() for score in outcomes(diaries, "centred by site"))

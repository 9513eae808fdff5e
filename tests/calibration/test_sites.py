"""A site that is scored after bad nights only makes no link, and hides none, where scores are centred by site."""

import numpy as np
import pytest

from tests.calibration.site_diaries import OUTCOMES, outcomes, simulate, slopes

PARTICIPANTS, DAYS = 24, 120


def found(effect, third, outcome):
    """Fit the participants; return their slopes and p-values."""
    diaries = [simulate(effect, third, DAYS, seed) for seed in range(PARTICIPANTS)]
    rows = list(slopes(diaries, outcome))
    return np.array([row.estimate for row in rows]), np.array([row.p for row in rows])


def test_a_site_scored_after_bad_nights_makes_no_link():
    """Of raw scores it makes one in most participants: they say what was scored, not how it was."""
    assert abs(found(0.0, "after bad nights", "centred by site")[0].mean()) < 0.04
    raw_slope, raw_p = found(0.0, "after bad nights", "mean of raw scores")
    assert raw_slope.mean() > 0.15
    assert (raw_p < 0.05).mean() > 0.4


def test_it_hides_no_link_either():
    slope, p = found(-0.3, "after bad nights", "centred by site")
    assert slope.mean() == pytest.approx(-0.3, abs=0.05)
    assert (p < 0.05).mean() > 0.6


def test_with_every_site_scored_every_day_both_outcomes_have_the_same_slope():
    diaries = [simulate(-0.3, "every day", DAYS, seed) for seed in range(5)]
    centred, raw = (np.array([row.estimate for row in slopes(diaries, of)]) for of in OUTCOMES[:2])
    assert np.abs(centred - raw).max() <= 1e-12
    assert all(np.isfinite(score).all() for score in outcomes(diaries, "centred by site"))

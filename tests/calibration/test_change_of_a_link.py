"""A link that stays is hardly ever found to change, and one that flips is; full: ``benchmarks/questions_change.py``."""

from __future__ import annotations

from tests.calibration.changing_links import Course, diaries, flip, is_found, last_look, look_after
from tests.calibration.simulated_changes import Residuals

AR4, SLOW = Residuals(0.4), Residuals(0.9, 0.6)


def test_a_slope_that_stays_is_hardly_ever_found_to_change():
    found = [is_found(diary, 180) for diary in diaries(Course(-0.4, -0.4), SLOW, 12, 220, 3)]
    assert sum(found) <= 1


def test_a_flip_is_found_two_months_later():
    found = [is_found(diary, look_after(diary, 180)) for diary in diaries(flip(120), AR4, 6, 230, 4)]
    assert sum(found) >= 5


def test_a_large_flip_on_day_120_is_found_by_day_180():
    found = [is_found(diary, last_look(diary, 180)) for diary in diaries(flip(120, -0.5, 0.9), AR4, 6, 180, 5)]
    assert sum(found) >= 5

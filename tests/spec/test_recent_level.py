"""How the outcome has been in the last four weeks, and whether that differs from the weeks before."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from painstats.findings.lead import lead
from painstats.plan.study import Plan
from painstats.questions.question import outcome_of
from painstats.questions.recent_level import RecentLevel, recent_level

LAST = date(2026, 6, 30)
FIRST = LAST - timedelta(days=199)
PAIN = outcome_of(Plan().outcome)


def level_of(recent: list[float], earlier: list[float], first: date = FIRST) -> RecentLevel:
    """Put scores on the newest of the last 28 days, and on the newest of the 56 before."""
    dates = [LAST - timedelta(days=ago) for ago in (*range(len(recent)), *range(28, 28 + len(earlier)))]
    return recent_level(dates, [*recent, *earlier], first, LAST)


def noisy(mean: float, days: int, seed: int) -> list[float]:
    return np.round(np.random.default_rng(seed).normal(mean, 0.7, days)).tolist()


def test_a_clear_fall_and_a_clear_rise_have_their_direction_and_interval():
    fall, rise = level_of(noisy(3, 28, 1), noisy(6, 56, 2)), level_of(noisy(6, 28, 1), noisy(3, 56, 2))
    assert (fall.sign, rise.sign) == (-1, 1)
    assert fall.difference_low < fall.difference_high < 0 < rise.difference_low < rise.difference_high
    assert lead(fall, PAIN)[1] == f"That is lower than in the eight weeks before ({fall.mean_before:.1f})."


def test_a_difference_that_chance_often_brings_has_no_direction():
    level = level_of(noisy(4.7, 28, 1), noisy(5, 56, 2))
    assert level.mean < level.mean_before
    assert level.sign == 0
    assert level.difference_low < 0 < level.difference_high


def test_ten_scores_make_a_level_and_nine_do_not():
    assert level_of([4.0, 5.0] * 5, []).mean == 4.5
    few = level_of([4.0] * 9, [])
    assert (few.mean, few.scores, few.days) == (None, 9, 28)
    assert lead(few, PAIN) == ("Too few scores in the last four weeks to say how your pain has been: 9 of 28 days.",)


def test_a_diary_that_stopped_is_said_plainly():
    none, stopped = level_of([], [4.0] * 20), date(2026, 2, 10)
    said = ("There is no pain score in the last four weeks. Your last one is from 10 February 2026.",)
    assert lead(none, PAIN, stopped) == said
    assert lead(level_of([4.0], []), PAIN, stopped)[0].startswith("Too few scores in the last four weeks")


def test_the_first_and_the_last_day_of_four_weeks_count_and_the_day_before_does_not():
    dates = [LAST - timedelta(days=ago) for ago in range(27, 18, -1)]
    assert recent_level([*dates, LAST], [5.0] * 10, FIRST, LAST).scores == 10
    assert recent_level([*dates, LAST - timedelta(days=28)], [5.0] * 10, FIRST, LAST).scores == 9


def test_scores_that_never_vary_have_a_level_and_no_interval():
    level = level_of([4.0] * 28, [6.0] * 56)
    assert (level.sign, level.difference_low) == (-1, None)
    assert lead(level, PAIN)[0] == "In the last four weeks your pain was 4.0 out of 10 on average, nearly always 4."


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (4.4, "about the same as in the eight weeks before (4.4)"),
        (5.2, "it was 5.2. Ups and downs of that size can be"),
    ],
)
def test_without_a_direction_only_close_levels_are_about_the_same(before, said):
    level = RecentLevel(28, 28, 4.0, 3.0, 5.0, before, -2.0, 1.0, 0)
    assert said in lead(level, PAIN)[1]


def test_a_short_record_has_nothing_to_compare_with():
    level = level_of(noisy(4, 20, 1), [], first=LAST - timedelta(days=19))
    assert (level.days, level.mean_before) == (20, None)
    assert lead(level, PAIN)[1] == "There are too few scores before that to compare with."

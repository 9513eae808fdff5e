"""Bad spells: from a person's own 90th percentile, at least 2 points above their median; and means over periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from painstats.frame.bad_spells import bad_limit, bad_spells
from painstats.frame.period_means import month_means, period_mean

FIRST = date(2026, 1, 1)
TEN = (0.0, 10.0)


def dated(scores):
    """Give scores dates from 1 January on; "." is a day without a score."""
    return {FIRST + timedelta(days=place): float(score) for place, score in enumerate(scores) if score != "."}


@pytest.mark.parametrize(
    ("scores", "limit"),
    [
        ([4] * 36 + [7] * 4, 6.0),
        ([4] * 34 + [8] * 6, 8.0),
        ([4] * 20 + [5] * 20, 6.5),
        ([9] * 40, 11.0),
        ([4] * 27, None),
    ],
    ids=["2 points above the median", "the worst tenth", "a median between two scores", "out of reach", "too few"],
)
def test_the_limit_is_both_rare_and_clearly_above_the_usual(scores, limit):
    assert bad_limit(scores, TEN) == limit


def test_of_a_good_outcome_everything_is_turned_round():
    scores = [4.0] * 34 + [8.0] * 6
    assert bad_limit([10 - score for score in scores], TEN, higher_is_worse=False) == 2.0
    mood = dated("6662166")
    assert bad_spells(mood, 2.0, higher_is_worse=False)[0].worst == 1.0


def test_the_limit_grows_with_the_scale():
    assert bad_limit([40] * 36 + [70] * 4, (0.0, 100.0)) == 60.0


def test_days_in_a_row_are_one_spell_across_one_day_without_a_score_but_not_across_a_better_one():
    found = bad_spells(dated("478.7484..88"), 7.0)
    assert [(spell.first.day, spell.last.day, spell.days, spell.worst) for spell in found] == [
        (2, 5, 3, 8.0),
        (7, 7, 1, 8.0),
        (11, 12, 2, 8.0),
    ]


def test_no_bad_day_is_no_spell():
    assert bad_spells(dated("4444"), 7.0) == []


def test_a_mean_needs_known_days():
    scores = dated("2.4.")
    assert period_mean(scores, FIRST, FIRST + timedelta(days=3)).mean == 3.0
    few = period_mean(scores, FIRST, FIRST + timedelta(days=3), least=3)
    assert (few.known, few.days, few.mean) == (2, 4, None)
    assert period_mean({}, FIRST, FIRST - timedelta(days=1)).days == 0


def test_months_are_cut_to_the_period():
    scores = {FIRST + timedelta(days=place): 1.0 for place in range(400)}
    found = list(month_means(scores, date(2026, 1, 30), date(2026, 3, 2), least=1))
    assert [(each.first, each.last, each.known) for each in found] == [
        (date(2026, 1, 30), date(2026, 1, 31), 2),
        (date(2026, 2, 1), date(2026, 2, 28), 28),
        (date(2026, 3, 1), date(2026, 3, 2), 2),
    ]

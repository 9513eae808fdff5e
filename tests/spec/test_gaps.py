"""Whether days without a score follow bad days more often than chance."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from painstats.frame.gaps import scores_before_gaps

FIRST = date(2026, 1, 5)


def diary(missing, scores):
    """Return the days with a score, and their scores."""
    kept = [day for day in range(len(scores)) if not missing[day]]
    return [FIRST + timedelta(days=day) for day in kept], np.array([scores[day] for day in kept], dtype=float)


def test_means_of_days_before_gaps_and_of_other_days():
    dates, scores = diary([0, 0, 1, 0, 0, 1, 0], [2, 8, 0, 3, 6, 0, 9])
    found = scores_before_gaps(dates, scores)
    assert (found.before_gaps, found.otherwise, found.gaps) == (7.0, 2.5, 2)


@pytest.mark.parametrize("missing", [[0, 0, 0, 0], [0, 1, 0, 1, 0, 1, 0]])
def test_without_gaps_or_without_other_days_there_is_nothing_to_compare(missing):
    assert scores_before_gaps(*diary(missing, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0][: len(missing)])) is None


def slow_scores(draws, days):
    scores = np.zeros(days)
    for day in range(1, days):
        scores[day] = 0.9 * scores[day - 1] + draws.standard_normal()
    return scores


def clear_share(log_odds, seeds=150, days=120):
    """Return the share of diaries, slow and with a fifth of the days missing, whose gaps are called clear."""
    clear = 0
    for seed in range(seeds):
        draws = np.random.default_rng(seed)
        scores = slow_scores(draws, days)
        chance = 1 / (1 + np.exp(1.4 - log_odds * np.concatenate([[0], scores[:-1] / scores.std()])))
        found = scores_before_gaps(*diary(draws.random(days) < chance, scores))
        clear += bool(found and found.is_clear)
    return clear / seeds


def test_random_gaps_are_rarely_called_clear_and_gaps_after_bad_days_often():
    assert clear_share(0.0) <= 0.03
    assert clear_share(1.2) >= 0.6

"""Scores vary enough for a verdict only if all three limits are met, on a scale of any width."""

import pytest

from painstats.frame.variation import outcome_varies


@pytest.mark.parametrize(
    ("sd", "distinct_scores", "commonest_share", "scale", "varies"),
    [
        (0.30, 3, 0.80, (0, 10), True),  # all three exactly at their limits
        (0.29, 3, 0.80, (0, 10), False),
        (0.30, 2, 0.80, (0, 10), False),
        (0.30, 3, 0.81, (0, 10), False),
        (3.0, 3, 0.80, (0, 100), True),
        (2.9, 3, 0.80, (0, 100), False),
        (0.12, 3, 0.80, (1, 5), True),
        (0.11, 3, 0.80, (1, 5), False),
        (None, 1, 1.0, (0, 10), False),  # a single score has no standard deviation
    ],
)
def test_limits(sd, distinct_scores, commonest_share, scale, varies):
    assert outcome_varies(sd, distinct_scores, commonest_share, scale) is varies

"""Whether ratings vary enough for anything to be seen to go with them."""

from __future__ import annotations

LEAST_SD_SHARE = 0.03
"""Least SD of ratings, as a share of the scale: 0.3 points of 0-10."""
LEAST_DISTINCT_SCORES = 3
MOST_OF_ONE_SCORE = 0.8


def outcome_varies(sd: float | None, distinct_scores: int, commonest_share: float, scale: tuple[float, float]) -> bool:
    """Say whether ratings vary enough.

    Parameters
    ----------
    sd
        Standard deviation of the ratings, in points; None for fewer than two.
    distinct_scores
        How many different ratings there are.
    commonest_share
        Share of days with the commonest rating.
    scale
        Lowest and highest possible rating.
    """
    return (
        (sd or 0.0) >= LEAST_SD_SHARE * (scale[1] - scale[0])
        and distinct_scores >= LEAST_DISTINCT_SCORES
        and commonest_share <= MOST_OF_ONE_SCORE
    )

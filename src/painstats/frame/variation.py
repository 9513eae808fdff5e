"""Whether an outcome varies enough for an effect on it to show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LEAST_SD_SHARE = 0.03
"""Least SD of scores as a share of the scale: 0.3 points on 0-10."""
LEAST_DISTINCT_SCORES = 3
MOST_OF_ONE_SCORE = 0.8


def outcome_varies(sd: float | None, distinct_scores: int, commonest_share: float, scale: tuple[float, float]) -> bool:
    """Return whether scores vary enough.

    Parameters
    ----------
    sd
        Standard deviation of the scores, in points; None for fewer than two.
    distinct_scores
        Number of different scores.
    commonest_share
        Share of days with the commonest score.
    scale
        Lowest and highest possible score.
    """
    return (
        (sd or 0.0) >= LEAST_SD_SHARE * (scale[1] - scale[0])
        and distinct_scores >= LEAST_DISTINCT_SCORES
        and commonest_share <= MOST_OF_ONE_SCORE
    )


def scores_vary(scores: npt.NDArray[np.float64], scale: tuple[float, float]) -> bool:
    """Return whether scores (n,) vary enough; False for fewer than two."""
    if scores.size < 2:
        return False
    _, counts = np.unique(scores, return_counts=True)
    return outcome_varies(float(scores.std(ddof=1)), counts.size, float(counts.max() / scores.size), scale)

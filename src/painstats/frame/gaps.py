"""Whether scores are missing after bad days: a diary that is not filled in on such days shows too little of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

LEAST_GAPS = 10
CLEAR_Z = 2.576
"""A difference that chance alone shows in one of a hundred diaries."""


@dataclass(frozen=True, slots=True)
class ScoresBeforeGaps:
    """Mean scores of days that come before a day without a score, and of the other days; in points.

    Parameters
    ----------
    before_gaps, otherwise
        The means.
    gaps
        How many days come before a day without a score.
    z
        The difference over its standard error, if gaps came at random.
    """

    before_gaps: float
    otherwise: float
    gaps: int
    z: float

    @property
    def is_clear(self) -> bool:
        """Whether the difference is more than chance."""
        return self.gaps >= LEAST_GAPS and abs(self.z) > CLEAR_Z


def scores_before_gaps(dates: Sequence[date], scores: npt.NDArray[np.float64]) -> ScoresBeforeGaps | None:
    """Compare the scores (n,) of days before a gap with those of other days; None where there is nothing to compare.

    If gaps come at random, the days before them are a random sample of all days, whatever the correlation of scores
    from day to day; the standard error is that of the difference between a random sample and the rest.

    Parameters
    ----------
    dates
        The days with a score, in order. The last one is left out: what follows it is not known.
    scores
        The score of each.
    """
    known = set(dates)
    is_before = np.array([day + timedelta(days=1) not in known for day in dates[:-1]], dtype=bool)
    values, gaps = scores[:-1], int(is_before.sum())
    if gaps in (0, values.size):
        return None
    before, otherwise = float(values[is_before].mean()), float(values[~is_before].mean())
    error = float(values.std(ddof=1)) * np.sqrt(1 / gaps + 1 / (values.size - gaps))
    return ScoresBeforeGaps(before, otherwise, gaps, (before - otherwise) / error if error > 0 else 0.0)

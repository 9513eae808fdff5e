"""How the outcome has been in the last four weeks, and whether it differs from the eight weeks before.

The rule is described in docs/method/recent_level.md. ``recent_level`` loads numpy and scipy when it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

RECENT_DAYS, EARLIER_DAYS = 28, 56
"""The last four weeks, and the eight weeks before them."""

LEAST_SCORES = 10
"""Scores from which four weeks have a level, and eight weeks can be compared with."""

MOSTLY = (0.1, 0.9)
"""The scores that "mostly between" names: four of five are in this range."""

CERTAIN = 0.99
"""Probability of a direction from which it is reported; with it, a slow ebb of pain is rarely taken for a change."""

ALIKE = 0.05
"""Share of the scale below which two levels are about the same: half a point of 10."""


@dataclass(frozen=True, slots=True)
class RecentLevel:
    """The level of the last four weeks.

    Parameters
    ----------
    scores, days
        Days with a score in the last four weeks, and all days of them: 28, or fewer in a shorter record.
    mean, low, high
        Mean, and the scores between which four of five are; None with fewer than 10 scores.
    mean_before
        Mean of the eight weeks before; None where either has fewer than 10 scores.
    difference_low, difference_high
        The 98% interval of the difference of the two levels, in points; None where there is no noise to judge it by.
    sign
        -1 if the level is lower than in the eight weeks before, 1 if it is higher, 0 if neither can be said.
    """

    scores: int
    days: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    mean_before: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    sign: int = 0


def recent_level(dates: Sequence[date], scores: Sequence[float], first: date, last: date) -> RecentLevel:
    """Return the level of the four weeks up to a date, compared with the eight weeks before.

    Parameters
    ----------
    dates, scores
        Days with a score, one score for each.
    first, last
        First and last day of the record.

    References
    ----------
    docs/method/recent_level.md.
    """
    import numpy as np

    ago = np.array([(last - day).days for day in dates], dtype=np.float64)
    values = np.array(scores, dtype=np.float64)
    is_recent = (ago >= 0) & (ago < RECENT_DAYS)
    is_earlier = (ago >= RECENT_DAYS) & (ago < RECENT_DAYS + EARLIER_DAYS)
    n_recent, n_days = int(is_recent.sum()), min((last - first).days + 1, RECENT_DAYS)
    if n_recent < LEAST_SCORES:
        return RecentLevel(n_recent, n_days)
    recent = values[is_recent]
    low, high = np.quantile(recent, MOSTLY, method="closest_observation").tolist()
    if is_earlier.sum() < LEAST_SCORES:
        return RecentLevel(n_recent, n_days, float(recent.mean()), low, high)
    used = is_recent | is_earlier
    sign, (difference_low, difference_high) = _compared(-ago[used], values[used], is_recent[used])
    mean_before = float(values[is_earlier].mean())
    return RecentLevel(
        n_recent, n_days, float(recent.mean()), low, high, mean_before, difference_low, difference_high, sign
    )


def _compared(
    day: npt.NDArray[np.float64], scores: npt.NDArray[np.float64], is_recent: npt.NDArray[np.bool_]
) -> tuple[int, tuple[float, float] | tuple[None, None]]:
    """Return the sign of the difference, and its 98% interval where there is noise to judge it by."""
    import numpy as np

    from painstats.mixedlm.integrated import fit_integrated

    difference = scores[is_recent].mean() - scores[~is_recent].mean()
    if max(np.ptp(scores[is_recent]), np.ptp(scores[~is_recent])) == 0:
        return int(np.sign(difference)), (None, None)
    columns = np.column_stack([np.ones(len(day)), is_recent.astype(np.float64)])
    change = fit_integrated(columns, scores, day, trend_sd=0.0).contrast(np.array([0.0, 1.0]))
    below = float(change.below(0.0)[0])
    sign = -1 if below >= CERTAIN else 1 if below <= 1 - CERTAIN else 0
    return sign, (float(change.quantile(1 - CERTAIN)[0]), float(change.quantile(CERTAIN)[0]))

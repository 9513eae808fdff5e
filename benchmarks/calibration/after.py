"""What a study says after a look, in the words of this benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EXPOSURES = ("sleep", "steps")

LOOKS = (60, 90, 120, 180, 270, 365)
"""Days with a score at which a plan without looks of its own has them."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class After:
    """What a study says about one question after a look.

    Parameters
    ----------
    number
        Number of the look, from 1.
    sign
        1 or -1 for a higher or a lower score, 0 for neither.
    low, high
        The range.
    is_small, smallest_effect
        Whether the range is smaller than what matters, and what matters.
    interval
        The plain 95% interval; None where there is no standard error.
    is_withdrawn
        Whether an earlier sign was withdrawn at this look.
    forecast
        First and last look at which a verdict is forecast, in days with a score, each None if not within a year; None
        without a forecast.
    """

    number: int
    sign: int
    low: float
    high: float
    is_small: bool
    smallest_effect: float
    interval: Interval | None = None
    is_withdrawn: bool = False
    forecast: tuple[int | None, int | None] | None = None


Course = Mapping[str, Sequence[After]]
"""Exposure to what a study says after each look."""


@dataclass(frozen=True)
class StudyCourse:
    """What a study says about a cohort.

    Parameters
    ----------
    own, pooled, verdicts
        By participant: on own days, pooled with the others, and the verdict from both.
    average
        Of the averages.
    """

    own: Sequence[Course]
    pooled: Sequence[Course]
    verdicts: Sequence[Course]
    average: Course

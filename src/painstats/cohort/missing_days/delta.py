"""Ratings that are missing on bad days: imputed ratings shifted by delta, and where the answer would change.

If the log-odds of silence rise by k with each point of pain, the ratings that were not given are higher than imputed by
delta = k s^2, s^2 being the variance of a rating given all that predicts it (docs/method/cohort.md, delta).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

DELTAS: Final = tuple(float(value) for value in np.arange(-1.0, 3.01, 0.5))
"""Points by which imputed ratings are shifted."""

Answer = Literal["below", "above", "not_determined"]


@dataclass(frozen=True, slots=True)
class Shifted:
    """The result where imputed values are shifted by ``delta``, with a 95 % interval."""

    delta: float
    estimate: float
    se: float
    df: float
    low: float
    high: float

    @property
    def answer(self) -> Answer:
        """On which side of zero the interval is."""
        return answer_of(self.low, self.high)


def answer_of(low: float, high: float) -> Answer:
    """Return on which side of zero an interval is."""
    if high < 0:
        return "below"
    return "above" if low > 0 else "not_determined"


def tipping_point(shifted: Sequence[Shifted]) -> float | None:
    """Return the smallest shift, by size, at which the answer is another one than at 0; None if there is none.

    Between two shifts the limit that decides is taken as linear.

    Parameters
    ----------
    shifted
        Results, one of them without a shift; empty where no score is imputed.
    """
    if not shifted:
        return None
    ordered = sorted(shifted, key=lambda each: each.delta)
    centre = next(place for place, each in enumerate(ordered) if each.delta == 0)
    upwards, downwards = ordered[centre:], ordered[centre::-1]
    found = [point for walk in (upwards, downwards) if (point := _first_change(walk)) is not None]
    return min(found, key=abs, default=None)


def _first_change(walk: Sequence[Shifted]) -> float | None:
    """Return where the answer changes first on the way from a shift of 0."""
    answer = walk[0].answer
    for before, after in pairwise(walk):
        crossings = [_crossing(before, after, limit) for limit in _deciding(answer)]
        crossed = [point for point in crossings if point is not None]
        if crossed:
            return min(crossed, key=lambda point: abs(point - before.delta))
    return None


def _deciding(answer: Answer) -> tuple[Literal["low", "high"], ...]:
    """Return the limits of the interval whose sign gives an answer."""
    return {"below": ("high",), "above": ("low",), "not_determined": ("low", "high")}[answer]  # type: ignore[return-value]


def _crossing(before: Shifted, after: Shifted, limit: Literal["low", "high"]) -> float | None:
    """Return where a limit crosses zero between two shifts."""
    start, end = getattr(before, limit), getattr(after, limit)
    if (start < 0) == (end < 0):
        return None
    return float(before.delta + (after.delta - before.delta) * start / (start - end))

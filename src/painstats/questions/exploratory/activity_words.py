"""What a measure of activity is called, and the difference between two days for which sizes can be seen."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.daily.measure_words import MEASURE_WORDS
from painstats.questions.phrases import SMALLEST_SHOWN, UnitWords, shown_unit


def activity_unit(measure: str, sizes: Sequence[float]) -> UnitWords:
    """Return the smallest difference between days for which all of some sizes, in points per unit, can be seen."""
    smallest = min(map(abs, sizes), default=SMALLEST_SHOWN)
    seen = shown_unit(MEASURE_WORDS[measure].units, smallest)
    return UnitWords(seen.factor, seen.per, seen.more, seen.day)

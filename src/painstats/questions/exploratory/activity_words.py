"""What a measure of activity is called, and the difference between two days for which sizes can be seen."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.daily.measure_words import MEASURE_WORDS
from painstats.questions.phrases import UnitWords

SMALLEST_SHOWN = 0.1
"""The difference between days grows until every size given is at least this, in points."""


def activity_unit(measure: str, sizes: Sequence[float]) -> UnitWords:
    """Return the smallest difference between days for which all of some sizes, in points per unit, can be seen."""
    smallest, units = min(map(abs, sizes), default=SMALLEST_SHOWN), MEASURE_WORDS[measure].units
    seen = next((unit for unit in units if unit.factor * smallest >= SMALLEST_SHOWN), units[-1])
    return UnitWords(seen.factor, seen.per, seen.more, seen.day)

"""What a forecast says; ``findings/forecast.py``, which loads statistics, makes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a verdict can be expected.

    Parameters
    ----------
    chance_within_year
        Chance of a verdict at one of the looks of the next year of days with a score.
    first_days, last_days
        Four of five verdicts come after so many further days with a score; the second is None if the chance within a
        year is below four in five, the first also if it is below one in five.
    first_weeks, last_weeks
        The same in weeks, at the pace of the last eight.
    """

    chance_within_year: float
    first_days: int | None
    last_days: int | None
    first_weeks: int | None
    last_weeks: int | None

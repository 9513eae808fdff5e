"""Activity week by week, against the week before and the weeks before that: a description, never a verdict.

The share of a week's activity in that of four weeks mixes opposite things (docs/method/questions.md, load), so nothing
here is compared with an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEAST_DAYS_OF_WEEK = 4
"""Known days that a week needs for a mean."""

LEAST_DAYS_OF_FOUR_WEEKS = 14
"""Known days that four weeks need for a mean."""

JUMP = 1.3
"""A week is marked above this multiple of the four weeks before it; 30% is a convention."""

WEEK, FOUR_WEEKS = 7, 28


@dataclass(frozen=True, slots=True)
class WeekOfActivity:
    """One week, Monday to Sunday, in units of the measure per known day.

    Parameters
    ----------
    monday
        Its first date.
    days
        Known days.
    mean
        None with fewer than four known days, as is all that follows.
    change
        The mean less that of the week before; None where that has none.
    against_four_weeks
        The mean less that of the 28 days that end with this week; None with fewer than 14 known days.
    is_jump
        Whether the mean is more than 30% above that of the 28 days before this week, of which 14 are known.
    """

    monday: date
    days: int
    mean: float | None = None
    change: float | None = None
    against_four_weeks: float | None = None
    is_jump: bool = False


def weeks_of_activity(known: Mapping[date, float]) -> list[WeekOfActivity]:
    """Describe every week from the first known day to the last one; unknown days do not count.

    Parameters
    ----------
    known
        Date to the value of a measure.
    """
    if not known:
        return []
    first, last = (day - timedelta(days=day.weekday()) for day in (min(known), max(known)))
    count = (last - first).days // WEEK + 1
    return [_week(known, first + timedelta(days=WEEK * number)) for number in range(count)]


def _week(known: Mapping[date, float], monday: date) -> WeekOfActivity:
    days = len(_values(known, monday, WEEK))
    mean = _mean(known, monday, WEEK, LEAST_DAYS_OF_WEEK)
    if mean is None:
        return WeekOfActivity(monday, days)
    before = _mean(known, monday - timedelta(days=WEEK), WEEK, LEAST_DAYS_OF_WEEK)
    month = _mean(known, monday - timedelta(days=FOUR_WEEKS - WEEK), FOUR_WEEKS, LEAST_DAYS_OF_FOUR_WEEKS)
    earlier = _mean(known, monday - timedelta(days=FOUR_WEEKS), FOUR_WEEKS, LEAST_DAYS_OF_FOUR_WEEKS)
    return WeekOfActivity(
        monday=monday,
        days=days,
        mean=mean,
        change=None if before is None else mean - before,
        against_four_weeks=None if month is None else mean - month,
        is_jump=earlier is not None and mean > JUMP * earlier,
    )


def _mean(known: Mapping[date, float], first: date, length: int, least: int) -> float | None:
    """Average the known days of a stretch; None where fewer than ``least`` are known."""
    values = _values(known, first, length)
    return sum(values) / len(values) if len(values) >= least else None


def _values(known: Mapping[date, float], first: date, length: int) -> Sequence[float]:
    days = (first + timedelta(days=number) for number in range(length))
    return [known[day] for day in days if day in known]

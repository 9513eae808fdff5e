"""Means over stretches of days: unknown days do not count, and too few known ones have no mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class PeriodMean:
    """The days of a period: its first and last date, its known days, and their mean; None with too few of them."""

    first: date
    last: date
    known: int
    mean: float | None

    @property
    def days(self) -> int:
        """All days of the period."""
        return max((self.last - self.first).days + 1, 0)


def period_mean(values: Mapping[date, float], first: date, last: date, least: int = 1) -> PeriodMean:
    """Average the known days from ``first`` to ``last``; with fewer than ``least`` of them there is no mean."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    known = [values[day] for day in days if day in values]
    return PeriodMean(first, last, len(known), sum(known) / len(known) if known and len(known) >= least else None)


def month_means(values: Mapping[date, float], first: date, last: date, least: int) -> Iterator[PeriodMean]:
    """Yield each calendar month, or the part of it between two dates, oldest first."""
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield period_mean(values, first, min(following - timedelta(days=1), last), least)
        first = following

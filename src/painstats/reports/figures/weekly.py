"""Means of scores week by week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

LEAST_SCORES = 3
"""Scores of a week that has a mean."""


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday: its Monday, and the mean of its scores; None where it has fewer than three."""

    monday: date
    mean: float | None


def weekly_means(scores: Mapping[date, float]) -> list[Week]:
    """Return every week from that of the first score to that of the last."""
    if not scores:
        return []
    weeks: dict[date, list[float]] = {}
    for day, score in scores.items():
        weeks.setdefault(monday_of(day), []).append(score)
    first, last = min(weeks), max(weeks)
    mondays = [first + timedelta(weeks=step) for step in range((last - first).days // 7 + 1)]
    return [Week(monday, _mean(weeks.get(monday, []))) for monday in mondays]


def monday_of(day: date) -> date:
    """Return the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def _mean(scores: list[float]) -> float | None:
    return fmean(scores) if len(scores) >= LEAST_SCORES else None

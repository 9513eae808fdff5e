"""The strip of a change with too few days: a box for each day that counts, filled if it has a score."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from painstats.language import _
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.dates import month_and_day
from painstats.reports.figures.level_parts import LINE
from painstats.reports.figures.svg.frame import drawing, scaled
from painstats.reports.figures.svg.label import label
from painstats.reports.figures.svg.marks import cells

HEIGHT = 16
BELOW = _("{first} to {last}; filled: with a score")
FEWEST_BOXES = 28
"""Boxes that the whole width has room for, at least: fewer days leave a part of it free."""


@dataclass(frozen=True, slots=True)
class StripDays:
    """The days of a strip: the first and the last, whether they are before the change, and those with a score."""

    first: date
    last: date
    is_before: bool
    scored: frozenset[date]

    @property
    def count(self) -> int:
        """All days of the strip."""
        return (self.last - self.first).days + 1


def strip_days(finding: ChangeFinding, scored: Set[date]) -> StripDays | None:
    """Return the days of which a change has too few; None where days are not what it lacks, or where there are none.

    Parameters
    ----------
    finding
        The change.
    scored
        The days with a score of its participant, at least one.
    """
    ends = {
        "too_few_days_before": (finding.before_from, finding.before_until),
        "too_few_days_after": (finding.in_full_date, finding.after_until),
        "next_change_too_soon": (finding.in_full_date, finding.after_until),
        "over_within_two_weeks": (finding.after_from, finding.after_until),
    }
    for reason, (first, last) in ends.items():
        if reason in finding.reasons and first is not None and last is not None:
            last = min(last, max(scored))
            own = frozenset(day for day in scored if first <= day <= last)
            return StripDays(first, last, reason == "too_few_days_before", own) if first <= last else None
    return None


def strip_drawing(days: StripDays) -> Markup:
    """Draw the days of a strip, with the first and the last one below."""
    columns = max(days.count, FEWEST_BOXES)
    filled = {(day - days.first).days for day in days.scored}
    paths = [
        cells([(place, 0) for place in sorted(filled)], columns, HEIGHT, "filled"),
        cells([(place, 0) for place in range(days.count) if place not in filled], columns, HEIGHT, "empty"),
    ]
    words = BELOW.format(first=month_and_day(days.first), last=month_and_day(days.last))
    parts = [scaled(HEIGHT, paths), label(words, 0, HEIGHT + LINE, style="q in")]
    return drawing(HEIGHT + 2 + LINE, parts, margin=False)

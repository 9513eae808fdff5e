"""A calendar of days: weeks from left to right, days of the week from Monday down, a shade for what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from painstats.reports.dates import month_name
from painstats.reports.figures.svg.axis import MOST_ON_PHONES
from painstats.reports.figures.svg.frame import drawing, scaled
from painstats.reports.figures.svg.label import label
from painstats.reports.figures.svg.marks import cells
from painstats.reports.figures.weekly import monday_of

CELL = 11
"""Pixels of a day from top to bottom."""

FEWEST_WEEKS = 27
"""Weeks that the whole width has room for, at least."""

MONTHS_Y = 15
SWATCH = Markup('<svg class="drawn swatch" height="13"><rect class="cell {}" width="13" height="13"/></svg>')
WEEKS_OF_LABEL = 3


@dataclass(frozen=True, slots=True)
class Shade:
    """Days of a shade: its class, the words for them with their number, and the days."""

    style: str
    words: str
    days: Sequence[date]


def calendar_drawing(shades: Sequence[Shade], span: tuple[date, date]) -> Markup:
    """Draw the days of a span, each in one shade, and below it what each shade is and how many days it has.

    Parameters
    ----------
    shades
        In the order in which they are named; each with its own days, all of them within the span.
    span
        First and last day.
    """
    first = monday_of(span[0])
    columns = max((span[1] - first).days // 7 + 1, FEWEST_WEEKS)
    paths = [
        cells([((day - first).days // 7, day.weekday()) for day in shade.days], columns, CELL, shade.style)
        for shade in shades
    ]
    height = 7 * CELL
    calendar = drawing(
        height + MONTHS_Y + 4, [scaled(height, paths), *_months(span, first, columns, height)], margin=False
    )
    keys = [Markup("<span>{} {}</span>").format(SWATCH.format(shade.style), shade.words) for shade in shades]
    return calendar + Markup('<p class="key">{}</p>').format(Markup(" ").join(keys))


def _months(span: tuple[date, date], first: date, columns: int, height: int) -> list[Markup]:
    """Name each month where its first day is; that of the first days only if the next one leaves it room."""
    days = [span[0] + timedelta(days=step) for step in range((span[1] - span[0]).days + 1)]
    starts = {month_start(day): (day - first).days // 7 for day in reversed(days)}
    named = sorted((week, day) for day, week in starts.items())
    shown = [
        (week, day)
        for place, (week, day) in enumerate(named)
        if place + 1 == len(named) or named[place + 1][0] - week >= WEEKS_OF_LABEL
    ]
    return [
        label(
            month_name(day), week / columns, height + MONTHS_Y,
            style="q in w" if len(shown) > MOST_ON_PHONES and place % 2 else "q in",
        )
        for place, (week, day) in enumerate(shown)
        if week + WEEKS_OF_LABEL <= columns
    ]  # fmt: skip


def month_start(day: date) -> date:
    """Return the first day of a date's month."""
    return day.replace(day=1)

"""Axes: labels at the left with a line across the plot area for each, and months or days below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from painstats.language import plain_number
from painstats.reports.dates import month_and_day, month_name
from painstats.reports.figures.svg.frame import Frame, percent, short
from painstats.reports.figures.svg.label import WIDEST, Anchor, label, text_width

BELOW = 17
"""Pixels from the foot of the plot area to the base line of the labels."""

HEIGHT = 24
"""Pixels below the plot area that ticks and labels take."""

TICK = 4
LEFT_OF_LABELS = 6
DATES_UP_TO = 70
"""Days up to which single dates are labelled, in place of months."""

MOST_ON_PHONES = 7
"""Labels up to which all of them are shown on a phone; of more, every second one."""

SHORTEST_MONTH = 10
"""Days of a month that has a label: at the edges, less of it is drawn than its name is wide."""


def value_axis(frame: Frame, ticks: Sequence[float]) -> list[Markup]:
    """Draw a line across the plot area at each tick, and its label left of it; the line at the foot is the axis."""
    foot = short(frame.height)
    drawn = [Markup(f'<line class="axis" x2="100%" y1="{foot}" y2="{foot}"/>')]
    for tick in ticks:
        y = frame.down(tick)
        if tick != frame.y[0]:
            drawn.append(Markup(f'<line class="grid" x2="100%" y1="{short(y)}" y2="{short(y)}"/>'))
        drawn.append(label(plain_number(tick), 0, y + 4.5, anchor="end", dx=-LEFT_OF_LABELS, style="q in"))
    return drawn


def scale_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values from ``low`` to ``high``, at most so many, the ends included where they are round."""
    for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000):
        first, last = -int(-low // step), int(high // step)
        if last - first < most:
            return [round(place * step, 6) for place in range(first, last + 1)]
    return [low, high]


def date_axis(frame: Frame, first: date, last: date) -> list[Markup]:
    """Draw ticks and names of months, or of Mondays where the span is short.

    ``frame.x`` counts days from ``first``, which lies between 0 and 1.
    """
    if (last - first).days < DATES_UP_TO:
        return _mondays(frame, first, last)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    starts = [place for place, day in enumerate(days) if day.day == 1 or place == 0]
    ends = [*starts[1:], len(days)]
    months = [(start, end) for start, end in zip(starts, ends, strict=True) if end - start >= SHORTEST_MONTH]
    ticks = [tick(frame, start) for start in starts[1:]]
    names = [
        label(month_name(days[start]), frame.share((start + end) / 2), frame.height + BELOW, anchor="middle",
              style=_style(place, len(months)))
        for place, (start, end) in enumerate(months)
    ]  # fmt: skip
    return [*ticks, *names]


def _mondays(frame: Frame, first: date, last: date) -> list[Markup]:
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    mondays = [place for place, day in enumerate(days) if day.weekday() == 0] or [0]
    every = -(-len(mondays) * 60 // WIDEST)
    shown = mondays[::every]
    return [
        part
        for number, place in enumerate(shown)
        for part in (
            tick(frame, place),
            edge_label(frame, month_and_day(days[place]), place, style=_style(number, 2 * len(shown))),
        )
    ]


def _style(place: int, count: int) -> str:
    return "q in w" if count > MOST_ON_PHONES and place % 2 else "q in"


def tick(frame: Frame, x: float) -> Markup:
    """Draw a tick below the foot."""
    place, foot = frame.percent(x), frame.height
    return Markup(f'<line class="axis" x1="{place}" x2="{place}" y1="{short(foot)}" y2="{short(foot + TICK)}"/>')


def edge_label(frame: Frame, text: str, x: float, *, line: int = 0, style: str = "q in") -> Markup:
    """Write a label below the foot; the first starts at the left edge, the last ends at the right one."""
    share = frame.share(x)
    half = text_width(text) / 2 / WIDEST
    anchor: Anchor = "start" if share < half else "end" if share > 1 - half else "middle"
    return label(text, share, frame.height + BELOW + 15 * line, anchor=anchor, style=style)


def upright(share: float, top: float, foot: float, style: str = "start") -> Markup:
    """Draw a vertical line of one pixel."""
    place = percent(share)
    return Markup(f'<line class="{style}" x1="{place}" x2="{place}" y1="{short(top)}" y2="{short(foot)}"/>')

"""Days as dots by what came before them, with the line of the model between low and high days."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from painstats.language import plain_number
from painstats.reports.figures.level_parts import LINE
from painstats.reports.figures.svg.axis import BELOW, HEIGHT, scale_ticks, tick, upright, value_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.label import NARROWEST, WIDEST, anchor_at, label, text_width
from painstats.reports.figures.svg.marks import Place, dots, line, point
from painstats.reports.figures.widened import widened

PLOT = 190
"""Pixels of the plot area."""

MOST_TICKS = 7
ABOVE = -6
RADIUS = 5
EDGE = 0.02
"""Share of the range of x that is added on both sides."""

MOST_SHIFT = 0.22
GOLDEN = 0.618034
"""Multiples of it, without whole numbers, spread evenly: days with equal scores are shifted apart by them."""


@dataclass(frozen=True, slots=True)
class LineEnd:
    """An end of the model's line: its place, and its words."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """What is drawn.

    Parameters
    ----------
    days
        The exposure and the score of each day, at least one.
    scale
        Lowest and highest score.
    ends
        The low and the high end of the model's line.
    style
        The class of the line's colour.
    tick_words
        Writes a value of the exposure: "6 h".
    axis
        What the exposure is: "hours slept in the night before".
    """

    days: Sequence[Place]
    scale: tuple[float, float]
    ends: tuple[LineEnd, LineEnd]
    style: str
    tick_words: Callable[[float], str]
    axis: str


def scatter_drawing(scatter: Scatter) -> Markup:
    """Draw the days and the line."""
    xs = [x for x, _ in scatter.days] + [end.x for end in scatter.ends]
    room = EDGE * (max(xs) - min(xs)) or 1.0
    frame = Frame((min(xs) - room, max(xs) + room), widened(scatter.scale, [y for _, y in scatter.days]), PLOT)
    ticks = scale_ticks(*frame.y)
    ends = [(end.x, end.y) for end in scatter.ends]
    parts = [
        *value_axis(frame, ticks),
        *_across(frame, scatter),
        *(upright(frame.share(end.x), 0, frame.down(end.y), "start") for end in scatter.ends),
        scaled(frame.height, [dots(frame, shifted(scatter.days)), line(frame, [ends], f"link {scatter.style}")]),
        *(point(frame, place, scatter.style, RADIUS) for place in ends),
        *_end_labels(frame, scatter),
    ]
    longest = max((plain_number(value) for value in ticks), key=len)
    return drawing(frame.height + HEIGHT + LINE, parts, longest_label=longest, lines_above=1)


def shifted(days: Sequence[Place]) -> list[Place]:
    """Shift days with equal scores up and down, by at most 0.22 points, so that few cover each other."""
    counts: dict[float, int] = {}
    places = []
    for x, y in sorted(days):
        counts[y] = counts.get(y, 0) + 1
        places.append((x, y + (counts[y] * GOLDEN % 1 - 0.5) * 2 * MOST_SHIFT))
    return places


def _across(frame: Frame, scatter: Scatter) -> list[Markup]:
    """Label the horizontal axis, and say what it is."""
    ticks = scale_ticks(*frame.x, most=MOST_TICKS)
    words = [scatter.tick_words(value) for value in ticks]
    every = math.ceil(sum(1.5 * text_width(text) + LINE for text in words) / NARROWEST)
    drawn = []
    for place, (value, text) in enumerate(zip(ticks, words, strict=True)):
        share = frame.share(value)
        style = "q in w" if place % every else "q in"
        drawn += [
            tick(frame, value),
            label(text, share, frame.height + BELOW, anchor=anchor_at(text, share), style=style),
        ]
    return [*drawn, label(scatter.axis, 1, frame.height + BELOW + LINE, anchor="end", style="q in")]


def _end_labels(frame: Frame, scatter: Scatter) -> list[Markup]:
    """Name both ends above the plot area: over them where both have room, else at the edges."""
    low, high = scatter.ends
    shares = frame.share(low.x), frame.share(high.x)

    def at_ends(width: float, style: str) -> list[Markup]:
        return [
            label(end.words, share, ABOVE, anchor=anchor_at(end.words, share, width), style=style)
            for end, share in zip(scatter.ends, shares, strict=True)
        ]

    def at_edges(style: str) -> list[Markup]:
        return [label(low.words, 0, ABOVE, style=style), label(high.words, 1, ABOVE, anchor="end", style=style)]

    if _have_room(scatter.ends, shares, NARROWEST):
        return at_ends(NARROWEST, "")
    if _have_room(scatter.ends, shares, WIDEST):
        return [*at_ends(WIDEST, "w"), *at_edges("n")]
    return at_edges("")


def _have_room(ends: tuple[LineEnd, LineEnd], shares: tuple[float, float], width: float) -> bool:
    spans = []
    for end, share in zip(ends, shares, strict=True):
        wide, at = text_width(end.words), share * width
        anchor = anchor_at(end.words, share, width)
        left = {"start": at, "middle": at - wide / 2, "end": at - wide}[anchor]
        spans.append((left, left + wide))
    return spans[0][1] + LINE < spans[1][0]

"""A specification curve: intervals in the order of their estimates, and below them the choices of each as dots.

The choices are rows of a table, so that their names wrap instead of being cut (chart grammar: row charts are tables).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from painstats.reports.figures.svg.axis import scale_ticks
from painstats.reports.figures.svg.frame import Frame, drawing, scaled, short
from painstats.reports.figures.svg.label import NARROWEST, anchor_at, label
from painstats.reports.figures.svg.marks import bar, dots, point
from painstats.reports.numbers import Interval, number

HEIGHT = 190
ROW = 14
FEW = 150
"""Specifications up to which strokes are two pixels wide."""


@dataclass(frozen=True, slots=True)
class Specified:
    """The effect under one specification: its estimate and 95% interval, its options, and whether it was declared."""

    effect: Interval
    options: tuple[str, ...]
    is_declared: bool


def in_order(found: Sequence[Specified]) -> list[Specified]:
    """Sort specifications by their estimates."""
    return sorted(found, key=lambda one: (one.effect.value, one.effect.low, one.options))


def sign_of(effect: Interval) -> str:
    """Return the class of an interval: on which side of zero it lies, if on one."""
    if effect.high < 0:
        return "lower"
    return "higher" if effect.low > 0 else "none"


def specification_curve(found: Sequence[Specified]) -> Markup:
    """Draw the intervals of specifications, in the order given; the declared one stands out and is named."""
    ends = [0.0, *(end for one in found for end in (one.effect.low, one.effect.high))]
    room = 0.05 * ((max(ends) - min(ends)) or 1.0)
    frame = Frame((-1, len(found)), (min(ends) - room, max(ends) + room), HEIGHT)
    ticks = scale_ticks(*frame.y, most=5)
    parts = [
        *_declared_wash(frame, found),
        *_ticks(frame, ticks),
        scaled(HEIGHT, [*_ranges(frame, found)]),
        *_declared(frame, found),
    ]
    return drawing(HEIGHT, parts, longest_label="−0.00", lines_above=1)


def option_row(found: Sequence[Specified], choice: int, option: str) -> Markup:
    """Draw a dot for each specification, in the order given, that has an option."""
    frame = Frame((-1, len(found)), (ROW, 0), ROW)
    having = [(place, ROW / 2) for place, one in enumerate(found) if one.options[choice] == option]
    parts = [*_declared_wash(frame, found), scaled(ROW, [dots(frame, having, _thin("spots", found))])]
    return drawing(ROW, parts, longest_label="−0.00")


def _ticks(frame: Frame, ticks: Sequence[float]) -> Iterator[Markup]:
    decimals = 1 if all(abs(round(10 * each) - 10 * each) < 1e-6 for each in ticks) else 2
    for each in ticks:
        y = frame.down(each)
        style = "grid" if each else "axis"
        yield Markup(f'<line class="{style}" x2="100%" y1="{short(y)}" y2="{short(y)}"/>')
        yield label(number(each, decimals) if each else "0", 0, y + 4.5, anchor="end", dx=-6, style="q in")


def _ranges(frame: Frame, found: Sequence[Specified]) -> Iterator[Markup]:
    for sign in ("none", "lower", "higher"):
        having = [(place, one.effect) for place, one in enumerate(found) if sign_of(one.effect) == sign]
        steps = "".join(
            f"M{frame.across(place)} {frame.down(each.low):.0f}V{frame.down(each.high):.0f}" for place, each in having
        )
        if having:
            yield Markup(f'<path class="{_thin("range", found)} {sign}" d="{steps}"/>')
            yield dots(frame, [(place, each.value) for place, each in having], f"{_thin('middle', found)} {sign}")


def _thin(style: str, found: Sequence[Specified]) -> str:
    return style if len(found) <= FEW else f"{style} thin"


def _place(found: Sequence[Specified]) -> int | None:
    return next((place for place, one in enumerate(found) if one.is_declared), None)


def _declared_wash(frame: Frame, found: Sequence[Specified]) -> Iterator[Markup]:
    place = _place(found)
    if place is not None:
        half = max(0.006, 0.5 / len(found))
        share = frame.share(place)
        yield bar((share - half, share + half), 0, frame.height, "declared")


def _declared(frame: Frame, found: Sequence[Specified]) -> Iterator[Markup]:
    place = _place(found)
    if place is not None:
        one, text = found[place], "declared model"
        share = frame.share(place)
        yield point(frame, (place, one.effect.value), "marked", 4)
        yield label(text, share, -5, anchor=anchor_at(text, share, NARROWEST), style="b in")

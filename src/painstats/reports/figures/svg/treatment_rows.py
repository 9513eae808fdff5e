"""Rows of treatments below a time chart: bars as high as their doses, doses inside, names beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from painstats.language import _
from painstats.reports.dates import date_words
from painstats.reports.figures.svg.frame import Frame
from painstats.reports.figures.svg.label import NARROWEST, WIDEST, fitting, label, text_width
from painstats.reports.figures.svg.marks import bar, hit
from painstats.reports.figures.treatment_rows import Bar, BarRow

ROW_HEIGHT = 24
NAME_HEIGHT = 16
"""Further pixels of a row where a name has room neither left nor right of its bars, and is written above."""

SHORTEST = 0.006
"""Share of the width of the shortest bar."""

GAP = 5
NAME_WITH_DOSE = _("{name}, {dose}")
DATES = _("{name}: {first} to {last}")
DATES_WITH_DOSE = _("{name} {dose}: {first} to {last}")

Side = Literal["left", "right", "above"]


@dataclass(frozen=True, slots=True)
class DrawnRows:
    """Rows of treatments, and their height in pixels."""

    parts: list[Markup]
    height: float


def treatment_rows(frame: Frame, first: date, rows: Sequence[BarRow], top: float) -> DrawnRows:
    """Draw rows of treatments below each other.

    Parameters
    ----------
    frame
        The plot area above them, whose x counts days from ``first``.
    rows
        The treatments, cut to the days that are drawn.
    top
        Pixels from the top to the first row.
    """
    parts, y = list[Markup](), top
    for row in rows:
        ends = [_ends(frame, first, bar) for bar in row.bars]
        name = _name(row, ends)
        side = _side(name, ends)
        y += NAME_HEIGHT if side == "above" else 0
        middle = y + ROW_HEIGHT / 2
        for one, own in zip(row.bars, ends, strict=True):
            parts += _bar(one, own, middle)
        parts.append(_placed_name(name, side, ends, middle))
        y += ROW_HEIGHT
    return DrawnRows(parts, y - top)


def _ends(frame: Frame, first: date, bar: Bar) -> tuple[float, float]:
    """Return the share of the width where a bar begins and ends: it covers its days from midnight to midnight."""
    left, right = frame.share((bar.first - first).days), frame.share((bar.last - first).days + 1)
    return min(left, 1 - SHORTEST), max(right, min(left, 1 - SHORTEST) + SHORTEST)


def _bar(bar_of: Bar, ends: tuple[float, float], middle: float) -> list[Markup]:
    top, width = middle - bar_of.height / 2, ends[1] - ends[0]
    words = (DATES_WITH_DOSE if bar_of.dose else DATES).format(
        name=bar_of.name, dose=bar_of.dose, first=date_words(bar_of.first), last=date_words(bar_of.last)
    )
    parts = [bar(ends, top, bar_of.height, "bar more" if bar_of.rank else "bar")]
    if bar_of.dose and _has_room(bar_of.dose, width, WIDEST):
        style = "in" if _has_room(bar_of.dose, width, NARROWEST) else "in w"
        parts.append(label(bar_of.dose, ends[0], middle + 4.5, dx=GAP, style=style))
    return [*parts, hit(ends, top, bar_of.height, words)]


def _has_room(text: str, share: float, width: float) -> bool:
    return text_width(text) + GAP <= share * width


def _name(row: BarRow, ends: Sequence[tuple[float, float]]) -> str:
    """Return the name, with the dose where there is one dose that its bars are too short for."""
    doses = {bar.dose for bar in row.bars}
    dose = row.bars[0].dose
    if len(doses) > 1 or not dose or any(_has_room(dose, right - left, NARROWEST) for left, right in ends):
        return row.name
    return NAME_WITH_DOSE.format(name=row.name, dose=dose)


def _side(name: str, ends: Sequence[tuple[float, float]]) -> Side:
    room = (text_width(name) + GAP) / NARROWEST
    if room <= ends[0][0]:
        return "left"
    return "right" if room <= 1 - ends[-1][1] else "above"


def _placed_name(name: str, side: Side, ends: Sequence[tuple[float, float]], middle: float) -> Markup:
    y = middle + 4.5
    if side == "left":
        return label(name, ends[0][0], y, anchor="end", dx=-GAP)
    if side == "right":
        return label(name, ends[-1][1], y, dx=GAP)
    room_from_start = (1 - ends[0][0]) * NARROWEST
    left = ends[0][0] if text_width(name) <= room_from_start else 0
    return label(fitting(name, NARROWEST), left, middle - ROW_HEIGHT / 2 - 1)

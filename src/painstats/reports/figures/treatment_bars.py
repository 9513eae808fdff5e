"""Treatments as bars under a time series: a row for each name, the height of a bar is its dose.

Bars never overlap: entries of one name at the same time are drawn in rows of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from painstats.reports.figures.shapes import FONT_SIZE, Part, Sheet, Text, note, put_together, text_width
from painstats.reports.figures.treatment_rows import Bar, BarRow
from painstats.reports.figures.vega_svg import AXIS, PHASE, PHASE_MORE, Specification

ROW_HEIGHT = 24
NAME_HEIGHT = 16
"""Further pixels of a row where a name has room neither left nor right of its bars, and is written above."""

SHORTEST_BAR = 3
GAP = 5

Side = Literal["left", "right", "above"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with the pixels of its bars, the side of its name, and where it begins from the top."""

    row: BarRow
    ends: tuple[tuple[float, float], ...]
    side: Side
    top: float

    @property
    def middle(self) -> float:
        """Pixel of the middle of the bars."""
        return self.top + (NAME_HEIGHT if self.side == "above" else 0) + ROW_HEIGHT / 2


def placed_rows(rows: Sequence[BarRow], span: tuple[date, date], width: int) -> list[Placed]:
    """Place rows below each other, on the scale of the days: it reaches from the noon before the first to the last."""
    placed, top = list[Placed](), 0.0
    for bare in rows:
        row = _with_dose(bare, span, width)
        ends = tuple(_ends(bar, span, width) for bar in row.bars)
        side = _side(row.name, ends, width)
        placed.append(Placed(row, ends, side, top))
        top += ROW_HEIGHT + (NAME_HEIGHT if side == "above" else 0)
    return placed


def _with_dose(row: BarRow, span: tuple[date, date], width: int) -> BarRow:
    """Add the dose to the name where there is one dose that its bars are too short for."""
    doses = {bar.dose for bar in row.bars}
    if len(doses) > 1 or not row.bars[0].dose or any(_has_room(bar, _ends(bar, span, width)) for bar in row.bars):
        return row
    return replace(row, name=f"{row.name}, {row.bars[0].dose}")


def _has_room(bar: Bar, ends: tuple[float, float]) -> bool:
    return text_width(bar.dose) + 2 * GAP <= ends[1] - ends[0]


def _ends(bar: Bar, span: tuple[date, date], width: int) -> tuple[float, float]:
    """Return the pixels of the ends of a bar: it covers its days from the noon before the first to that of the last."""
    per_day = width / ((span[1] - span[0]).days + 1)
    left, right = (bar.first - span[0]).days * per_day, ((bar.last - span[0]).days + 1) * per_day
    return left, max(right, min(left + SHORTEST_BAR, width))


def _side(name: str, ends: Sequence[tuple[float, float]], width: int) -> Side:
    room = text_width(name) + GAP
    if room <= ends[0][0]:
        return "left"
    return "right" if room <= width - ends[-1][1] else "above"


def height_of(placed: Sequence[Placed]) -> int:
    """Return the height of all rows in pixels."""
    return round(placed[-1].middle + ROW_HEIGHT / 2) if placed else 0


def treatment_bars(placed: Sequence[Placed], width: int) -> Specification:
    """Draw rows of bars, with doses inside and names beside them.

    Parameters
    ----------
    placed
        At least one row.
    width
        Width of the plot area in pixels.
    """
    sheet = Sheet((0, width), (0, 1), width, height_of(placed))
    parts: list[Part] = [_drawn_bars(placed)]
    for row in placed:
        parts.append(_name(sheet, row))
        for bar, ends in zip(row.row.bars, row.ends, strict=True):
            if bar.dose and _has_room(bar, ends):
                parts.append(
                    note(sheet, bar.dose, ends[0] + GAP, row.middle, align="left", baseline="middle", halo=False)
                )
    return put_together(parts, width, sheet.height)


def _drawn_bars(placed: Sequence[Placed]) -> Specification:
    rows = [
        {
            "x": left, "x2": right, "y": row.middle - bar.height / 2, "y2": row.middle + bar.height / 2,
            "fill": PHASE_MORE if bar.rank else PHASE,
        }
        for row in placed
        for bar, (left, right) in zip(row.row.bars, row.ends, strict=True)
    ]  # fmt: skip
    pixels = {"type": "quantitative", "scale": None, "axis": None}
    encoding = {
        "x": {"field": "x", **pixels}, "x2": {"field": "x2"}, "y": {"field": "y", **pixels}, "y2": {"field": "y2"},
        "fill": {"field": "fill", "type": "nominal", "scale": None},
    }  # fmt: skip
    mark = {"type": "rect", "stroke": AXIS, "strokeWidth": 1}
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _name(sheet: Sheet, row: Placed) -> Text:
    name = row.row.name
    if row.side == "left":
        return note(sheet, name, row.ends[0][0] - GAP, row.middle, align="right", baseline="middle")
    if row.side == "right":
        return note(sheet, name, row.ends[-1][1] + GAP, row.middle, align="left", baseline="middle")
    return note(sheet, _cut(name, sheet.width), 0, row.top + FONT_SIZE, align="left", baseline="bottom")


def _cut(name: str, width: int) -> str:
    letters = int(width / text_width("x"))
    return name if len(name) <= letters else f"{name[: letters - 1]}…"

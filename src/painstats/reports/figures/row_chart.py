"""Intervals of a row or strip chart as small drawings, one for each cell, around a common zero line.

A row says the same in words beside its drawing, so drawings are hidden from readers who cannot see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from painstats.questions.exploratory.card import ChartRow, RowChart, StripChart, StripRow

HEIGHT = 40
"""Pixels of a row."""

ROOM = 1.08
"""Width of the scale, as a multiple of the farthest number."""

NO_LIMIT = 1.0
"""Half width of the scale in points where no row has a number."""


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row with its drawing."""

    row: ChartRow
    drawing: Markup


@dataclass(frozen=True, slots=True)
class DrawnStripRow:
    """A row of a strip chart with the drawing of each cell."""

    row: StripRow
    drawings: tuple[Markup, ...]


def drawn_rows(chart: RowChart) -> list[DrawnRow]:
    """Draw the interval of each row; all rows share a scale that is as wide on both sides of zero."""
    limit = _limit(chart.rows)
    return [DrawnRow(row, _drawing(row, limit)) for row in chart.rows]


def drawn_strip(chart: StripChart) -> list[DrawnStripRow]:
    """Draw the interval of each cell; all cells share a scale that is as wide on both sides of zero."""
    limit = _limit(cell for row in chart.rows for cell in row.cells if cell)
    return [
        DrawnStripRow(row, tuple(_drawing(cell or ChartRow("", ""), limit) for cell in row.cells)) for row in chart.rows
    ]


def _limit(rows: Iterable[ChartRow]) -> float:
    numbers = [abs(number) for row in rows for number in (row.estimate, row.low, row.high) if number is not None]
    return max(numbers, default=0.0) * ROOM or NO_LIMIT


def _drawing(row: ChartRow, limit: float) -> Markup:
    shapes = ['<line class="zero" x1="50%" x2="50%" y1="0" y2="100%"/>']
    if row.low is not None and row.high is not None:
        low, high = _place(row.low, limit), _place(row.high, limit)
        shapes.append(f'<line class="range" x1="{low}" x2="{high}" y1="50%" y2="50%"/>')
    if row.estimate is not None:
        shapes.append(f'<circle cx="{_place(row.estimate, limit)}" cy="50%" r="6"/>')
    return Markup(
        f'<svg class="interval {row.direction or "open"}" height="{HEIGHT}" aria-hidden="true">{"".join(shapes)}</svg>'
    )


def _place(number: float, limit: float) -> str:
    """Return a number's place from left to right, in per cent of the drawing."""
    return f"{50 + 50 * number / limit:.2f}%"

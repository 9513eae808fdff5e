"""The shapes that charts of treatments and experiments are put together from, as Vega-Lite's own JSON.

Positions are numbers on a chart's scales, or pixels from its upper left corner where a function says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from painstats.questions.verdict import Verdict
from painstats.reports.figures.vega_svg import (
    GRID,
    HATCH,
    HIGHER,
    HIGHER_BAND,
    INK,
    LOWER,
    LOWER_BAND,
    NO_SIGN,
    NO_SIGN_BAND,
    QUIET_INK,
    Specification,
    layered,
)

FONT_SIZE = 12
LETTER = 6.4
"""Mean width of a letter in pixels, by which is decided whether a text has room."""

HATCH_STEP = 6
"""Pixels between the lines of a hatch."""

SIGN_COLOURS = {Verdict.LOWER: (LOWER, LOWER_BAND), Verdict.HIGHER: (HIGHER, HIGHER_BAND)}
"""Colours of the line and the band of a direction; without one they are grey."""


def sign_colours(verdict: Verdict) -> tuple[str, str]:
    """Return the colours of the line and the band of a verdict."""
    return SIGN_COLOURS.get(verdict, (NO_SIGN, NO_SIGN_BAND))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plot area: domains of x and y, and its width and height in pixels; ``x_axis`` is Vega-Lite's, None for none."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int
    x_axis: Specification | None = None
    y_axis: Specification | None = None

    def x_of(self, field: str) -> Specification:
        """Place a field on the x axis."""
        scale = {"domain": list(self.x), "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": self.x_axis}

    def y_of(self, field: str) -> Specification:
        """Place a field on the y axis."""
        scale = {"domain": list(self.y), "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": self.y_axis}

    def at(self, x: float) -> float:
        """Return the pixel of a value of x."""
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def x_at(self, pixel: float) -> float:
        """Return the value of x at a pixel."""
        return self.x[0] + pixel / self.width * (self.x[1] - self.x[0])


def points(sheet: Sheet, places: Sequence[tuple[float, float]], mark: Specification) -> Specification:
    """Draw a mark at each (x, y)."""
    rows = [{"x": x, "y": y} for x, y in places]
    return {"data": {"values": rows}, "mark": mark, "encoding": {"x": sheet.x_of("x"), "y": sheet.y_of("y")}}


def box(sheet: Sheet, x: tuple[float, float], y: tuple[float, float], colour: str) -> Specification:
    """Fill a rectangle on the scales."""
    row = {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1]}
    encoding = {"x": sheet.x_of("x"), "x2": {"field": "x2"}, "y": sheet.y_of("y"), "y2": {"field": "y2"}}
    return {"data": {"values": [row]}, "mark": {"type": "rect", "color": colour}, "encoding": encoding}


def cells(sheet: Sheet, places: Sequence[int], fill: str, stroke: str, *, dashed: bool = False) -> Specification:
    """Draw a box of the whole height at each of some places of a strip, one wide less a gap."""
    rows = [{"x": place + 0.04, "x2": place + 0.96} for place in places]
    mark = {
        "type": "rect",
        "fill": fill,
        "stroke": stroke,
        "strokeWidth": 1,
        "strokeDash": [2, 2] if dashed else [1, 0],
    }
    encoding = {"x": sheet.x_of("x"), "x2": {"field": "x2"}, "y": {"value": 0}, "y2": {"value": sheet.height}}
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def level(sheet: Sheet, x: tuple[float, float], y: float, colour: str) -> Specification:
    """Draw a level: a horizontal line of 3 pixels."""
    row = {"x": x[0], "x2": x[1], "y": y}
    encoding = {"x": sheet.x_of("x"), "x2": {"field": "x2"}, "y": sheet.y_of("y")}
    return {
        "data": {"values": [row]},
        "mark": {"type": "rule", "color": colour, "strokeWidth": 3},
        "encoding": encoding,
    }


def dashes(sheet: Sheet, y: float) -> Specification:
    """Draw a dashed line over the whole width."""
    mark = {"type": "rule", "color": INK, "strokeWidth": 1.2, "strokeDash": [3, 3]}
    row = {"x": sheet.x[0], "x2": sheet.x[1], "y": y}
    encoding = {"x": sheet.x_of("x"), "x2": {"field": "x2"}, "y": sheet.y_of("y")}
    return {"data": {"values": [row]}, "mark": mark, "encoding": encoding}


def upright(sheet: Sheet, x: float, top: float = 0, colour: str = INK) -> Specification:
    """Draw a vertical line of 1 pixel from ``top`` pixels to the foot."""
    encoding = {"x": sheet.x_of("x"), "y": {"value": top}, "y2": {"value": sheet.height}}
    mark = {"type": "rule", "color": colour, "strokeWidth": 1}
    return {"data": {"values": [{"x": x}]}, "mark": mark, "encoding": encoding}


def hatch(sheet: Sheet, x: tuple[float, float]) -> Specification:
    """Draw lines of 45° over the whole height between two values of x."""
    left, right = sheet.at(x[0]), sheet.at(x[1])
    width = right - left
    rows = []
    for foot in range(HATCH_STEP, int(width + sheet.height), HATCH_STEP):
        # The line runs up from (left, foot) to the right; foot is counted in pixels from the top.
        start, end = max(0.0, foot - sheet.height), min(width, float(foot))
        rows.append({"x": sheet.x_at(left + start), "x2": sheet.x_at(left + end), "y": foot - start, "y2": foot - end})
    encoding = {
        "x": sheet.x_of("x"),
        "x2": {"field": "x2"},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
        "y2": {"field": "y2"},
    }
    return {"data": {"values": rows}, "mark": {"type": "rule", "color": HATCH, "strokeWidth": 1}, "encoding": encoding}


@dataclass(frozen=True, slots=True)
class Text:
    """A text at a place in pixels from the upper left corner of the plot area, on a halo of paper unless in a bar."""

    text: str
    x: float
    y: float
    align: str
    baseline: str
    color: str
    weight: str
    has_halo: bool


Part = Specification | Text
"""A part of a chart: marks, or a text."""


def label(
    sheet: Sheet, text: str, place: tuple[float, float], *, dx: float = 0, dy: float = 0, align: str = "left",
    baseline: str = "middle", color: str = INK, bold: bool = False,
) -> Text:  # fmt: skip
    """Write a text at a place (x, y) on the scales, moved by ``dx`` and ``dy`` pixels."""
    low, high = sheet.y
    pixel = (high - place[1]) / (high - low) * sheet.height
    return note(sheet, text, place[0], pixel + dy, dx=dx, align=align, baseline=baseline, color=color, bold=bold)


def note(
    sheet: Sheet, text: str, x: float, pixel: float, *, dx: float = 0, align: str = "left",
    baseline: str = "middle", color: str = INK, bold: bool = False, halo: bool = True,
) -> Text:  # fmt: skip
    """Write a text at x, moved by ``dx`` pixels, and ``pixel`` pixels from the top."""
    weight = "bold" if bold else "normal"
    return Text(text, sheet.at(x) + dx, pixel, align, baseline, color, weight, halo)


def put_together(parts: Sequence[Part], width: int, height: int) -> Specification:
    """Lay the parts of a chart over each other, texts last: all of them are one mark, since each mark takes time."""
    marks = [part for part in parts if not isinstance(part, Text)]
    return layered([*marks, *_texts([part for part in parts if isinstance(part, Text)])], width=width, height=height)


def _texts(texts: Sequence[Text]) -> list[Specification]:
    if not texts:
        return []
    mark = {"type": "text", "fontSize": FONT_SIZE} | {
        key: {"expr": f"datum.{field}"}
        for key, field in {"align": "align", "baseline": "baseline", "fontWeight": "weight"}.items()
    }
    pixels = {"type": "quantitative", "scale": None, "axis": None}
    encoding = {
        "x": {"field": "x", **pixels},
        "y": {"field": "y", **pixels},
        "text": {"field": "text", "type": "nominal"},
    }
    halo = {**mark, "color": "white", "stroke": "white", "strokeWidth": 4}
    coloured = {**encoding, "color": {"field": "color", "type": "nominal", "scale": None}}
    behind = [asdict(text) for text in texts if text.has_halo]
    return [
        {"data": {"values": behind}, "mark": halo, "encoding": encoding},
        {"data": {"values": [asdict(text) for text in texts]}, "mark": mark, "encoding": coloured},
    ]


def scale_axis(margin: int) -> Specification:
    """Return the axis of scores: few labels, horizontal lines only."""
    bare = {"title": None, "domain": False, "ticks": False, "tickCount": 5, "gridColor": GRID}
    return {**bare, "minExtent": margin, "maxExtent": margin}


def week_axis(weeks: Sequence[float], expression: str) -> Specification:
    """Return an axis with labels at some days, written by an expression of Vega."""
    return {
        "title": None, "values": list(weeks), "labelExpr": expression, "grid": False, "domain": True, "ticks": True,
        "labelFlush": True, "labelColor": QUIET_INK, "labelOverlap": False,
    }  # fmt: skip


def text_width(text: str) -> float:
    """Estimate the width of a text in pixels."""
    return LETTER * len(text)

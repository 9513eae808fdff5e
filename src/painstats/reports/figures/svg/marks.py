"""Marks on the plot area: days as dots, lines of means, levels with their intervals, spans, bars and boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from painstats.reports.figures.svg.frame import ACROSS, Frame, percent, short

Place = tuple[float, float]


def dots(frame: Frame, places: Iterable[Place], style: str = "dots") -> Markup:
    """Draw a dot at each (x, y), as a path of lines without length with round ends: about 9 bytes a day."""
    steps = "".join(f"M{frame.across(x)} {frame.down(y):.0f}h0" for x, y in places)
    return Markup(f'<path class="{style}" d="{steps}"/>') if steps else Markup("")


def line(frame: Frame, pieces: Iterable[Sequence[Place]], style: str = "mean") -> Markup:
    """Draw a line through the places of each piece; it breaks between them, and a piece of one place is a dot."""
    steps = "".join(_piece(frame, piece) for piece in pieces if piece)
    return Markup(f'<path class="{style}" d="{steps}"/>') if steps else Markup("")


def _piece(frame: Frame, piece: Sequence[Place]) -> str:
    first, *more = (f"{frame.across(x)} {short(round(frame.down(y), 1))}" for x, y in piece)
    return f"M{first}L{' '.join(more)}" if more else f"M{first}h0"


def level(frame: Frame, x: tuple[float, float], y: float, style: str = "") -> Markup:
    """Draw a level of 3 pixels over a span of x; the style is the sign, none for grey."""
    place = short(frame.down(y))
    ends = f'x1="{frame.percent(x[0])}" x2="{frame.percent(x[1])}"'
    return Markup(f'<line class="level {style or "none"}" {ends} y1="{place}" y2="{place}"/>')


def band(frame: Frame, x: tuple[float, float], y: tuple[float, float], style: str = "") -> Markup:
    """Fill the interval of a level."""
    top, foot = frame.down(max(y)), frame.down(min(y))
    return _rect(f"band {style or 'none'}", frame.share(x[0]), frame.share(x[1]), top, foot - top)


def dashes(frame: Frame, x: tuple[float, float], y: float) -> Markup:
    """Draw a thin dashed line over a span of x."""
    place = short(frame.down(y))
    ends = f'x1="{frame.percent(x[0])}" x2="{frame.percent(x[1])}"'
    return Markup(f'<line class="dashes" {ends} y1="{place}" y2="{place}"/>')


def point(frame: Frame, place: Place, style: str = "", radius: float = 6, *, hollow: bool = False) -> Markup:
    """Draw a point; a hollow one tells no sign."""
    name = f"point {style or 'none'}{' hollow' if hollow else ''}"
    x, y = frame.percent(place[0]), short(frame.down(place[1]))
    return Markup(f'<circle class="{name}" cx="{x}" cy="{y}" r="{short(radius)}"/>')


def wash(frame: Frame, x: tuple[float, float]) -> Markup:
    """Shade days over the whole height."""
    return _rect("wash", frame.share(x[0]), frame.share(x[1]), 0, frame.height)


def hatch(frame: Frame, x: tuple[float, float]) -> Markup:
    """Draw lines of 45° over the whole height.

    They are the dashes of one very wide line from corner to corner (``charts.css``), so that each chart holds a single
    line. The nested SVG has the width of the days and clips it; it is drawn in pixels: neither a pattern, whose name
    would have to differ from all others of the page, nor the angle depends on the width.
    """
    left, right = frame.share(x[0]), frame.share(x[1])
    height = round(frame.height)
    size = f'x="{percent(left)}" width="{percent(right - left)}" height="{height}"'
    return Markup(f'<svg class="clip" {size}><path class="hatch" d="M0 0l{height} {height}"/></svg>')


def bar(ends: tuple[float, float], top: float, height: float, style: str = "bar") -> Markup:
    """Draw a bar between two shares of the width."""
    return _rect(style, ends[0], ends[1], top, height)


CELL_GAP = 2
"""Units of the width between two cells, at least: about one pixel."""

WIDE_CELL = 10
"""Units of the width from which a cell is cut to whole ones: that is invisible, and the path of a year is shorter."""


def cells(places: Iterable[tuple[int, int]], columns: int, size: float, style: str, gap: float = 1) -> Markup:
    """Draw a box for each (column, row) as one path; a row is ``size`` pixels high, and columns fill the width."""
    wide = ACROSS / columns
    room = wide - CELL_GAP
    inner, tall = short(int(room) if room > WIDE_CELL else room), short(size - gap)
    box = f"h{inner}v{tall}h-{inner}z"
    steps = "".join(f"M{short(round(column * wide, 1))} {short(row * size)}{box}" for column, row in places)
    return Markup(f'<path class="cell {style}" d="{steps}"/>') if steps else Markup("")


def hit(ends: tuple[float, float], top: float, height: float, text: str) -> Markup:
    """Lay a transparent box over days, which shows a text while the pointer is on it."""
    size = Markup(_size(ends[0], ends[1], top, height))
    return Markup('<rect class="hit" {}><title>{}</title></rect>').format(size, text)


def _rect(style: str, left: float, right: float, top: float, height: float) -> Markup:
    return Markup(f'<rect class="{style}" {_size(left, right, top, height)}/>')


def _size(left: float, right: float, top: float, height: float) -> str:
    return f'x="{percent(left)}" y="{short(top)}" width="{percent(max(right - left, 0.0))}" height="{short(height)}"'

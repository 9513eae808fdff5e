"""Figures in files, drawn by Vega as static SVG: no script, no link, no external file. Needs the extra ``paper``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert
from markupsafe import Markup

INK = "#22303a"
QUIET_INK = "#56636c"
GRID = "#e3e6e8"
MISSING = "#a3abb0"
OWN = "#0b5c8a"
OTHERS = "#8d989f"
HIGHER = "#b3541e"
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"

Specification = dict[str, Any]
"""A chart in Vega-Lite."""

Drawable = alt.TopLevelMixin | Mapping[str, Any]
"""A chart of altair, or a specification in Vega-Lite."""

WHOLE_KEYS = frozenset({"$schema", "config", "datasets"})
"""Keys that only a whole specification may have."""

ELEMENTS = frozenset(
    {"svg", "g", "path", "rect", "line", "text", "tspan", "circle", "defs", "clipPath", "linearGradient", "stop"}
)
ATTRIBUTES = frozenset(
    {
        "width", "height", "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx",
        "ry", "dx", "dy", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
        "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "text-anchor",
        "font-family", "font-size", "font-weight", "font-style", "id", "clip-path", "display", "offset",
        "stop-color", "gradientUnits",
    }
)  # fmt: skip
"""What a drawing may be made of; anything else is dropped (attributes) or refused (elements)."""

DROPPED = frozenset({"class", "role", "version", "pointer-events", "aria-hidden", "aria-label", "aria-roledescription"})
_LOCAL_REFERENCE = re.compile(r"url\(['\"]?#([\w-]+)['\"]?\)")
_NAMESPACE = re.compile(r"^\{[^}]*\}")


def look() -> dict[str, Any]:
    """Return the look that all charts share, as an altair configuration."""
    label = {
        "labelColor": QUIET_INK,
        "titleColor": INK,
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    title = {
        "color": INK,
        "font": FONT,
        "fontSize": 14,
        "subtitleColor": QUIET_INK,
        "subtitleFont": FONT,
        "subtitleFontSize": 12,
    }
    return {
        "font": FONT,
        "aria": False,
        "background": "white",
        "view": {"stroke": None},
        "axis": {**label, "gridColor": GRID, "domainColor": MISSING, "tickColor": MISSING},
        "legend": label,
        "title": {**title, "anchor": "start"},
        "text": {"font": FONT, "color": INK},
    }


def chart_of(rows: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Return an empty chart with its rows inside it."""
    data: Any = alt.InlineData(values=list(rows))
    return alt.Chart(data)


def layered(charts: Sequence[Drawable], **properties: Any) -> Specification:
    """Lay charts over each other; ``properties`` are those of the whole (width and height in pixels, title)."""
    return _combined("layer", charts, properties)


def _combined(how: str, charts: Sequence[Drawable], properties: Mapping[str, Any]) -> Specification:
    """Combine charts as specifications: altair's own functions copy every part, which takes longer than drawing."""
    parts = [_specification(chart) for chart in charts]
    datasets = {name: rows for part in parts for name, rows in part.get("datasets", {}).items()}
    kept = [{key: value for key, value in part.items() if key not in WHOLE_KEYS} for part in parts]
    return {how: kept, **properties, "datasets": datasets}


def _specification(chart: Drawable) -> Specification:
    return dict(chart) if isinstance(chart, Mapping) else chart.to_dict(validate=False)


def drawn(chart: Drawable, name: str) -> Markup:
    """Draw a chart.

    Parameters
    ----------
    chart
        Any altair chart, or specification in Vega-Lite, with its rows inside it.
    name
        A name that no other drawing on the page has; it keeps their inner references apart.

    Returns
    -------
    An ``<svg>`` element. The same chart gives the same bytes.

    Raises
    ------
    ValueError
        The drawing contains an element or a reference that a static chart does not need.
    """
    svg = vl_convert.vegalite_to_svg({**_specification(chart), "config": look()}, allowed_base_urls=[])
    root = ElementTree.fromstring(svg)
    numbered: dict[str, str] = {}
    for element in root.iter():
        _keep_to_the_list(element, numbered, name)
    root.set("aria-hidden", "true")  # the figure around it says in words what it shows
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _keep_to_the_list(element: ElementTree.Element, numbered: dict[str, str], name: str) -> None:
    element.tag = _NAMESPACE.sub("", element.tag)
    if element.tag not in ELEMENTS:
        raise ValueError(f"a chart may not contain <{element.tag}>")
    found = {_NAMESPACE.sub("", key): value for key, value in element.attrib.items()}
    unknown = sorted(set(found) - ATTRIBUTES - DROPPED)
    if unknown:
        raise ValueError(f"a chart may not contain the attribute {unknown[0]}")
    element.attrib.clear()
    for key, value in found.items():
        if key in ATTRIBUTES:
            element.set(key, _renamed(key, value, numbered, name))


def _renamed(key: str, value: str, numbered: dict[str, str], name: str) -> str:
    """Give inner names new numbers: the drawing library counts them on from picture to picture."""
    reference = _LOCAL_REFERENCE.fullmatch(value)
    if "url" in value.lower() and reference is None:
        raise ValueError("a chart may not refer to anything outside itself")
    inner = value if key == "id" else reference.group(1) if reference else None
    if inner is None:
        return value
    new = numbered.setdefault(inner, f"{name}-{len(numbered) + 1}")
    return new if key == "id" else f"url(#{new})"

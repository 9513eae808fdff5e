"""Figures of a cohort analysis as files: the specification curve, and the ways of treating unknown values."""

from __future__ import annotations

from typing import Any

import altair as alt
import vl_convert

from painstats.cohort.analyse import CohortAnalysis, Sensitivity
from painstats.commands.vega_svg import HIGHER, OTHERS, OWN, QUIET_INK, Drawable, chart_of, drawn, layered

WIDTH, CURVE_HEIGHT, ROW_HEIGHT = 560, 280, 22
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
EFFECT = "effect, points per unit of the exposure"

WAY_LABELS = {
    "kept": "every rated day (headline)",
    "complete": "complete days only",
    "imputed": "unknown exposures imputed",
    "imputed_with_ratings": "imputed ratings used too",
    "delta": "imputed ratings shifted by",
    "steps_delta": "imputed steps (thousands) shifted by",
}


def cohort_figures(analysis: CohortAnalysis) -> dict[str, str]:
    """Return each figure as the text of an SVG file, by its name."""
    figures = {}
    for each in analysis.sensitivity:
        figures[f"specification_curve_{each.exposure}"] = as_file(_curve(each), "curve")
        figures[f"missing_days_{each.exposure}"] = as_file(_ways(each), "ways")
    return figures


def as_file(chart: Drawable, name: str) -> str:
    """Draw a chart as an SVG file of its own, which has to name its namespace."""
    return str(drawn(chart, name)).replace("<svg ", f'<svg xmlns="{SVG_NAMESPACE}" ', 1)


def as_pdf(svg: str) -> bytes:
    """Return a figure as PDF."""
    return vl_convert.svg_to_pdf(svg)


def _curve(each: Sensitivity) -> Drawable:
    """Draw the estimates in order of size with their intervals; the declared one is marked."""
    found = sorted(
        ((result.found, result.is_declared) for result in each.curve.results if result.found is not None),
        key=lambda pair: pair[0].estimate,
    )
    rows = [
        {"place": place, "estimate": one.estimate, "low": one.low, "high": one.high, "declared": is_declared}
        for place, (one, is_declared) in enumerate(found, start=1)
    ]
    x: Any = alt.X("place:Q", title="specification, in order of its estimate", scale=alt.Scale(nice=False))
    intervals = chart_of(rows).mark_rule(color=OTHERS, opacity=0.5).encode(x=x, y=_y("low:Q"), y2="high:Q")
    points = chart_of(rows).mark_circle(size=12, color=OWN, opacity=1).encode(x=x, y=_y("estimate:Q"))
    declared = [row for row in rows if row["declared"]]
    marked = chart_of(declared).mark_point(shape="diamond", size=110, filled=True, color=HIGHER, opacity=1)
    return layered(
        [intervals, _zero("y"), points, marked.encode(x=x, y=_y("estimate:Q"))],
        width=WIDTH,
        height=CURVE_HEIGHT,
        title={"text": "Specifications of the same question", "subtitle": "diamond: the declared one"},
    )


def _ways(each: Sensitivity) -> Drawable:
    """Draw the estimate and interval of each way of treating unknown values."""
    rows = [
        {
            "way": WAY_LABELS[way.name] + (f" {way.shift:+g}" if way.name.endswith("delta") else ""),
            "estimate": way.estimate,
            "low": way.low,
            "high": way.high,
        }
        for way in each.missing_days.ways
    ]
    y: Any = alt.Y("way:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))
    x: Any = alt.X("low:Q", title=EFFECT, scale=alt.Scale(zero=True))
    intervals = chart_of(rows).mark_rule(color=OTHERS, strokeWidth=2).encode(y=y, x=x, x2="high:Q")
    points = chart_of(rows).mark_circle(size=60, color=OWN, opacity=1).encode(y=y, x=alt.X("estimate:Q"))
    return layered([intervals, _zero("x"), points], width=WIDTH - 180, height=ROW_HEIGHT * len(rows))


def _zero(axis: str) -> Drawable:
    rule: Any = chart_of([{"zero": 0}]).mark_rule(color=QUIET_INK, strokeDash=[4, 3])
    zero: Drawable = rule.encode(**{axis: "zero:Q"})
    return zero


def _y(field: str) -> Any:
    return alt.Y(field, title=EFFECT, scale=alt.Scale(zero=True))

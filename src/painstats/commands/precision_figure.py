"""The figure of ``painstats power``: detectable effect against participants, a line for each number of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import altair as alt

from painstats.cohort.precision.tables import PlannedDesign
from painstats.commands.vega_svg import chart_of, drawn, layered

WIDTH, HEIGHT = 560, 320
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
X = alt.X("participants:Q", title="participants", scale=alt.Scale(type="log", nice=False))
COLOURS = alt.Color("days:N", title="days", sort=None, scale=alt.Scale(scheme="tableau10"))


def precision_figure(designs: Sequence[PlannedDesign], matters: float | None = None) -> str:
    """Draw detectable effects as SVG; a pilot's range as a band, the smallest effect that matters as a rule.

    Parameters
    ----------
    designs
        At least one.
    matters
        The smallest effect of interest, in points per unit of the exposure.
    """
    rows = [asdict(each) | {"days": str(each.days)} for each in designs]
    size = alt.Y("detectable:Q", title="detectable effect, points per unit", scale=alt.Scale(zero=True))
    layers: list[alt.Chart] = []
    if all(each.low is not None for each in designs):
        band = chart_of(rows).mark_area(opacity=0.15)
        layers.append(band.encode(x=X, y=alt.Y("low:Q"), y2="high:Q", color=COLOURS))
    layers.append(chart_of(rows).mark_line(point=True).encode(x=X, y=size, color=COLOURS))
    if matters is not None:
        layers.append(chart_of([{"matters": matters}]).mark_rule(strokeDash=[4, 3]).encode(y="matters:Q"))
    inside_a_page = str(drawn(layered(layers, width=WIDTH, height=HEIGHT), "precision"))
    return inside_a_page.replace("<svg ", f'<svg xmlns="{SVG_NAMESPACE}" ', 1)  # a file of its own has to name it

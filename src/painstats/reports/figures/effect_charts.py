"""Pictures of slopes and of a model: people beside one another, complete days, residual autocorrelation.

Slopes are drawn for everybody in every run. They are written as Vega-Lite's own JSON: altair's objects for the same
picture take twice as long to make as the picture takes to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from painstats.findings.words import item_words, verdict_words
from painstats.reports.figures.daily_charts import NARROW_BELOW, WIDE
from painstats.reports.figures.vega_svg import (
    BAND,
    GRID,
    HIGHER,
    INK,
    LOWER,
    OTHERS,
    OWN,
    QUIET_INK,
    chart_of,
    label_text,
)

OWN_LABEL = "you"
OWN_DAYS_LABEL = "your days alone"
LABEL_MARGIN = 112
RIGHT_MARGIN = 16
TALLEST = 620
ROW_HEIGHTS = (7, 22)
LONGEST_AXIS_LABEL = 14
MEAN = "#3d4a52"

AUTOCORRELATION_LIMIT = 0.10
"""Beyond it the residuals still hold something the model has not explained (docs/method.md)."""

VERDICT_COLOURS = {"less_pain": LOWER, "more_pain": HIGHER, "no_clear_link": "#6b6f2a", "cannot_tell_yet": OTHERS}

Rows = list[dict[str, Any]]
Specification = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PersonSlope:
    """One bar: a slope with its 95 % interval, and the same from the person's own days alone.

    Parameters
    ----------
    label
        What stands beside the bar; empty for a person who is not named.
    estimate, low, high
        Outcome points per effect unit.
    own_estimate, own_low, own_high
        From own days alone; None where that is the same or was not computed.
    verdict
        Decides the colour in a cohort's figure.
    is_own
        Whether the bar is the reader's.
    """

    label: str
    estimate: float
    low: float
    high: float
    own_estimate: float | None = None
    own_low: float | None = None
    own_high: float | None = None
    verdict: str = "cannot_tell_yet"
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class AverageSlope:
    """The average over people with its 95 % interval."""

    estimate: float
    low: float
    high: float


def own_among_others(
    slopes: Sequence[PersonSlope], item: str, unit: str, smallest_effect: float, width: int = WIDE
) -> Specification:
    """Draw the reader's slope among everybody's, sorted, the others without a name.

    Parameters
    ----------
    slopes
        All slopes that may be shown, the reader's among them.
    item, unit
        What the axis counts: points of the item per unit.
    smallest_effect
        Half the width of the grey band inside which a slope is smaller than what matters to this reader.
    width
        Width of the drawing in pixels.

    Returns
    -------
    A specification in Vega-Lite.
    """
    rows = _with_own_days(slopes)
    ends = [row[end] for row in rows for end in ("low", "high")] + [-1.2 * smallest_effect, 1.2 * smallest_effect]
    frame = _frame(ends, slope_title(item, unit, narrow=width < NARROW_BELOW), len(rows), width)
    others, own, alone = ([row for row in rows if row["kind"] == kind] for kind in ("other", "own", "own_days"))
    layers = [
        _band(-smallest_effect, smallest_effect, BAND, frame),
        _line(0.0, INK, frame),
        *_bars(others, OTHERS, 2, 24, frame),
        *_bars(own, OWN, 4, 90, frame),
        *_bars(alone, OWN, 1.5, 70, frame, hollow=True),
        _labels([row for row in rows if row["label"]], frame),
    ]
    return {"layer": layers, "width": frame.inner, "height": frame.height}


def everybodys_slopes(
    slopes: Sequence[PersonSlope], average: AverageSlope | None, item: str, unit: str, width: int = WIDE
) -> Specification:
    """Draw every person's slope, sorted and named, coloured by verdict, over the average with its interval.

    The estimate from a person's own days alone stands on the same line as a hollow mark.
    """
    rows = [_row(place, slope) for place, slope in enumerate(_sorted(slopes))]
    ends = [row[end] for row in rows for end in ("low", "high")] + [
        row["own_estimate"] for row in rows if row["own_estimate"] is not None
    ]
    mean = [average.low, average.high] if average else []
    frame = _frame([*ends, *mean], slope_title(item, unit, narrow=width < NARROW_BELOW), len(rows), width)
    hollow = {"type": "point", "shape": "diamond", "color": QUIET_INK, "fill": "white", "size": 44, "opacity": 1}
    layers = [
        *(
            [_band(average.low, average.high, "#dfe6ea", frame), _line(average.estimate, MEAN, frame, dash=[6, 3])]
            if average
            else []
        ),
        _line(0.0, INK, frame),
        *(
            bar
            for verdict, colour in VERDICT_COLOURS.items()
            for bar in _bars([row for row in rows if row["verdict"] == verdict], colour, 2.5, 40, frame)
        ),
        _layer(
            [row for row in rows if row["own_estimate"] is not None],
            hollow,
            x=_x(frame, "own_estimate"),
            y=_y(frame),
        ),
        _labels(rows if frame.row_height >= 10 else [], frame),
    ]
    return {"layer": layers, "width": frame.inner, "height": frame.height}


def slope_title(item: str, unit: str, *, narrow: bool = False) -> str | list[str]:
    """Write what a slope axis counts, with the meaning of its two directions."""
    words = item_words(item)
    sides = f"←  {words.less}   ·   {words.more}  →"
    return [sides, f"points per {unit}"] if narrow else f"{sides}     (points per {unit})"


def verdict_legend(item: str) -> list[tuple[str, str]]:
    """List the colours of :func:`everybodys_slopes` with their words."""
    return [(colour, verdict_words(verdict, item)) for verdict, colour in VERDICT_COLOURS.items()]


def completeness(rows: Sequence[Mapping[str, Any]], counts: Mapping[str, str], width: int = WIDE) -> alt.TopLevelMixin:
    """Draw how many of each person's calendar days are valid, one column of bars for each kind of day.

    Parameters
    ----------
    rows
        ``label`` and ``calendar_days`` of each person, and the counts.
    counts
        Name of a count to its title: ``{"outcome_days": "rated"}``.
    width
        Width of the drawing in pixels.
    """
    shown = [dict(row) | {"place": place, "label": _cut(row["label"])} for place, row in enumerate(rows)]
    frame = _frame([0.0, *(row["calendar_days"] for row in shown)], "", len(shown), width)
    column = (frame.inner - 14 * (len(counts) - 1)) // len(counts)
    columns = [
        _count_column(shown, count, title, frame, column, named=place == 0)
        for place, (count, title) in enumerate(counts.items())
    ]
    return alt.hconcat(*columns, spacing=14)


def _count_column(
    shown: Rows, count: str, title: str, frame: _Frame, width: int, *, named: bool
) -> alt.LayerChart | alt.FacetChart:
    scale = alt.Scale(domain=list(frame.domain), nice=False)
    axis = alt.Axis(title=title, tickCount=2, domain=False, gridColor=GRID)
    base = chart_of(shown).encode(y=alt.Y(**_y(frame, LABEL_MARGIN if named else 0)))
    thickness = max(3.0, 0.6 * frame.row_height)
    layers = [
        base.mark_bar(color="#e4e8ea", height=thickness).encode(x=alt.X("calendar_days:Q", scale=scale, axis=axis)),
        base.mark_bar(color=OWN, height=thickness).encode(x=alt.X(f"{count}:Q", scale=scale, axis=axis)),
        *([alt.Chart.from_dict(_labels(shown, frame), validate=False)] if named and frame.row_height >= 10 else []),
    ]
    return alt.layer(*layers).properties(width=width, height=frame.height)


def autocorrelation(correlations: Sequence[float | None], width: int = WIDE) -> alt.TopLevelMixin:
    """Draw the autocorrelation of a model's whitened residuals at lags of 1, 2, … days, with the limits it is held to.

    Parameters
    ----------
    correlations
        At lags of 1, 2, … days; None where there are too few pairs of days.
    width
        Width of the drawing in pixels.
    """
    rows = [{"lag": lag, "value": value} for lag, value in enumerate(correlations, start=1) if value is not None]
    widest = max([0.25, *(1.1 * abs(row["value"]) for row in rows)])
    y = alt.Y(
        "value:Q",
        title="correlation",
        scale=alt.Scale(domain=[-widest, widest], nice=False),
        axis=alt.Axis(tickCount=5, domain=False, gridColor=GRID),
    )
    x = alt.X(
        "lag:O",
        title="days apart",
        scale=alt.Scale(domain=list(range(1, len(correlations) + 1))),
        axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
    )
    limits = chart_of([{"value": -AUTOCORRELATION_LIMIT}, {"value": AUTOCORRELATION_LIMIT}])
    layers = [
        chart_of(rows).mark_bar(color=OWN, width=22).encode(x=x, y=y),
        limits.mark_rule(color=HIGHER, strokeDash=[5, 4]).encode(y=y),
        chart_of([{"value": 0.0}]).mark_rule(color=INK).encode(y=y),
    ]
    return alt.layer(*layers).properties(width=min(width - 80, 420), height=150)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The measures of a figure with a row for each person: widths and heights in pixels."""

    domain: tuple[float, float]
    title: str | list[str]
    n_rows: int
    row_height: float
    inner: int
    height: int


def _frame(values: Sequence[float], title: str | list[str], n_rows: int, width: int) -> _Frame:
    lowest, highest = ROW_HEIGHTS
    row_height = max(lowest, min(highest, TALLEST / max(n_rows, 1)))
    margin = 0.04 * ((max(values) - min(values)) or 1.0)
    domain = (min(values) - margin if min(values) < 0 else 0.0, max(values) + margin if max(values) > 0 else 0.0)
    return _Frame(
        domain, title, n_rows, row_height, width - LABEL_MARGIN - RIGHT_MARGIN, round(row_height * n_rows) + 8
    )


def _x(frame: _Frame, field: str) -> Specification:
    axis = {"title": frame.title, "gridColor": GRID, "domain": False, "tickCount": max(3, frame.inner // 90)}
    scale = {"domain": list(frame.domain), "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _y(frame: _Frame, margin: int = LABEL_MARGIN) -> Specification:
    bare = {"labels": False, "ticks": False, "domain": False, "title": None}
    axis = {**bare, "minExtent": margin, "maxExtent": margin}
    return {"field": "place", "type": "ordinal", "scale": {"domain": list(range(frame.n_rows))}, "axis": axis}


def _sorted(slopes: Sequence[PersonSlope]) -> list[PersonSlope]:
    return sorted(slopes, key=lambda slope: (slope.estimate, slope.low, slope.label))


def _row(place: int, slope: PersonSlope) -> dict[str, Any]:
    return {
        "place": place, "label": _cut(slope.label), "verdict": slope.verdict,
        "kind": "own" if slope.is_own else "other",
        "estimate": slope.estimate, "low": slope.low, "high": slope.high, "own_estimate": slope.own_estimate,
    }  # fmt: skip


def _with_own_days(slopes: Sequence[PersonSlope]) -> Rows:
    """List the bars of everybody, the reader's own days on a line of their own below the reader's bar."""
    rows: Rows = []
    for slope in _sorted(slopes):
        rows.append(_row(len(rows), slope) | {"label": OWN_LABEL if slope.is_own else ""})
        if slope.is_own and slope.own_estimate is not None and slope.own_low is not None and slope.own_high is not None:
            alone = PersonSlope(OWN_DAYS_LABEL, slope.own_estimate, slope.own_low, slope.own_high)
            rows.append(_row(len(rows), alone) | {"kind": "own_days", "label": OWN_DAYS_LABEL})
    return rows


def _layer(rows: Rows, mark: Specification, **encoding: Specification) -> Specification:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _bars(
    rows: Rows, colour: str, thickness: float, size: float, frame: _Frame, *, hollow: bool = False
) -> list[Specification]:
    """Draw intervals with their estimates."""
    if not rows:
        return []
    rule = {"type": "rule", "color": colour, "strokeWidth": thickness, "strokeDash": [4, 3] if hollow else [1, 0]}
    filled = {"fill": "white" if hollow else colour, "strokeWidth": 2 if hollow else 1}
    mark = {"type": "point", "color": colour, "size": size, "opacity": 1, **filled}
    return [
        _layer(rows, rule, x=_x(frame, "low"), x2={"field": "high"}, y=_y(frame)),
        _layer(rows, mark, x=_x(frame, "estimate"), y=_y(frame)),
    ]


def _band(low: float, high: float, colour: str, frame: _Frame) -> Specification:
    ends, mark = [{"low": low, "high": high}], {"type": "rect", "color": colour}
    return _layer(ends, mark, x=_x(frame, "low"), x2={"field": "high"}, **_whole_height(frame))


def _line(value: float, colour: str, frame: _Frame, dash: Sequence[int] = (1, 0)) -> Specification:
    mark = {"type": "rule", "color": colour, "strokeDash": list(dash)}
    return _layer([{"at": value}], mark, x=_x(frame, "at"), **_whole_height(frame))


def _whole_height(frame: _Frame) -> dict[str, Specification]:
    return {"y": {"value": 0}, "y2": {"value": frame.height}}


def _labels(rows: Rows, frame: _Frame) -> Specification:
    mark = {"type": "text", "align": "right", "dx": -8, "fontSize": 12, "color": INK}
    return _layer(rows, mark, x={"value": 0}, y=_y(frame), text={"field": "label", "type": "nominal"})


def _cut(name: str) -> str:
    name = label_text(name) if name else ""
    return name if len(name) <= LONGEST_AXIS_LABEL else f"{name[: LONGEST_AXIS_LABEL - 1]}…"

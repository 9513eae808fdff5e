"""Charts of effects and of a model: participants side by side, complete days, residual autocorrelation.

Effects are drawn for every participant in every run. They are written as Vega-Lite's own JSON: altair's objects for the
same chart take twice as long to make as the chart takes to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import altair as alt

from painstats.findings.research_words import verdict_words
from painstats.frame.participants import ParticipantSummary
from painstats.questions.phrases import EffectChart, Phrases, label_text
from painstats.questions.verdict import Verdict
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
    Specification,
    beside,
    chart_of,
    layered,
)
from painstats.reports.numbers import Interval

OWN_LABEL = "you"
READING_LABEL = "your reading"
LABEL_MARGIN = 112
RIGHT_MARGIN = 16
TALLEST = 620
ROW_HEIGHTS = (7, 22)
LONGEST_AXIS_LABEL = 14
MEAN = "#3d4a52"

AUTOCORRELATION_LIMIT = 0.10
"""Above it the residuals have structure that the model has not explained (docs/method/checks.md)."""

VERDICT_COLOURS = {
    Verdict.LOWER: LOWER,
    Verdict.HIGHER: HIGHER,
    Verdict.AT_MOST_SMALL: QUIET_INK,
    Verdict.NOT_DETERMINED: OTHERS,
    Verdict.NOT_JUDGED: "#c3c9cc",
}
"""Only a direction has a colour; the others are greys."""


@dataclass(frozen=True, slots=True)
class EffectBar:
    """One bar: the range of a verdict, or of a reading where there is no verdict.

    Parameters
    ----------
    label
        The label of the bar; empty for a participant who is not named.
    effect
        A size and its range, in outcome points per unit.
    reading
        The estimate of all days with its 95% interval, where ``effect`` is a verdict's.
    own
        The reading from own days alone; None where that is the same or was not computed.
    verdict
        Decides the colour.
    is_own
        Whether the bar is the reader's.
    """

    label: str
    effect: Interval
    reading: Interval | None = None
    own: Interval | None = None
    verdict: Verdict = Verdict.NOT_JUDGED
    is_own: bool = False

    def times(self, factor: float) -> EffectBar:
        """Return the bar for a larger unit."""
        effect, reading, own = (each and each.times(factor) for each in (self.effect, self.reading, self.own))
        return replace(self, effect=effect or self.effect, reading=reading, own=own)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a chart of effects."""

    place: int
    label: str
    bar: EffectBar
    kind: str  # other | own | reading

    @property
    def datum(self) -> Specification:
        """The row as Vega-Lite takes it."""
        effect, own = self.bar.effect, self.bar.own
        return {
            "place": self.place, "label": self.label, "verdict": self.bar.verdict.value, "kind": self.kind,
            "estimate": effect.value, "low": effect.low, "high": effect.high,
            "own_estimate": own.value if own else None,
        }  # fmt: skip


def own_among_others(
    bars: Sequence[EffectBar], chart: EffectChart, smallest_effect: float, width: int = WIDE
) -> Specification:
    """Draw the reader's effect among those of all participants, sorted, the others without a name.

    Parameters
    ----------
    bars
        All effects that may be shown, the reader's among them.
    chart
        What the chart shows.
    smallest_effect
        Half the width of the grey band in which an effect is smaller than what matters to this reader.
    width
        Width of the chart in pixels.

    Returns
    -------
    A specification in Vega-Lite.
    """
    rows = _with_reading(bars)
    ends = [end for row in rows for end in (row.bar.effect.low, row.bar.effect.high)]
    ends += [-1.2 * smallest_effect, 1.2 * smallest_effect]
    frame = _frame(ends, axis_title(chart, narrow=width < NARROW_BELOW), len(rows), width, signed=False)
    others, own, reading = ([row for row in rows if row.kind == kind] for kind in ("other", "own", "reading"))
    layers = [
        _band(-smallest_effect, smallest_effect, BAND, frame),
        _line(0.0, INK, frame),
        *_bars(others, OTHERS, 2, 24, frame),
        *(
            bar
            for row in own
            for bar in _bars([row], _direction_colour(row.bar), 4, 90, frame, hollow=not row.bar.verdict.has_direction)
        ),
        *_bars(reading, QUIET_INK, 1.5, 70, frame, hollow=True, dashed=True),
        _labels([row.datum for row in rows if row.label], frame),
    ]
    return layered(layers, width=frame.inner, height=frame.height)


def _direction_colour(bar: EffectBar) -> str:
    """Return the colour of a direction; grey without one."""
    return VERDICT_COLOURS[bar.verdict] if bar.verdict.has_direction else QUIET_INK


def cohort_effects(
    bars: Sequence[EffectBar], average: Interval | None, chart: EffectChart, width: int = WIDE
) -> Specification:
    """Draw every participant's effect, sorted and named, coloured by verdict, over the average with its interval.

    The estimate from a participant's own days alone is a hollow mark on the same line.
    """
    rows = [_Row(place, _cut(bar.label), bar, "other") for place, bar in enumerate(_sorted(bars))]
    ends = [end for row in rows for end in (row.bar.effect.low, row.bar.effect.high)]
    ends += [row.bar.own.value for row in rows if row.bar.own is not None]
    ends += [average.low, average.high] if average else []
    frame = _frame(ends, axis_title(chart, narrow=width < NARROW_BELOW), len(rows), width)
    hollow = {"type": "point", "shape": "diamond", "color": QUIET_INK, "fill": "white", "size": 44, "opacity": 1}
    own = [row.datum for row in rows if row.bar.own is not None]
    layers = [
        *(
            [_band(average.low, average.high, "#dfe6ea", frame), _line(average.value, MEAN, frame, dash=[6, 3])]
            if average
            else []
        ),
        _line(0.0, INK, frame),
        *(
            bar
            for verdict, colour in VERDICT_COLOURS.items()
            for bar in _bars([row for row in rows if row.bar.verdict == verdict], colour, 2.5, 40, frame)
        ),
        _layer(own, hollow, x=_x(frame, "own_estimate"), y=_y(frame)),
        _labels([row.datum for row in rows] if frame.row_height >= 10 else [], frame),
    ]
    return layered(layers, width=frame.inner, height=frame.height)


def axis_title(chart: EffectChart, *, narrow: bool = False) -> str | list[str]:
    """Write what an axis of effects counts, with the meaning of its two directions."""
    sides = f"←  {chart.left}   ·   {chart.right}  →"
    return [sides, f"points {chart.per}"] if narrow else f"{sides}     (points {chart.per})"


def verdict_legend(words: Phrases) -> list[tuple[str, str]]:
    """List the colours of :func:`cohort_effects` with their words."""
    return [(colour, verdict_words(verdict, words)) for verdict, colour in VERDICT_COLOURS.items()]


def completeness(
    participants: Sequence[ParticipantSummary], counts: Mapping[str, str], width: int = WIDE
) -> Specification:
    """Draw how many of each participant's calendar days are valid, one column of bars for each kind of day.

    Parameters
    ----------
    participants
        How many days of each there are.
    counts
        Name of a count of ``ParticipantSummary`` to its title: ``{"outcome_days": "scores"}``.
    width
        Width of the chart in pixels.
    """
    shown = [
        {"place": place, "label": _cut(row.participant_id), "calendar_days": row.calendar_days}
        | {count: getattr(row, count) for count in counts}
        for place, row in enumerate(participants)
    ]
    frame = _frame([0.0, *(row.calendar_days for row in participants)], "", len(shown), width)
    column = (frame.inner - 14 * (len(counts) - 1)) // len(counts)
    columns = [
        _count_column(shown, count, title, frame, column, named=place == 0)
        for place, (count, title) in enumerate(counts.items())
    ]
    return beside(columns, spacing=14)


def _count_column(
    shown: list[Specification], count: str, title: str, frame: _Frame, width: int, *, named: bool
) -> Specification:
    scale = alt.Scale(domain=list(frame.domain), nice=False)
    axis = alt.Axis(title=title, tickCount=2, domain=False, gridColor=GRID)
    base = chart_of(shown).encode(y=alt.Y(**_y(frame, LABEL_MARGIN if named else 0)))
    thickness = max(3.0, 0.6 * frame.row_height)
    layers = [
        base.mark_bar(color="#e4e8ea", height=thickness).encode(x=alt.X("calendar_days:Q", scale=scale, axis=axis)),
        base.mark_bar(color=OWN, height=thickness).encode(x=alt.X(f"{count}:Q", scale=scale, axis=axis)),
        *([_labels(shown, frame)] if named and frame.row_height >= 10 else []),
    ]
    return layered(layers, width=width, height=frame.height)


def autocorrelation(correlations: Sequence[float | None], width: int = WIDE) -> Specification:
    """Draw the autocorrelation of a model's whitened residuals at lags of 1, 2, … days, with its limits.

    Parameters
    ----------
    correlations
        At lags of 1, 2, … days; None where there are too few pairs of days.
    width
        Width of the chart in pixels.
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
    return layered(layers, width=min(width - 80, 420), height=150)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The measures of a chart with a row for each participant: widths and heights in pixels."""

    domain: tuple[float, float]
    title: str | list[str]
    n_rows: int
    row_height: float
    inner: int
    height: int
    signed: bool


def _frame(values: Sequence[float], title: str | list[str], n_rows: int, width: int, *, signed: bool = True) -> _Frame:
    lowest, highest = ROW_HEIGHTS
    row_height = max(lowest, min(highest, TALLEST / max(n_rows, 1)))
    margin = 0.04 * ((max(values) - min(values)) or 1.0)
    domain = (min(values) - margin if min(values) < 0 else 0.0, max(values) + margin if max(values) > 0 else 0.0)
    return _Frame(
        domain, title, n_rows, row_height, width - LABEL_MARGIN - RIGHT_MARGIN, round(row_height * n_rows) + 8, signed
    )


def _x(frame: _Frame, field: str) -> Specification:
    axis = {"title": frame.title, "gridColor": GRID, "domain": False, "tickCount": max(3, frame.inner // 90)}
    axis |= {} if frame.signed else {"labelExpr": "format(abs(datum.value), '~g')"}
    scale = {"domain": list(frame.domain), "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _y(frame: _Frame, margin: int = LABEL_MARGIN) -> Specification:
    bare = {"labels": False, "ticks": False, "domain": False, "title": None}
    axis = {**bare, "minExtent": margin, "maxExtent": margin}
    return {"field": "place", "type": "ordinal", "scale": {"domain": list(range(frame.n_rows))}, "axis": axis}


def _sorted(bars: Sequence[EffectBar]) -> list[EffectBar]:
    return sorted(bars, key=lambda bar: (bar.effect.value, bar.effect.low, bar.label))


def _with_reading(bars: Sequence[EffectBar]) -> list[_Row]:
    """List the bars of all participants, the reader's reading on a line of its own below the reader's verdict."""
    rows: list[_Row] = []
    for bar in _sorted(bars):
        is_answer = bar.is_own and bar.verdict is not Verdict.NOT_JUDGED
        kind = "own" if is_answer else "reading" if bar.is_own else "other"
        rows.append(_Row(len(rows), {"own": OWN_LABEL, "reading": READING_LABEL}.get(kind, ""), bar, kind))
        if is_answer and bar.reading is not None:
            rows.append(_Row(len(rows), READING_LABEL, EffectBar(READING_LABEL, bar.reading), "reading"))
    return rows


def _layer(rows: list[Specification], mark: Specification, **encoding: Specification) -> Specification:
    return {"data": {"values": rows}, "mark": mark, "encoding": encoding}


def _bars(
    rows: Sequence[_Row],
    colour: str,
    thickness: float,
    size: float,
    frame: _Frame,
    *,
    hollow: bool = False,
    dashed: bool = False,
) -> list[Specification]:
    """Draw intervals with their estimates."""
    if not rows:
        return []
    data = [row.datum for row in rows]
    rule = {"type": "rule", "color": colour, "strokeWidth": thickness, "strokeDash": [4, 3] if dashed else [1, 0]}
    filled = {"fill": "white" if hollow else colour, "strokeWidth": 2 if hollow else 1}
    mark = {"type": "point", "color": colour, "size": size, "opacity": 1, **filled}
    return [
        _layer(data, rule, x=_x(frame, "low"), x2={"field": "high"}, y=_y(frame)),
        _layer(data, mark, x=_x(frame, "estimate"), y=_y(frame)),
    ]


def _band(low: float, high: float, colour: str, frame: _Frame) -> Specification:
    ends, mark = [{"low": low, "high": high}], {"type": "rect", "color": colour}
    return _layer(ends, mark, x=_x(frame, "low"), x2={"field": "high"}, **_whole_height(frame))


def _line(value: float, colour: str, frame: _Frame, dash: Sequence[int] = (1, 0)) -> Specification:
    mark = {"type": "rule", "color": colour, "strokeDash": list(dash)}
    return _layer([{"at": value}], mark, x=_x(frame, "at"), **_whole_height(frame))


def _whole_height(frame: _Frame) -> dict[str, Specification]:
    return {"y": {"value": 0}, "y2": {"value": frame.height}}


def _labels(rows: list[Specification], frame: _Frame) -> Specification:
    mark = {"type": "text", "align": "right", "dx": -8, "fontSize": 12, "color": INK}
    return _layer(rows, mark, x={"value": 0}, y=_y(frame), text={"field": "label", "type": "nominal"})


def _cut(name: str) -> str:
    name = label_text(name) if name else ""
    return name if len(name) <= LONGEST_AXIS_LABEL else f"{name[: LONGEST_AXIS_LABEL - 1]}…"

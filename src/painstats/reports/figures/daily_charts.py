"""Charts of one participant's days: scores, activity and sleep over time, and a calendar of scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital
from painstats.questions.question import Outcome
from painstats.reports.dates import DAYS_OF_WEEK, MONTHS, day_words
from painstats.reports.drawn_days import MOST_WEEKS, first_of, last_of
from painstats.reports.figures.treatment_bars import placed_rows, treatment_bars
from painstats.reports.figures.treatment_rows import BarRow, bar_rows
from painstats.reports.figures.vega_svg import (
    AXIS,
    GRID,
    MISSING,
    OWN,
    QUIET_INK,
    Specification,
    chart_of,
    layered,
    stacked,
    x_at,
    y2_at,
    y_at,
)
from painstats.reports.figures.widened import widened

WIDE = 760
NARROW = 330
"""Widths in pixels of a whole drawing: for a desktop or paper, and for a phone."""

NARROW_BELOW = 500
"""Width below which a drawing is laid out upright."""

LEFT_MARGIN = 46
SCORE_COLOURS = ("#fdf3d0", "#f7d98b", "#e8a65d", "#c66b4e", "#8f3b53", "#4d1f4e")
"""From a low to a high score: each step darker than the one before, so that it reads without colour too."""

MONTH_MARGIN = 64
MOST_STARTS = 4
"""Bars of a treatment up to which each has a line through all panels; blocks of an experiment are more."""

Points = list[dict[str, Any]]
"""The data of a chart, as Vega-Lite takes them."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One series of the daily panels: a column of the daily table, divided by ``per``, and what a missing day lacks."""

    column: str
    title: str
    missing: str
    per: float = 1.0
    domain: tuple[float, float] | None = None
    tick_format: str = ".3~f"


MEASURE_PANELS = {
    "total_sleep_time_min": Panel("total_sleep_time_min", "Sleep, hours", "no valid night", per=60.0),
    "step_count": Panel("step_count", "Steps", "no valid day of wear", tick_format="~s"),
    "active_time_min": Panel("active_time_min", "Active time, minutes", "no valid day of wear"),
    "exercise_time_min": Panel("exercise_time_min", "Exercise, minutes", "no valid day of wear"),
    "sleep_efficiency_percent": Panel("sleep_efficiency_percent", "Sleep efficiency, %", "no valid night"),
    "sleep_midpoint_min": Panel(
        "sleep_midpoint_min", "Midpoint of sleep, hours after midnight", "no valid night", per=60.0
    ),
    "sleep_regularity_index": Panel("sleep_regularity_index", "Sleep regularity index", "too few nights"),
    "time_in_bed_min": Panel("time_in_bed_min", "Time in bed, hours", "no valid night", per=60.0),
}


def outcome_panel(outcome: Outcome, scores: Iterable[float | None]) -> Panel:
    """Return the panel of the outcome, over the whole of its scale and of scores beyond it."""
    return Panel("outcome_score", scale_title(outcome), "no score", domain=widened(outcome.scale, scores))


def scale_title(outcome: Outcome) -> str:
    """Write what the axis of scores shows: "Pain, 0 to 10"."""
    low, high = outcome.scale
    return f"{capital(outcome_words(outcome).label)}, {low:g} to {high:g}"


def daily_panels(
    days: pl.DataFrame, phases: pl.DataFrame, outcome: Outcome, measures: Sequence[str], width: int = WIDE
) -> Specification:
    """Draw a participant's scores and measures over time, one panel above the other on the same days.

    Parameters
    ----------
    days
        Rows of ``daily_summary`` of one participant, a row for each calendar date; at least one.
    phases
        Rows of ``treatment_phase`` of the same participant: bars below the scores, and a line at each start and new
        dose through all panels.
    outcome
        What the scores are of, and their scale.
    measures
        Measures to draw below the scores, in order.
    width
        Width of the chart in pixels.
    """
    span = (first_of(days["date"]), last_of(days["date"]))
    inner = width - LEFT_MARGIN - 12
    rows = bar_rows(phases, span)
    sheet = _Sheet(days.sort("date"), span, _starts(rows, span), inner)
    scored = outcome_panel(outcome, days["outcome_score"])
    panels = [scored, *(MEASURE_PANELS[measure] for measure in dict.fromkeys(measures))]
    drawings = [_panel(panel, sheet, is_first=panel is panels[0], is_last=panel is panels[-1]) for panel in panels]
    if rows:
        drawings.insert(1, treatment_bars(placed_rows(rows, span, inner), inner))
    return stacked(drawings, spacing=14)


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """What the panels of one drawing share: sorted days, first and last date, starts, width of a panel in pixels."""

    days: pl.DataFrame
    span: tuple[date, date]
    starts: Points
    inner: int


def _starts(rows: Sequence[BarRow], span: tuple[date, date]) -> Points:
    """List the first days of bars but for those that begin with the chart; of a row with many bars, only the first."""
    marked = [row.bars if len(row.bars) <= MOST_STARTS else row.bars[:1] for row in rows]
    days = {bar.first for bars in marked for bar in bars if bar.first > span[0]}
    return [{"start": _noon_before(day)} for day in sorted(days)]


def _panel(panel: Panel, sheet: _Sheet, *, is_first: bool, is_last: bool) -> Specification:
    height = 150 if is_first else 105
    rows = _series(sheet.days, panel)
    per_day = sheet.inner / len(rows)
    base = chart_of(rows).encode(x=_date_axis(sheet, labelled=is_last))
    tooltip = [alt.Tooltip("day:N", title="day"), alt.Tooltip("value:Q", title=panel.title, format=".2~f")]
    shown = base.encode(y=_value_axis(panel), tooltip=tooltip)
    absent = base.transform_filter("datum.value === null").mark_rule(
        color=MISSING, strokeWidth=max(1.0, min(12.0, 0.8 * per_day))
    )
    layers = [
        *_start_lines(sheet, height),
        absent.encode(y=y_at(height - 7), y2=y2_at(height)),
        shown.mark_line(color=OWN, strokeWidth=1.2, opacity=0.75),
        shown.mark_circle(color=OWN, opacity=1, size=max(6.0, min(26.0, 4.0 * per_day))),
    ]
    title = {"text": panel.title, "subtitle": f"grey marks at the foot: {panel.missing}", "offset": 6}
    return layered(layers, width=sheet.inner, height=height, title=title)


def _start_lines(sheet: _Sheet, height: int) -> list[alt.Chart]:
    """Draw a line at each start and new dose of a treatment."""
    if not sheet.starts:
        return []
    start = alt.X("start:T", scale=_date_scale(sheet.span), title=None)
    lines: alt.Chart = chart_of(sheet.starts).mark_rule(color=AXIS, strokeWidth=1)
    return [lines.encode(x=start, y=y_at(0), y2=y2_at(height))]


def _value_axis(panel: Panel) -> alt.Y:
    scale = alt.Scale(domain=list(panel.domain)) if panel.domain else alt.Scale(zero=True, nice=True)
    axis = alt.Axis(
        title=None,
        format=panel.tick_format,
        tickCount=5,
        minExtent=LEFT_MARGIN,
        maxExtent=LEFT_MARGIN,
        domain=False,
        ticks=False,
    )
    return alt.Y("value:Q", scale=scale, axis=axis)


def _date_axis(sheet: _Sheet, *, labelled: bool) -> alt.X:
    ticks, tick_format = _date_ticks(sheet.span, most=max(3, sheet.inner // 75))
    axis = alt.Axis(
        title=None,
        values=[alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in ticks],
        format=tick_format,
        labels=labelled,
        ticks=labelled,
        gridColor=GRID,
    )
    return alt.X("at:T", scale=_date_scale(sheet.span), axis=axis)


def _date_scale(span: tuple[date, date]) -> alt.Scale:
    """Reach from the noon before the first date to the noon of the last: a date's mark is at its midnight, UTC."""
    return alt.Scale(type="utc", domain=[_noon_before(span[0]), _noon(span[1])])


def _date_ticks(span: tuple[date, date], most: int) -> tuple[list[date], str]:
    """Choose Mondays for a short span, firsts of months for a long one, thinned to at most ``most``."""
    dates = [span[0] + timedelta(days=step) for step in range((span[1] - span[0]).days + 1)]
    if len(dates) <= 70:
        mondays = [day for day in dates if day.weekday() == 0] or dates[:1]
        return mondays[:: -(-len(mondays) // most)], "%-d %b"
    firsts = [day for day in dates if day.day == 1]
    return firsts[:: -(-len(firsts) // most)], "%b %Y"


def _series(days: pl.DataFrame, panel: Panel) -> Points:
    return [
        {"at": day.isoformat(), "day": day_words(day), "value": None if value is None else round(value / panel.per, 4)}
        for day, value in days.select("date", panel.column).iter_rows()
    ]


def outcome_calendar(days: pl.DataFrame, outcome: Outcome, width: int = WIDE) -> Specification:
    """Draw a calendar of scores, a cell for each day, days without a score as empty dashed cells.

    Wide charts have weeks as columns, narrow ones as rows. Only the newest 53 weeks are drawn.

    Parameters
    ----------
    days
        Rows of ``daily_summary`` of one participant, a row for each calendar date.
    outcome
        What the scores are of, and their scale.
    width
        Width of the chart in pixels.
    """
    rows = calendar_rows(days)
    weeks = max(row["week"] for row in rows) + 1
    upright = width < NARROW_BELOW
    margin = MONTH_MARGIN if upright else LEFT_MARGIN
    cell = min(34, (width - margin - 12) // (7 if upright else max(weeks, 12)))
    base = _placed(chart_of(rows), weeks, upright=upright)
    tooltip = [
        alt.Tooltip("day:N", title="day"),
        alt.Tooltip("value:Q", title=outcome_words(outcome).label, format=".2~f"),
    ]
    scored, empty = base.transform_filter("datum.value !== null"), base.transform_filter("datum.value === null")
    layers = [
        empty.mark_rect(fill="white", stroke=MISSING, strokeDash=[2, 2]).encode(tooltip=tooltip),
        scored.mark_rect(stroke=GRID).encode(color=_score_colour(outcome, width), tooltip=tooltip),
        *([_score_numbers(scored, outcome)] if cell >= 20 else []),
        _month_names(rows, weeks, upright=upright),
    ]
    across, down = (7, weeks) if upright else (weeks, 7)
    return layered(layers, width=cell * across, height=cell * down)


def calendar_rows(days: pl.DataFrame) -> Points:
    """List the newest 53 weeks of days with their week's number from 0, weekday, and score."""
    scores = dict(days.sort("date").select("date", "outcome_score").iter_rows())
    first, last = min(scores), max(scores)
    earliest = last - timedelta(days=last.weekday(), weeks=MOST_WEEKS - 1)
    first_monday = max(first - timedelta(days=first.weekday()), earliest)
    return [
        {
            "week": (day - first_monday).days // 7,
            "weekday": DAYS_OF_WEEK[day.weekday()],
            "day": day_words(day),
            "month": f"{MONTHS[day.month - 1]} {day.year}" if day.month == 1 else MONTHS[day.month - 1],
            "starts_month": day.day == 1,
            "value": None if score is None else round(score, 4),
        }
        for day, score in scores.items()
        if day >= first_monday
    ]


def _placed(chart: alt.Chart, weeks: int, *, upright: bool) -> alt.Chart:
    """Put weeks and weekdays on their axes."""
    if upright:
        top = alt.Axis(title=None, domain=False, ticks=False, labelAngle=0, orient="top")
        return chart.encode(
            x=alt.X("weekday:O", scale=_weekdays(), axis=top), y=alt.Y("week:O", scale=_weeks(weeks), axis=None)
        )
    left = alt.Axis(title=None, domain=False, ticks=False, minExtent=LEFT_MARGIN)
    return chart.encode(
        x=alt.X("week:O", scale=_weeks(weeks), axis=None), y=alt.Y("weekday:O", scale=_weekdays(), axis=left)
    )


def _weeks(weeks: int) -> alt.Scale:
    return alt.Scale(domain=list(range(weeks)), paddingInner=0.08)


def _weekdays() -> alt.Scale:
    return alt.Scale(domain=list(DAYS_OF_WEEK), paddingInner=0.08)


def _score_colour(outcome: Outcome, width: int) -> alt.Color:
    low, high = outcome.scale
    legend = alt.Legend(
        title=scale_title(outcome),
        orient="bottom",
        direction="horizontal",
        gradientLength=min(220, width - 90),
        gradientThickness=10,
        values=[low + share * (high - low) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)],
        format=".3~f",
        offset=8,
    )
    return alt.Color(
        "value:Q", scale=alt.Scale(domain=[low, high], range=list(SCORE_COLOURS), clamp=True), legend=legend
    )


def _score_numbers(scored: alt.Chart, outcome: Outcome) -> alt.Chart:
    low, high = outcome.scale
    readable: Any = alt.expr(f"datum.value > {low + 0.62 * (high - low)} ? 'white' : 'black'")
    numbers: alt.Chart = scored.mark_text(fontSize=10, color=readable).encode(text=alt.Text("value:Q", format=".1~f"))
    return numbers


def _month_names(rows: Points, weeks: int, *, upright: bool) -> alt.Chart:
    starts = [row for row in rows if row["starts_month"]]
    if not starts or starts[0]["week"] >= (1 if upright else 3):
        starts = [rows[0], *starts]
    names = chart_of([{"week": row["week"], "month": row["month"]} for row in starts])
    label: dict[str, Any] = {"fontSize": 12, "color": QUIET_INK}
    if upright:
        beside: alt.Chart = names.mark_text(align="right", dx=-6, **label).encode(
            x=x_at(0), y=alt.Y("week:O", scale=_weeks(weeks), axis=None), text=alt.Text("month:N")
        )
        return beside
    above: alt.Chart = names.mark_text(align="left", dx=-7, dy=-10, baseline="bottom", **label).encode(
        x=alt.X("week:O", scale=_weeks(weeks), axis=None), y=y_at(6), text=alt.Text("month:N")
    )
    return above


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


def _noon_before(day: date) -> str:
    return _noon(day - timedelta(days=1))

"""The chart of a treatment that came and went: scores on days with it and without it, and the two levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from painstats.findings.change_content import ChangeContext, content_of
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.dates import MONTHS
from painstats.reports.figures.change_charts import (
    HEIGHT,
    MOST_DAYS,
    RIGHT_MARGIN,
    dummy_label,
    interval_band,
    level_band,
)
from painstats.reports.figures.daily_charts import LEFT_MARGIN, WIDE
from painstats.reports.figures.shapes import (
    Part,
    Sheet,
    Text,
    dashes,
    label,
    level,
    points,
    put_together,
    scale_axis,
    sign_colours,
    text_width,
    week_axis,
)
from painstats.reports.figures.vega_svg import AXIS, DOT, NO_SIGN, PHASE_MORE, Specification, layered, stacked
from painstats.reports.figures.widened import widened

STRIP = 12


@dataclass(frozen=True, slots=True)
class Days:
    """Days with a treatment: its first and last one."""

    first: date
    last: date


def on_off_chart(
    days: pl.DataFrame, on: Sequence[Days], finding: ChangeFinding, outcome: Outcome, width: int = WIDE
) -> Specification:
    """Draw days with a treatment against days without it.

    Parameters
    ----------
    days
        The columns ``date`` and ``outcome_score`` of ``daily_summary``, of one participant.
    on
        The days with the treatment.
    finding
        A treatment that came and went, judged.
    outcome
        What the scores are of, and their scale.
    width
        Width of the chart in pixels.
    """
    start = finding.first_date - timedelta(days=MOST_DAYS)
    shown = [(day, score) for day, score in days.select("date", "outcome_score").iter_rows() if day >= start]
    start = shown[0][0] if shown else start
    inner = width - LEFT_MARGIN - RIGHT_MARGIN
    span = (-1.0, (shown[-1][0] - start).days + 1.0) if shown else (-1.0, 1.0)
    y = widened(outcome.scale, [score for _, score in shown])
    sheet = Sheet(span, y, inner, HEIGHT, None, scale_axis(LEFT_MARGIN))
    placed = [((day - start).days, score, any(own.first <= day <= own.last for own in on)) for day, score in shown]
    with_it = [(x, score) for x, score, is_on in placed if is_on and score is not None]
    without = [(x, score) for x, score, is_on in placed if not is_on and score is not None]
    dot = {"type": "point", "color": DOT, "size": 20, "opacity": 1, "strokeWidth": 1.2}
    parts: list[Part] = [
        *level_band(sheet, finding, sheet.x),
        *interval_band(sheet, finding, sheet.x),
        points(sheet, without, {**dot, "fill": "white"}),
        points(sheet, with_it, {**dot, "fill": DOT}),
        *_levels(sheet, finding, outcome),
    ]
    above = put_together(parts, inner, HEIGHT)
    return stacked([above, _strip(sheet, on, start)], spacing=6)


def _levels(sheet: Sheet, finding: ChangeFinding, outcome: Outcome) -> list[Part]:
    without, estimate = finding.level_before, finding.estimate
    if without is None or estimate is None:
        return []
    colour, with_it, rises = sign_colours(finding.verdict)[0], without + estimate, estimate > 0
    dummy = content_of(finding, ChangeContext(outcome)).has_dummy and finding.placebo is not None
    line = without - (finding.placebo or 0.0)
    right = sheet.x[1]
    dummy_line: list[Part] = [dashes(sheet, line), *dummy_label(sheet, line)] if dummy else []
    return [
        *dummy_line,
        level(sheet, sheet.x, without, NO_SIGN),
        level(sheet, sheet.x, with_it, colour),
        _name(sheet, f"{without:.1f} without", (right, without), NO_SIGN, up=not rises),
        _name(sheet, f"{with_it:.1f} with", (right, with_it), colour, up=rises),
    ]


def _name(sheet: Sheet, text: str, place: tuple[float, float], colour: str, *, up: bool) -> Text:
    dy, baseline = (-6, "bottom") if up else (6, "top")
    return label(sheet, text, place, dy=dy, align="right", baseline=baseline, color=colour, bold=True)


def _strip(sheet: Sheet, on: Sequence[Days], start: date) -> Specification:
    """Draw the days with the treatment as bars over the months."""
    ends = [
        {"x": max((own.first - start).days - 0.5, sheet.x[0]), "x2": min((own.last - start).days + 0.5, sheet.x[1])}
        for own in on
    ]
    rows = [row for row in ends if row["x"] < row["x2"]]
    months = _months(start, int(sheet.x[1]), sheet)
    below = Sheet(sheet.x, (0, 1), sheet.width, STRIP, week_axis(list(months), _month_words(months)), None)
    encoding = {"x": below.x_of("x"), "x2": {"field": "x2"}, "y": {"value": 0}, "y2": {"value": STRIP}}
    mark = {"type": "rect", "fill": PHASE_MORE, "stroke": AXIS, "strokeWidth": 1}
    bars: Specification = {"data": {"values": rows}, "mark": mark, "encoding": encoding}
    return layered([bars], width=sheet.width, height=STRIP)


def _months(start: date, n_days: int, sheet: Sheet) -> dict[int, str]:
    """Return the first day of each month, thinned to what has room, with the month's name."""
    firsts = {step: MONTHS[day.month - 1] for step in range(n_days) if (day := start + timedelta(days=step)).day == 1}
    every = max(1, -(-int(len(firsts) * (text_width("Mmm") + 14)) // sheet.width))
    return dict(list(firsts.items())[::every])


def _month_words(months: dict[int, str]) -> str:
    """Write an expression of Vega that names the months of an axis."""
    words = "".join(f"datum.value == {step} ? '{name}' : " for step, name in months.items())
    return f"{words}''"

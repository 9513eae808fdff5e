"""The chart of one change: scores before and after it, the days left out, and the two levels.

The grammar of these charts: x in weeks from the change; the change as a line of 1 pixel, with the doses in bold on both
sides; the week left out hatched, days of building up or wearing off shaded; the level before in grey with its interval,
that after in the colour of its direction with the interval of the change; and, for pain, a dashed line 18% under the
level before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.findings.change_content import ChangeContext, content_of
from painstats.findings.change_names import alterations
from painstats.questions.phrases import counted
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.dates import MONTHS
from painstats.reports.figures.daily_charts import LEFT_MARGIN, NARROW_BELOW, WIDE
from painstats.reports.figures.shapes import (
    Part,
    Sheet,
    Text,
    box,
    dashes,
    hatch,
    label,
    level,
    note,
    points,
    put_together,
    scale_axis,
    sign_colours,
    text_width,
    upright,
    week_axis,
)
from painstats.reports.figures.vega_svg import DOT, NO_SIGN, NO_SIGN_BAND, QUIET_INK, WASH, Specification
from painstats.reports.figures.widened import widened

HEIGHT = 210
RIGHT_MARGIN = 18
MOST_DAYS = 91
"""Days before a change, and in full effect after it, that are drawn: those that can be judged, and a week."""

LEAST_DAYS = 27
DUMMY_LABEL = "18% lower, as on a dummy medicine"
CHANGE_WORDS = {"start": "building up", "dose": "building up", "stop": "wearing off"}


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a chart, counted from the day of the change: drawn, compared before and after, and in between."""

    drawn: tuple[int, int]
    before: tuple[int, int] | None
    left_out: tuple[int, int]
    in_between: tuple[int, int]
    after: tuple[int, int] | None


def window_of(finding: ChangeFinding, last_day: date) -> Window:
    """Place the days of a change; ``last_day`` is the newest one of the participant's data."""

    def place(day: date) -> int:
        return (day - finding.first_date).days

    full = place(finding.in_full_date)
    first = max(place(finding.before_from or finding.first_date), -MOST_DAYS)
    last = min(place(finding.after_until or last_day), full + MOST_DAYS)
    before_until = place(finding.before_until) if finding.before_until else -8
    return Window(
        drawn=(min(first, -LEAST_DAYS) - 2, max(last, full + LEAST_DAYS) + 2),
        before=(first, before_until) if finding.before_from and finding.before_until else None,
        left_out=(before_until + 1, 0),
        in_between=(0, full),
        after=(full, last) if last >= full else None,
    )


def change_chart(days: pl.DataFrame, finding: ChangeFinding, outcome: Outcome, width: int = WIDE) -> Specification:
    """Draw one change.

    Parameters
    ----------
    days
        The columns ``date`` and ``outcome_score`` of ``daily_summary``, of one participant.
    finding
        A start, an end, a new dose, or several together.
    outcome
        What the scores are of, and their scale.
    width
        Width of the chart in pixels.
    """
    last_day = days["date"].max()
    assert isinstance(last_day, date)
    window = window_of(finding, last_day)
    inner = width - LEFT_MARGIN - RIGHT_MARGIN
    scores = _scores(days, finding, window)
    y = widened(outcome.scale, [score for _, score in scores])
    sheet = Sheet(window.drawn, y, inner, HEIGHT, _weeks(finding, window, inner), scale_axis(LEFT_MARGIN))
    parts = [
        *_spans(sheet, window),
        *_band(sheet, finding, window),
        points(sheet, scores, {"type": "circle", "color": DOT, "size": 16, "opacity": 1}),
        *_levels(sheet, finding, window, outcome),
        *_moment(sheet, finding, window),
    ]
    return put_together(parts, inner, HEIGHT)


def _scores(days: pl.DataFrame, finding: ChangeFinding, window: Window) -> list[tuple[float, float]]:
    placed = (
        ((day - finding.first_date).days, score)
        for day, score in days.select("date", "outcome_score").iter_rows()
        if score is not None
    )
    return [(place, score) for place, score in placed if window.drawn[0] <= place <= window.drawn[1]]


def _spans(sheet: Sheet, window: Window) -> list[Specification]:
    """Shade the days of building up or wearing off, and hatch the week before the change."""
    shaded = [box(sheet, window.in_between, sheet.y, WASH)] if window.in_between[1] > 0 else []
    return [*shaded, hatch(sheet, window.left_out)]


def _band(sheet: Sheet, finding: ChangeFinding, window: Window) -> list[Specification]:
    """Draw the intervals below the dots: that of the level before, and that of the change around the level after."""
    before = [] if window.before is None else level_band(sheet, finding, window.before)
    return [*before, *([] if window.after is None else interval_band(sheet, finding, window.after))]


def level_band(sheet: Sheet, finding: ChangeFinding, x: tuple[float, float]) -> list[Specification]:
    """Draw the interval of the level before, or without it, within the scale; nothing without numbers."""
    if finding.level_before_low is None or finding.level_before_high is None:
        return []
    y = (max(finding.level_before_low, sheet.y[0]), min(finding.level_before_high, sheet.y[1]))
    return [box(sheet, x, y, NO_SIGN_BAND)]


def interval_band(sheet: Sheet, finding: ChangeFinding, x: tuple[float, float]) -> list[Specification]:
    """Draw the interval of a change around the level with it, within the scale; nothing without numbers."""
    if finding.level_before is None or finding.low is None or finding.high is None:
        return []
    low, high = finding.level_before + finding.low, finding.level_before + finding.high
    return [box(sheet, x, (max(low, sheet.y[0]), min(high, sheet.y[1])), sign_colours(finding.verdict)[1])]


def _levels(sheet: Sheet, finding: ChangeFinding, window: Window, outcome: Outcome) -> list[Part]:
    before, estimate = finding.level_before, finding.estimate
    if before is None or estimate is None or window.before is None or window.after is None:
        return []
    colour, after = sign_colours(finding.verdict)[0], before + estimate
    rises = estimate > 0
    dummy = _dummy(sheet, finding, outcome)
    return [
        *dummy,
        level(sheet, window.before, before, NO_SIGN),
        level(sheet, window.after, after, colour),
        _level_label(sheet, f"{before:.1f} before", (window.before[0], before), NO_SIGN, up=True),
        _level_label(sheet, f"{after:.1f} after", (window.after[1], after), colour, up=rises, align="right"),
    ]


def _level_label(
    sheet: Sheet, text: str, place: tuple[float, float], colour: str, *, up: bool, align: str = "left"
) -> Text:
    """Write a level at its outer end, above or below its line."""
    dy, baseline = (-6, "bottom") if up else (6, "top")
    return label(sheet, text, place, dy=dy, align=align, baseline=baseline, color=colour, bold=True)


def _dummy(sheet: Sheet, finding: ChangeFinding, outcome: Outcome) -> list[Part]:
    """Draw the level before less 18%, where a fall of pain on a dummy medicine can be set beside the change."""
    if not content_of(finding, ChangeContext(outcome)).has_dummy:
        return []
    assert finding.level_before is not None
    assert finding.placebo is not None
    y = finding.level_before - finding.placebo
    return [dashes(sheet, y), *dummy_label(sheet, y)]


def dummy_label(sheet: Sheet, y: float) -> list[Text]:
    """Name the dashed line 18% under a level, in two lines on a phone."""
    lines = DUMMY_LABEL.replace(", ", ",\n").split("\n") if sheet.width < NARROW_BELOW else [DUMMY_LABEL]
    return [
        label(sheet, text, (sheet.x[0], y), baseline="top", dx=2, dy=4 + 13 * row) for row, text in enumerate(lines)
    ]


def _moment(sheet: Sheet, finding: ChangeFinding, window: Window) -> list[Part]:
    """Draw the change, with what was before and after it in bold, and what the days beside it are."""
    left, right = sides(finding)
    last = (finding.last_date - finding.first_date).days
    full = window.in_between[1]
    narrow = sheet.width < NARROW_BELOW
    between = f"{_between(finding)}, {counted(full, 'day')}" if full else ""
    return [
        upright(sheet, 0, top=-30),
        *([upright(sheet, last)] if last else []),
        note(sheet, _fitting(left, sheet.at(0)), 0, -22, align="right", dx=-6, bold=True),
        note(sheet, _fitting(right, sheet.width - sheet.at(0)), 0, -22, dx=6, bold=True),
        note(sheet, "left out" if narrow else "week left out", 0, -8, align="right", dx=-6, color=QUIET_INK),
        *([note(sheet, between, 0, -8, dx=6, color=QUIET_INK)] if between else []),
    ]


def sides(finding: ChangeFinding) -> tuple[str, str]:
    """Name what was before and what after: the doses, or without and with it."""
    if finding.change == "several":
        return "before", "after"
    [*_, last] = alterations(finding)
    if last.action == "start":
        return "without", last.after or "with"
    if last.action == "stop":
        return last.before or "with", "without"
    [unit] = finding.dose_units[-1:]
    before = f"{last.before}\u00a0{unit}" if last.before and unit and unit not in last.before else last.before
    return before or "before", last.after or "after"


def _between(finding: ChangeFinding) -> str:
    return "changing" if finding.change == "several" else CHANGE_WORDS[finding.actions[-1]]


def _fitting(text: str, room: float) -> str:
    """Shorten a text to its room in pixels."""
    letters = max(int(room / text_width("x")) - 2, 4)
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _weeks(finding: ChangeFinding, window: Window, width: int) -> Specification:
    """Label weeks from the change, and the change with its date."""
    first, last = window.drawn
    step = 28 if (last - first) > 90 else 14
    step *= 2 if width / (last - first) * step < text_width("12 weeks") + 6 else 1
    ticks = list(range(-step * (-first // step), last + 1, step))
    moment = f"{finding.first_date.day} {MONTHS[finding.first_date.month - 1]}"
    words = "[abs(datum.value) / 7 + ' weeks', datum.value < 0 ? 'before' : 'after']"
    return week_axis(ticks, f"datum.value == 0 ? '{moment}' : {words}")

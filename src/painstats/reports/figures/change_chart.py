"""The chart of one change: scores before and after it, the days left out, and the two levels.

The grammar of these charts: x in weeks from the change; the change as a line of 1 pixel, with the doses in bold on both
sides; the week left out hatched, days of building up or wearing off shaded; the level before in grey with its interval,
that after in the colour of its direction with the interval of the change; and, for pain, a dashed line 18% under the
level before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup

from painstats.language import _, decimal, ngettext, plain_number
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.dates import month_and_day
from painstats.reports.figures.change_window import AFTER, BEFORE, Window, between_words, sides, window_of
from painstats.reports.figures.level_parts import (
    LINE,
    dummy_line,
    has_dummy,
    interval_band,
    level_band,
    level_label,
    sign,
)
from painstats.reports.figures.svg.axis import BELOW, HEIGHT, scale_ticks, tick, upright, value_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.label import NARROWEST, Anchor, anchor_at, fitting, label, text_width
from painstats.reports.figures.svg.marks import dots, hatch, level, wash
from painstats.reports.figures.weekly_hits import weekly_hits
from painstats.reports.figures.widened import widened

PLOT = 190
"""Pixels of the plot area."""

DOSES_Y, DAYS_Y = -21, -6
"""Pixels of the base lines of the two lines of text above the plot area."""

MOMENT_TOP = -32
BESIDE = 6
LONG_SPAN = 90
"""Days from which every fourth week is labelled, in place of every second one."""

WEEK_LEFT_OUT, LEFT_OUT = _("week left out"), _("left out")
LEVEL_BEFORE, LEVEL_AFTER = _("{level} before"), _("{level} after")
BETWEEN = _("{what}, {days}")


def change_drawing(scores: Mapping[date, float], finding: ChangeFinding, outcome: Outcome, last_day: date) -> Markup:
    """Draw one change.

    Parameters
    ----------
    scores
        The scores of the participant by date.
    finding
        A start, an end, a new dose, or several together.
    outcome
        What the scores are of, and their scale.
    last_day
        The newest day of the participant's data.
    """
    window = window_of(finding, last_day)
    shown = {day: score for day, score in scores.items() if window.has((day - finding.first_date).days)}
    frame = Frame(window.drawn, widened(outcome.scale, shown.values()), PLOT)
    ticks = scale_ticks(*frame.y)
    places = [((day - finding.first_date).days + 0.5, score) for day, score in sorted(shown.items())]
    parts = [
        *_spans(frame, window),
        *value_axis(frame, ticks),
        *_bands(frame, finding, window),
        scaled(frame.height, [dots(frame, places)]),
        *_levels(frame, finding, window, outcome),
        *_moment(frame, finding, window),
        *_weeks(frame, finding, window),
        *weekly_hits(frame, finding.first_date, shown),
    ]
    longest = max((plain_number(value) for value in ticks), key=len)
    return drawing(frame.height + HEIGHT + LINE, parts, longest_label=longest, lines_above=2)


def _spans(frame: Frame, window: Window) -> list[Markup]:
    """Shade the days of building up or wearing off, and hatch the week before the change."""
    shaded = [wash(frame, window.in_between)] if window.in_between[1] > 0 else []
    return [*shaded, hatch(frame, window.left_out)]


def _bands(frame: Frame, finding: ChangeFinding, window: Window) -> list[Markup]:
    """Draw the intervals below the dots: that of the level before, and that of the change around the level after."""
    before = [] if window.before is None else level_band(frame, finding, window.before)
    return [*before, *([] if window.after is None else interval_band(frame, finding, window.after))]


def _levels(frame: Frame, finding: ChangeFinding, window: Window, outcome: Outcome) -> list[Markup]:
    before, estimate = finding.level_before, finding.estimate
    if before is None or estimate is None or window.before is None or window.after is None:
        return []
    after, style = before + estimate, sign(finding.verdict)
    texts = LEVEL_BEFORE.format(level=decimal(before)), LEVEL_AFTER.format(level=decimal(after))
    return [
        *(dummy_line(frame, finding) if has_dummy(finding, outcome) else []),
        level(frame, window.before, before),
        level(frame, window.after, after, style),
        level_label(frame, texts[0], (window.before[0], before), "none", up=True),
        level_label(frame, texts[1], (window.after[1], after), style, up=estimate > 0, anchor="end"),
    ]


def _moment(frame: Frame, finding: ChangeFinding, window: Window) -> list[Markup]:
    """Draw the change, with what was before and after it in bold, and what the days beside it are."""
    left, right = sides(finding)
    at, last = frame.share(0), (finding.last_date - finding.first_date).days
    room_left, room_right = at * NARROWEST, (1 - at) * NARROWEST
    full = window.in_between[1]
    days = ngettext("{days} day", "{days} days", full).format(days=full)
    between = BETWEEN.format(what=between_words(finding), days=days) if full else ""
    on_phones = between if text_width(between) <= room_right else between_words(finding)
    return [
        upright(at, MOMENT_TOP, frame.height, "moment"),
        *([upright(frame.share(last), 0, frame.height, "moment")] if last else []),
        *_side(fitting(left, room_left + BESIDE), at, DOSES_Y, "end", "b"),
        *_side(fitting(right, room_right), at, DOSES_Y, "start", "b"),
        *_side(WEEK_LEFT_OUT, at, DAYS_Y, "end", "q w"),
        *_side(LEFT_OUT, at, DAYS_Y, "end", "q n"),
        *_side(between, at, DAYS_Y, "start", "q w"),
        *(_side(on_phones, at, DAYS_Y, "start", "q n") if full else []),
    ]


def _side(text: str, share: float, y: float, anchor: Anchor, style: str) -> list[Markup]:
    dx = BESIDE if anchor == "start" else -BESIDE
    return [label(text, share, y, anchor=anchor, dx=dx, style=style)] if text else []


def _weeks(frame: Frame, finding: ChangeFinding, window: Window) -> list[Markup]:
    """Label the change with its date, and weeks before and after it; the outermost ones say which they are."""
    first, last = window.drawn
    step = 28 if last - first > LONG_SPAN else 14
    is_crowded = step / (last - first) * NARROWEST < text_width("12 weeks") + BESIDE
    places = list(range(-step * (-first // step), last + 1, step))
    on_phones = [place for place in places if not (is_crowded and (place // step) % 2)]
    drawn = []
    for place in places:
        words = _week_words(place) if place else month_and_day(finding.first_date)
        drawn += [tick(frame, place), _below(frame, words, place, 0, "q in" if place in on_phones else "q in w")]
    return [*drawn, *_sides_of_weeks(frame, places, "w"), *_sides_of_weeks(frame, on_phones, "n")]


def _sides_of_weeks(frame: Frame, places: Sequence[int], style: str) -> list[Markup]:
    """Say under the first and the last week that is labelled whether it is before or after the change."""
    ends = {places[0]: BEFORE, places[-1]: AFTER}
    return [_below(frame, word, place, 1, f"q in {style}") for place, word in ends.items() if place]


def _week_words(place: int) -> str:
    weeks = abs(place) // 7
    return ngettext("{weeks} week", "{weeks} weeks", weeks).format(weeks=weeks)


def _below(frame: Frame, text: str, place: int, line: int, style: str) -> Markup:
    share = frame.share(place)
    return label(text, share, frame.height + BELOW + LINE * line, anchor=anchor_at(text, share), style=style)

"""The chart of a treatment that came and went: scores on days with it and without it, and the two levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from painstats.language import _, decimal, plain_number
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports.figures.change_window import MOST_DAYS
from painstats.reports.figures.level_parts import (
    dummy_line,
    has_dummy,
    interval_band,
    level_band,
    level_label,
    sign,
)
from painstats.reports.figures.svg.axis import HEIGHT, date_axis, scale_ticks, value_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.marks import bar, dots, level
from painstats.reports.figures.weekly_hits import weekly_hits
from painstats.reports.figures.widened import widened

PLOT, STRIP, GAP = 190, 12, 6
"""Pixels of the plot area, of the bars of days with the treatment below the months, and between the two."""

WITHOUT, WITH = _("{level} without"), _("{level} with")


@dataclass(frozen=True, slots=True)
class Days:
    """Days with a treatment: its first and last one."""

    first: date
    last: date


def on_off_drawing(
    scores: Mapping[date, float], on: Sequence[Days], finding: ChangeFinding, outcome: Outcome
) -> Markup:
    """Draw days with a treatment against days without it.

    Parameters
    ----------
    scores
        The scores of the participant by date, at least one.
    on
        The days with the treatment.
    finding
        A treatment that came and went, judged.
    outcome
        What the scores are of, and their scale.
    """
    earliest = max(min(scores), finding.first_date - timedelta(days=MOST_DAYS))
    shown = {day: score for day, score in scores.items() if day >= earliest}
    first, last = min(shown, default=earliest), max(shown, default=earliest)
    frame = Frame((0, (last - first).days + 1), widened(outcome.scale, shown.values()), PLOT)
    ticks = scale_ticks(*frame.y)
    places = [
        ((day - first).days + 0.5, score, any(own.first <= day <= own.last for own in on))
        for day, score in sorted(shown.items())
    ]
    without = [(x, score) for x, score, is_on in places if not is_on]
    paths = [dots(frame, [(x, y) for x, y, _is_on in places], "dots ring"), dots(frame, without, "dots hole")]
    parts = [
        *value_axis(frame, ticks),
        *level_band(frame, finding, frame.x),
        *interval_band(frame, finding, frame.x),
        scaled(frame.height, paths),
        *_levels(frame, finding, outcome),
        *date_axis(frame, first, last),
        *_strip(frame, on, first),
        *weekly_hits(frame, first, shown),
    ]
    longest = max((plain_number(value) for value in ticks), key=len)
    return drawing(frame.height + HEIGHT + GAP + STRIP + 2, parts, longest_label=longest)


def _levels(frame: Frame, finding: ChangeFinding, outcome: Outcome) -> list[Markup]:
    without, estimate = finding.level_before, finding.estimate
    if without is None or estimate is None:
        return []
    style, with_it, rises = sign(finding.verdict), without + estimate, estimate > 0
    right = frame.x[1]
    texts = WITHOUT.format(level=decimal(without)), WITH.format(level=decimal(with_it))
    return [
        *(dummy_line(frame, finding) if has_dummy(finding, outcome) else []),
        level(frame, frame.x, without),
        level(frame, frame.x, with_it, style),
        level_label(frame, texts[0], (right, without), "none", up=not rises, anchor="end"),
        level_label(frame, texts[1], (right, with_it), style, up=rises, anchor="end"),
    ]


def _strip(frame: Frame, on: Sequence[Days], first: date) -> list[Markup]:
    """Draw the days with the treatment as bars below the months."""
    ends = [(frame.share((own.first - first).days), frame.share((own.last - first).days + 1)) for own in on]
    top = frame.height + HEIGHT + GAP
    return [bar(own, top, STRIP, "bar more") for own in ends if own[0] < own[1]]

"""The course of an outcome: days as dots, the line of weekly means, treatments as bars below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from painstats.language import plain_number
from painstats.reports.figures.svg.axis import HEIGHT as AXIS_HEIGHT
from painstats.reports.figures.svg.axis import date_axis, scale_ticks, upright, value_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.label import anchor_at, label
from painstats.reports.figures.svg.marks import Place, dots, line
from painstats.reports.figures.svg.treatment_rows import treatment_rows
from painstats.reports.figures.treatment_rows import BarRow
from painstats.reports.figures.weekly import Week, weekly_means
from painstats.reports.figures.weekly_hits import weekly_hits

HEIGHT, COMPACT_HEIGHT = 206, 160
"""Pixels of the plot area: on a personal page, and on the clinic page."""

TICKS, COMPACT_TICKS = 6, 3
"""Labels of the vertical axis, at most."""

MIDDLE_OF_WEEK = 3.5
ABOVE_FRAME = 6
"""Pixels between a label above the plot area and its top."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is drawn: the first and last day, the scores by date, the axis of scores, and treatments."""

    first: date
    last: date
    scores: Mapping[date, float]
    scale: tuple[float, float]
    treatments: Sequence[BarRow] = ()

    def frame(self, height: float) -> Frame:
        """Return the plot area; x counts days from the midnight before the first one."""
        return Frame((0, (self.last - self.first).days + 1), self.scale, height)

    def place(self, day: date) -> int:
        """Return how many days after the first one a date is."""
        return (day - self.first).days


def course_drawing(course: Course, *, last_visit: tuple[date, str] | None = None, compact: bool = False) -> Markup:
    """Draw the course.

    Parameters
    ----------
    course
        What is drawn; at least one day.
    last_visit
        A date with its words, drawn as a line, where it is one of the days.
    compact
        Whether it is drawn low, with fewer labels, and without a line at each start.
    """
    frame = course.frame(COMPACT_HEIGHT if compact else HEIGHT)
    ticks = scale_ticks(*course.scale, most=COMPACT_TICKS if compact else TICKS)
    weeks = weekly_means(course.scores)
    rows = treatment_rows(frame, course.first, course.treatments, frame.height + AXIS_HEIGHT)
    places = [(course.place(day) + 0.5, score) for day, score in sorted(course.scores.items())]
    paths = scaled(frame.height, [dots(frame, places), line(frame, _pieces(course, weeks))])
    visit = _visit(course, frame, last_visit)
    parts = [
        *value_axis(frame, ticks),
        *([] if compact else _starts(course, frame)),
        *date_axis(frame, course.first, course.last),
        paths,
        *visit,
        *rows.parts,
        *weekly_hits(frame, course.first, course.scores),
    ]
    longest = max((plain_number(tick) for tick in ticks), key=len)
    height = frame.height + AXIS_HEIGHT + rows.height
    return drawing(height, parts, longest_label=longest, lines_above=len(visit[:1]))


def _pieces(course: Course, weeks: Sequence[Week]) -> list[list[Place]]:
    """Return the weekly means as pieces of a line that breaks at weeks without a mean."""
    pieces: list[list[Place]] = [[]]
    for week in weeks:
        if week.mean is None:
            pieces.append([])
        else:
            pieces[-1].append((course.place(week.monday) + MIDDLE_OF_WEEK, week.mean))
    return [piece for piece in pieces if piece]


def _starts(course: Course, frame: Frame) -> list[Markup]:
    """Draw a line at each start and new dose; of a treatment with many bars, only at the first."""
    days = {bar.first for row in course.treatments for bar in row.marked if bar.first > course.first}
    return [upright(frame.share(course.place(day)), 0, frame.height) for day in sorted(days)]


def _visit(course: Course, frame: Frame, last_visit: tuple[date, str] | None) -> list[Markup]:
    if last_visit is None or not course.first <= last_visit[0] <= course.last:
        return []
    share = frame.share(course.place(last_visit[0]))
    return [
        upright(share, 0, frame.height, "moment visit"),
        label(last_visit[1], share, -ABOVE_FRAME, anchor=anchor_at(last_visit[1], share)),
    ]

"""Values at the pointer: each week of a time chart shows its mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from markupsafe import Markup

from painstats.language import _, decimal
from painstats.reports.dates import date_words
from painstats.reports.figures.svg.frame import Frame
from painstats.reports.figures.svg.marks import hit
from painstats.reports.figures.weekly import weekly_means

WEEK = _("{day}, week: {mean}")
WEEK_WITHOUT_MEAN = _("{day}, week: too few scores")


def weekly_hits(frame: Frame, origin: date, scores: Mapping[date, float]) -> list[Markup]:
    """Lay a box over each week that says the first day of it that is drawn, and its mean.

    Parameters
    ----------
    frame
        The plot area, whose x counts days from the midnight before ``origin``.
    scores
        The scores that are drawn, by date.
    """
    earliest = origin + timedelta(days=int(frame.x[0]))
    drawn = []
    for week in weekly_means(scores):
        start = (week.monday - origin).days
        words = WEEK_WITHOUT_MEAN if week.mean is None else WEEK
        text = words.format(day=date_words(max(week.monday, earliest)), mean=decimal(week.mean or 0))
        drawn.append(hit((frame.share(start), frame.share(start + 7)), 0, frame.height, text))
    return drawn

"""What the course of an outcome shows, in a sentence for readers who cannot see the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import fmean, quantiles

from painstats.language import _, decimal
from painstats.questions.date_words import MONTHS
from painstats.questions.phrases import capital
from painstats.reports.figures.weekly import Week, weekly_means

FEWEST_SCORES = 10
LEAST_WEEKS = 4
"""Weeks with a mean on each side of a change of level."""

LEAST_STEP = 0.1
"""Share of the scale by which two levels differ that are both named."""

NONE = _("{outcome}: no score in these days.")
FEW = _("{outcome} on {days} days, between {low} and {high}.")
SAME = _("{outcome} around {level} throughout.")
STEADY = _("{outcome} around {level} throughout, mostly between {low} and {high}.")
CHANGED_SAME = _("{outcome} around {before} until {when}, then around {after}.")
CHANGED = _("{outcome} around {before} until {when}, then around {after}, mostly between {low} and {high}.")
EARLY, MIDDLE, LATE = _("early {month}"), _("mid-{month}"), _("late {month}")


def course_words(scores: Mapping[date, float], scale: tuple[float, float], label: str) -> str:
    """Describe the level of the scores, and where it changed most if that was by a tenth of the scale.

    Weeks are split in two where the squared differences of weekly means from the mean of their part are smallest.
    This describes what is drawn and is no test.

    Parameters
    ----------
    scores
        The scores that are drawn, by date.
    scale
        Lowest and highest score.
    label
        Name of the outcome: "pain".
    """
    name, decimals = capital(label), 0 if scale[1] - scale[0] >= FEWEST_SCORES else 1
    if not scores:
        return NONE.format(outcome=name)
    low, high = _usual(list(scores.values()), decimals)
    if len(scores) < FEWEST_SCORES:
        low, high = (decimal(end(scores.values()), decimals) for end in (min, max))
        return FEW.format(outcome=name, days=len(scores), low=low, high=high)
    if (start := _change(weekly_means(scores))) is not None:
        before = [score for day, score in scores.items() if day < start]
        after = [score for day, score in scores.items() if day >= start]
        levels = [decimal(fmean(part), decimals) for part in (before, after)]
        is_step = abs(fmean(after) - fmean(before)) >= LEAST_STEP * (scale[1] - scale[0])
        if is_step and levels[0] != levels[1]:
            low, high = _usual(after, decimals)
            return (CHANGED_SAME if low == high else CHANGED).format(
                outcome=name, before=levels[0], when=_when(start), after=levels[1], low=low, high=high
            )
    return (SAME if low == high else STEADY).format(
        outcome=name, level=decimal(fmean(scores.values()), decimals), low=low, high=high
    )


def _change(weeks: Sequence[Week]) -> date | None:
    """Return the Monday from which the level differs most from that before; None where there are too few weeks."""
    known = [(week.monday, week.mean) for week in weeks if week.mean is not None]
    splits = range(LEAST_WEEKS, len(known) - LEAST_WEEKS + 1)
    if not splits:
        return None
    means = [mean for _, mean in known]
    best = min(splits, key=lambda place: _spread(means[:place]) + _spread(means[place:]))
    return known[best][0]


def _spread(values: Sequence[float]) -> float:
    middle = fmean(values)
    return sum((value - middle) ** 2 for value in values)


def _usual(scores: Sequence[float], decimals: int) -> tuple[str, str]:
    """Return the 10th and the 90th percentile."""
    if len(scores) < 2:
        return decimal(scores[0], decimals), decimal(scores[0], decimals)
    cuts = quantiles(scores, n=10, method="inclusive")
    return decimal(cuts[0], decimals), decimal(cuts[-1], decimals)


def _when(day: date) -> str:
    part = EARLY if day.day <= 10 else MIDDLE if day.day <= 20 else LATE
    return part.format(month=MONTHS[day.month - 1])

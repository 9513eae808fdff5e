"""Bad spells: days that are bad for this participant, and days in a row of them.

A day is bad if its score is at or above the participant's own 90th percentile, and at least 2 points of a 0-10 scale
above their median: 2 points is the least change that patients with chronic pain call much improved (Farrar et al.
2001, Pain 94:149). Of outcomes that are better when higher, everything is turned round. A description, never a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

LEAST_SCORES = 28
"""Days with a score that a limit needs."""

SHARE = 0.9
LEAST_POINTS = 2.0
"""Points of a scale from 0 to 10 above the median."""

LONGEST_GAP = 1
"""Days without a score inside a spell."""


@dataclass(frozen=True, slots=True)
class BadSpell:
    """Bad days in a row: the first and the last, how many of them are known to be bad, and the worst score."""

    first: date
    last: date
    days: int
    worst: float


def bad_limit(scores: Sequence[float], scale: tuple[float, float], *, higher_is_worse: bool = True) -> float | None:
    """Return the score from which a day is bad, rounded to a tenth away from the median; None with too few scores.

    Parameters
    ----------
    scores
        Known scores, in points.
    scale
        Lowest and highest possible score.
    """
    if len(scores) < LEAST_SCORES:
        return None
    sign = 1.0 if higher_is_worse else -1.0
    badness = sign * np.asarray(scores, dtype=np.float64)
    usual = float(np.median(badness)) + LEAST_POINTS * (scale[1] - scale[0]) / 10
    limit = max(float(np.quantile(badness, SHARE, method="inverted_cdf")), usual)
    return sign * math.ceil(round(10 * limit, 6)) / 10


def bad_spells(scores: Mapping[date, float], limit: float, *, higher_is_worse: bool = True) -> list[BadSpell]:
    """Return the spells in the order of their dates; a single day without a score does not end one.

    Parameters
    ----------
    scores
        Date to score.
    limit
        From :func:`bad_limit`; a day whose score is the limit is bad.
    """
    bad = sorted(day for day, score in scores.items() if (score >= limit if higher_is_worse else score <= limit))
    runs: list[list[date]] = []
    for day in bad:
        if runs and _goes_on(runs[-1][-1], day, scores):
            runs[-1].append(day)
        else:
            runs.append([day])
    worst = max if higher_is_worse else min
    return [BadSpell(run[0], run[-1], len(run), worst(scores[day] for day in run)) for run in runs]


def _goes_on(before: date, day: date, scores: Mapping[date, float]) -> bool:
    between = [before + timedelta(days=number) for number in range(1, (day - before).days)]
    return len(between) <= LONGEST_GAP and not any(each in scores for each in between)

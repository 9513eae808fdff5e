"""When a verdict can be expected: the chance of one at each later look, from the days so far.

The formulas are those of docs/method/verdict.md, when will this be known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from statistics import NormalDist

from painstats.findings.forecast_type import Forecast
from painstats.plan.looks import looks_from

PRIOR_SD = 0.2
"""SD of effects over people, in points of a 0-10 scale for one usual swing of the exposure."""

LIKELY, UNLIKELY = 0.8, 0.2
SOONER, LATER = 0.8, 1.2
"""By how much calendar time differs from what the last eight weeks suggest, in four of five cases."""

YEAR = 365
DAYS_PER_WEEK = 7
STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class SoFar:
    """What is known of an effect today.

    Parameters
    ----------
    estimate, se
        The effect from own days and its standard error, in outcome points per unit.
    days
        Days with a score.
    prior_sd
        SD of effects over people, in the same units as the estimate.
    smallest_effect
        Smallest effect that matters, in the same units.
    recent_share
        Share of recent days with a score.
    """

    estimate: float
    se: float
    days: int
    prior_sd: float
    smallest_effect: float
    recent_share: float


def forecast(so_far: SoFar, declared: Sequence[int], false_sign_chance: float, sharing: int) -> Forecast:
    """Forecast a verdict on one question.

    Parameters
    ----------
    so_far
        The effect today.
    declared, false_sign_chance
        The looks of the plan, and its chance of a false sign.
    sharing
        How many questions share that chance.
    """
    coming = list(_coming(so_far, declared, false_sign_chance, sharing))
    first, last = (next((days for days, chance in coming if chance >= least), None) for least in (UNLIKELY, LIKELY))
    return Forecast(
        chance_within_year=coming[-1][1] if coming else 0.0,
        first_days=first and first - so_far.days,
        last_days=last and last - so_far.days,
        first_weeks=first and _weeks(SOONER * (first - so_far.days), so_far.recent_share),
        last_weeks=last and _weeks(LATER * (last - so_far.days), so_far.recent_share),
    )


def _coming(
    so_far: SoFar, declared: Sequence[int], false_sign_chance: float, sharing: int
) -> Iterator[tuple[int, float]]:
    """Yield the looks of the next year with the chance of a verdict at or before each."""
    from painstats.questions.look_limits import limit  # loads scipy: only where there is something to forecast

    horizon = max(so_far.days + YEAR, declared[-1])
    looks = enumerate(takewhile(lambda days: days <= horizon, looks_from(declared)), start=1)
    later = [(number, days) for number, days in looks if days > so_far.days]
    chances = [chance_at(so_far, days, limit(declared, false_sign_chance, sharing, number)) for number, days in later]
    yield from zip((days for _, days in later), accumulate(chances, max), strict=True)


def chance_at(so_far: SoFar, days: int, limit_z: float) -> float:
    """Return the chance that a later look reports a sign, or that the effect is at most small.

    The estimate at the look is normal around what today's estimate and the prior suggest; information grows in
    proportion to days.
    """
    now = 1 / so_far.se**2
    then = now * days / so_far.days
    posterior = 1 / (now + 1 / so_far.prior_sd**2)
    expected = (now * so_far.estimate + (then - now) * posterior * now * so_far.estimate) / then
    sd = (then - now) / then * math.sqrt(posterior + 1 / (then - now))
    edge = limit_z / math.sqrt(then)
    room = max(so_far.smallest_effect - edge, 0.0)
    return min(_outside(edge, expected, sd) + _inside(room, expected, sd), 1.0)


def _outside(edge: float, mean: float, sd: float) -> float:
    return STANDARD.cdf((mean - edge) / sd) + STANDARD.cdf((-edge - mean) / sd)


def _inside(edge: float, mean: float, sd: float) -> float:
    return STANDARD.cdf((edge - mean) / sd) - STANDARD.cdf((-edge - mean) / sd)


def _weeks(days: float, recent_share: float) -> int | None:
    """Return the weeks in which so many days have a score; None if none has one now."""
    return math.ceil(days / recent_share / DAYS_PER_WEEK) if recent_share > 0 else None

"""Made-up looks: the evidence of a t test at each look of the first year."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta

from painstats.plan.looks import FIRST_LOOKS
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.look_evidence import Effect, LookOf, from_test, limits_at
from painstats.questions.look import ExposureRange, Look, LookDay, ScaleEnds

RULES = RulesPlan()
EXPOSURE = ExposureRange(5.8, 8.4, 1.0)
ENDS = ScaleEnds(1.0, 0.0, 0.0)
START = date(2026, 1, 4)


def look(number: int, effect: Effect, *, questions: int = 2, smallest_effect: float = 0.4, basis="own_days") -> Look:
    """Return the evidence of one look."""
    days = FIRST_LOOKS[number - 1]
    when = LookDay(number, START + timedelta(days=days), days)
    return from_test(LookOf(when, basis, limits_at(RULES, number, questions), smallest_effect, EXPOSURE, ENDS), effect)


def looks(estimates: Sequence[float | None], *, se: float = 0.2, **more) -> tuple[Look, ...]:
    """Return the looks with these estimates, none where it is None; standard errors fall with the days."""
    return tuple(
        look(number, Effect(estimate, se * (FIRST_LOOKS[0] / FIRST_LOOKS[number - 1]) ** 0.5, 1e9), **more)
        for number, estimate in zip(itertools.count(1), estimates)
        if estimate is not None
    )

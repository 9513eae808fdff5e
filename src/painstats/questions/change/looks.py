"""When changes are looked for: about once a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from painstats.plan.rules import RulesPlan
from painstats.questions.look import LookDay

FIRST_LOOK, DAYS_BETWEEN_LOOKS = 90, 30
"""Days with a score until the first look, and from one to the next."""

LOOKS_A_YEAR = 12

LEVEL = 0.05 / LOOKS_A_YEAR
"""p below which a change is found at one look, so that a year of looks finds about 5% false ones at most."""


def last_monthly_look(scored: Sequence[date], _: RulesPlan) -> LookDay | None:
    """Return the last look that the scores have reached: after 90, 120, 150, … days with a score; None before.

    References
    ----------
    docs/method/questions.md, change of a link.
    """
    if len(scored) < FIRST_LOOK:
        return None
    since_first = (len(scored) - FIRST_LOOK) // DAYS_BETWEEN_LOOKS
    days = FIRST_LOOK + since_first * DAYS_BETWEEN_LOOKS
    return LookDay(1 + since_first, scored[days - 1], days)

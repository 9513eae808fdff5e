"""When the verdict of an exploratory question may change: from dates with a score to the last look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from painstats.plan.looks import looks_until
from painstats.plan.rules import RulesPlan
from painstats.questions.look import LookDay

LookOf = Callable[[Sequence[date], RulesPlan], LookDay | None]
"""From a participant's dates with a score to their last look; None before the first."""


def last_own_look(scored: Sequence[date], rules: RulesPlan) -> LookDay | None:
    """Return the last look of the plan's calendar that the scores have reached."""
    reached = looks_until(rules.looks, len(scored))
    return LookDay(len(reached), scored[reached[-1] - 1], reached[-1]) if reached else None

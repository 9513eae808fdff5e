"""How the contrasts of a question about activity are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from painstats.questions.question import Outcome


@dataclass(frozen=True, slots=True)
class ContrastRule:
    """How a contrast of one participant is judged.

    Parameters
    ----------
    error
        Chance of a false direction; the interval holds the rest.
    is_tested
        Whether it can have a direction at all.
    """

    error: float
    is_tested: bool = True


@dataclass(frozen=True, slots=True)
class ActivityRules:
    """The kind of question by name, its outcome, and how each contrast is judged."""

    kind: str
    outcome: Outcome
    contrasts: Mapping[str, ContrastRule]

    @property
    def tested(self) -> list[str]:
        """The contrasts that are tested."""
        return [name for name, rule in self.contrasts.items() if rule.is_tested]

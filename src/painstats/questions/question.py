"""What a question is: an outcome, an exposure, how they are compared, and whether the question is confirmatory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.frame.exposure import Exposure
from painstats.plan.study import OutcomePlan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is explained.

    Parameters
    ----------
    item
        What was asked: ``pain``, ``mood``.
    site
        Where, or which symptom; empty for any.
    scale
        Lowest and highest score. A high score is much of the item: much pain, a good mood.
    """

    item: str
    site: str
    scale: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as declared.

    Parameters
    ----------
    kind
        Name of its kind in the registry.
    name
        Its own name, unique within a study, ``step_count_lag1``.
    outcome, exposure
        What is explained, and what it is compared with.
    unit
        What an effect is per: "hour of sleep".
    window_days
        Days of the outcome that are explained together; 1 for a single day.
    is_confirmatory
        Whether it was declared as confirmatory; exploratory questions share no error rate with those.
    moved_by_outcome
        Whether the outcome of a day can change the exposure of later days, as pain changes sleep and steps.
    """

    kind: str
    name: str
    outcome: Outcome
    exposure: Exposure
    unit: str
    window_days: int = 1
    is_confirmatory: bool = True
    moved_by_outcome: bool = True

    @property
    def lag_days(self) -> int:
        """Days between the exposure and the outcome."""
        return self.exposure.lag_days


def outcome_of(plan: OutcomePlan) -> Outcome:
    """Return the outcome that a plan declares."""
    return Outcome(plan.item, plan.site or "", plan.scale)


def family_size(questions: Sequence[Question], question: Question) -> int:
    """Return how many questions share the chance of a false sign with one: the confirmatory or the exploratory ones."""
    return sum(other.is_confirmatory is question.is_confirmatory for other in questions)

"""What the sentences about a change are filled with: how the outcome is named, and sizes and ranges in words."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.catalogue import participants as words_of
from painstats.findings.change_names import alterations, moment
from painstats.findings.treatment_states import ChangeState, state_of_change
from painstats.questions.outcome_words import OutcomeWords, is_better_when_higher, outcome_words
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict

LEAST_DAYS = 28
"""Days with a score that a change needs before and after it (docs/method/treatments.md)."""


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """What a change is read with.

    Parameters
    ----------
    outcome
        What the scores are of.
    is_medicine
        Whether a prescriber is the one to talk to.
    least_days
        Days with a score needed before and after a change.
    """

    outcome: Outcome
    is_medicine: bool = True
    least_days: int = LEAST_DAYS


@dataclass(frozen=True, slots=True)
class ChangeContent:
    """A change with its state and its context."""

    finding: ChangeFinding
    context: ChangeContext
    state: ChangeState
    words: OutcomeWords

    @property
    def is_worse(self) -> bool:
        """Whether the verdict is a direction that the participant does not hope for."""
        bad = Verdict.LOWER if is_better_when_higher(self.context.outcome) else Verdict.HIGHER
        return self.finding.verdict is bad

    @property
    def has_dummy(self) -> bool:
        """Whether 18% on a dummy medicine can be set beside it: pain, after something was begun or raised."""
        begun = any(each.action == "start" or each.is_more for each in alterations(self.finding))
        has_size = self.finding.placebo is not None and self.finding.level_before is not None
        return has_size and self.context.outcome.item == "pain" and (begun or self.finding.change == "on_off")

    @property
    def named(self) -> dict[str, str]:
        """The variables that most sentences have."""
        return {"outcome": self.words.label, "moment": moment(self.finding)}

    def towards(self, value: float) -> str:
        """Return the direction of a value."""
        return self.words.higher if value > 0 else self.words.lower

    def given(self, verdict: Verdict) -> str:
        """Return the direction of a verdict."""
        return self.words.higher if verdict is Verdict.HIGHER else self.words.lower

    def span(self, low: float | None, high: float | None) -> str | None:
        """Write a range with its direction: "0.1 to 2.1 points lower"; None without numbers."""
        if low is None or high is None:
            return None
        return words_of.span(low, high, self.words.lower, self.words.higher)


def content_of(finding: ChangeFinding, context: ChangeContext) -> ChangeContent:
    """Gather what the sentences about a change need."""
    return ChangeContent(finding, context, state_of_change(finding), outcome_words(context.outcome))

"""The state of a finding about a participant, on which its sentences depend."""

from __future__ import annotations

from enum import StrEnum

from painstats.findings.finding import Finding
from painstats.questions.change.plan import CHANGED
from painstats.questions.exercise.plan import KINDS_DIFFER
from painstats.questions.verdict import Verdict

EARLY = frozenset({"before_first_look", "too_few_days_for_model", "too_few_days_to_show"})
WITHDRAWING = frozenset({"not_confirmed", "days_disagree"})


class State(StrEnum):
    """What participants read about a finding depends on its state."""

    OWN = "own"
    POOLED = "pooled"
    BOUND = "bound"
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    DISAGREE = "disagree"
    EARLY = "early"
    REFUSED = "refused"
    CHANGED = "changed"
    KINDS_DIFFER = "kinds_differ"
    UNFIRM = "unfirm"

    @property
    def has_direction(self) -> bool:
        """Whether a direction is reported."""
        return self in (State.OWN, State.POOLED)

    @property
    def is_split(self) -> bool:
        """Whether there is no single answer, because it would hide two."""
        return self in (State.CHANGED, State.KINDS_DIFFER)


def state_of(finding: Finding) -> State:
    """Return the state of a finding about a participant."""
    verdict, reasons = finding.verdict, finding.reasons
    withdrawn = finding.judged is not None and finding.judged.withdrawn is not None
    if verdict.has_direction:
        return State.POOLED if "as_for_others" in reasons else State.OWN
    if verdict is Verdict.AT_MOST_SMALL:
        return State.BOUND
    if verdict is Verdict.NOT_JUDGED:
        return State.EARLY if EARLY.intersection(reasons) else State.REFUSED
    if KINDS_DIFFER in reasons:
        return State.KINDS_DIFFER
    if CHANGED in reasons:
        return State.CHANGED
    if "own_days_and_cohort_disagree" in reasons:
        return State.DISAGREE
    return State.WITHDRAWN if withdrawn and WITHDRAWING.intersection(reasons) else State.OPEN

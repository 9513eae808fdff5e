"""The state of a change, on which its sentences depend."""

from __future__ import annotations

from enum import StrEnum

from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict

EARLY = "before_first_look"
HANGS = "hangs_on_the_days_before"


class ChangeState(StrEnum):
    """What participants read about a change depends on its state."""

    TOLD = "told"
    BOUND = "bound"
    OPEN = "open"
    HANGS = "hangs"
    WITHDRAWN = "withdrawn"
    EARLY = "early"
    REFUSED = "refused"


def state_of_change(finding: ChangeFinding) -> ChangeState:
    """Return the state of a change."""
    if finding.verdict.has_direction:
        return ChangeState.TOLD
    if finding.verdict is Verdict.AT_MOST_SMALL:
        return ChangeState.BOUND
    if finding.verdict is Verdict.NOT_JUDGED:
        return ChangeState.EARLY if EARLY in finding.reasons else ChangeState.REFUSED
    if finding.withdrawn is not None:
        return ChangeState.WITHDRAWN
    return ChangeState.HANGS if HANGS in finding.reasons else ChangeState.OPEN

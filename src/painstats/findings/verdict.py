"""From the states of a question after its looks to a verdict: own days first, other participants only add to them.

The rule is fixed before the data are read (``[rules]`` of study.toml) and described in docs/method/verdict.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.rule import State
from painstats.questions.evidence import Evidence
from painstats.questions.verdict import Verdict

HIDING = frozenset(
    {
        "too_few_days_for_model",
        "too_few_days_to_show",
        "outcome_hardly_varies",
        "exposure_rarely_known",
        "exposure_hardly_varies",
    }
)
"""Reasons for which not even a reading is shown."""

BEFORE_FIRST_LOOK = "before_first_look"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict, the reasons for it by name, and the state that it comes from; None if no look has judged."""

    verdict: Verdict
    reasons: tuple[str, ...]
    state: State | None


def conclude(evidence: Evidence, own: State | None, pooled: State | None) -> Conclusion:
    """Return the verdict on one question about a participant, or about the average.

    Parameters
    ----------
    evidence
        What is known of the question.
    own
        The state after the last look at own days, or at the average; None if no look has judged it.
    pooled
        The same pooled with the other participants.
    """
    if own is None and pooled is None:
        reasons = evidence.refused_at_look or evidence.refusals or (BEFORE_FIRST_LOOK,)
        return Conclusion(Verdict.NOT_JUDGED, (*reasons, *evidence.notes), None)
    concluded = _own_days_first(own, pooled)
    return Conclusion(concluded.verdict, (*concluded.reasons, *evidence.notes), concluded.state)


def _own_days_first(own: State | None, pooled: State | None) -> Conclusion:
    """Choose between own days and pooled: a direction of own days, then one pooled, then at most small.

    References
    ----------
    docs/method/verdict.md, own days first.
    """
    if own and pooled and own.sign * pooled.sign < 0:
        return Conclusion(Verdict.NOT_DETERMINED, ("own_days_and_cohort_disagree",), own)
    if own and own.sign:
        return _directed(own, ())
    if pooled and pooled.sign:
        return _directed(pooled, ("as_for_others",))
    small = next((state for state in (pooled, own) if state and state.is_small), None)
    if small:
        return Conclusion(Verdict.AT_MOST_SMALL, ("inside_smallest_effect",), small)
    return _open(own, pooled)


def _directed(state: State, reasons: tuple[str, ...]) -> Conclusion:
    small = ("smaller_than_matters",) if state.is_small else ()
    return Conclusion(state.verdict, (*small, *reasons), state)


def _open(own: State | None, pooled: State | None) -> Conclusion:
    """Return that the question is open, with the pooled range; a withdrawn direction of own days is the reason."""
    if own and own.withdrawal:
        return Conclusion(Verdict.NOT_DETERMINED, (own.withdrawal.why,), own)
    if pooled and pooled.withdrawal:
        return Conclusion(Verdict.NOT_DETERMINED, (pooled.withdrawal.why,), pooled)
    return Conclusion(Verdict.NOT_DETERMINED, ("both_directions_possible",), pooled or own)

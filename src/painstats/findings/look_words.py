"""What each answer day showed, in words for participants."""

from __future__ import annotations

from painstats.findings.catalogue import participants as say
from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.look_row import LookRow
from painstats.questions.phrases import capital
from painstats.questions.verdict import Verdict


def basis_words(row: LookRow) -> str:
    """Write whether a look was at own days, or at these together with the others' days."""
    return say.FROM_POOLED if row.basis == "pooled" else say.FROM_OWN


def answer_words(finding: Finding, row: LookRow) -> str:
    """Write the answer of a look."""
    outcome, verdict = phrases_of(finding.question).outcome, Verdict(row.verdict)
    if verdict.has_direction:
        return capital(outcome.higher if verdict is Verdict.HIGHER else outcome.lower)
    if row.withdrawn:
        return say.LOOK_WITHDRAWN
    return say.LOOK_SMALL if verdict is Verdict.AT_MOST_SMALL else say.LOOK_OPEN

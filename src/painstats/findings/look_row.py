"""What each look showed, as it is stored and published: one row for each subject, question and look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from painstats.findings.rule import State
from painstats.questions.estimate import Basis


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at one question; effects in outcome points per unit."""

    subject: Literal["participant", "cohort"]
    participant_id: str | None  # null for the cohort
    question: str
    basis: Basis
    number: int
    date: date
    days: int
    participants: int
    estimate: float
    low: float  # the range: that of this look, cut with those of earlier looks
    high: float
    z: float
    largest_limit: float  # of |z|, when all questions share the chance of a false sign
    verdict: str  # on this basis alone
    is_small: bool
    withdrawn: str | None  # why a direction was withdrawn at this look


def look_row(participant: str | None, question: str, state: State) -> LookRow:
    """Flatten a state."""
    look, withdrawal = state.look, state.withdrawal
    return LookRow(
        subject="participant" if participant else "cohort",
        participant_id=participant,
        question=question,
        basis=look.basis,
        number=look.when.number,
        date=look.when.date,
        days=look.when.days,
        participants=look.participants,
        estimate=look.value,
        low=state.low,
        high=state.high,
        z=look.z,
        largest_limit=look.limits[-1],
        verdict=state.verdict.value,
        is_small=state.is_small,
        withdrawn=withdrawal.why if withdrawal and withdrawal.at is look else None,
    )

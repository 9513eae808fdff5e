"""The result of a fit for one question and participant, and what else the verdict rule needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from painstats.questions.question import Question

Basis = Literal["pooled", "own_days", "mixed_model", "two_stage", "without_guard", "none"]
"""Where an estimate comes from: a participant's days pooled with the others' or alone; over participants, the mixed
model or the two-stage mean; the same model without guard columns; ``none`` where there is no fit."""


@dataclass(frozen=True, slots=True)
class CheckEstimate:
    """The same effect computed in another way, with its 95% interval, in outcome points per unit."""

    basis: Basis
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect in outcome points per unit.

    Parameters
    ----------
    value, low, high
        The effect with its 95% interval; all None if there is none, or it may not be shown.
    df
        Degrees of freedom of its test, where it has one.
    p
        P value, adjusted for the number of confirmatory questions; None for one participant's pooled estimate.
    probability_of_direction
        Probability that the sign of ``value`` is right; None where that is not computed.
    reliability
        1 - variance of the error / variance between participants; None when it is based on own days alone.
    basis
        Where it comes from.
    days, participants
        What it is based on.
    checks
        The same effect computed in other ways.
    known_days
        Of ``days``, those on which the exposure is known; None for an average over participants.
    """

    value: float | None
    low: float | None
    high: float | None
    basis: Basis
    days: int
    participants: int
    df: float | None = None
    p: float | None = None
    probability_of_direction: float | None = None
    reliability: float | None = None
    checks: tuple[CheckEstimate, ...] = ()
    known_days: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An estimate with all that the verdict rule asks about it.

    Parameters
    ----------
    question
        The question.
    participant_id
        The participant; None for the average over participants.
    estimate
        What was fitted.
    refusals
        Why nothing may be claimed, whatever the numbers say, by name; empty if a verdict may be given.
    notes
        Names of the remarks to report with the verdict.
    smallest_effect
        Smallest effect that matters, in outcome points per unit.
    swing
        Within-participant SD of the exposure, in units.
    last_day
        The last day used.
    slopes_differ
        Whether effects differ between participants; None when judged on own days alone.
    checks_agree
        Whether the independent computation agrees; None for one participant.
    """

    question: Question
    participant_id: str | None
    estimate: Estimate
    refusals: tuple[str, ...]
    smallest_effect: float
    swing: float
    last_day: date | None = None
    notes: tuple[str, ...] = ()
    slopes_differ: bool | None = None
    checks_agree: bool | None = None

    @property
    def is_average(self) -> bool:
        """Whether it is about the average over participants."""
        return self.participant_id is None

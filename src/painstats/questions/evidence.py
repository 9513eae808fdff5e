"""What the verdict rule asks about one question and participant, or about an average."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.questions.estimate import Estimate
from painstats.questions.look import Look
from painstats.questions.question import Question


@dataclass(frozen=True, slots=True)
class Evidence:
    """An estimate from all days, and the looks at the days, which alone decide.

    Parameters
    ----------
    question
        The question.
    participant_id
        The participant; None for the average over participants.
    estimate
        What was fitted to all days: a reading, no verdict.
    refusals
        Why nothing may be claimed from all days, whatever the numbers say, by name; empty if a verdict may be given.
    smallest_effect
        Smallest effect that matters, in outcome points per unit, from all days.
    swing
        Within-participant SD of the exposure, in units.
    looks
        The looks at the participant's own days, or at the average.
    pooled_looks
        The looks at the participant's days pooled with those of the others.
    refused_at_look
        Why the last look could not judge; empty if it did, or there was none.
    last_day
        The last day used.
    recent_share
        Share of the last eight weeks' days that have a score.
    sharing
        How many questions share the chance of a false sign, this one among them.
    notes
        Names of the remarks to report with the verdict.
    """

    question: Question
    participant_id: str | None
    estimate: Estimate
    refusals: tuple[str, ...]
    smallest_effect: float
    swing: float
    looks: tuple[Look, ...] = ()
    pooled_looks: tuple[Look, ...] = ()
    refused_at_look: tuple[str, ...] = ()
    last_day: date | None = None
    recent_share: float = 1.0
    sharing: int = 1
    notes: tuple[str, ...] = ()

    @property
    def is_average(self) -> bool:
        """Whether it is about the average over participants."""
        return self.participant_id is None

"""A finding: a question judged, with its reading, its look and its origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.findings.forecast_type import Forecast
from painstats.questions.estimate import Basis, CheckEstimate, Estimate
from painstats.questions.look import ExposureRange, LookDay, ScaleEnds
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A sign that was reported with so many days with a score, and withdrawn with more."""

    since_days: int
    at_days: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict's own numbers, all from the last look that could judge.

    Parameters
    ----------
    look
        The look.
    basis
        Whether the verdict is from own days, pooled, or about an average, and from which model.
    low, high
        The range, in outcome points per unit. It allows for repeated looks and for several questions.
    since
        The look that first reported the direction; None without one.
    probability_of_direction
        Probability that the direction is right; None without one, and for averages.
    is_small
        Whether the whole range is smaller than what matters.
    smallest_effect
        Smallest effect that matters, in outcome points per unit.
    exposure
        Low and high days of the exposure.
    ends
        Scores at the ends of the scale.
    withdrawn
        The last direction that was withdrawn; None if none was.
    """

    look: LookDay
    basis: Basis
    low: float
    high: float
    since: LookDay | None
    probability_of_direction: float | None
    is_small: bool
    smallest_effect: float
    exposure: ExposureRange
    ends: ScaleEnds
    withdrawn: Withdrawn | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a finding was computed from: hash of the plan, version of painstats, hash of the imported files."""

    plan_hash: str
    painstats_version: str
    imports_hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, judged.

    Parameters
    ----------
    question
        What was asked.
    participant_id
        The participant; None for the average over participants.
    estimate
        A reading: what was fitted to all days; without numbers where none may be shown.
    verdict, reasons
        The verdict of the last look, and why, by name.
    judged
        The verdict's own numbers; None if no look has judged the question.
    next_look_days
        Days with a score at which the next look is due; None for an average.
    forecast
        When a verdict can be expected; None where there is one, or no forecast.
    smallest_effect
        Smallest effect that matters, in outcome points per unit, from all days.
    swing
        Within-participant SD of the exposure, in units.
    last_day
        The last day of the reading; None where no day could be used.
    origin
        What it was computed from.
    """

    question: Question
    participant_id: str | None
    estimate: Estimate
    verdict: Verdict
    reasons: tuple[str, ...]
    judged: Judged | None
    next_look_days: int | None
    forecast: Forecast | None
    smallest_effect: float
    swing: float
    last_day: date | None
    origin: Origin

    @property
    def is_average(self) -> bool:
        """Whether it is about the average over participants."""
        return self.participant_id is None

    def check(self, basis: Basis) -> CheckEstimate | None:
        """Return the same effect computed in another way, where it was."""
        return next((check for check in self.estimate.checks if check.basis == basis), None)

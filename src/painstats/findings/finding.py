"""A finding: a judged estimate, with its look and its origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from painstats.frame.exposure import Exposure
from painstats.questions.estimate import Basis, CheckEstimate, Estimate
from painstats.questions.question import Outcome, Question


class Verdict(StrEnum):
    """The verdicts, for every kind of question; the words come from the question and its outcome."""

    HIGHER = "higher"
    LOWER = "lower"
    AT_MOST_SMALL = "at_most_small"
    NOT_DETERMINED = "not_determined"
    NOT_JUDGED = "not_judged"

    @property
    def has_direction(self) -> bool:
        """Whether it says that the outcome is higher or lower."""
        return self in (Verdict.HIGHER, Verdict.LOWER)

    @property
    def is_open(self) -> bool:
        """Whether it leaves the question open."""
        return self in (Verdict.NOT_DETERMINED, Verdict.NOT_JUDGED)


@dataclass(frozen=True, slots=True)
class Look:
    """A dated evaluation: the last day used. None where no day could be used."""

    day: date | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a finding was computed from: hash of the plan, version of painstats, hash of the imported files."""

    plan_hash: str
    painstats_version: str
    imports_hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An estimate, judged.

    Parameters
    ----------
    question
        What was asked.
    participant_id
        The participant; None for the average over participants.
    estimate
        What was fitted; without numbers where none may be shown.
    verdict, reasons
        The verdict, and why, by name.
    days_needed
        Forecast of the further days with a score until a verdict; None where there is no forecast.
    smallest_effect
        Smallest effect that matters, in outcome points per unit.
    swing
        Within-participant SD of the exposure, in units.
    look, origin
        When it was judged, and from what.
    """

    question: Question
    participant_id: str | None
    estimate: Estimate
    verdict: Verdict
    reasons: tuple[str, ...]
    days_needed: int | None
    smallest_effect: float
    swing: float
    look: Look
    origin: Origin

    @property
    def is_average(self) -> bool:
        """Whether it is about the average over participants."""
        return self.participant_id is None

    def check(self, basis: Basis) -> CheckEstimate | None:
        """Return the same effect computed in another way, where it was."""
        return next((check for check in self.estimate.checks if check.basis == basis), None)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as it is stored and published: one flat row."""

    subject: Literal["participant", "cohort"]
    participant_id: str | None  # null for the cohort
    kind: str
    question: str
    item: str
    site: str
    scale_low: float
    scale_high: float
    exposure: str
    lag_days: int
    window_days: int
    is_confirmatory: bool
    unit: str
    basis: Basis
    estimate: float | None  # outcome points per unit, as the next two
    low: float | None
    high: float | None
    df: float | None
    p: float | None
    probability_of_direction: float | None
    reliability: float | None
    check_bases: tuple[Basis, ...]  # the same effect computed in other ways, in the same order
    check_estimates: tuple[float, ...]
    check_lows: tuple[float, ...]
    check_highs: tuple[float, ...]
    days: int
    known_days: int | None  # of these, those on which the exposure is known
    participants: int
    verdict: str
    reasons: tuple[str, ...]
    days_needed: int | None
    smallest_effect: float  # outcome points per unit
    smallest_effect_per_swing: float  # outcome points
    swing: float  # within-participant SD of the exposure, in units
    look_day: date | None
    plan_hash: str
    painstats_version: str
    imports_hash: str


def to_row(finding: Finding) -> FindingRow:
    """Flatten a finding."""
    question, estimate, origin = finding.question, finding.estimate, finding.origin
    return FindingRow(
        subject="cohort" if finding.is_average else "participant",
        participant_id=finding.participant_id,
        kind=question.kind,
        question=question.name,
        item=question.outcome.item,
        site=question.outcome.site,
        scale_low=question.outcome.scale[0],
        scale_high=question.outcome.scale[1],
        exposure=question.exposure.measure,
        lag_days=question.lag_days,
        window_days=question.window_days,
        is_confirmatory=question.is_confirmatory,
        unit=question.unit,
        basis=estimate.basis,
        estimate=estimate.value,
        low=estimate.low,
        high=estimate.high,
        df=estimate.df,
        p=estimate.p,
        probability_of_direction=estimate.probability_of_direction,
        reliability=estimate.reliability,
        check_bases=tuple(check.basis for check in estimate.checks),
        check_estimates=tuple(check.value for check in estimate.checks),
        check_lows=tuple(check.low for check in estimate.checks),
        check_highs=tuple(check.high for check in estimate.checks),
        days=estimate.days,
        known_days=estimate.known_days,
        participants=estimate.participants,
        verdict=finding.verdict.value,
        reasons=finding.reasons,
        days_needed=finding.days_needed,
        smallest_effect=finding.smallest_effect,
        smallest_effect_per_swing=question.outcome.smallest_effect,
        swing=finding.swing,
        look_day=finding.look.day,
        plan_hash=origin.plan_hash,
        painstats_version=origin.painstats_version,
        imports_hash=origin.imports_hash,
    )


def from_row(row: FindingRow) -> Finding:
    """Build the finding of a row; only the row is needed, even if the plan has changed since."""
    return Finding(
        question=_question(row),
        participant_id=row.participant_id,
        estimate=_estimate(row),
        verdict=Verdict(row.verdict),
        reasons=row.reasons,
        days_needed=row.days_needed,
        smallest_effect=row.smallest_effect,
        swing=row.swing,
        look=Look(row.look_day),
        origin=Origin(row.plan_hash, row.painstats_version, row.imports_hash),
    )


def from_rows(rows: Sequence[FindingRow]) -> list[Finding]:
    """Build findings in the order of their rows."""
    return [from_row(row) for row in rows]


def _question(row: FindingRow) -> Question:
    outcome = Outcome(row.item, row.site, (row.scale_low, row.scale_high), row.smallest_effect_per_swing)
    exposure = Exposure(row.exposure, row.lag_days)
    return Question(row.kind, row.question, outcome, exposure, row.unit, row.window_days, row.is_confirmatory)


def _estimate(row: FindingRow) -> Estimate:
    checks = zip(row.check_bases, row.check_estimates, row.check_lows, row.check_highs, strict=True)
    return Estimate(
        value=row.estimate,
        low=row.low,
        high=row.high,
        basis=row.basis,
        days=row.days,
        participants=row.participants,
        df=row.df,
        p=row.p,
        probability_of_direction=row.probability_of_direction,
        reliability=row.reliability,
        checks=tuple(CheckEstimate(*check) for check in checks),
        known_days=row.known_days,
    )

"""A finding as it is stored and published: one flat row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from painstats.findings.finding import Finding, Judged, Origin, Withdrawn
from painstats.findings.forecast_type import Forecast
from painstats.frame.exposure import Exposure
from painstats.questions.estimate import Basis, CheckEstimate, Estimate
from painstats.questions.look import ExposureRange, LookDay, ScaleEnds
from painstats.questions.question import Outcome, Question
from painstats.questions.verdict import Verdict


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
    verdict_basis: Basis | None  # this and the next ones: the verdict's own numbers, null before the first look
    verdict_low: float | None
    verdict_high: float | None
    probability_of_direction: float | None
    is_small: bool | None
    look_number: int | None
    look_date: date | None
    look_days: int | None
    since_number: int | None  # the look that first reported the direction
    since_date: date | None
    since_days: int | None
    withdrawn_since_days: int | None
    withdrawn_at_days: int | None
    exposure_low: float | None  # 10th percentile of the exposure's days, in units
    exposure_high: float | None  # 90th percentile
    exposure_sd: float | None
    smallest_effect_at_look: float | None  # outcome points per unit
    room: float | None  # share of an effect that the scores can show
    at_low: float | None  # share of scores at the lowest possible one
    at_high: float | None
    next_look_days: int | None
    chance_within_year: float | None
    forecast_first_days: int | None
    forecast_last_days: int | None
    forecast_first_weeks: int | None
    forecast_last_weeks: int | None
    smallest_effect: float  # outcome points per unit, from all days
    swing: float  # within-participant SD of the exposure, in units
    last_day: date | None
    plan_hash: str
    painstats_version: str
    imports_hash: str


def to_row(finding: Finding) -> FindingRow:
    """Flatten a finding."""
    origin = finding.origin
    return FindingRow(
        subject="cohort" if finding.is_average else "participant",
        participant_id=finding.participant_id,
        **_question_columns(finding.question),
        **_estimate_columns(finding.estimate),
        verdict=finding.verdict.value,
        reasons=finding.reasons,
        **_judged_columns(finding.judged),
        next_look_days=finding.next_look_days,
        **_forecast_columns(finding.forecast),
        smallest_effect=finding.smallest_effect,
        swing=finding.swing,
        last_day=finding.last_day,
        plan_hash=origin.plan_hash,
        painstats_version=origin.painstats_version,
        imports_hash=origin.imports_hash,
    )


def _question_columns(question: Question) -> dict[str, Any]:
    outcome = question.outcome
    return {
        "kind": question.kind,
        "question": question.name,
        "item": outcome.item,
        "site": outcome.site,
        "scale_low": outcome.scale[0],
        "scale_high": outcome.scale[1],
        "exposure": question.exposure.measure,
        "lag_days": question.lag_days,
        "window_days": question.window_days,
        "is_confirmatory": question.is_confirmatory,
        "unit": question.unit,
    }


def _estimate_columns(estimate: Estimate) -> dict[str, Any]:
    checks = estimate.checks
    return {
        "basis": estimate.basis,
        "estimate": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "df": estimate.df,
        "p": estimate.p,
        "reliability": estimate.reliability,
        "check_bases": tuple(check.basis for check in checks),
        "check_estimates": tuple(check.value for check in checks),
        "check_lows": tuple(check.low for check in checks),
        "check_highs": tuple(check.high for check in checks),
        "days": estimate.days,
        "known_days": estimate.known_days,
        "participants": estimate.participants,
    }


def _judged_columns(judged: Judged | None) -> dict[str, Any]:
    look, since, withdrawn = (judged.look, judged.since, judged.withdrawn) if judged else (None, None, None)
    exposure = judged.exposure if judged else None
    return {
        "verdict_basis": judged and judged.basis,
        "verdict_low": judged and judged.low,
        "verdict_high": judged and judged.high,
        "probability_of_direction": judged and judged.probability_of_direction,
        "is_small": judged and judged.is_small,
        "look_number": look and look.number,
        "look_date": look and look.date,
        "look_days": look and look.days,
        "since_number": since and since.number,
        "since_date": since and since.date,
        "since_days": since and since.days,
        "withdrawn_since_days": withdrawn and withdrawn.since_days,
        "withdrawn_at_days": withdrawn and withdrawn.at_days,
        "exposure_low": exposure and exposure.low,
        "exposure_high": exposure and exposure.high,
        "exposure_sd": exposure and exposure.sd,
        "smallest_effect_at_look": judged and judged.smallest_effect,
        "room": judged and judged.ends.room,
        "at_low": judged and judged.ends.at_low,
        "at_high": judged and judged.ends.at_high,
    }


def _forecast_columns(forecast: Forecast | None) -> dict[str, Any]:
    return {
        "chance_within_year": forecast and forecast.chance_within_year,
        "forecast_first_days": forecast and forecast.first_days,
        "forecast_last_days": forecast and forecast.last_days,
        "forecast_first_weeks": forecast and forecast.first_weeks,
        "forecast_last_weeks": forecast and forecast.last_weeks,
    }


def from_row(row: FindingRow) -> Finding:
    """Build the finding of a row; only the row is needed, even if the plan has changed since."""
    return Finding(
        question=_question(row),
        participant_id=row.participant_id,
        estimate=_estimate(row),
        verdict=Verdict(row.verdict),
        reasons=row.reasons,
        judged=_judged(row),
        next_look_days=row.next_look_days,
        forecast=_forecast(row),
        smallest_effect=row.smallest_effect,
        swing=row.swing,
        last_day=row.last_day,
        origin=Origin(row.plan_hash, row.painstats_version, row.imports_hash),
    )


def from_rows(rows: Sequence[FindingRow]) -> list[Finding]:
    """Build findings in the order of their rows."""
    return [from_row(row) for row in rows]


def _question(row: FindingRow) -> Question:
    outcome = Outcome(row.item, row.site, (row.scale_low, row.scale_high))
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
        reliability=row.reliability,
        checks=tuple(CheckEstimate(*check) for check in checks),
        known_days=row.known_days,
    )


def _judged(row: FindingRow) -> Judged | None:
    look = _look(row.look_number, row.look_date, row.look_days)
    if look is None or row.verdict_basis is None or row.verdict_low is None or row.verdict_high is None:
        return None
    since, at = row.withdrawn_since_days, row.withdrawn_at_days
    return Judged(
        look=look,
        basis=row.verdict_basis,
        low=row.verdict_low,
        high=row.verdict_high,
        since=_look(row.since_number, row.since_date, row.since_days),
        probability_of_direction=row.probability_of_direction,
        is_small=bool(row.is_small),
        smallest_effect=row.smallest_effect_at_look or 0.0,
        exposure=ExposureRange(row.exposure_low or 0.0, row.exposure_high or 0.0, row.exposure_sd or 0.0),
        ends=ScaleEnds(row.room or 0.0, row.at_low or 0.0, row.at_high or 0.0),
        withdrawn=Withdrawn(since, at) if since is not None and at is not None else None,
    )


def _look(number: int | None, day: date | None, days: int | None) -> LookDay | None:
    return None if number is None or day is None or days is None else LookDay(number, day, days)


def _forecast(row: FindingRow) -> Forecast | None:
    if row.chance_within_year is None:
        return None
    return Forecast(
        row.chance_within_year,
        row.forecast_first_days,
        row.forecast_last_days,
        row.forecast_first_weeks,
        row.forecast_last_weeks,
    )

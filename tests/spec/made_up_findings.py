"""Made-up findings: one for each state that a report can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from painstats.findings.finding import Finding, Judged, Origin, Withdrawn
from painstats.findings.forecast_type import Forecast
from painstats.questions.asked import asked
from painstats.questions.estimate import Basis, CheckEstimate, Estimate
from painstats.questions.look import ExposureRange, LookDay, ScaleEnds
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict
from tests.spec.test_questions_contract import study_of

ORIGIN = Origin("p" * 16, "0", "i" * 16)
NIGHTS, DAYS = ExposureRange(5.8, 8.4, 1.0), ExposureRange(3.2, 9.9, 2.6)
SLEEP, STEPS = "total_sleep_time_min", "step_count"


def question(measure: str = SLEEP, item: str = "pain", site: str | None = None, **keys: Any) -> Question:
    [asked_one] = asked(study_of({"kind": "daily", "measure": measure, **keys}, item=item, site=site))
    return asked_one


def judged(
    low: float, high: float, *, basis: Basis = "own_days", chance: float | None = 0.98, **changes: Any
) -> Judged:
    has_sign = low > 0 or high < 0
    made = Judged(
        look=LookDay(3, date(2026, 4, 20), 120),
        basis=basis,
        low=low,
        high=high,
        since=LookDay(2, date(2026, 2, 18), 90) if has_sign else None,
        probability_of_direction=chance if has_sign else None,
        is_small=False,
        smallest_effect=0.4,
        exposure=NIGHTS,
        ends=ScaleEnds(1.0, 0.02, 0.01),
        withdrawn=None,
    )
    return replace(made, **changes)


def finding(
    verdict: Verdict,
    *reasons: str,
    verdict_from: Judged | None = None,
    reading: tuple[float, float, float] | None = None,
    days: int = 134,
    known: int | None = None,
    basis: Basis = "own_days",
    checks: tuple[CheckEstimate, ...] = (),
    next_look: int | None = 180,
    forecast: Forecast | None = None,
    participant: str | None = "ann",
    participants: int = 1,
    swing: float = 1.0,
    **asked_of: Any,
) -> Finding:
    numbers = reading or (None, None, None)
    estimate = Estimate(*numbers, basis, days, participants, checks=checks, known_days=known)
    about = question(**asked_of)
    if verdict_from is not None and about.exposure.measure == STEPS:
        verdict_from = replace(verdict_from, exposure=DAYS)
    return Finding(
        about, participant, estimate, verdict, reasons, verdict_from, next_look, forecast, 0.4, swing, None, ORIGIN
    )


STATES: dict[str, Finding] = {
    "own": finding(Verdict.LOWER, verdict_from=judged(-0.43, -0.08), reading=(-0.28, -0.41, -0.15)),
    "own_higher": finding(
        Verdict.HIGHER, verdict_from=judged(0.03, 0.13), reading=(0.08, 0.05, 0.11), measure=STEPS
    ),
    "changed": finding(
        Verdict.NOT_DETERMINED, "link_changed", verdict_from=judged(-0.43, -0.08), reading=(-0.28, -0.41, -0.15)
    ),
    "own_small": finding(
        Verdict.LOWER, "smaller_than_matters", verdict_from=judged(-0.25, -0.01, is_small=True), reading=(-0.12, -0.2, 0)
    ),
    "pooled": finding(
        Verdict.LOWER, "as_for_others", verdict_from=judged(-0.4, -0.1, basis="pooled", chance=0.996),
        reading=(-0.24, -0.4, -0.1), basis="pooled", checks=(CheckEstimate("own_days", -0.13, -0.5, 0.2),),
    ),
    "bound": finding(
        Verdict.AT_MOST_SMALL, "inside_smallest_effect", verdict_from=judged(-0.08, 0.115), reading=(0.01, -0.1, 0.1),
        measure=STEPS,
    ),
    "open": finding(
        Verdict.NOT_DETERMINED, "both_directions_possible", verdict_from=judged(-0.5, 0.3), reading=(-0.1, -0.4, 0.2),
        days=66, next_look=90, forecast=Forecast(0.93, 30, 120, 5, 21),
    ),
    "open_long": finding(
        Verdict.NOT_DETERMINED, "both_directions_possible", verdict_from=judged(-0.5, 0.3), reading=(-0.1, -0.4, 0.2),
        forecast=Forecast(0.55, 40, None, 7, None),
    ),
    "not_confirmed": finding(
        Verdict.NOT_DETERMINED, "not_confirmed", verdict_from=judged(-0.3, 0.1, withdrawn=Withdrawn(120, 270)),
        reading=(-0.1, -0.3, 0.1), days=280, next_look=365,
    ),
    "days_disagree": finding(
        Verdict.NOT_DETERMINED, "days_disagree", verdict_from=judged(-0.3, 0.1, withdrawn=Withdrawn(60, 90)),
        reading=(-0.1, -0.3, 0.1),
    ),
    "disagree": finding(
        Verdict.NOT_DETERMINED, "own_days_and_cohort_disagree", verdict_from=judged(-0.4, -0.1),
        reading=(0.1, -0.1, 0.3), basis="pooled", checks=(CheckEstimate("own_days", -0.3, -0.5, -0.1),),
    ),
    "kinds_differ": finding(
        Verdict.NOT_DETERMINED, "kinds_differ", verdict_from=judged(-0.4, -0.1), reading=(-0.2, -0.4, -0.1),
        measure="exercise_time_min",
    ),
    "early": finding(
        Verdict.NOT_JUDGED, "before_first_look", reading=(-0.2, -0.6, 0.2), days=38, next_look=60
    ),
    "very_early": finding(Verdict.NOT_JUDGED, "too_few_days_to_show", days=15, next_look=60),
    "no_scores": finding(Verdict.NOT_JUDGED, "outcome_missing", days=0, next_look=60),
    "same_scores": finding(Verdict.NOT_JUDGED, "outcome_hardly_varies"),
    "same_nights": finding(Verdict.NOT_JUDGED, "exposure_hardly_varies", swing=0.34),
    "rarely_known": finding(Verdict.NOT_JUDGED, "exposure_rarely_known", known=13, days=60),
    "missing_days": finding(Verdict.NOT_JUDGED, "too_many_days_missing"),
    "no_fit": finding(Verdict.NOT_JUDGED, "no_fit"),
    "pattern": finding(
        Verdict.LOWER, verdict_from=judged(-0.43, -0.08), reading=(-0.28, -0.41, -0.15), confirmatory=False
    ),
}  # fmt: skip
"""A finding about a participant for every state, by a short name."""

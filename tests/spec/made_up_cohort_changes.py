"""Made-up changes of participants, as judged, for the averages over participants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from painstats.questions.treatment.cohort_days import AlignedDays
from painstats.questions.treatment.cohort_groups import OwnChange
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from tests.calibration.treatment_cohorts import CohortTruth, simulated_arm

simulated = cache(simulated_arm)

START = ChangeFinding(
    participant_id="p001",
    number=1,
    change="start",
    names=("Yoga",),
    actions=("start",),
    doses_before=(None,),
    doses_after=(None,),
    dose_units=(None,),
    first_date=date(2026, 3, 1),
    last_date=date(2026, 3, 1),
    in_full_date=date(2026, 3, 1),
    before_from=date(2026, 1, 1),
    before_until=date(2026, 2, 21),
    after_from=date(2026, 3, 1),
    after_until=date(2026, 4, 25),
    days_before=42,
    days_after=42,
    look=1,
    look_date=date(2026, 3, 28),
    next_look_date=date(2026, 4, 25),
    verdict=Verdict.NOT_DETERMINED,
    reasons=("interval_too_wide",),
)


def changes(
    truth: CohortTruth, *, prefix: str = "p", seed: int = 1, every_days: int = 1, **finding: object
) -> list[OwnChange]:
    """Return a start of yoga, or what ``finding`` says, for each participant of a simulated cohort."""
    arm, first = simulated(truth, seed, prefix), date(2026, 3, 1)
    own = zip(arm.participants, arm.own, arm.own_week, strict=True)
    return [
        OwnChange(
            replace(START, participant_id=days.participant_id, estimate=change, week_estimate=week, **finding),
            started_on(days, first + timedelta(days=every_days * place)),
        )
        for place, (days, change, week) in enumerate(own)
    ]


def started_on(days: AlignedDays, first_date: date) -> AlignedDays:
    """Return the same days around another date."""
    return replace(days, first_date=first_date)

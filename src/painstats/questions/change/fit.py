"""Fit the change of each link in one participant's days (docs/method/questions.md, change of a link)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.change.columns import by_recent, by_time
from painstats.questions.change.plan import BEFORE, LAST_60_DAYS, first_recent_day
from painstats.questions.daily.look_evidence import exposure_range
from painstats.questions.daily.refusals import (
    exposure_hardly_varies,
    exposure_rarely_known,
    outcome_hardly_varies,
    those_that_apply,
    too_many_days_missing,
)
from painstats.questions.exploratory.first_fit import first_fit
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome

LEAST_DAYS = 8
"""Days with a score and a known exposure among the last 60, and before them, from which there is a slope of each."""


@dataclass(frozen=True, slots=True)
class OwnChange:
    """The link of one exposure with the outcome in one participant's days, before and now.

    Parameters
    ----------
    participant_id, when, outcome, exposure
        The participant, the look, the outcome and the exposure.
    days
        Days with a score until the look.
    known_days
        Contrast of a part to its days with a score and a known exposure.
    tests
        Contrast to its test, in outcome points per unit; empty with a refusal.
    refused
        Why there is none, by name.
    """

    participant_id: str
    when: LookDay
    outcome: Outcome
    exposure: Exposure
    days: int
    known_days: Mapping[str, int] = field(default_factory=dict)
    tests: Mapping[str, Coefficient] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


def own_changes(own: OwnDays) -> tuple[OwnChange, ...]:
    """Fit the change of each daily exposure's link."""
    return tuple(_own_change(own, exposure) for exposure in own.design.exposures)


def refusals(own: OwnDays, exposure: Exposure) -> tuple[str, ...]:
    """List why a change may not be judged, whatever the numbers say; empty if it may."""
    rows, rules = own.usable, own.design.rules
    if exposure_range(rows, exposure) is None or exposure_rarely_known(rows, exposure, rules):
        return ("exposure_rarely_known",)
    return those_that_apply(
        {
            "outcome_hardly_varies": outcome_hardly_varies(rows, own.design.scale),
            "exposure_hardly_varies": exposure_hardly_varies(rows, exposure),
            "too_many_days_missing": too_many_days_missing(rows, rules),
            "few_recent_days": min(known_days(own, exposure).values()) < LEAST_DAYS,
        }
    )


def known_days(own: OwnDays, exposure: Exposure) -> dict[str, int]:
    """Count the days with a score and a known exposure: the last 60 days, and before them."""
    known = own.usable.drop_nulls(exposure.name)
    recent = known.filter(pl.col("date") >= first_recent_day(own.when.date)).height
    return {LAST_60_DAYS: recent, BEFORE: known.height - recent}


def _own_change(own: OwnDays, exposure: Exposure) -> OwnChange:
    usable, refused = own.usable, refusals(own, exposure)
    of = (own.participant_id, own.when, own.outcome, exposure, usable.height, known_days(own, exposure))
    if refused:
        return OwnChange(*of, refused=refused)
    design = own.design.total_of(exposure)
    moving, parts = by_time(usable, design, exposure), by_recent(usable, design, exposure, own.when.date)
    change = own_contrasts(moving.rows, moving.contrasts, near=first_fit(own))
    slopes = own_contrasts(parts.rows, parts.contrasts, guard=own.guard_days, near=change.first) if change else None
    if change is None or slopes is None:
        return OwnChange(*of, refused=("no_fit",))
    return OwnChange(*of, tests={test.name: test for test in (*change.tests, *slopes.tests)})

"""The numbers of a judged change, in points of the outcome's own scale; this file loads statistics."""

from __future__ import annotations

from dataclasses import replace

from painstats.plan.study import Study
from painstats.questions.treatment.compared import Compared
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.fit import (
    LEVEL,
    coefficient_of,
    estimated,
    later_weeks,
    on_equal_nights,
    with_trend,
)
from painstats.questions.treatment.looks import Fitted, Look
from painstats.questions.treatment.rule import Estimated, direction
from painstats.questions.treatment.sizes import size_probabilities
from painstats.questions.verdict import Verdict

PLACEBO_SHARE = 0.18
"""Share of the level before by which pain fell on a dummy medicine (Younger et al. 2013, Arthritis Rheum 65:529)."""

SHOWN_SDS = 2.8
"""A change of so many standard deviations shows in four of five cases: 1.96 + 0.84."""

LEVEL_FOR_THIRD = 3.0
"""Level before, on a scale from 0 to 10, from which on 30% of it is a change that scores can show."""

TRIED_ITEM = "pain"
"""The item that the trials behind the dummy medicine and the sizes are about."""

Interval = tuple[float, float, float] | tuple[None, None, None]
"""Estimate and 95% interval, in points of the outcome's scale."""


def with_numbers(finding: ChangeFinding, look: Look, study: Study, *, is_complete: bool) -> ChangeFinding:
    """Return a row with the numbers of its last look; as it is where the look was refused.

    Parameters
    ----------
    finding, look
        The row and its last look.
    study
        The study, for the scale and the item of its outcome.
    is_complete
        Whether there are 84 days on both sides, so that the later weeks can be compared with the first.
    """
    if look.fitted is None:
        return finding
    outcome = study.plan.outcome
    unit = (outcome.scale[1] - outcome.scale[0]) / 10
    before = estimated(coefficient_of(look.fitted.fit, LEVEL))
    level = before.estimate
    estimate, low, high = _in_points(look.fitted.without_week, unit)
    week_estimate, week_low, week_high = _in_points(look.fitted.with_week, unit)
    found = replace(
        finding,
        estimate=estimate, low=low, high=high,
        week_estimate=week_estimate, week_low=week_low, week_high=week_high,
        level_before=outcome.scale[0] + level * unit,
        level_before_low=outcome.scale[0] + before.low * unit,
        level_before_high=outcome.scale[0] + before.high * unit,
        could_show=SHOWN_SDS * look.fitted.without_week.sd * unit,
        placebo=PLACEBO_SHARE * level * unit if outcome.item == TRIED_ITEM else None,
    )  # fmt: skip
    found = _with_what_ifs(found, look.compared, unit, study.plan.rules.min_days_phase, is_complete=is_complete)
    has_sizes = look.verdict is Verdict.LOWER and outcome.item == TRIED_ITEM
    return _with_sizes(found, look.fitted, level) if has_sizes else found


def _in_points(estimated: Estimated | None, unit: float) -> Interval:
    if estimated is None:
        return None, None, None
    return estimated.estimate * unit, estimated.low * unit, estimated.high * unit


def _with_what_ifs(
    finding: ChangeFinding, compared: Compared, unit: float, least_days: int, *, is_complete: bool
) -> ChangeFinding:
    trend_estimate, trend_low, trend_high = _in_points(with_trend(compared), unit)
    sleep_estimate, sleep_low, sleep_high = _in_points(on_equal_nights(compared, least_days), unit)
    later_estimate, later_low, later_high = _in_points(_later(compared) if is_complete else None, unit)
    return replace(
        finding,
        trend_estimate=trend_estimate, trend_low=trend_low, trend_high=trend_high,
        sleep_estimate=sleep_estimate, sleep_low=sleep_low, sleep_high=sleep_high,
        later_estimate=later_estimate, later_low=later_low, later_high=later_high,
    )  # fmt: skip


def _later(compared: Compared) -> Estimated | None:
    """Return the difference of the later weeks, only where its direction is as sure as a verdict has to be."""
    estimated = later_weeks(compared)
    return estimated if direction(estimated.below_zero) else None


def _with_sizes(finding: ChangeFinding, fitted: Fitted, level: float) -> ChangeFinding:
    """Add the range of each probability over the priors; 30% only where the level before is high enough."""
    sizes = size_probabilities(fitted.fit)
    two, third = [size.two_points for size in sizes], [size.third for size in sizes]
    found = replace(finding, two_points_least=min(two), two_points_most=max(two))
    return replace(found, third_least=min(third), third_most=max(third)) if level >= LEVEL_FOR_THIRD else found

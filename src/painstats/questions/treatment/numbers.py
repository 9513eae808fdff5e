"""The numbers of a judged change, in points of the outcome's own scale; this file loads statistics."""

from __future__ import annotations

from painstats.plan.study import OutcomePlan, Study
from painstats.questions.treatment.compared import Compared
from painstats.questions.treatment.fit import coefficient_of, later_weeks, on_equal_nights, with_trend
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


def numbers_of(look: Look, study: Study, *, is_complete: bool) -> dict[str, float | None]:
    """Return the fields of ``ChangeFinding`` that hold numbers; empty where the look was refused.

    Parameters
    ----------
    look
        The last look at the change.
    study
        The study, for the scale and the item of its outcome.
    is_complete
        Whether there are 84 days on both sides, so that the later weeks can be compared with the first.
    """
    if look.fitted is None:
        return {}
    outcome, least = study.plan.outcome, study.plan.rules.min_days_phase
    low, high = outcome.scale
    unit = (high - low) / 10
    level = float(coefficient_of(look.fitted.fit, 0).mean[0])
    return {
        **_interval("", look.fitted.without_week, unit),
        **_interval("week_", look.fitted.with_week, unit),
        **_interval("trend_", with_trend(look.compared), unit),
        **_interval("sleep_", on_equal_nights(look.compared, least), unit),
        **_interval("later_", _later(look.compared) if is_complete else None, unit),
        "level_before": low + level * unit,
        "could_show": SHOWN_SDS * look.fitted.without_week.sd * unit,
        "placebo": PLACEBO_SHARE * level * unit if _is_pain(outcome) else None,
        **(_sizes(look.fitted, level) if look.verdict is Verdict.LOWER and _is_pain(outcome) else {}),
    }


def _is_pain(outcome: OutcomePlan) -> bool:
    """Whether the trials behind placebo and sizes are about this item."""
    return outcome.item == "pain"


def _interval(prefix: str, estimated: Estimated | None, unit: float) -> dict[str, float | None]:
    names = (f"{prefix}estimate", f"{prefix}low", f"{prefix}high")
    if estimated is None:
        return dict.fromkeys(names)
    values = (estimated.estimate, estimated.low, estimated.high)
    return {name: value * unit for name, value in zip(names, values, strict=True)}


def _later(compared: Compared) -> Estimated | None:
    """Return the difference of the later weeks, only where its direction is as sure as a verdict has to be."""
    estimated = later_weeks(compared)
    return estimated if direction(estimated.below_zero) else None


def _sizes(fitted: Fitted, level: float) -> dict[str, float | None]:
    """Return the range of each probability over the priors."""
    sizes = size_probabilities(fitted.fit)
    two, third = [size.two_points for size in sizes], [size.third for size in sizes]
    found: dict[str, float | None] = {"two_points_least": min(two), "two_points_most": max(two)}
    if level >= LEVEL_FOR_THIRD:
        found |= {"third_least": min(third), "third_most": max(third)}
    return found

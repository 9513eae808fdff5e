"""The declared verdict rule: what may be said of one slope, and how many more days it would take.

The rule is fixed before the data are read (``[rules]`` and ``[outcome]`` of study.toml) and stated in
docs/method.md. In order: days, variation and compliance first; then a sign, if it is surely right; then *no clear
link*, if the whole interval is smaller than what matters; else *cannot tell yet*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from painstats.plan.study import RulesPlan

Z_95 = 1.959963984540054
LONGEST_FORECAST_DAYS = 730
NOT_CURED_BY_DAYS = {
    "outcome_hardly_varies",
    "exposure_hardly_varies",
    "too_many_days_missing",
    "no_fit",
}
"""Reasons that more days of the same kind would not remove."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one person's slope on one predictor.

    Parameters
    ----------
    estimate, low, high
        Slope in outcome points per effect unit, with its 95 % interval; None when there is no fit.
    false_sign_rate
        Probability that the sign of ``estimate`` is wrong (Stephens 2017, Biostatistics 18:275); for a person judged
        on their own days alone, half the two-sided p value.
    reliability
        1 - variance of the slope's error / variance of slopes between people; None when judged on own days alone.
    days
        Complete days.
    compliance
        Complete days / days between the first and the last rating.
    within_sd
        The person's own standard deviation of the predictor, in effect units.
    has_ratings, outcome_varies
        Whether there are ratings at all, and whether they vary enough for any slope to mean something.
    smallest_effect
        Smallest effect that matters, in outcome points per effect unit.
    slopes_differ
        Whether the cohort's slopes have a variance above zero; None when judged on own days alone.
    """

    estimate: float | None
    low: float | None
    high: float | None
    false_sign_rate: float | None
    reliability: float | None
    days: int
    compliance: float
    within_sd: float
    least_within_sd: float
    has_ratings: bool
    outcome_varies: bool
    smallest_effect: float
    slopes_differ: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, the reasons for it by name, and the days still needed where that can be said."""

    verdict: str
    reasons: tuple[str, ...]
    days_needed: int | None = None


def judge(evidence: Evidence, rules: RulesPlan) -> Verdict:
    """Apply the verdict rule to one person's slope."""
    refusals = _refusals(evidence, rules)
    if refusals:
        return Verdict("cannot_tell_yet", refusals, _days_still_needed(evidence, rules, refusals))
    assert evidence.estimate is not None
    assert evidence.low is not None
    assert evidence.high is not None
    inside = max(abs(evidence.low), abs(evidence.high)) < evidence.smallest_effect
    if _sign_is_sure(evidence, rules):
        verdict = "more_pain" if evidence.estimate > 0 else "less_pain"
        return Verdict(verdict, ("smaller_than_matters",) if inside else ())
    if inside and not _is_unreliable(evidence, rules):
        return Verdict("no_clear_link", ("inside_smallest_effect",))
    doubts = ["interval_too_wide"]
    if _is_unreliable(evidence, rules):
        doubts.append("unreliable")
    return Verdict("cannot_tell_yet", tuple(doubts), _days_still_needed(evidence, rules, tuple(doubts)))


def _refusals(evidence: Evidence, rules: RulesPlan) -> tuple[str, ...]:
    """Reasons for which nothing is claimed, whatever the numbers say."""
    if not evidence.has_ratings:
        return ("outcome_missing",)
    if evidence.days < rules.min_days_in_model:
        return ("too_few_days_for_model",)
    if evidence.days < rules.min_days_shown:
        return ("too_few_days_to_show",)
    named = {
        "outcome_hardly_varies": not evidence.outcome_varies,
        "exposure_hardly_varies": evidence.within_sd < evidence.least_within_sd,
        "no_fit": evidence.estimate is None,
        "too_many_days_missing": evidence.compliance < rules.min_compliance,
        "too_few_days_for_verdict": evidence.days < rules.min_days_verdict,
    }
    return tuple(name for name, holds in named.items() if holds)


def _sign_is_sure(evidence: Evidence, rules: RulesPlan) -> bool:
    rate = evidence.false_sign_rate
    if rate is None or _is_unreliable(evidence, rules) or _holds_zero(evidence):
        return False
    # Judged on own days alone there is no shrinkage to lean on: half the two-sided p must clear half the rate.
    limit = rules.max_false_sign_rate if evidence.reliability is not None else rules.max_false_sign_rate / 2
    return rate < limit


def _holds_zero(evidence: Evidence) -> bool:
    """Whether the 95 % interval reaches from less to more: then a reader sees both directions, whatever the rate."""
    return evidence.low is None or evidence.high is None or evidence.low <= 0.0 <= evidence.high


def _is_unreliable(evidence: Evidence, rules: RulesPlan) -> bool:
    if evidence.reliability is None:
        return False
    return evidence.reliability < rules.min_reliability or not evidence.slopes_differ


def _days_still_needed(evidence: Evidence, rules: RulesPlan, reasons: tuple[str, ...]) -> int | None:
    """Forecast the days until a verdict, if the slope stays as it is; None if that cannot be foreseen."""
    if "outcome_missing" in reasons:
        return rules.min_days_verdict
    if not evidence.days or not NOT_CURED_BY_DAYS.isdisjoint(reasons) or evidence.slopes_differ is False:
        return None
    missing = rules.min_days_verdict - evidence.days
    needed = _days_for_precision(evidence, rules)
    if needed is None and missing <= 0:
        return None
    still = max(missing, math.ceil(round(needed - evidence.days, 6)) if needed is not None else 0, 1)
    return still if still <= LONGEST_FORECAST_DAYS else None


def _days_for_precision(evidence: Evidence, rules: RulesPlan) -> float | None:
    """Days at which the interval would leave zero or fit inside the smallest effect, whichever comes first.

    A slope's own error variance falls as 1 / days; pooling adds the information 1 / tau^2 that other people give
    (docs/method.md, precision).
    """
    if not evidence.days or evidence.estimate is None or evidence.low is None or evidence.high is None:
        return None
    variance = ((evidence.high - evidence.low) / (2 * Z_95)) ** 2
    size = abs(evidence.estimate)
    target = (max(size, evidence.smallest_effect - size) / Z_95) ** 2
    if evidence.reliability is None or evidence.reliability <= 0.0:
        return evidence.days * variance / target
    shared = (1.0 - evidence.reliability) / variance  # 1 / tau^2
    own_per_day = (1.0 / variance - shared) / evidence.days
    for_interval = (1.0 / target - shared) / own_per_day
    for_reliability = shared * rules.min_reliability / (1.0 - rules.min_reliability) / own_per_day
    return max(for_interval, for_reliability)

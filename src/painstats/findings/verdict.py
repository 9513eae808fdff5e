"""The declared verdict rule, and how many more days a verdict would take.

The rule is fixed before the data are read (``[rules]`` and ``[outcome]`` of study.toml) and stated in
docs/method/verdict.md. In order: refusals come first; then a direction, if it is certain enough; then *at most small*,
if the whole interval is smaller than what matters; otherwise the effect is *not determined*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from painstats.findings.finding import Verdict
from painstats.plan.study import RulesPlan
from painstats.questions.estimate import Estimate, Evidence

Z_95 = 1.959963984540054
CONFIRMATORY_LEVEL = 0.05
LONGEST_FORECAST_DAYS = 730
NOT_CURED_BY_DAYS = frozenset(
    {"outcome_hardly_varies", "exposure_hardly_varies", "exposure_rarely_known", "too_many_days_missing", "no_fit"}
)
"""Reasons that more days of the same kind would not remove."""

HIDING = frozenset(
    {
        "too_few_days_for_model",
        "too_few_days_to_show",
        "outcome_hardly_varies",
        "exposure_rarely_known",
        "exposure_hardly_varies",
    }
)
"""Reasons for which not even the estimate is shown."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the reasons for it by name, and the days still needed where that can be forecast."""

    verdict: Verdict
    reasons: tuple[str, ...]
    days_needed: int | None = None

    @property
    def hides_estimate(self) -> bool:
        """Whether the reasons forbid even the estimate to be shown."""
        return not HIDING.isdisjoint(self.reasons)


@dataclass(frozen=True, slots=True)
class _Interval:
    """An effect that was fitted, with its 95% interval, in outcome points per unit."""

    value: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Whether it contains zero: readers then see both directions, however certain the sign is."""
        return self.low <= 0.0 <= self.high

    @property
    def direction(self) -> Verdict:
        """The verdict of its sign."""
        return Verdict.HIGHER if self.value > 0 else Verdict.LOWER

    def is_inside(self, smallest_effect: float) -> bool:
        """Whether the whole interval is smaller than what matters."""
        return max(abs(self.low), abs(self.high)) < smallest_effect


def judge(evidence: Evidence, rules: RulesPlan) -> Judgement:
    """Apply the verdict rule to one participant's effect, or to the average over participants."""
    interval = _interval(evidence.estimate)
    if evidence.refusals or interval is None:
        reasons = evidence.refusals or ("no_fit",)
        days = None if evidence.is_average else _days_still_needed(evidence, rules, reasons)
        return Judgement(Verdict.NOT_JUDGED, reasons, days)
    return _judge_average(evidence, interval) if evidence.is_average else _judge_one(evidence, interval, rules)


def _interval(estimate: Estimate) -> _Interval | None:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return _Interval(estimate.value, estimate.low, estimate.high)


def _judge_average(evidence: Evidence, interval: _Interval) -> Judgement:
    notes, p = evidence.notes, evidence.estimate.p
    if not evidence.checks_agree:
        return Judgement(Verdict.NOT_DETERMINED, ("checks_disagree", *notes))
    if p is not None and p < CONFIRMATORY_LEVEL:
        return Judgement(interval.direction, notes)
    if interval.is_inside(evidence.smallest_effect):
        return Judgement(Verdict.AT_MOST_SMALL, ("inside_smallest_effect", *notes))
    return Judgement(Verdict.NOT_DETERMINED, ("interval_too_wide", *notes))


def _judge_one(evidence: Evidence, interval: _Interval, rules: RulesPlan) -> Judgement:
    is_inside = interval.is_inside(evidence.smallest_effect)
    if _direction_is_sure(evidence, interval, rules):
        return Judgement(interval.direction, ("smaller_than_matters",) if is_inside else ())
    is_unreliable = _is_unreliable(evidence, rules)
    if is_inside and not is_unreliable:
        return Judgement(Verdict.AT_MOST_SMALL, ("inside_smallest_effect",))
    reasons = ("interval_too_wide", "unreliable") if is_unreliable else ("interval_too_wide",)
    return Judgement(Verdict.NOT_DETERMINED, reasons, _days_still_needed(evidence, rules, reasons))


def _direction_is_sure(evidence: Evidence, interval: _Interval, rules: RulesPlan) -> bool:
    """Whether the false sign rate (Stephens 2017, Biostatistics 18:275) is low enough."""
    probability = evidence.estimate.probability_of_direction
    if probability is None or _is_unreliable(evidence, rules) or interval.holds_zero:
        return False
    # On own days alone nothing is shrunk towards the average: half the two-sided p must be below half the rate.
    is_pooled = evidence.estimate.reliability is not None
    return 1.0 - probability < (rules.max_false_sign_rate if is_pooled else rules.max_false_sign_rate / 2)


def _is_unreliable(evidence: Evidence, rules: RulesPlan) -> bool:
    reliability = evidence.estimate.reliability
    return reliability is not None and (reliability < rules.min_reliability or not evidence.slopes_differ)


def _days_still_needed(evidence: Evidence, rules: RulesPlan, reasons: tuple[str, ...]) -> int | None:
    """Forecast the days until a verdict, if the effect does not change; None if there is no forecast."""
    days = evidence.estimate.days
    if "outcome_missing" in reasons:
        return rules.min_days_verdict
    if not days or not NOT_CURED_BY_DAYS.isdisjoint(reasons) or evidence.slopes_differ is False:
        return None
    missing = rules.min_days_verdict - days
    needed = _days_for_precision(evidence, rules)
    if needed is None and missing <= 0:
        return None
    still = max(missing, math.ceil(round(needed - days, 6)) if needed is not None else 0, 1)
    return still if still <= LONGEST_FORECAST_DAYS else None


def _days_for_precision(evidence: Evidence, rules: RulesPlan) -> float | None:
    """Days at which the interval would exclude zero or fit inside the smallest effect, whichever comes first.

    The error variance of a participant's own effect falls as 1 / days; pooling adds the information 1 / tau^2 that the
    other participants give (docs/method/model.md, precision).
    """
    interval, days, reliability = _interval(evidence.estimate), evidence.estimate.days, evidence.estimate.reliability
    if not days or interval is None:
        return None
    variance = ((interval.high - interval.low) / (2 * Z_95)) ** 2
    size = abs(interval.value)
    target = (max(size, evidence.smallest_effect - size) / Z_95) ** 2
    if reliability is None or reliability <= 0.0:
        return days * variance / target
    shared = (1.0 - reliability) / variance  # 1 / tau^2
    own_per_day = (1.0 / variance - shared) / days
    for_interval = (1.0 / target - shared) / own_per_day
    for_reliability = shared * rules.min_reliability / (1.0 - rules.min_reliability) / own_per_day
    return max(for_interval, for_reliability)

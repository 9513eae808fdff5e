"""Verdicts about contrasts of activity, for each participant and on average.

The contrasts that are tested share one chance of a false direction for a participant, over all measures (Holm 1979);
the others are shown with their intervals and have no direction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.daily.averages import holm
from painstats.questions.exploratory.activity_fit import ActivityFit
from painstats.questions.exploratory.activity_rules import ActivityRules
from painstats.questions.exploratory.average import LEAST_PARTICIPANTS, ContrastMean, mean_of_tests, with_mean
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding, Judged, with_test
from painstats.questions.verdict import Verdict
from painstats.vocabulary import MEASURES

ONLY_SHOWN, TOO_FEW_PARTICIPANTS = "only_shown", "too_few_participants"
AVERAGE_ERROR = 0.05
"""Chance of a false direction of an average."""


def judge_activity(fits: Sequence[ActivityFit], rules: ActivityRules) -> Judged:
    """Judge all fits, of which those of one participant follow each other."""
    own = [list(group) for _, group in groupby(fits, key=lambda fit: fit.participant_id)]
    return Judged(tuple(row for group in own for row in judge_own(group, rules)), judge_averages(fits, rules))


def judge_own(fits: Sequence[ActivityFit], rules: ActivityRules) -> list[ContrastFinding]:
    """Judge one participant's contrasts of all measures; a measure without a fit still counts as asked."""
    asked = [(fit.measure, name) for fit in fits for name in rules.tested]
    tests = {(fit.measure, name): test for fit in fits for name, test in fit.own.items()}
    p_values = [tests[each].p if each in tests else 1.0 for each in asked]
    adjusted = dict(zip(asked, holm(p_values), strict=True))
    return [_finding(fit, name, adjusted, rules) for fit in fits for name in rules.contrasts]


def _finding(
    fit: ActivityFit, name: str, adjusted: Mapping[tuple[str, str], float], rules: ActivityRules
) -> ContrastFinding:
    test = fit.own.get(name)
    unjudged = ContrastFinding(
        participant_id=fit.participant_id,
        kind=rules.kind,
        item=rules.outcome.item,
        site=rules.outcome.site,
        exposure=fit.measure,
        contrast=name,
        unit=MEASURES[fit.measure].unit,
        look_date=fit.look_date,
        days=fit.days,
        days_with=None,
        asked=len(adjusted),
        verdict=Verdict.NOT_JUDGED,
        reasons=(ONLY_SHOWN,) if test else (fit.reason,),
    )
    q = adjusted.get((fit.measure, name))
    return _tested(unjudged, test, rules.contrasts[name].error, q) if test else unjudged


def _tested(unjudged: ContrastFinding, test: Coefficient, error: float, q: float | None) -> ContrastFinding:
    """Add a test to a finding; only a contrast with an adjusted p value ``q`` gets a verdict."""
    low, high = interval(test, error)
    shown = replace(with_test(unjudged, test, q), low=low, high=high)
    return shown if q is None else replace(shown, verdict=direction(test.estimate, q, error), reasons=())


def direction(estimate: float, adjusted: float, error: float) -> Verdict:
    """Give the direction of an estimate whose adjusted p is below the chance of a false one."""
    if adjusted >= error:
        return Verdict.NOT_DETERMINED
    return Verdict.HIGHER if estimate > 0 else Verdict.LOWER


def interval(test: Coefficient, error: float) -> tuple[float, float]:
    """Return the t interval of a contrast that misses it with the chance ``error``, in points."""
    from scipy import stats

    margin = float(stats.t.isf(error / 2, test.df)) * test.se
    return test.estimate - margin, test.estimate + margin


def judge_averages(fits: Sequence[ActivityFit], rules: ActivityRules) -> tuple[ContrastAverage, ...]:
    """Judge the averages of each measure and contrast over participants; Holm over those that are tested."""
    asked = [(measure, name) for measure in dict.fromkeys(fit.measure for fit in fits) for name in rules.contrasts]
    tests = {each: _for_average(fits, *each) for each in asked}
    means = {each: _mean(own) for each, own in tests.items()}
    tested = [each for each in asked if rules.contrasts[each[1]].is_tested]
    p_values = [mean.p if (mean := means[each]) else 1.0 for each in tested]
    adjusted = dict(zip(tested, holm(p_values), strict=True))
    return tuple(_average(each, len(tests[each]), means[each], adjusted, rules) for each in asked)


def _for_average(fits: Sequence[ActivityFit], measure: str, name: str) -> list[Coefficient]:
    found = [fit.for_average[name] for fit in fits if fit.measure == measure and name in fit.for_average]
    return [test for test in found if math.isfinite(test.se) and test.se > 0]


def _mean(tests: Sequence[Coefficient]) -> ContrastMean | None:
    if len(tests) < LEAST_PARTICIPANTS:
        return None
    return mean_of_tests(tests)


def _average(
    asked: tuple[str, str],
    participants: int,
    mean: ContrastMean | None,
    adjusted: Mapping[tuple[str, str], float],
    rules: ActivityRules,
) -> ContrastAverage:
    measure, name = asked
    unjudged = ContrastAverage(
        kind=rules.kind,
        item=rules.outcome.item,
        site=rules.outcome.site,
        exposure=measure,
        contrast=name,
        unit=MEASURES[measure].unit,
        participants=participants,
        asked=len(adjusted),
        verdict=Verdict.NOT_JUDGED,
        reasons=(ONLY_SHOWN,) if mean else (TOO_FEW_PARTICIPANTS,),
    )
    return _averaged(unjudged, mean, adjusted.get(asked)) if mean else unjudged


def _averaged(unjudged: ContrastAverage, mean: ContrastMean, p_adjusted: float | None) -> ContrastAverage:
    """Add a mean to an average; only a contrast with an adjusted p value gets a verdict."""
    shown = replace(with_mean(unjudged, mean), p_adjusted=p_adjusted)
    if p_adjusted is None:
        return shown
    return replace(shown, verdict=direction(mean.estimate, p_adjusted, AVERAGE_ERROR), reasons=())

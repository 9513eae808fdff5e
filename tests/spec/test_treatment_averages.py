"""The average change of many participants: who is in it, and when it has a direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from painstats.plan.lots import TreatmentPlan
from painstats.questions.treatment.cohort import treatment_averages
from painstats.questions.treatment.cohort_arms import difference_of_means
from painstats.questions.treatment.cohort_average import Average, FourWays, mean_average
from painstats.questions.treatment.cohort_groups import OwnChange
from painstats.questions.treatment.cohort_judge import verdict_of
from painstats.questions.verdict import Verdict
from tests.calibration.treatment_cohorts import CohortTruth
from tests.spec.made_up_cohort_changes import changes

LOWER, HIGHER = Average(-0.8, -1.3, -0.3, 0.004), Average(0.8, 0.3, 1.3, 0.004)
UNSURE = Average(-0.4, -0.9, 0.1, 0.11)
BETTER = CohortTruth(participants=12, change=-2.0, change_sd=0.3, rho=0.5, white=0.3, trend_sd=0.0)


def averages(own, plans=None, drawn=None):
    return treatment_averages(own, plans or {}, drawn or {})


@pytest.mark.parametrize(
    ("ways", "verdict", "reasons"),
    [
        ((LOWER, LOWER, LOWER, LOWER), Verdict.LOWER, ()),
        ((HIGHER, HIGHER, HIGHER, HIGHER), Verdict.HIGHER, ()),
        ((LOWER, LOWER, LOWER, UNSURE), Verdict.NOT_DETERMINED, ("ways_disagree",)),
        ((HIGHER, UNSURE, HIGHER, LOWER), Verdict.NOT_DETERMINED, ("ways_disagree",)),
        ((HIGHER, LOWER, HIGHER, LOWER), Verdict.NOT_DETERMINED, ("ways_disagree",)),
        ((UNSURE, UNSURE, UNSURE, UNSURE), Verdict.NOT_DETERMINED, ("interval_too_wide",)),
        ((LOWER, None, LOWER, LOWER), Verdict.NOT_JUDGED, ("model_not_fitted",)),
    ],
)
def test_there_is_a_direction_only_where_all_four_ways_agree(ways, verdict, reasons):
    assert verdict_of(FourWays(*ways), 20) == (verdict, reasons)


def test_the_mean_of_own_changes_is_a_t_test_over_participants():
    values = [-1.2, 0.3, -0.9, -2.0, 0.1, -0.4]
    found, expected = mean_average(values), stats.ttest_1samp(values, 0.0)
    assert found is not None
    assert (found.estimate, found.p) == pytest.approx((np.mean(values), expected.pvalue))
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert mean_average(values[:4]) is None
    assert mean_average([1.0] * 6) is None


def test_the_difference_between_means_is_welchs():
    first, second = [-1.2, 0.3, -0.9, -2.0, 0.1], [0.4, 0.1, 0.9, -0.2, 0.5, 1.5]
    found, expected = difference_of_means(first, second), stats.ttest_ind(first, second, equal_var=False)
    assert found is not None
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_a_change_that_all_participants_have_is_lower_on_average():
    [row] = averages(changes(BETTER, verdict=Verdict.LOWER))
    assert (row.name, row.action, row.verdict, row.reasons) == ("Yoga", "start", Verdict.LOWER, ())
    assert (row.participants, row.left_out, row.lower, row.not_determined) == (12, 0, 12, 0)
    estimates = [row.estimate, row.week_estimate, row.mean, row.mean_week]
    assert estimates == pytest.approx([-2.0] * 4, abs=0.35)
    assert row.calendar_estimate is None  # all started within two weeks


def test_calendar_time_is_a_what_if_where_starts_are_spread():
    [row] = averages(changes(BETTER, every_days=7))
    assert row.calendar_estimate == pytest.approx(row.estimate, abs=0.8)
    assert row.calendar_estimate != row.estimate
    assert (row.last_start - row.first_start).days == 77


def test_five_to_nine_participants_have_only_the_mean_and_no_direction():
    [row] = averages(changes(replace(BETTER, participants=9)))
    assert (row.verdict, row.reasons) == (Verdict.NOT_JUDGED, ("few_participants",))
    assert (row.estimate, row.week_estimate) == (None, None)
    assert row.mean_high < 0
    assert row.mean_week_high < 0


def test_fewer_than_five_participants_are_not_listed():
    assert averages(changes(replace(BETTER, participants=4))) == []


def test_participants_without_an_estimate_are_counted_and_left_out():
    own = changes(BETTER)
    own[0] = OwnChange(replace(own[0].finding, change="several", names=("Yoga", "Pilates"), actions=("start",) * 2,
                               doses_before=(None,) * 2, doses_after=(None,) * 2, dose_units=(None,) * 2), own[0].days)  # fmt: skip
    own[1] = OwnChange(replace(own[1].finding, estimate=None, week_estimate=None, verdict=Verdict.NOT_JUDGED), None)
    [row] = averages(own)
    assert (row.participants, row.left_out) == (10, 2)


def test_a_participant_is_in_an_average_once_with_the_first_change():
    own = changes(BETTER)
    again = [OwnChange(replace(each.finding, number=3, estimate=9.0, week_estimate=9.0), each.days) for each in own]
    assert averages([*again, *own]) == averages(own)


def test_names_that_differ_in_capitals_are_one_treatment_and_steps_of_the_dose_are_not():
    own = changes(BETTER)
    own[3] = OwnChange(replace(own[3].finding, names=("yoga ",)), own[3].days)
    assert [row.participants for row in averages(own)] == [12]
    step = {"change": "dose", "names": ("LDN",), "actions": ("dose",), "dose_units": ("mg",)}
    up = changes(BETTER, doses_before=(1.5,), doses_after=(4.5,), **step)
    down = changes(BETTER, prefix="q", doses_before=(4.5,), doses_after=(1.5,), **step)
    rows = averages([*up, *down])
    assert [(row.dose_before, row.dose_after, row.participants) for row in rows] == [(1.5, 4.5, 12), (4.5, 1.5, 12)]


def test_two_arms_are_compared_by_their_starts():
    stretching = {"names": ("Stretching",)}
    unchanged = replace(BETTER, change=0.0)
    own = [*changes(BETTER), *changes(unchanged, prefix="q", seed=2, **stretching)]
    plans = {"yoga": TreatmentPlan(compared_with="stretching", arms_drawn_by_lot=True)}
    *_, row = averages(own, plans)
    assert (row.name, row.compared_with, row.drawn_by_lot) == ("Yoga", "Stretching", True)
    assert (row.participants, row.other_participants, row.verdict) == (12, 12, Verdict.LOWER)
    assert row.days == 24 * 84
    assert [row.estimate, row.week_estimate, row.mean, row.mean_week] == pytest.approx([-2.0] * 4, abs=0.5)


def test_participants_of_both_arms_are_in_neither():
    yoga, stretching = changes(BETTER), changes(BETTER, prefix="q", seed=2, names=("Stretching",))
    both = OwnChange(replace(stretching[0].finding, participant_id="p000"), yoga[0].days)
    *_, row = averages([*yoga, *stretching, both], {"Yoga": TreatmentPlan(compared_with="stretching")})
    assert (row.participants, row.other_participants, row.left_out) == (11, 12, 1)


def test_an_arm_that_hardly_anyone_started_is_not_judged():
    *_, row = averages(changes(BETTER), {"Yoga": TreatmentPlan(compared_with="stretching")})
    assert (row.other_participants, row.verdict, row.reasons) == (0, Verdict.NOT_JUDGED, ("too_few_participants",))
    assert row.estimate is row.mean is None

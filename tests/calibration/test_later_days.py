"""Later days of one participant: residuals with noise of single days and 99% keep what CAR(1) at 95% does not.

``benchmarks/questions_delayed.py`` has more diaries of every kind; its table is in docs/method/calibration.md.
"""

from __future__ import annotations

import numpy as np
import pytest

from painstats.questions.delayed.columns import CONTRASTS
from painstats.questions.exploratory.activity_judge import judge_activity
from tests.calibration.later_days import RULES_OF_PAIN, SORE_THEN_BETTER, Truth, contrasts_of, fit_of, simulated

SLOW = Truth(days=180, nature="slow")


def test_slow_residuals_show_no_later_days_where_there_is_nothing():
    fits = [fit_of(simulated(SLOW, seed), "car1+white", f"{seed}") for seed in range(15)]
    findings = judge_activity(fits, RULES_OF_PAIN).findings
    told = [row for row in findings if row.contrast == "later" and row.verdict.has_direction]
    assert len(findings) == 15 * len(CONTRASTS)
    assert len(told) <= 1


def test_the_canary_car1_at_95_percent_sees_something_in_one_of_eight():
    """300 diaries are decided on; 80 show the same."""
    p_values = [contrasts_of(simulated(SLOW, seed), "car1", CONTRASTS)["later"].p for seed in range(80)]
    assert np.mean(np.array(p_values) < 0.05) > 0.12


def cohort(truth: Truth, number: int):
    fits = [fit_of(simulated(truth, 1000 * number + seed), "car1", f"{seed}") for seed in range(20)]
    return {row.contrast: row for row in judge_activity(fits, RULES_OF_PAIN).averages}


def test_cohorts_with_slow_residuals_show_no_later_days_where_there_is_nothing():
    told = [cohort(Truth(days=120), number)["later"].verdict.has_direction for number in range(3)]
    assert sum(told) <= 1


def test_a_cohort_finds_soreness_tomorrow_and_benefit_later():
    found = cohort(Truth(days=120, effects=SORE_THEN_BETTER), 1)
    assert (found["tomorrow"].verdict, found["later"].verdict) == ("higher", "lower")
    assert found["tomorrow"].estimate == pytest.approx(0.10, abs=0.05)
    assert found["later"].low < -0.52 < found["later"].high

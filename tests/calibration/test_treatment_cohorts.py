"""Is an average change of a cohort calibrated? A few cohorts of ``benchmarks/treatment_cohorts.py``, for every change."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from painstats.questions.treatment.cohort_average import LARGEST_P, FourWays
from painstats.questions.verdict import Verdict
from tests.calibration.treatment_cohorts import CohortTruth, four_ways
from tests.examples import examples

STARTED_WHEN_BAD = CohortTruth(participants=16, begun_above=80.0)


@cache
def cohorts(truth: CohortTruth, count: int) -> tuple[FourWays, ...]:
    return tuple(four_ways(truth, seed) for seed in range(20_000, 20_000 + count))


def share_higher(found, way):
    averages = [getattr(each, way) for each in found]
    return sum(each.p < LARGEST_P and each.estimate > 0 for each in averages) / len(averages)


def test_each_way_alone_is_fooled_by_starts_on_bad_days_and_all_four_are_not():
    found = cohorts(STARTED_WHEN_BAD, examples(10))
    assert share_higher(found, "model") > 0.1  # canary
    assert share_higher(found, "mean") > 0.1  # canary
    assert sum(each.verdict is not Verdict.NOT_DETERMINED for each in found) <= 1


def test_the_errors_with_and_without_the_week_before_have_opposite_signs():
    found = cohorts(STARTED_WHEN_BAD, examples(10))
    without = sum(each.mean.estimate for each in found) / len(found)
    with_week = sum(each.mean_week.estimate for each in found) / len(found)
    assert without > 0.3
    assert with_week < 0.1


def test_a_change_of_one_point_is_found():
    found = cohorts(replace(STARTED_WHEN_BAD, change=-1.0, participants=20, begun_above=None), examples(3))
    assert all(each.verdict is Verdict.LOWER for each in found)
    assert sum(each.model.estimate for each in found) / len(found) == pytest.approx(-1.0, abs=0.35)

"""Paths of simulated participants: what acts through sleep is found in all and through sleep, and not by other ways."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from painstats.frame.exposure import Exposure
from painstats.questions.look import LookDay
from painstats.questions.path.averages import averages
from painstats.questions.path.contrasts import PARTS, THROUGH_SLEEP
from painstats.questions.path.fit import OwnPath, PathEstimate
from painstats.questions.question import Outcome
from painstats.store import open_store
from tests.calibration.path_diaries import PathTruth, keep, paths_of, product_of_averages, simulate
from tests.made_up_study import small_study

THROUGH_ONLY = PathTruth(participants=6, days=110, to_sleep=0.25, to_pain=-0.6, spread=(0.03, 0.1))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return the averages of a cohort whose steps act through sleep only."""
    with open_store(small_study(tmp_path_factory.mktemp("paths") / "study")) as store:
        keep(store, simulate(THROUGH_ONLY, 1))
        return {row.contrast: row for row in averages(paths_of(store))}


def test_what_acts_through_sleep_is_found_in_all_and_through_sleep(found):
    for contrast in ("total", THROUGH_SLEEP):
        assert found[contrast].low < THROUGH_ONLY.through < found[contrast].high < 0
    assert found[THROUGH_SLEEP].verdict.value == "lower"
    assert [found[part].verdict.value for part in PARTS] == ["higher", "lower"]


def test_it_is_not_found_by_other_ways_or_back(found):
    others = ("direct", "outcome_to_sleep", "outcome_to_activity")
    assert {found[contrast].verdict.value for contrast in others} == {"not_determined"}
    assert all(found[contrast].low < 0 < found[contrast].high for contrast in others)


# --- The average of products, and the product of averages

TOGETHER = PathTruth(participants=12, spread=(0.1, 0.3), correlation=0.7)
ERRORS = (0.045, 0.1)
"""Standard errors of the two parts in a participant with 120 days."""


def estimated(truth, seed):
    """Draw participants' own estimates of the two parts, without fits."""
    rng = np.random.default_rng(seed)
    covariance = truth.correlation * truth.spread[0] * truth.spread[1]
    spread = [[truth.spread[0] ** 2, covariance], [covariance, truth.spread[1] ** 2]]
    own = rng.multivariate_normal([truth.to_sleep, truth.to_pain], spread, truth.participants)
    own += ERRORS * rng.standard_normal(own.shape)
    return [_path(str(number), *parts) for number, parts in enumerate(own)]


def _path(participant, first, second):
    parts = {
        part: PathEstimate(value, 0, 0, 0.5, 100, se=error, df=90)
        for part, value, error in zip(PARTS, (first, second), ERRORS, strict=True)
    }
    found = parts | {THROUGH_SLEEP: PathEstimate(first * second, 0, 0, 0.5, 100)}
    look, outcome = LookDay(1, date(2026, 5, 1), 100), Outcome("pain", "", (0, 10))
    return OwnPath(participant, look, outcome, Exposure("step_count", 1), 100, found)


def covered(truth, cohorts):
    """Return the shares of intervals that hold the truth: of the average of products, of the product of averages."""
    hits = np.zeros(2)
    for seed in range(cohorts):
        paths = estimated(truth, seed)
        [average] = [row for row in averages(paths) if row.contrast == THROUGH_SLEEP]
        hits += [one.low < truth.through < one.high for one in (average, product_of_averages(paths))]
    return hits / cohorts


def test_parts_that_only_vary_together_are_covered_by_the_average_of_products_alone():
    of_products, of_averages = covered(TOGETHER, 25)
    assert of_products >= 0.75
    assert of_averages < 0.4

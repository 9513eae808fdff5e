"""Diaries like real ones are laid out as the product does, and need its methods: a small part of a long run.

    python -m benchmarks.real_diaries

measures all methods, with limits. The canary of each test is the same diary without the method.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.plan.study import Plan, Study
from painstats.questions.daily.guards import days_of
from painstats.store import open_store
from painstats.store.tables import read_table
from tests.calibration.patterned_diaries import OF_THE_MODEL
from tests.calibration.real_diaries import (
    DESIGN,
    UNKNOWN,
    Diaries,
    Truth,
    known_days,
    model_frame,
    simulate,
    with_unknown,
)
from tests.calibration.real_diaries_fits import guarded_cohort, unknown_cohort, width
from tests.calibration.test_planted_slopes import fill

CAR1, SLOW = OF_THE_MODEL["CAR(1)"], OF_THE_MODEL["CAR(1) and white noise"]


def in_whole_units(diaries: Diaries) -> Diaries:
    """Round sleep to minutes and steps to whole steps, which can be stored."""
    return Diaries(diaries.score, np.rint(60 * diaries.sleep) / 60, np.rint(1000 * diaries.steps) / 1000)


def as_records(diaries: Diaries) -> pl.DataFrame:
    participants, days = diaries.score.shape
    monday = date(1970, 1, 5)
    return pl.DataFrame(
        {
            "participant_id": np.repeat([f"{number:04d}" for number in range(participants)], days),
            "date": [monday + timedelta(day) for day in range(days)] * participants,
            "pain_score": diaries.score.ravel(),
            "total_sleep_time_min": 60 * diaries.sleep.ravel(),
            "step_count": 1000 * diaries.steps.ravel(),
            "unworn": np.isnan(diaries.sleep).ravel(),
            "diary_missing": np.isnan(diaries.score).ravel(),
        }
    )


def test_the_rows_are_those_of_the_product(tmp_path):
    diaries = in_whole_units(with_unknown(simulate(Truth(SLOW), 3, 60, seed=1), "days", 0.2, seed=1))
    study = Study(folder=tmp_path, plan=Plan())
    with open_store(study) as store:
        fill(store, as_records(diaries))
        build_daily_table(store)
        build_model_frame(store, DESIGN.exposures)
        stored = read_table(store, "model_frame", "participant_id, date").filter(pl.col("left_out").is_null())
        exposure_days = days_of(store, DESIGN)
    made = model_frame(diaries)
    assert made.height > 120
    assert_frame_equal(stored.select(made.columns), made, check_dtypes=False, abs_tol=1e-9)
    for name, known in known_days(diaries).items():
        stored_days = exposure_days[name]
        assert list(known.participant) == list(stored_days.participant)
        assert list(known.day) == list(stored_days.day)
        assert known.value == pytest.approx(stored_days.value, abs=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in UNKNOWN if kind != "none"])
def test_about_the_share_is_unknown_and_the_same_scores_are_missing(kind):
    everything = simulate(Truth(SLOW, "reported"), 300, 90, seed=2)
    holes, full = with_unknown(everything, kind, 0.25, seed=2), with_unknown(everything, "none", 0.0, seed=2)
    assert np.isnan(holes.sleep).mean() == pytest.approx(0.25, abs=0.03)
    assert np.array_equal(np.isnan(holes.score), np.isnan(full.score))
    assert not np.isnan(full.sleep).any()
    assert not np.isnan(full.steps).any()


def test_watches_left_at_home_on_bad_days_leave_the_better_days():
    everything = simulate(Truth(CAR1), 60, 90, seed=3)
    holes = with_unknown(everything, "bad days", 0.25, seed=3)
    assert np.array_equal(np.isnan(holes.sleep), np.isnan(holes.steps))
    assert everything.score[np.isnan(holes.sleep)].mean() > everything.score[~np.isnan(holes.sleep)].mean() + 0.3


def test_unknown_nights_and_steps_cost_less_if_every_day_with_a_score_is_a_row():
    cohort = unknown_cohort(Truth(CAR1, "reported", alike=True), "nights and steps", 0.25, seed=0, size=(30, 50))
    for full, kept, complete in zip(cohort.full.both, cohort.kept.both, cohort.complete.both, strict=True):
        assert width(kept) < 1.22 * width(full)
        assert width(complete) > 1.3 * width(full)


def test_guard_columns_remove_most_of_what_pain_that_acts_back_does():
    cohort = guarded_cohort(Truth(SLOW, "felt", strength=2.0, alike=True), seed=0)
    assert cohort.first.sleep.estimate < -0.025
    assert abs(cohort.held.sleep.estimate) < 0.5 * abs(cohort.first.sleep.estimate)
    assert cohort.test_p < 0.01

"""Over many simulated cohorts, intervals cover the true slopes at their nominal rate, through the real database.

    PAINSTATS_EXAMPLES=3 python -m pytest tests/calibration/test_planted_slopes.py

tries three times as many cohorts as the gate does.
"""

from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.fit import analyse_cohort
from painstats.store import open_store
from painstats.store.tables import read_table
from sample_data.people import ORDINARY
from sample_data.simulate import daily_frame, simulate
from sample_data.truth import Truth
from tests.examples import examples
from tests.simulated_days import fill

COHORTS = examples(3)
TRUTH = Truth(people=19, days=90)
PLANTED = {"total_sleep_time_min_lag0": "sleep_slope", "step_count_lag1": "steps_slope"}


@pytest.fixture(scope="module")
def intervals(tmp_path_factory):
    """(average or participant, predictor, planted, low, high) of every cohort."""
    from painstats.plan.study import Plan, Study

    study = Study(folder=tmp_path_factory.mktemp("cohorts"), plan=Plan())
    questions, rows = asked(study), []
    with open_store(study) as store:
        for seed in range(1, COHORTS + 1):
            lives = {
                life.person.participant_id: life
                for life in simulate(TRUTH, seed)
                if not life.person.has_constant_pain and life.person.planted == ORDINARY
            }
            fill(store, daily_frame(TRUTH, seed).filter(pl.col("participant_id").is_in(list(lives))))
            build_daily_table(store)
            build_model_frame(store, exposures(questions))
            frame = read_table(store, "model_frame", "participant_id, date").filter(pl.col("left_out").is_null())
            for total in daily_design(study, questions).totals():
                rows += list(_intervals(analyse_cohort(frame, total), lives))
    return pl.DataFrame(rows, schema=["what", "predictor", "planted", "low", "high"], orient="row")


def _intervals(cohort, lives):
    for predictor, attribute in ((exposure.name, PLANTED[exposure.name]) for exposure in cohort.design.answered):
        average = next(entry for entry in cohort.mixed.table.coefficients if entry.name == f"{predictor}_within")
        yield "average", predictor, getattr(TRUTH, attribute), average.low, average.high
    for (participant, name), slope in cohort.slopes.items():
        predictor = name.removesuffix("_within")
        yield "participant", predictor, getattr(lives[participant].nature, PLANTED[predictor]), slope.low, slope.high


def coverage(intervals, what):
    chosen = intervals.filter(pl.col("what") == what)
    return chosen.filter(pl.col("planted").is_between(pl.col("low"), pl.col("high"))).height, chosen.height


@pytest.mark.slow
def test_intervals_of_the_averages_cover_the_planted_average(intervals):
    covered, of = coverage(intervals, "average")
    assert of == 2 * COHORTS
    # 95 % coverage gives fewer than this once in a thousand times.
    assert covered >= stats.binom.ppf(0.001, of, 0.95)


@pytest.mark.slow
def test_intervals_of_participants_cover_their_planted_slopes(intervals):
    covered, of = coverage(intervals, "participant")
    assert of > 17 * COHORTS
    assert 0.90 <= covered / of <= 0.985

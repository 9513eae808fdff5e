"""Are the models calibrated? Cohorts with known truth, few enough to run with every change.

    PAINSTATS_EXAMPLES=2 python -m pytest tests/calibration/test_models_are_calibrated.py

tries twice as many cohorts where the gate tries few.

Bands are binomial: a method with the nominal rate falls outside in fewer than one run of a thousand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from painstats.mixedlm import (
    coefficient,
    coefficient_table,
    fit_mixed,
    fit_one_participant,
    participant_rows,
    participant_slopes,
)
from painstats.mixedlm.inference import variance_posterior
from painstats.mixedlm.inference.slope_variance import mixture_p
from tests.calibration.simulated_cohort import Truth, simulate
from tests.examples import examples

FEW = Truth(participants=12, days=50)


def only_intercept(rows):
    return replace(rows, random=("intercept",))


def with_phase(rows):
    phase = (rows.day >= 30).astype(float)
    return replace(rows, X=np.column_stack([rows.X[:, 0], phase]), names=("intercept", "phase"))


def band(rate, runs):
    """Return the least and most counts that a rate gives in 99.9% of all series of runs."""
    return stats.binom.interval(0.999, runs, rate)


@pytest.fixture(scope="module")
def null_cohorts():
    """Simulate 150 cohorts with slopes that differ but average zero, each with its tested average."""
    tests = []
    for seed in range(150):  # with fewer, none found would be no surprise: 0.95^150 = 0.0005
        rows = simulate(FEW, seed).rows
        fit = fit_mixed(rows)
        assert fit.converged
        tests.append(coefficient(coefficient_table(fit, rows), "sleep"))
    return tests


def test_no_average_effect_is_found_where_there_is_none(null_cohorts):
    low, high = band(0.05, len(null_cohorts))
    assert low <= sum(test.p < 0.05 for test in null_cohorts) <= high


def test_the_average_is_unbiased_and_its_standard_error_honest(null_cohorts):
    estimates = np.array([test.estimate for test in null_cohorts])
    spread = estimates.std(ddof=1)
    assert abs(estimates.mean()) < 3.29 * spread / np.sqrt(len(estimates))
    assert np.mean([test.se for test in null_cohorts]) / spread == pytest.approx(1, abs=0.15)


def test_feedback_from_pain_to_sleep_deceives_only_the_independent_model():
    """Pain shortens the next night and nothing acts on pain: without autocorrelation the model sees an effect."""
    truth = Truth(participants=30, days=60, slope_sd=0.0, feedback=-0.2)
    deceived = {"independent": 0, "car1": 0}
    for seed in range(40):
        rows = simulate(truth, 1000 + seed).rows
        for residuals in deceived:
            fit = fit_mixed(rows, residuals=residuals)
            deceived[residuals] += coefficient(coefficient_table(fit, rows), "sleep").p < 0.05
    assert deceived["independent"] > 0.4 * 40
    assert deceived["car1"] <= band(0.05, 40)[1]


def test_intervals_of_single_participants_cover_the_truth():
    truth = Truth(participants=15, days=45, slope=-0.15, noise_spread=0.2)
    covered, wrong_signs, called = [], 0, 0
    for seed in range(examples(20)):
        cohort = simulate(truth, 2000 + seed)
        for slope, true in zip(participant_slopes(fit_mixed(cohort.rows), ["sleep"], seed), cohort.slopes, strict=True):
            covered.append(slope.low <= true <= slope.high)
            if slope.false_sign_rate < 0.05:
                called += 1
                wrong_signs += (slope.estimate > 0) != (true > 0)
    assert 0.93 <= np.mean(covered) <= 0.98
    assert called > 50
    assert wrong_signs / called < 0.08


def test_intervals_cover_where_days_hardly_distinguish_participants(monkeypatch):
    """The same cohorts under two priors: flat in the variance, intervals cover; flat in the SD they are too narrow."""
    truth = Truth(participants=12, days=40, slope=-0.15, rho=0.0)
    cohorts = [simulate(truth, 2000 + seed) for seed in range(30)]
    fits = [(fit_mixed(cohort.rows), cohort.slopes) for cohort in cohorts]

    def judged():
        """Return the shares covered and called wrong, and the mean width."""
        found = []
        for seed, (fit, slopes) in enumerate(fits):
            found += list(zip(participant_slopes(fit, ["sleep"], seed), slopes, strict=True))
        assert min(slope.effective_sample_size for slope, _ in found) > 500
        wrong = [(slope.estimate > 0) != (true > 0) for slope, true in found if slope.false_sign_rate < 0.05]
        covered = np.mean([slope.low <= true <= slope.high for slope, true in found])
        return covered, np.mean(wrong), np.mean([slope.high - slope.low for slope, _ in found])

    covered, wrong, width = judged()
    monkeypatch.setattr(variance_posterior, "SD_POWER", 0)
    covered_before, wrong_before, width_before = judged()
    assert 0.93 <= covered <= 0.97
    assert covered > covered_before + 0.01
    assert 1.03 < width / width_before < 1.2
    assert wrong <= min(wrong_before, 0.05)


def test_a_spread_of_slopes_is_not_seen_where_there_is_none():
    truth = Truth(participants=12, days=40, slope=-0.15, slope_sd=0.0)
    p = []
    for seed in range(examples(50)):
        rows = simulate(truth, 3000 + seed).rows
        with_slope, without = fit_mixed(rows), fit_mixed(only_intercept(rows))
        p.append(mixture_p(2 * (with_slope.log_likelihood - without.log_likelihood), 1))
    assert sum(value < 0.05 for value in p) <= band(0.05, len(p))[1]


def test_one_persons_own_days_keep_their_level():
    """Autocorrelated pain and a phase in the second half that does nothing: least squares would find one too often."""
    found = 0
    for seed in range(150):
        rows = participant_rows(simulate(Truth(participants=1, days=60, slope_sd=0.0), 4000 + seed).rows, "000")
        found += coefficient(fit_one_participant(with_phase(rows)).table, "phase").p < 0.05
    low, high = band(0.05, 150)
    assert low <= found <= high

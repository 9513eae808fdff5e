"""The alarm for patterns in the residuals: what fitting itself causes, against dense matrices, and when it rings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    CAR1MixedLM,
    MixedFit,
    ModelRows,
    fit_mixed,
    model_rows,
    participant_weights,
    residual_checks,
    residual_pattern,
)
from painstats.mixedlm.checks.residual_pattern import expected_autocorrelation
from painstats.mixedlm.engine.rows import Floats
from tests.calibration.patterned_diaries import OF_THE_MODEL, TWO_PARTS, WEEKLY, patterned_diary
from tests.reference.reference_data import diary, table, white_diary


def _dense_expectation(fit: MixedFit, rows: ModelRows) -> Floats:
    """Return the expected autocorrelations from the covariance of what is left, s^4 R P R, whitened by R's factor.

    R and V are the correlation of the residuals and the covariance of the outcome, and P = V^-1 - V^-1 X Phi X' V^-1.
    """
    same, apart = rows.participant[:, None] == rows.participant, np.abs(rows.day[:, None] - rows.day)
    scale = fit.products.residual_scale[np.searchsorted(np.array(fit.participants), rows.participant)]
    slow = (1 - fit.white_share) * fit.rho ** apart.astype(float)
    R = np.where(same, slow + fit.white_share * (apart == 0), 0.0) * np.outer(scale, scale)
    Z = rows.X[:, [rows.names.index(name) for name in fit.random]]
    V = np.where(same, Z @ fit.random_covariance @ Z.T / fit.residual_sd**2, 0.0) + R
    inverse = np.linalg.inv(V)
    weighted = inverse @ rows.X
    P = inverse - weighted @ np.linalg.solve(rows.X.T @ weighted, weighted.T)
    factor = np.linalg.cholesky(R)
    left = factor.T @ P @ factor
    pairs = [same & (apart == lag) for lag in range(1, 8)]
    return np.array([left[some].mean() for some in pairs]) / np.mean(np.diag(left))


CASES = {
    "white noise": lambda: (white_diary("few12x60"), {"residuals": "car1+white"}),
    "car1": lambda: (white_diary("few12x60"), {"residuals": "car1"}),
    "independent": lambda: (diary("sleep_w", file="small12x40.csv"), {"residuals": "independent"}),
    "uncorrelated, ml": lambda: (
        white_diary("few12x60"),
        {"residuals": "car1+white", "correlated": False, "reml": False},
    ),
    "one participant": lambda: (white_diary("one120"), {"residuals": "car1+white"}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_fitting_causes_is_that_of_dense_matrices(case):
    rows, options = CASES[case]()
    fit = fit_mixed(rows, **options)
    expected = _dense_expectation(fit, rows)
    assert expected_autocorrelation(fit, rows) == pytest.approx(expected, rel=1e-8, abs=1e-12)
    assert (expected < 0).all()


def test_participants_have_their_weights():
    rows = white_diary("few12x60")
    noisy = np.unique(rows.participant, return_inverse=True)[1] % 2
    rows = replace(rows, y=rows.y + 2 * noisy * np.random.default_rng(2).standard_normal(len(noisy)))
    fit = participant_weights(fit_mixed(rows, residuals="car1+white")).fit
    assert np.ptp(fit.products.residual_scale) > 0.3
    assert expected_autocorrelation(fit, rows) == pytest.approx(_dense_expectation(fit, rows), rel=1e-8, abs=1e-12)


def test_a_sample_of_participants_shows_what_all_show(monkeypatch):
    rows = white_diary("cohort25x60")
    fit = fit_mixed(rows, residuals="car1+white")
    of_all = expected_autocorrelation(fit, rows)
    monkeypatch.setattr("painstats.mixedlm.checks.residual_pattern.SAMPLED", 12)
    of_some = expected_autocorrelation(fit, rows)
    assert not np.array_equal(of_some, of_all)
    assert of_some == pytest.approx(of_all, abs=0.02)


def test_columns_for_the_days_of_the_week_make_days_a_week_apart_unlike():
    rows = patterned_diary(OF_THE_MODEL["CAR(1)"], 1, 60, seed=2)
    expected = expected_autocorrelation(fit_mixed(rows, residuals="car1+white"), rows)
    assert expected.argmin() == 6
    assert -0.25 < expected[6] < -0.1


@pytest.mark.parametrize("pattern", OF_THE_MODEL)
def test_no_alarm_rings_where_the_model_is_true(pattern):
    rows = patterned_diary(OF_THE_MODEL[pattern], 30, 60, seed=1)
    fit = fit_mixed(rows, residuals="car1+white")
    found = residual_pattern(fit, rows)
    assert not found.rings
    assert not found.drifts
    assert found.autocorrelation == pytest.approx(residual_checks(fit, rows).autocorrelation, abs=1e-12)
    apart = found.autocorrelation - found.expected
    assert found.largest_lag == np.abs(apart).argmax() + 1


def test_two_slow_parts_ring():
    rows = patterned_diary(TWO_PARTS, 60, 90, seed=1)
    found = residual_pattern(fit_mixed(rows, residuals="car1+white"), rows)
    assert found.rings
    assert found.p < 0.01


@pytest.mark.parametrize("participants", [30, 1])
def test_a_weekly_rhythm_of_each_participant_rings_at_seven_days(participants):
    weekly = replace(WEEKLY, weekly=0.5 if participants > 1 else 1.5)
    rows = patterned_diary(weekly, participants, 60 if participants > 1 else 120, seed=1)
    if participants == 1:  # columns for the days of the week describe one participant's rhythm
        kept = np.array(["day" not in name for name in rows.names])
        rows = replace(rows, X=rows.X[:, kept], names=tuple(np.array(rows.names)[kept].tolist()))
    found = residual_pattern(fit_mixed(rows, residuals="car1+white"), rows)
    assert found.rings
    assert found.largest_lag == 7


def test_car1_rings_where_white_noise_is_beside_it():
    rows = patterned_diary(OF_THE_MODEL["CAR(1) and white noise"], 30, 60, seed=1)
    assert residual_pattern(fit_mixed(rows), rows).rings


def test_a_level_that_drifts_is_named():
    day = np.arange(60)
    noise = np.random.default_rng(3).standard_normal((2, 60))
    rows = model_rows(y=0.02 * day + 0.5 * noise[0], predictors={"x": noise[1]}, participant=["a"] * 60, day=day)
    assert residual_pattern(fit_mixed(rows, residuals="car1+white"), rows).drifts
    assert not residual_pattern(fit_mixed(rows, rho=0.995), rows).drifts


def test_results_of_a_model_have_the_alarm():
    results = CAR1MixedLM.from_formula(
        "pain ~ sleep + steps", table("white_few12x60.csv"), groups="id", days="day", residuals="car1+white"
    ).fit()
    found = results.residual_pattern()
    assert found.p == residual_pattern(results.mixed_fit, results.model.rows).p
    results.model.rows = None
    with pytest.raises(PainstatsError, match="residual pattern"):
        results.residual_pattern()

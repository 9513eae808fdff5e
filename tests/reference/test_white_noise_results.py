"""What follows from a fit with white noise beside CAR(1): innovations, simulations and checks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    MixedFit,
    cluster_robust,
    coefficients_by_participant,
    fit_mixed,
    participant_bootstrap,
    r_squared,
    residual_checks,
    statsmodels_check,
    whiten,
    whitened_residuals,
)
from painstats.mixedlm.engine.innovations import innovations, log_determinant_of
from painstats.mixedlm.engine.rows import ModelRows, participant_slices
from painstats.mixedlm.inference.simulation import simulated_outcome
from tests.reference.reference_data import white_diary


@cache
def _fit() -> MixedFit:
    return fit_mixed(white_diary("cohort25x60"), residuals="car1+white")


def _correlation(day: np.ndarray, rho: float, w: float) -> np.ndarray:
    apart = np.abs(day[:, None] - day).astype(float)
    return (1 - w) * rho**apart + w * np.eye(len(day))


@pytest.mark.parametrize(("rho", "w"), [(0.9, 0.6), (0.3, 0.05), (0.995, 0.9), (0.7, 0.0)])
def test_innovations_are_those_of_the_cholesky_factor(rho, w):
    rows = white_diary("few12x60")
    found, log_determinant = innovations(rows.X, rows, rho, w), 0.0
    for _, own in participant_slices(rows):
        V = _correlation(rows.day[own], rho, w)
        assert found[own] == pytest.approx(np.linalg.solve(np.linalg.cholesky(V), rows.X[own]), rel=1e-9, abs=1e-11)
        log_determinant += np.linalg.slogdet(V)[1]
    assert log_determinant_of(rows, rho, w) == pytest.approx(log_determinant, rel=1e-11)


def test_residual_checks_use_the_innovations():
    rows, fit = white_diary("cohort25x60"), _fit()
    checks, by_car1 = residual_checks(fit, rows), residual_checks(fit_mixed(rows), rows)
    assert checks.is_white
    assert checks.ljung_box_p > 0.01 > by_car1.ljung_box_p
    within = whitened_residuals(fit, rows)
    assert np.std(within) == pytest.approx(fit.residual_sd, rel=0.1)
    assert not np.allclose(within, whiten(rows.y - rows.X @ fit.coefficients, rows, fit.rho))


def test_statsmodels_fits_the_whitened_rows_alike():
    check = statsmodels_check(_fit(), white_diary("cohort25x60"))
    assert check.agrees
    assert abs(check.log_likelihood_difference) < 1e-5


def test_simulated_residuals_have_the_correlation_of_the_fit():
    rows, fit = white_diary("cohort25x60"), _fit()
    no_effects = replace(fit, coefficients=np.zeros(len(fit.names)), relative_factor=np.zeros((3, 3)))
    rng = np.random.default_rng(1)
    drawn = np.array([simulated_outcome(no_effects, rows, rng) for _ in range(2000)]) / fit.residual_sd
    _, own = next(iter(participant_slices(rows)))
    V = _correlation(rows.day[own], fit.rho, fit.white_share)
    assert np.abs(np.cov(drawn[:, own].T) - V).max() < 6 / np.sqrt(2000)


def test_methods_that_need_the_weights_alone_use_the_fitted_ones():
    rows, fit = white_diary("cohort25x60"), _fit()
    sums = np.zeros((len(fit.names), len(fit.names)))
    for _, own in participant_slices(rows):
        Z = rows.X[own][:, :3]
        V = Z @ fit.random_covariance @ Z.T
        V += fit.residual_sd**2 * _correlation(rows.day[own], fit.rho, fit.white_share)
        sums += rows.X[own].T @ np.linalg.solve(V, rows.X[own])
    assert fit.covariance == pytest.approx(np.linalg.inv(sums), rel=1e-8)
    robust = cluster_robust(fit).coefficients
    assert [row.estimate for row in robust] == pytest.approx(list(fit.coefficients))
    assert participant_bootstrap(fit, draws=50, seed=1).coefficients.mean(axis=0) == pytest.approx(
        fit.coefficients, abs=0.2
    )


@pytest.mark.parametrize("correlated", [True, False])
def test_r_squared_is_that_of_the_rows(correlated):
    rows = white_diary("cohort25x60")
    fit = fit_mixed(rows, residuals="car1+white", correlated=correlated)
    found = r_squared(fit)
    Z = rows.X[:, [rows.names.index(name) for name in fit.random]]
    fixed = np.var(rows.X @ fit.coefficients, ddof=1)
    random = np.mean(np.sum(Z @ fit.random_covariance * Z, axis=1))
    whole = fixed + random + fit.residual_sd**2
    assert (found.marginal, found.conditional) == pytest.approx((fixed / whole, (fixed + random) / whole), rel=1e-10)
    assert (found.fixed, found.random, found.residual) == pytest.approx((fixed, random, fit.residual_sd**2), rel=1e-10)


def test_the_two_stage_mean_refuses_white_noise():
    rows: ModelRows = white_diary("few12x60")
    with pytest.raises(PainstatsError, match="share of white noise"):
        coefficients_by_participant(rows, "car1+white")

"""Refits of a fit with white noise beside CAR(1), which hold rho and the white share at their fitted values.

The reference for all of them is the model with independent residuals, fitted to rows that the Kalman filter whitened at
the fitted rho and white share: another way to the same sums of products.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    MixedFit,
    ModelRows,
    cluster_bootstrap,
    fit_mixed,
    influence,
    likelihood_ratio_bootstrap,
    parametric_bootstrap,
    participant_slopes,
    participant_weights,
    r_squared,
    rho_interval,
    satterthwaite,
    slope_variance,
    variance_intervals,
)
from painstats.mixedlm.engine.innovations import innovations, log_determinant_of
from painstats.mixedlm.engine.rows import participant_slices
from painstats.mixedlm.inference.refits import refit_participants
from painstats.mixedlm.inference.simulation import simulated_outcome
from tests.reference.reference_data import simulated_diary, white_diary

REFIT = 1e-5
"""In standard errors, as for other refits."""


@cache
def _rows() -> ModelRows:
    return white_diary("few12x60")


@cache
def _fit(**options: bool) -> MixedFit:
    return fit_mixed(_rows(), residuals="car1+white", **options)


def _whitened(rows: ModelRows, fit: MixedFit) -> ModelRows:
    """Return whitened rows; no column of theirs is an intercept."""
    return replace(
        rows,
        y=innovations(rows.y, rows, fit.rho, fit.white_share),
        X=innovations(rows.X, rows, fit.rho, fit.white_share),
        names=tuple(name.replace("intercept", "level") for name in rows.names),
        random=tuple(name.replace("intercept", "level") for name in rows.random),
    )


@cache
def _reference(**options: bool) -> MixedFit:
    return fit_mixed(_whitened(_rows(), _fit()), residuals="independent", **options)


@cache
def _log_determinants() -> np.ndarray:
    rows, fit = _rows(), _fit()
    own = (
        replace(rows, y=rows.y[some], X=rows.X[some], participant=rows.participant[some], day=rows.day[some])
        for _, some in participant_slices(rows)
    )
    return np.array([log_determinant_of(one, fit.rho, fit.white_share) for one in own])


def _distance(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest distance of coefficients in standard errors."""
    return float(np.abs((found - expected) / np.sqrt(np.diag(_fit().covariance))).max())


def test_the_fit_is_that_of_whitened_rows():
    fit, reference = _fit(), _reference()
    assert fit.white_share > 0.1
    assert _distance(fit.coefficients, reference.coefficients) < REFIT
    assert fit.products.log_determinant == pytest.approx(_log_determinants(), rel=1e-10)
    assert fit.log_likelihood == pytest.approx(reference.log_likelihood - _log_determinants().sum() / 2, abs=1e-7)


def test_refits_to_other_participants_hold_rho_and_the_white_share():
    chosen = list(np.random.default_rng(4).integers(12, size=(4, 12)))
    found, expected = (refit_participants(fit, chosen) for fit in (_fit(), _reference()))
    assert found.is_certified.all()
    assert _distance(found.coefficients, expected.coefficients) < REFIT
    assert found.random_covariance == pytest.approx(expected.random_covariance, abs=1e-5)
    assert (found.rho == _fit().rho).all()
    held = np.array([_log_determinants()[some].sum() for some in chosen])
    assert found.log_likelihood == pytest.approx(expected.log_likelihood - held / 2, abs=1e-6)


def test_participants_are_left_out_at_the_held_values():
    found, expected = influence(_fit()), influence(_reference())
    assert found.shift == pytest.approx(expected.shift, abs=1e-4)
    assert found.distance == pytest.approx(expected.distance, abs=1e-4)
    assert "residual_sd" in found.parameters
    assert "rho" not in found.parameters


def test_a_bootstrap_over_participants_has_no_interval_of_what_is_held():
    bootstrap = cluster_bootstrap(_fit(), refits=20, seed=1)
    assert "rho" not in [interval.name for interval in bootstrap.intervals]
    assert bootstrap.not_certified == 0
    expected = cluster_bootstrap(_reference(), refits=20, seed=1)
    assert [interval.se for interval in bootstrap.intervals] == pytest.approx(
        [interval.se for interval in expected.intervals], rel=1e-4
    )


def test_simulated_outcomes_are_whitened_at_the_held_values():
    rows, fit = _rows(), _fit()
    refits = parametric_bootstrap(fit, rows, refits=2, seed=1).refits
    outcome = simulated_outcome(fit, rows, np.random.default_rng(np.random.SeedSequence(1).spawn(2)[1]))
    again = fit_mixed(_whitened(replace(rows, y=outcome), fit), residuals="independent")
    assert _distance(refits.coefficients[1], again.coefficients) < REFIT
    assert refits.residual_sd[1] == pytest.approx(again.residual_sd, rel=1e-6)
    assert refits.rho[1] == fit.rho


def test_simulated_outcomes_show_the_standard_errors_of_the_fit():
    rows, fit = white_diary("cohort25x60"), fit_mixed(white_diary("cohort25x60"), residuals="car1+white")
    bootstrap = parametric_bootstrap(fit, rows, refits=100, seed=1)
    se = [interval.se for interval in bootstrap.intervals[: len(fit.names)]]
    assert se == pytest.approx(np.sqrt(np.diag(fit.covariance)), rel=0.3)  # 100 refits know an SD to 7 %


def test_likelihood_ratios_compare_models_at_the_same_rho_and_white_share():
    rows = _rows()
    smaller = fit_mixed(replace(rows, random=("intercept",)), residuals="car1+white")
    test = likelihood_ratio_bootstrap(_fit(), smaller, rows, refits=3, seed=1)
    larger = fit_mixed(_whitened(rows, smaller), residuals="independent")
    held = log_determinant_of(rows, smaller.rho, smaller.white_share)
    expected = 2 * (larger.log_likelihood - held / 2 - smaller.log_likelihood)
    assert test.statistic == pytest.approx(expected, abs=1e-6)
    assert 0 < test.statistic < 2 * (_fit().log_likelihood - smaller.log_likelihood)
    outcome = simulated_outcome(
        smaller,
        replace(rows, random=("intercept",)),
        np.random.default_rng(np.random.SeedSequence(1).spawn(3)[2]),
    )
    again = [
        fit_mixed(_whitened(replace(rows, y=outcome, random=random), smaller), residuals="independent").log_likelihood
        for random in (rows.random, ("intercept",))
    ]
    assert test.simulated[2] == pytest.approx(max(2 * (again[0] - again[1]), 0.0), abs=1e-5)


def test_likelihood_ratios_of_other_residuals_are_refused():
    rows = _rows()
    with pytest.raises(PainstatsError, match="fit both models with the same residuals"):
        likelihood_ratio_bootstrap(_fit(), fit_mixed(rows), rows, refits=2, seed=1)


@pytest.mark.parametrize("options", [{}, {"correlated": False}, {"reml": False}], ids=["usual", "uncorrelated", "ml"])
def test_profile_intervals_hold_rho_and_the_white_share(options):
    fit = _fit(**options)
    reference = fit_mixed(_whitened(_rows(), fit), residuals="independent", **options)
    found, expected = variance_intervals(fit), variance_intervals(reference)
    assert [one.name.replace("intercept", "level") for one in found] == [one.name for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert (one.estimate, one.low, one.high) == pytest.approx((other.estimate, other.low, other.high), rel=1e-3)


def test_rho_beside_white_noise_has_no_profile_interval():
    with pytest.raises(PainstatsError, match="use residual_intervals"):
        rho_interval(_fit())


def test_the_test_of_slope_variance_has_white_noise_in_both_models():
    rows = _rows()
    found = slope_variance(rows, "steps", residuals="car1+white")
    without = fit_mixed(replace(rows, random=("intercept", "sleep")), residuals="car1+white")
    assert found.statistic == pytest.approx(2 * (_fit().log_likelihood - without.log_likelihood), abs=1e-9)
    interval = next(one for one in variance_intervals(_fit()) if one.name == "sd(steps)")
    assert (found.sd, found.high) == (interval.estimate, interval.high)


@cache
def _unequal() -> tuple[ModelRows, MixedFit]:
    """Return rows in which half of the participants are noisier, and their fit."""
    noisy = np.unique(_rows().participant, return_inverse=True)[1] % 2
    rows = replace(_rows(), y=_rows().y + 2 * noisy * np.random.default_rng(2).standard_normal(len(noisy)))
    return rows, fit_mixed(rows, residuals="car1+white")


def test_participants_are_weighted_at_the_held_values():
    unequal, fit = _unequal()
    found = participant_weights(fit)
    expected = participant_weights(fit_mixed(_whitened(unequal, fit), residuals="independent"))
    assert np.ptp(found.residual_scale) > 0.3
    assert found.residual_scale == pytest.approx(expected.residual_scale, rel=1e-4)
    assert found.prior_degrees == pytest.approx(expected.prior_degrees, rel=1e-3)
    weighted = found.fit
    assert (weighted.residuals, weighted.rho, weighted.white_share) == ("car1+white", fit.rho, fit.white_share)
    assert _distance(weighted.coefficients, expected.fit.coefficients) < 1e-4
    held = log_determinant_of(unequal, fit.rho, fit.white_share)
    assert weighted.log_likelihood == pytest.approx(expected.fit.log_likelihood - held / 2, abs=1e-4)
    assert all(1 < row.df < len(unequal.y) for row in satterthwaite(weighted).coefficients)
    again = refit_participants(weighted, [np.arange(12)])
    assert _distance(again.coefficients[0], weighted.coefficients) < REFIT


def test_r_squared_of_a_weighted_fit_is_that_of_the_rows():
    rows, fit = _unequal()[0], participant_weights(_unequal()[1]).fit
    found = r_squared(fit)
    Z = rows.X[:, [rows.names.index(name) for name in fit.random]]
    lengths = fit.products.rows_per_participant
    residual = fit.residual_sd**2 * (lengths @ fit.products.residual_scale**2) / lengths.sum()
    fixed = np.var(rows.X @ fit.coefficients, ddof=1)
    random = np.mean(np.sum(Z @ fit.random_covariance * Z, axis=1))
    assert (found.fixed, found.random, found.residual) == pytest.approx((fixed, random, residual), rel=1e-10)


def test_slopes_can_be_weighted():
    rows, fit = _unequal()
    weighted = participant_slopes(fit, ["sleep"], 1, rows=rows, weighted=True)
    alike = participant_slopes(fit, ["sleep"], 1, rows=rows)
    scale = participant_weights(fit).residual_scale
    width = [(one.high - one.low) / (other.high - other.low) for one, other in zip(weighted, alike, strict=True)]
    assert np.corrcoef(scale, width)[0, 1] > 0.9


def test_a_share_of_zero_is_refitted_as_car1():
    rows = simulated_diary(13)
    fit, car1 = fit_mixed(rows, residuals="car1+white"), fit_mixed(rows)
    assert fit.white_share == 0
    found, expected = influence(fit), influence(car1)
    assert np.ptp(found.parameters["rho"]) > 0
    assert found.parameters["rho"] == pytest.approx(expected.parameters["rho"], abs=1e-9)
    assert found.coefficients == pytest.approx(expected.coefficients, abs=1e-12)
    assert participant_weights(fit).fit.rho == pytest.approx(participant_weights(car1).fit.rho, abs=1e-12)
    assert [one.name for one in variance_intervals(fit)][-1] == "rho"
    assert r_squared(fit) == r_squared(car1)
    simulated = [parametric_bootstrap(one, rows, refits=2, seed=1).refits.rho for one in (fit, car1)]
    assert simulated[0] == pytest.approx(simulated[1], abs=1e-9)

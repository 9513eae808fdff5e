"""``CAR1MixedLM`` with white noise beside CAR(1): the fit, its summary, its distribution, and what it refuses."""

from __future__ import annotations

from functools import cache

import duckdb
import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    CAR1MixedLM,
    ColumnRoles,
    fit_mixed,
    kenward_roger,
    residual_intervals,
    satterthwaite,
)
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_profile import profile_at, profiled_hessian
from tests.reference.reference_data import results, simulated_diary, table, white_diary

FORMULA = "pain ~ sleep + steps + sleep_b + weekend + time"


def _model(name: str = "cohort25x60", residuals: str = "car1+white") -> CAR1MixedLM:
    return CAR1MixedLM.from_formula(
        FORMULA, table(f"white_{name}.csv"), re_formula="~sleep + steps", groups="id", days="day", residuals=residuals
    )


@cache
def _fit():
    return _model().fit()


def test_the_model_is_that_of_the_library():
    rows, fit = white_diary("cohort25x60"), _fit()
    expected = fit_mixed(rows, residuals="car1+white")
    assert fit.llf == pytest.approx(expected.log_likelihood, rel=1e-12)
    assert (fit.rho, fit.white_share) == pytest.approx((expected.rho, expected.white_share), abs=1e-9)
    assert fit.ddf_method == "Kenward-Roger"
    assert fit.bse_fe.to_numpy() == pytest.approx([row.se for row in kenward_roger(expected, rows).coefficients])
    by_satterthwaite = _model().fit(ddf="Satterthwaite")
    assert by_satterthwaite.df_fe.to_numpy() == pytest.approx([row.df for row in satterthwaite(expected).coefficients])


def test_joint_tests_and_variance_standard_errors_have_white_noise_too():
    fit = _fit()
    test = fit.wald_test("sleep = 0, steps = 0")
    assert test.df_num == 2
    assert 0 < test.pvalue < 1
    assert np.isfinite(fit.bse_re.to_numpy()).all()


def test_the_number_of_parameters_counts_rho_and_the_white_share():
    white, car1 = (_model(residuals=residuals).fit(reml=False) for residuals in ("car1+white", "car1"))
    assert white.aic - car1.aic == pytest.approx(-2 * (white.llf - car1.llf) + 2)


def test_the_summary_shows_rho_and_the_share_with_intervals():
    text = str(_fit().summary())
    assert "residuals autocorrelated over days plus white noise" in text
    assert "0.8124 per day" in text
    assert "0.5222 of variance" in text
    rho, w = residual_intervals(_fit().mixed_fit)
    assert f"Residuals, approximate 95% intervals: rho {rho.low:.3f} to {rho.high:.3f}, w {w.low:.3f}" in text


def test_intervals_follow_the_curvature_of_the_profiled_deviance():
    fit = _fit().mixed_fit
    rho, w = residual_intervals(fit)
    assert 0 < rho.low < fit.rho < rho.high < 1
    assert 0 < w.low < fit.white_share < w.high < 1
    problem = white_problem(white_diary("cohort25x60"), reml=True)
    point = profile_at(problem, fit.rho, fit.white_share, fit.optimum.factor)
    covariance = 2 * np.linalg.inv(profiled_hessian(problem, point))
    for number, each in enumerate((rho, w)):
        margin = 1.959964 * np.sqrt(covariance[number, number]) / (each.estimate * (1 - each.estimate))
        logit = np.log(each.estimate / (1 - each.estimate))
        assert each.low == pytest.approx(1 / (1 + np.exp(margin - logit)), rel=1e-4)
    wider = residual_intervals(fit, level=0.99)
    assert wider[0].low < rho.low
    assert _fit().residual_intervals() == (rho, w)


def test_the_summary_says_what_ended_at_a_limit():
    rows = simulated_diary(13)
    fit = CAR1MixedLM(rows.y, rows.X, rows.participant, rows.X, days=rows.day, residuals="car1+white").fit()
    assert fit.white_share == 0
    assert "share of white noise (w) ended at 0" in str(fit.summary())
    assert [each.name for each in residual_intervals(fit.mixed_fit)] == ["rho"]


@pytest.mark.parametrize("residuals", ["car1+white", "car1"])
def test_the_distribution_draws_correlated_residuals(residuals):
    model = _model("few12x60", residuals)
    with pytest.raises(PainstatsError, match="fit the model first"):
        model.get_distribution(np.zeros(12), 1.0, None)
    fit = model.fit()
    parameters = np.append(np.zeros(model.k_fe), np.zeros(model.k_re2))
    distribution = model.get_distribution(parameters, 4.0, None)
    rng = np.random.default_rng(5)
    drawn = np.array([distribution.rvs(1, rng) for _ in range(2000)])
    day, own = np.asarray(model.days), np.asarray(model.group_codes) == 0
    apart = np.abs(day[own][:, None] - day[own]).astype(float)
    expected = 4 * ((1 - fit.white_share) * fit.rho**apart + fit.white_share * (apart == 0))
    assert np.abs(np.cov(drawn[:, own].T) - expected).max() < 4 * 6 / np.sqrt(2000)
    other = np.asarray(model.group_codes) == 1
    assert np.abs(np.corrcoef(drawn.T)[np.ix_(own, other)]).max() < 0.12


def test_the_distribution_has_the_random_effects():
    model = _model("few12x60")
    fit = model.fit()
    distribution = model.get_distribution(fit.params, fit.scale, None)
    rng = np.random.default_rng(6)
    drawn = np.array([distribution.rvs(1, rng) for _ in range(3000)])
    assert drawn.mean(axis=0) == pytest.approx(model.exog @ fit.fe_params.to_numpy(), abs=0.3)
    Z = model.exog_re
    expected = np.einsum("nq,qr,nr->n", Z, fit.cov_re.to_numpy(), Z) + fit.scale
    assert drawn.var(axis=0) == pytest.approx(expected, rel=0.15)


def test_a_relation_fetches_its_rows():
    connection = duckdb.connect()
    connection.register("diary", table("white_few12x60.csv").to_arrow())
    columns = ["sleep", "steps", "sleep_b", "weekend", "time"]
    roles = ColumnRoles(
        outcome="pain", columns=columns, participant="id", day="day", random=["intercept", "sleep", "steps"]
    )
    fit = CAR1MixedLM.from_relation(connection, "FROM diary", roles, residuals="car1+white").fit()
    assert fit.llf == pytest.approx(results("white_dense")["few12x60"]["logLik_dense"], abs=1e-8)


def test_unknown_residuals_and_a_fixed_rho_are_refused():
    with pytest.raises(PainstatsError, match=r"'car1', 'car1\+white' or 'independent'"):
        _model(residuals="ar1")
    with pytest.raises(PainstatsError, match="rho cannot be fixed beside white noise"):
        _model().fit(rho=0.5)

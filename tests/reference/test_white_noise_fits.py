"""CAR(1) plus white noise against nlme, glmmTMB and dense matrices, and what a fit must not depend on."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    MixedFit,
    ModelRows,
    cross_products,
    fit_cross_products,
    fit_mixed,
    fit_one_participant,
    model_rows,
    satterthwaite,
)
from painstats.mixedlm.engine.deviance_hessian import evaluation_at
from painstats.mixedlm.engine.likelihood import log_likelihood
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_products import white_sums
from painstats.mixedlm.engine.white_profile import products_at, profile_at
from painstats.mixedlm.engine.white_search import ends_of
from painstats.mixedlm.inference.variance_derivatives import variance_derivatives
from tests.reference.reference_data import results, simulated_diary, white_diary

SETS = ("cohort25x60", "few12x60", "one120", "one_car120")
R_FITS = [name for name in results("white_r") if name != "versions"]


@cache
def _fit(name: str) -> MixedFit:
    return fit_mixed(white_diary(name), residuals="car1+white")


@pytest.mark.parametrize("name", R_FITS)
def test_fits_agree_with_nlme_and_glmmtmb(name):
    expected, fit = results("white_r")[name], _fit(name.split("_nlme")[0].split("_glmmTMB")[0].split("_gls")[0])
    theirs = expected.get("objective", expected["logLik"])
    assert fit.log_likelihood == pytest.approx(theirs, rel=1e-9)
    assert fit.log_likelihood >= theirs - 1e-9 * abs(theirs)
    assert fit.converged
    assert (fit.rho, fit.white_share) == pytest.approx((expected["rho"], expected["nugget"]), abs=1e-5)
    table = satterthwaite(fit).coefficients
    se = np.array([row.se for row in table])
    assert np.abs((fit.coefficients - expected["b"]) / se).max() < 3e-4
    if "glmmTMB" not in name:  # its standard errors are those of a joint Hessian
        assert se == pytest.approx(expected["se"], rel=2e-5)


@pytest.mark.parametrize("name", SETS)
def test_fits_agree_with_dense_matrices(name):
    expected, fit = results("white_dense")[name], _fit(name)
    assert fit.log_likelihood == pytest.approx(expected["logLik_dense"], abs=1e-8, rel=0)
    assert (fit.white_share > 0) == (expected["structure"] == "car1+white")
    if "se" in expected:
        table = satterthwaite(fit).coefficients
        assert [row.se for row in table] == pytest.approx(expected["se"], rel=1e-6)
        assert [row.df for row in table] == pytest.approx(expected["df_satterthwaite"], rel=1e-4)


@pytest.mark.parametrize("name", SETS)
def test_likelihoods_of_given_parameters_are_those_of_dense_matrices(name):
    problem = white_problem(white_diary(name), reml=True)
    scaling, q = problem.template.scaling, len(problem.template.random)
    for given in results("white_dense")[name]["fixed_parameters"]:
        variance = given["s_a"] + given["s_n"]
        sums = white_sums(problem.padded, given["rho"], given["s_n"] / variance, 0)
        G = np.reshape(given["G"] or np.zeros((0, 0)), (q, q)) / variance
        back = np.linalg.inv(scaling.random_transform)
        factor = np.linalg.cholesky(back @ G @ back.T)
        scaled = variance / scaling.outcome_scale**2
        products = products_at(problem, sums)
        found = evaluation_at(products, factor, 0.0, True, with_rho=False, variance=scaled)
        value = log_likelihood(products, found.deviance + sums.log_determinant[0], True)
        assert value == pytest.approx(given["logLik"], abs=1e-8, rel=0)


def _columns(rows: ModelRows) -> dict[str, np.ndarray]:
    return dict(zip(rows.names[1:], rows.X[:, 1:].T, strict=True))


def _refit(rows: ModelRows, **changed: object) -> MixedFit:
    given = {"y": rows.y, "predictors": _columns(rows), "participant": rows.participant, "day": rows.day}
    return fit_mixed(model_rows(**(given | changed), random=rows.random), residuals="car1+white")


def _t_and_df(fit: MixedFit) -> np.ndarray:
    return np.array([(row.t, row.df) for row in satterthwaite(fit).coefficients[1:]])


def _assert_same(one: MixedFit, other: MixedFit) -> None:
    assert (one.rho, one.white_share) == pytest.approx((other.rho, other.white_share), abs=1e-9)
    assert _t_and_df(one) == pytest.approx(_t_and_df(other), rel=1e-9)


def test_order_names_and_shifted_days_change_nothing():
    rows, fit = white_diary("few12x60"), _fit("few12x60")
    order = np.random.default_rng(0).permutation(len(rows.y))
    shuffled = {name: values[order] for name, values in _columns(rows).items()}
    weeks = 7 * np.array([int(name[1:]) for name in rows.participant])
    renamed = np.array([f"q{99 - int(name[1:]):02d}" for name in rows.participant])
    moved = _refit(
        rows, y=rows.y[order], predictors=shuffled, participant=renamed[order], day=(rows.day + weeks)[order]
    )
    _assert_same(moved, fit)


def test_units_change_nothing_and_a_shift_along_a_column_moves_its_slope_alone():
    rows, fit = white_diary("few12x60"), _fit("few12x60")
    columns = _columns(rows)
    scaled = columns | {"sleep": 60 * columns["sleep"], "steps": columns["steps"] / 1000}
    _assert_same(_refit(rows, y=10 * rows.y, predictors=scaled), fit)
    tilted = _refit(rows, y=rows.y + 0.3 * columns["sleep"])
    shift = tilted.coefficients - fit.coefficients - 0.3 * (np.array(fit.names) == "sleep")
    assert np.abs(shift).max() < 1e-9
    assert (tilted.rho, tilted.white_share) == pytest.approx((fit.rho, fit.white_share), abs=1e-9)


def test_a_missing_day_is_a_day_with_a_column_of_its_own():
    rows = white_diary("one120")
    own = (np.arange(len(rows.y)) == 20).astype(float)
    kept = own == 0
    without = {name: values[kept] for name, values in _columns(rows).items()}
    gap = _refit(rows, y=rows.y[kept], predictors=without, participant=rows.participant[kept], day=rows.day[kept])
    marked = _refit(rows, y=rows.y + 50 * own, predictors=_columns(rows) | {"own": own})
    assert (gap.rho, gap.white_share) == pytest.approx((marked.rho, marked.white_share), abs=1e-7)
    assert gap.coefficients == pytest.approx(marked.coefficients[:-1], abs=1e-9)


def test_maximum_likelihood_too_is_not_below_car1_and_is_stationary():
    rows = white_diary("few12x60")
    white, car1 = (fit_mixed(rows, residuals=residuals, reml=False) for residuals in ("car1+white", "car1"))
    assert white.converged
    assert white.log_likelihood > car1.log_likelihood + 1
    restricted = fit_mixed(rows, residuals="car1+white")
    assert white.log_likelihood > restricted.log_likelihood - 50
    assert white.rho != restricted.rho


def test_uncorrelated_random_effects_have_a_diagonal_covariance():
    fit = fit_mixed(white_diary("few12x60"), residuals="car1+white", correlated=False)
    assert fit.converged
    assert fit.white_share > 0
    assert fit.random_covariance == pytest.approx(np.diag(np.diag(fit.random_covariance)), abs=1e-12)
    assert fit.log_likelihood < _fit("few12x60").log_likelihood


@pytest.mark.parametrize("name", ["few12x60", "one_car120"])
def test_at_no_white_noise_the_deviance_and_its_derivatives_are_those_of_car1(name):
    rows = white_diary(name)
    car1, problem = fit_mixed(rows), white_problem(rows, reml=True)
    point = profile_at(problem, car1.rho, 0.0, car1.optimum.factor)
    at_car1 = evaluation_at(car1.products, point.optimum.factor, car1.rho, True, with_rho=True)
    assert point.evaluation.deviance == pytest.approx(at_car1.deviance, rel=1e-10)
    assert point.evaluation.residual_gradient[0] == pytest.approx(at_car1.residual_gradient[0], abs=1e-8)
    assert point.evaluation.residual_curvature[0, 0] == pytest.approx(at_car1.residual_curvature[0, 0], rel=1e-9)


def test_where_the_white_share_ends_at_zero_the_fit_is_that_of_car1():
    rows = simulated_diary(13)
    fit, car1 = fit_mixed(rows, residuals="car1+white"), fit_mixed(rows)
    assert (fit.residuals, fit.white_share, fit.optimum.white_share_is_free) == ("car1+white", 0, False)
    assert fit.optimum.rho_is_free
    assert fit.log_likelihood == pytest.approx(car1.log_likelihood, rel=1e-10)
    ours, theirs = ([(row.se, row.df) for row in satterthwaite(one).coefficients] for one in (fit, car1))
    assert ours == [pytest.approx(row, rel=1e-9) for row in theirs]


MANY_STARTS = ((0.85, 0.5), (0.3, 0.3), (0.6, 0.7), (0.95, 0.8), (0.97, 0.3), (0.5, 0.05), (0.9, 0.9))


@pytest.mark.parametrize("seed", [*range(6), 24])  # 24 has two optima, and the first start leads to the higher one
def test_the_search_finds_the_lowest_of_many_starts(seed):
    rows = simulated_diary(seed)
    fit, car1 = fit_mixed(rows, residuals="car1+white"), fit_mixed(rows)
    independent = fit_mixed(rows, residuals="independent")
    assert fit.converged
    assert fit.log_likelihood >= max(car1.log_likelihood, independent.log_likelihood) - 1e-7
    lowest = ends_of(white_problem(rows, reml=True), MANY_STARTS, car1.optimum.factor)[0].evaluation.deviance
    assert min(lowest, car1.optimum.deviance) > fit.optimum.deviance - 0.05


def test_white_noise_needs_rows_and_an_unknown_rho():
    rows = white_diary("few12x60")
    with pytest.raises(PainstatsError, match="needs the rows"):
        fit_cross_products(cross_products(rows), residuals="car1+white")
    with pytest.raises(PainstatsError, match="rho cannot be fixed"):
        fit_mixed(rows, residuals="car1+white", rho=0.5)


def test_one_participant_has_white_noise_of_their_own():
    expected = results("white_dense")["one120"]
    own = fit_one_participant(white_diary("one120"), residuals="car1+white")
    assert own.table.method == "Satterthwaite"
    assert (own.rho, own.fit.white_share) == pytest.approx((expected["rho"], expected["w"]), abs=1e-6)
    assert [row.df for row in own.table.coefficients] == pytest.approx(expected["df_satterthwaite"], rel=1e-4)


def test_a_drift_over_the_whole_diary_leaves_rho_at_its_limit_and_known():
    day = np.arange(60)
    noise = np.random.default_rng(3).standard_normal((2, 60))
    rows = model_rows(
        y=0.02 * day + 0.5 * noise[0],
        predictors={"sleep": noise[1]},
        participant=np.repeat("a", 60),
        day=day,
    )
    fit = fit_mixed(rows, residuals="car1+white")
    assert fit.converged
    assert (fit.rho, fit.optimum.rho_is_free) == (pytest.approx(0.995), False)
    assert fit.optimum.white_share_is_free
    _, _, hessian = variance_derivatives(fit)
    assert hessian.shape == (2, 2)  # in w and log sigma
    assert all(0 < row.df < 60 for row in satterthwaite(fit).coefficients)


def test_many_participants_start_from_a_sample(monkeypatch):
    rows = white_diary("cohort25x60")
    whole = _fit("cohort25x60")
    monkeypatch.setattr("painstats.mixedlm.engine.white_optimum.MANY_PARTICIPANTS", 20)
    monkeypatch.setattr("painstats.mixedlm.engine.white_optimum.SAMPLED", 15)
    sampled = fit_mixed(rows, residuals="car1+white")
    assert sampled.converged
    assert sampled.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
    assert (sampled.rho, sampled.white_share) == pytest.approx((whole.rho, whole.white_share), abs=2e-4)
    se = [[row.se for row in satterthwaite(fit).coefficients] for fit in (sampled, whole)]
    assert se[0] == pytest.approx(se[1], rel=1e-4)

"""The model used as statsmodels' MixedLM is used: its results agree with statsmodels', lme4's and nlme's."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

from painstats.errors import PainstatsError
from tests.reference.as_statsmodels import SMALL, diary_model, in_order, sleepstudy, small
from tests.reference.reference_data import (
    COEFFICIENT,
    CONDITIONAL_VARIANCE,
    COVARIANCE,
    DEGREES_OF_FREEDOM,
    KENWARD_ROGER_DF,
    LOG_LIKELIHOOD,
    PERSON_EFFECT,
    STANDARD_ERROR,
    column,
    matrix,
    results,
)

BY_STATSMODELS = 1e-6
"""Relative: started near our optimum, with a third more variance, its optimiser returns this close."""

TIGHT = 1e-8
"""The gradient at which statsmodels' optimiser is to stop; its own default leaves a covariance a thousandth off.

So tight, rounding decides whether its first optimiser arrives, or warns and leaves the end to its second.
"""

SCORE = 1e-8
"""statsmodels' derivative of its log-likelihood at our optimum."""

JOINT_HESSIAN = 0.04
"""Relative: statsmodels takes standard errors of coefficients from a Hessian in which they are not apart from variances."""

DIFFERENCES = 1e-3
"""Relative: a Hessian by second differences of a dense likelihood is no sharper."""


# --- agreement with statsmodels itself, whose residuals are independent


@pytest.mark.filterwarnings("ignore:Maximum Likelihood optimization failed", "ignore:Retrying MixedLM")
@pytest.mark.filterwarnings("ignore:Keyword arguments have been passed")  # to the second optimiser, by the first
@pytest.mark.parametrize("make", [lambda: sleepstudy(residuals="independent"), small], ids=["sleepstudy", "small"])
@pytest.mark.parametrize("reml", [True, False])
def test_statsmodels_at_its_true_optimum_agrees(make, reml):
    model = make()
    ours = model.fit(reml=reml, ddf="Satterthwaite")
    start = MixedLMParams.from_components(ours.fe_params.to_numpy(), cov_re=1.3 * ours.cov_re_unscaled)
    theirs = MixedLM(model.endog, model.exog, model.groups, model.exog_re).fit(
        reml=reml, start_params=start, gtol=TIGHT
    )
    assert ours.llf == pytest.approx(theirs.llf, abs=LOG_LIKELIHOOD, rel=0)
    assert theirs.converged
    assert np.abs(model.score(ours._results.params_object)).max() < SCORE
    assert np.asarray(theirs.bse_fe) == pytest.approx(ours.bse_fe.to_numpy(), rel=JOINT_HESSIAN)
    assert ours.llf == pytest.approx(model.loglike(ours._results.params_object, profile_fe=False), abs=1e-8, rel=0)
    assert ours.fe_params.to_numpy() == pytest.approx(np.asarray(theirs.fe_params), rel=BY_STATSMODELS)
    assert ours.scale == pytest.approx(theirs.scale, rel=BY_STATSMODELS)
    largest = np.abs(theirs.cov_re).max()
    assert ours.cov_re.to_numpy() / largest == pytest.approx(np.asarray(theirs.cov_re) / largest, abs=COVARIANCE)
    assert ours.params.to_numpy().shape == np.asarray(theirs.params).shape
    assert np.asarray(ours.fittedvalues) == pytest.approx(np.asarray(theirs.fittedvalues), abs=1e-4)
    assert ours.df_resid == theirs.df_resid
    assert ours.nobs == theirs.nobs
    for label in model.group_labels:
        spread = np.abs(theirs.random_effects_cov[label].to_numpy()).max()
        difference = ours.random_effects_cov[label].to_numpy() - theirs.random_effects_cov[label].to_numpy()
        assert np.abs(difference).max() < COVARIANCE * spread
        assert ours.random_effects[label].to_numpy() == pytest.approx(theirs.random_effects[label].to_numpy(), abs=1e-4)


@pytest.mark.parametrize("make", [lambda: sleepstudy(residuals="independent"), small], ids=["sleepstudy", "small"])
def test_the_covariance_of_the_coefficients_is_that_of_generalised_least_squares(make):
    model = make()
    fit = model.fit(ddf="Satterthwaite")
    information = 0.0
    for X, Z in zip(model.exog_li, model.exog_re_li, strict=True):
        information += X.T @ np.linalg.solve(fit.scale * np.eye(len(X)) + Z @ fit.cov_re.to_numpy() @ Z.T, X)
    k = model.k_fe
    assert fit.cov_params().iloc[:k, :k].to_numpy() == pytest.approx(np.linalg.inv(information), rel=1e-8, abs=1e-12)
    assert fit.bse.to_numpy()[:k] == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))), rel=1e-8)


def test_statsmodels_own_methods_refuse_to_forget_the_autocorrelation():
    model = diary_model()
    fit = model.fit()
    with pytest.raises(PainstatsError, match="has no residual correlation"):
        model.loglike(fit._results.params_object)
    with pytest.raises(PainstatsError, match="has no residual correlation"):
        fit.profile_re(0, "re")


# --- agreement with R


@pytest.mark.parametrize(("key", "reml"), [("reml_slope", True), ("ml_slope", False)])
def test_sleepstudy_agrees_with_lme4(key, reml):
    expected = results("sleepstudy")[key]
    fit = sleepstudy(residuals="independent").fit(reml=reml, ddf="Satterthwaite")
    coefficients = expected["coef"]
    assert fit.llf == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    assert np.abs((fit.fe_params - column(coefficients, "Estimate")) / fit.bse_fe).max() < COEFFICIENT
    assert fit.bse_fe.to_numpy() == pytest.approx(column(coefficients, "Std. Error"), rel=STANDARD_ERROR)
    assert fit.df_fe.to_numpy() == pytest.approx(column(coefficients, "df"), rel=DEGREES_OF_FREEDOM)
    assert fit.pvalues.to_numpy()[:2] == pytest.approx(column(coefficients, "Pr(>|t|)"), rel=1e-3)
    assert np.sqrt(fit.scale) == pytest.approx(expected["sigma"], rel=COVARIANCE)
    effects = matrix(expected["ranef"])[in_order(expected["ranef"], fit.random_effects)]
    assert np.array(list(fit.random_effects.values())) == pytest.approx(effects, abs=25 * PERSON_EFFECT)


def test_information_criteria_agree_with_lme4_and_nlme():
    plain = sleepstudy(residuals="independent").fit(reml=False)
    assert [plain.aic, plain.bic] == pytest.approx([1763.9393444631976, 1783.097085568539], abs=1e-6)
    correlated = diary_model("~sleep_w + steps_lag_w").fit(reml=False)
    assert [correlated.aic, correlated.bic] == pytest.approx([4291.028815388709, 4369.465523555608], abs=1e-4)
    held = diary_model("~sleep_w + steps_lag_w").fit(reml=False, rho=correlated.rho)
    assert held.aic == pytest.approx(correlated.aic - 2, abs=1e-6)
    assert np.isnan(sleepstudy(residuals="independent").fit().aic)


def test_few_people_are_tested_with_kenward_roger_as_in_pbkrtest():
    expected = results("small_kr")["rs_sleep_REML"]["kenward_roger"]
    fit = small().fit()
    assert fit.ddf_method == "Kenward-Roger"
    assert fit.bse_fe.to_numpy() == pytest.approx(column(expected, "Std. Error"), rel=STANDARD_ERROR)
    assert fit.df_fe.to_numpy() == pytest.approx(column(expected, "df"), rel=KENWARD_ROGER_DF)
    assert fit.tvalues.to_numpy()[:7] == pytest.approx(column(expected, "t value"), rel=1e-5)
    assert fit.pvalues.to_numpy()[:7] == pytest.approx(column(expected, "Pr(>|t|)"), rel=1e-4)


@pytest.mark.parametrize("method", ["Satterthwaite", "Kenward-Roger"])
def test_joint_tests_agree_with_lmertest(method):
    expected = results("joint_tests")[method]
    test = small().fit(ddf=method).wald_test("sleep_w = 0, steps_lag_w = 0")
    assert test.df_num == column(expected, "NumDF")[0]
    assert test.fvalue == pytest.approx(column(expected, "F value")[0], rel=COVARIANCE)
    assert test.df_denom == pytest.approx(column(expected, "DenDF")[0], rel=DEGREES_OF_FREEDOM)
    assert float(test.pvalue) == pytest.approx(column(expected, "Pr(>F)")[0], rel=10 * COVARIANCE)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_autocorrelated_residuals_agree_with_the_dense_fit_in_r(method):
    expected = results("car1_dense")[f"diary30x60_{method}"]
    fit = diary_model("~sleep_w + steps_lag_w").fit(reml=method == "REML")
    assert fit.ddf_method == "Satterthwaite"
    assert fit.llf == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    assert fit.rho == pytest.approx(expected["rho"]["Phi"], abs=1e-8)
    assert np.abs((fit.fe_params - list(expected["beta"].values())) / expected["se"]).max() < COEFFICIENT
    assert fit.bse_fe.to_numpy() == pytest.approx(expected["se"], rel=STANDARD_ERROR)
    assert fit.df_fe.to_numpy() == pytest.approx(expected["satterthwaite_df"], rel=DEGREES_OF_FREEDOM)
    covariance = matrix(expected["cov_re"])
    assert np.abs(fit.cov_re.to_numpy() - covariance).max() < COVARIANCE * np.abs(covariance).max()
    people = in_order(expected["ranef"], fit.random_effects)
    assert np.array(list(fit.random_effects.values())) == pytest.approx(
        matrix(expected["ranef"])[people], abs=PERSON_EFFECT
    )
    conditional = np.array([np.diag(covariance) for covariance in fit.random_effects_cov.values()])
    assert conditional == pytest.approx(matrix(expected["person_var"])[people][:, :3], rel=CONDITIONAL_VARIANCE)


# --- standard errors of variances


def dense_deviance(point, blocks, q):
    """Return minus twice the restricted log-likelihood at the lower elements of G, log sigma^2 and (last) rho."""
    G = np.zeros((q, q))
    G[np.tril_indices(q)] = point[: q * (q + 1) // 2]
    G = G + G.T - np.diag(np.diag(G))
    variance, rho = np.exp(point[q * (q + 1) // 2]), point[-1]
    information, moment, square, log_determinant = 0.0, 0.0, 0.0, 0.0
    for y, X, Z, apart in blocks:
        V = Z @ G @ Z.T + variance * rho**apart
        both = np.linalg.solve(V, np.column_stack([X, y]))
        information, moment = information + X.T @ both[:, :-1], moment + X.T @ both[:, -1]
        square, log_determinant = square + y @ both[:, -1], log_determinant + np.linalg.slogdet(V)[1]
    residual = square - moment @ np.linalg.solve(information, moment)
    return log_determinant + np.linalg.slogdet(information)[1] + residual


def second_differences(function, point, widths):
    size = len(point)
    hessian = np.empty((size, size))
    steps = np.diag(widths)
    for i in range(size):
        for j in range(size):
            ends = [point + a * steps[i] + b * steps[j] for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            up, across, back, down = (function(end) for end in ends)
            hessian[i, j] = (up - across - back + down) / (4 * widths[i] * widths[j])
    return hessian


def dense_blocks(model, days):
    """Return y, X, Z and days apart of each person."""
    blocks = []
    for rows in model.row_indices.values():
        day = days[rows].astype(float)
        apart = np.abs(day[:, None] - day[None, :])
        blocks.append((model.endog[rows], model.exog[rows], model.exog_re[rows], apart))
    return blocks


def test_standard_errors_of_variances_are_those_of_the_curvature():
    model = diary_model(file=SMALL)
    fit, blocks = model.fit(), dense_blocks(model, model.days)
    point = np.concatenate([fit.cov_re.to_numpy()[np.tril_indices(2)], [np.log(fit.scale), fit.rho]])
    hessian = second_differences(lambda at: dense_deviance(at, blocks, 2), point, np.array([4, 1, 0.3, 1, 1]) * 1e-3)
    expected = np.sqrt(np.diag(2 * np.linalg.inv(hessian)))[:3]
    assert fit.bse_re.to_numpy() == pytest.approx(expected, rel=DIFFERENCES)


def test_standard_errors_of_variances_at_independent_residuals():
    model = sleepstudy(residuals="independent")
    fit, blocks = model.fit(), dense_blocks(model, np.arange(model.nobs))
    point = np.append(fit.cov_re.to_numpy()[np.tril_indices(2)], np.log(fit.scale))
    widths = np.array([6, 2, 0.4, 0.01])
    hessian = second_differences(lambda at: dense_deviance(np.append(at, 0.0), blocks, 2), point, widths)
    expected = np.sqrt(np.diag(2 * np.linalg.inv(hessian)))[:3]
    assert fit.bse_re.to_numpy() == pytest.approx(expected, rel=DIFFERENCES)

"""Autocorrelated residuals: nlme, glmmTMB, and a brute-force fit with dense matrices."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.mixedlm import fit_mixed, henderson_covariances, satterthwaite
from tests.reference.reference_data import (
    COEFFICIENT,
    CONDITIONAL_VARIANCE,
    COVARIANCE,
    DEGREES_OF_FREEDOM,
    LOG_LIKELIHOOD,
    NLME_SHORTFALL,
    PERSON_EFFECT,
    STANDARD_ERROR,
    bodyweight,
    column,
    diary,
    matrix,
    ovary,
    results,
)

NLME_ESTIMATES = 1e-3
"""Coefficients in standard errors, and rho absolute: nlme's optimiser stops where the deviance is flat."""

SLOPES = ("sleep_w", "steps_lag_w")
COHORT = "cohort200x90.csv.gz"

NLME = {
    "ovary_ri_iid": lambda: ovary("intercept"),
    "ovary_ri_ar1": lambda: ovary("intercept"),
    "bodyweight_rs_iid": lambda: bodyweight("intercept", "Time"),
    "bodyweight_rs_car1": lambda: bodyweight("intercept", "Time"),
    "bodyweight_ri_car1": lambda: bodyweight("intercept"),
    "diary_ri_car1": diary,
    "diary_sleep_car1": lambda: diary("sleep_w"),
    "diary_rs_car1": lambda: diary(*SLOPES),
    "diary_rs_iid": lambda: diary(*SLOPES),
}

DENSE = {"diary30x60": lambda: diary(*SLOPES), "diary30x60_sleep": lambda: diary("sleep_w")}


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("key", NLME)
def test_nlme_is_reproduced_or_surpassed(key, method):
    expected = results("nlme")[f"{key}_{method}"]
    fit = fit_mixed(NLME[key](), residuals="independent" if "iid" in key else "car1", reml=method == "REML")
    assert fit.converged
    assert fit.log_likelihood >= expected["logLik"] - NLME_SHORTFALL
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-4)
    se = np.sqrt(np.diag(matrix(expected["vcov"])))
    assert np.abs((fit.coefficients - column(expected["coef"], "Value")) / se).max() < NLME_ESTIMATES
    if expected["rho"] is not None:
        assert fit.rho == pytest.approx(expected["rho"], abs=NLME_ESTIMATES)


def test_ovary_agrees_to_many_digits():
    expected = results("nlme")["ovary_ri_ar1_REML"]
    fit = fit_mixed(ovary("intercept"))
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    assert fit.coefficients == pytest.approx(column(expected["coef"], "Value"), rel=1e-6)
    assert fit.residual_sd == pytest.approx(expected["sigma"], rel=1e-5)


def test_least_squares_with_autocorrelation_agrees_with_gls():
    expected = results("nlme")["ovary_gls_ar1"]
    fit = fit_mixed(ovary())
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-7, rel=0)
    assert fit.rho == pytest.approx(expected["rho"], abs=1e-5)
    assert fit.coefficients == pytest.approx(list(expected["coef"].values()), abs=1e-4)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_profile_over_rho_agrees(method):
    profile = results("nlme")[f"diary_rs_profile_{method}"]
    for rho, expected in zip(profile["rho"], profile["logLik"], strict=True):
        fit = fit_mixed(diary(*SLOPES), reml=method == "REML", rho=rho)
        assert fit.converged
        assert expected - NLME_SHORTFALL <= fit.log_likelihood <= expected + 1e-4


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("key", DENSE)
def test_the_dense_fit_is_reproduced(key, method):
    expected = results("car1_dense")[f"{key}_{method}"]
    fit = fit_mixed(DENSE[key](), reml=method == "REML")
    se = np.array(expected["se"])
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    assert fit.rho == pytest.approx(expected["rho"]["Phi"], abs=1e-8)
    assert np.abs((fit.coefficients - list(expected["beta"].values())) / se).max() < COEFFICIENT
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(se, rel=STANDARD_ERROR)
    covariance = matrix(expected["cov_re"])
    assert np.abs(fit.random_covariance - covariance).max() < COVARIANCE * np.abs(covariance).max()
    assert fit.residual_sd**2 == pytest.approx(expected["sigma2"][""], rel=COVARIANCE)
    df = [row.df for row in satterthwaite(fit).coefficients]
    assert df == pytest.approx(expected["satterthwaite_df"], rel=DEGREES_OF_FREEDOM)


@pytest.mark.parametrize("key", DENSE)
def test_person_slopes_and_their_variances_agree_with_the_dense_fit(key):
    expected = results("car1_dense")[f"{key}_REML"]
    fit = fit_mixed(DENSE[key]())
    people = [expected["ranef"]["rows"].index(person) for person in fit.participants]
    assert fit.random_effects == pytest.approx(matrix(expected["ranef"])[people], abs=PERSON_EFFECT)
    variances = matrix(expected["person_var"])[people]
    q = len(fit.random)
    conditional = np.einsum("nii->ni", fit.random_effect_covariances)
    assert conditional == pytest.approx(variances[:, :q], rel=CONDITIONAL_VARIANCE)
    assert np.einsum("nii->ni", henderson_covariances(fit)) == pytest.approx(variances[:, q:], rel=CONDITIONAL_VARIANCE)


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_two_hundred_people_agree_with_nlme(method):
    expected = results("cohort_car1")[f"nlme_re3_car1_{method}"]
    fit = fit_mixed(diary(*SLOPES, file=COHORT), reml=method == "REML")
    assert expected["logLik"] - NLME_SHORTFALL <= fit.log_likelihood <= expected["logLik"] + 1e-6
    assert fit.rho == pytest.approx(expected["rho"], abs=1e-5)
    assert fit.random_covariance == pytest.approx(matrix(expected["cov_re"]), abs=1e-4)


def test_the_statement_of_glmmtmb_is_close():
    expected = results("cohort_car1")["glmmTMB_re3_ar1_REML"]
    fit = fit_mixed(diary(*SLOPES, file=COHORT))
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-4)
    assert fit.coefficients == pytest.approx(list(expected["fixef"].values()), abs=1e-5)

"""Independent residuals: lme4's estimates, lmerTest's and pbkrtest's tests."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.mixedlm import coefficient_table, fit_mixed, henderson_covariances, kenward_roger, satterthwaite
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
    diary,
    matrix,
    results,
    sleepstudy,
)

SMALL = "small12x40.csv"
COHORT = "cohort200x90.csv.gz"
SLOPES = ("sleep_w", "steps_lag_w")
P_VALUE = 1e-3

FITS = {
    ("sleepstudy", "reml_slope"): (lambda: sleepstudy("intercept", "Days"), True),
    ("sleepstudy", "ml_slope"): (lambda: sleepstudy("intercept", "Days"), False),
    ("sleepstudy", "reml_intercept"): (lambda: sleepstudy("intercept"), True),
    ("small_kr", "rs_sleep_REML"): (lambda: diary("sleep_w", file=SMALL), True),
    ("small_kr", "rs_sleep_ML"): (lambda: diary("sleep_w", file=SMALL), False),
    ("small_kr", "rs2_REML"): (lambda: diary(*SLOPES, file=SMALL), True),
    ("small_kr", "rs2_ML"): (lambda: diary(*SLOPES, file=SMALL), False),
    ("cohort_lme4", "re3_iid_REML"): (lambda: diary(*SLOPES, file=COHORT), True),
    ("cohort_lme4", "re3_iid_ML"): (lambda: diary(*SLOPES, file=COHORT), False),
    ("cohort_lme4", "re4_iid_REML"): (lambda: diary(*SLOPES, "time30", file=COHORT), True),
    ("cohort_lme4", "re4_iid_ML"): (lambda: diary(*SLOPES, "time30", file=COHORT), False),
}


@pytest.mark.parametrize(("file", "key"), FITS)
def test_estimates_and_satterthwaite_tests_agree(file, key):
    rows, reml = FITS[file, key][0](), FITS[file, key][1]
    expected = results(file)[key]
    fit = fit_mixed(rows, residuals="independent", reml=reml)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    se = column(expected["coef"], "Std. Error")
    assert np.abs((fit.coefficients - column(expected["coef"], "Estimate")) / se).max() < COEFFICIENT
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(se, rel=STANDARD_ERROR)
    assert fit.residual_sd == pytest.approx(expected["sigma"], rel=COVARIANCE)
    covariance = matrix(expected["cov_re"])
    assert np.abs(fit.random_covariance - covariance).max() < COVARIANCE * np.abs(covariance).max()
    tests = satterthwaite(fit).coefficients
    assert [row.df for row in tests] == pytest.approx(column(expected["coef"], "df"), rel=DEGREES_OF_FREEDOM)
    assert [row.p for row in tests] == pytest.approx(column(expected["coef"], "Pr(>|t|)"), rel=P_VALUE, abs=1e-12)


@pytest.mark.parametrize(("file", "key"), [entry for entry in FITS if "ranef" in results(entry[0])[entry[1]]])
def test_person_effects_and_their_conditional_variances_agree(file, key):
    rows, reml = FITS[file, key][0](), FITS[file, key][1]
    expected = results(file)[key]
    fit = fit_mixed(rows, residuals="independent", reml=reml)
    people = [expected["ranef"]["rows"].index(person) for person in fit.participants]
    scale = np.sqrt(np.diag(fit.random_covariance).max())
    assert fit.random_effects / scale == pytest.approx(matrix(expected["ranef"])[people] / scale, abs=PERSON_EFFECT)
    conditional = np.array([matrix(expected["condvar"][person]) for person in fit.participants])
    assert np.abs(fit.random_effect_covariances - conditional).max() < CONDITIONAL_VARIANCE * np.abs(conditional).max()


@pytest.mark.parametrize(("file", "key"), [entry for entry in FITS if "kenward_roger" in results(entry[0])[entry[1]]])
def test_kenward_roger_agrees_with_pbkrtest(file, key):
    rows = FITS[file, key][0]()
    expected = results(file)[key]["kenward_roger"]
    tests = kenward_roger(fit_mixed(rows, residuals="independent"), rows)
    assert tests.method == "Kenward-Roger"
    assert [row.se for row in tests.coefficients] == pytest.approx(column(expected, "Std. Error"), rel=STANDARD_ERROR)
    assert [row.df for row in tests.coefficients] == pytest.approx(column(expected, "df"), rel=KENWARD_ROGER_DF)
    assert [row.p for row in tests.coefficients] == pytest.approx(column(expected, "Pr(>|t|)"), rel=P_VALUE, abs=1e-12)


def test_a_singular_fit_is_found_and_named():
    fit = fit_mixed(diary(*SLOPES, file=SMALL), residuals="independent")
    assert results("small_kr")["rs2_REML"]["singular"] is True
    assert fit.is_singular
    assert fit.optimum.starts_tried >= 3
    assert np.linalg.eigvalsh(fit.random_covariance)[0] < 1e-8


def test_variance_of_persons_coefficients_is_hendersons():
    fit = fit_mixed(sleepstudy("intercept", "Days"), residuals="independent")
    expected = results("sleepstudy")["henderson_var_person_coef"]
    covariances = henderson_covariances(fit)
    assert covariances[:, 0, 0] == pytest.approx(column(expected, "v_int"), rel=1e-6)
    assert covariances[:, 0, 1] == pytest.approx(column(expected, "cov"), rel=1e-6)
    assert covariances[:, 1, 1] == pytest.approx(column(expected, "v_slope"), rel=1e-6)


def test_a_contrast_agrees_with_lmertest():
    fit = fit_mixed(sleepstudy("intercept", "Days"), residuals="independent")
    expected = results("sleepstudy")["contrast_1_5"]
    (contrast,) = satterthwaite(fit, {"after five days": np.array([1.0, 5.0])}).coefficients
    assert contrast.estimate == pytest.approx(column(expected, "Estimate")[0], rel=1e-9)
    assert contrast.se == pytest.approx(column(expected, "Std. Error")[0], rel=STANDARD_ERROR)
    assert contrast.df == pytest.approx(column(expected, "df")[0], rel=DEGREES_OF_FREEDOM)


def test_the_table_is_kenward_roger_below_thirty_people_and_satterthwaite_from_thirty_on():
    few = diary("sleep_w", file=SMALL)
    many = diary("sleep_w")
    assert coefficient_table(fit_mixed(few), few).method == "Kenward-Roger"
    assert coefficient_table(fit_mixed(many), many).method == "Satterthwaite"

"""Coefficients held to a prior, against the reference and against dense least squares with pseudo-rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from painstats.mixedlm import MixedFit, ModelRows, coefficient, fit_mixed, kenward_roger, satterthwaite
from painstats.mixedlm.inference.held import feedback_test, held_table, hold, prior_means, without_columns
from tests.reference.feedback_data import EXPOSURES, SETS, columns_of, dense_cross_products, feedback_rows, first_fit
from tests.reference.reference_data import results

S, D = ("sleep_S", "steps_S"), ("sleep_D", "steps_D")


@cache
def _rows_with(name: str, columns: str) -> ModelRows:
    more = {}
    for exposure, found in columns_of(name).items():
        more[f"{exposure}_S"] = found.decaying_sum
        if "D" in columns:
            more[f"{exposure}_D"] = found.day_after
    return feedback_rows(name, more)


@cache
def _fit_with(name: str, columns: str) -> MixedFit:
    return fit_mixed(_rows_with(name, columns), residuals="car1+white")


@pytest.mark.parametrize("name", SETS)
def test_the_three_fits_are_those_of_the_reference(name):
    fits = {"first": first_fit(name), "with_S": _fit_with(name, "S"), "with_S_and_D": _fit_with(name, "SD")}
    for which, fit in fits.items():
        expected = results("feedback")[name][which]
        assert list(fit.names) == expected["names"]
        assert (fit.rho, fit.white_share) == pytest.approx((expected["rho"], expected["w"]), abs=1e-5)
        assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-9)
        assert np.abs((fit.coefficients - expected["b"]) / expected["se"]).max() < 3e-4
        table = satterthwaite(fit).coefficients
        assert [row.se for row in table] == pytest.approx(expected["se"], rel=2e-5)
        assert [row.df for row in table] == pytest.approx(expected["df"], rel=1e-4)


@pytest.mark.parametrize("name", SETS)
def test_the_test_of_feedback_is_that_of_the_reference(name):
    found = feedback_test(_fit_with(name, "S"), S)
    assert found.statistic == pytest.approx(results("feedback")[name]["F"], rel=1e-5)
    assert found.p == pytest.approx(stats.chi2.sf(2 * found.statistic, 2))
    expected = results("feedback")[name]["with_S"]
    h, se = np.array(expected["b"])[-2:], np.array(expected["se"])[-2:]
    assert found.coefficients == pytest.approx(h, rel=1e-4)
    assert found.t == pytest.approx(h / se, rel=1e-4)


def _as_in_reference(name: str) -> MixedFit:
    """Return the fit with S and D with the coefficients and the covariance of the reference."""
    given = results("feedback")[name]["with_S_and_D"]
    fit = _fit_with(name, "SD")
    return replace(fit, coefficients=np.array(given["b"]), covariance=np.array(given["covariance"]))


@pytest.mark.parametrize("name", SETS)
def test_held_coefficients_are_those_of_the_reference_given_its_fit(name):
    expected, with_S = results("feedback")[name]["held"], results("feedback")[name]["with_S"]
    means = prior_means(np.array(with_S["b"])[-2:], results("feedback")[name]["first"]["w"])
    assert means == pytest.approx(expected["prior_mean"], rel=1e-10)
    held = hold(_as_in_reference(name), D, means)
    assert list(held.names) == expected["names"]
    assert held.coefficients == pytest.approx(expected["b"], abs=1e-10)
    assert np.sqrt(np.diag(held.covariance)) == pytest.approx(expected["se"], rel=1e-10)


@pytest.mark.parametrize("name", SETS)
def test_holding_is_least_squares_with_a_row_for_each_prior(name):
    fit, means = _fit_with(name, "SD"), np.array([-0.12, 0.03])
    left, right = dense_cross_products(fit, _rows_with(name, "SD"))
    places = [fit.names.index(column) for column in D]
    left[places, places] += 1 / means**2
    right[places] += means / means**2
    kept = [place for place in range(len(fit.names)) if place not in places]
    b, C = np.linalg.solve(left, right)[kept], np.linalg.inv(left)[np.ix_(kept, kept)]
    held = hold(fit, D, means)
    se = np.sqrt(np.diag(C))
    assert held.coefficients / se == pytest.approx(b / se, abs=1e-10)
    assert held.covariance / np.outer(se, se) == pytest.approx(C / np.outer(se, se), abs=1e-10)


def test_without_white_noise_holding_leaves_out_the_days_after():
    fit = _fit_with("felt", "SD")
    means = prior_means(np.array([-0.2, 0.1]), 0.0)
    assert means.tolist() == [0.0, 0.0]
    left, right = dense_cross_products(fit, _rows_with("felt", "SD"))
    kept = [place for place, column in enumerate(fit.names) if column not in D]
    b = np.linalg.solve(left[np.ix_(kept, kept)], right[kept])
    se = np.sqrt(np.diag(np.linalg.inv(left[np.ix_(kept, kept)])))
    held = hold(fit, D, means)
    assert held.coefficients / se == pytest.approx(b / se, abs=1e-10)
    assert np.sqrt(np.diag(held.covariance)) == pytest.approx(se, rel=1e-10)


def test_a_large_share_of_white_noise_counts_as_nine_tenths():
    assert prior_means(np.array([0.2]), 0.97) == pytest.approx([0.2 * 0.9 / 0.1 / 2])


def test_the_table_has_the_lower_degrees_of_freedom_and_no_nuisance_columns():
    fit, with_S = _fit_with("felt", "SD"), _fit_with("felt", "S")
    held = hold(fit, D, prior_means(feedback_test(with_S, S).coefficients, first_fit("felt").white_share))
    table = held_table(held, fit, satterthwaite(fit), satterthwaite(with_S), S)
    assert [row.name for row in table.coefficients] == list(first_fit("felt").names)
    assert table.method == "Satterthwaite"
    expected = results("feedback")["felt"]["held"]
    for exposure, df in expected["df"].items():
        row, place = coefficient(table, exposure), expected["names"].index(exposure)
        assert row.estimate == pytest.approx(expected["b"][place], abs=3e-4 * row.se)
        assert (row.se, row.df) == pytest.approx((expected["se"][place], df), rel=1e-4)
        assert row.high - row.estimate == pytest.approx(stats.t.ppf(0.975, row.df) * row.se)


def test_standard_errors_grow_as_those_of_the_fit_grew_by_kenward_roger():
    fit, with_S = _fit_with("plain", "SD"), _fit_with("plain", "S")
    held = hold(fit, D, np.array([-0.004, -0.007]))
    adjusted = kenward_roger(fit, _rows_with("plain", "SD"))
    table = held_table(held, fit, adjusted, kenward_roger(with_S, _rows_with("plain", "S")), S)
    assert table.method == "Kenward-Roger"
    for exposure in EXPOSURES:
        place = held.names.index(exposure)
        growth = coefficient(adjusted, exposure).se / coefficient(satterthwaite(fit), exposure).se
        assert growth > 1
        assert coefficient(table, exposure).se == pytest.approx(
            growth * np.sqrt(held.covariance[place, place]), rel=1e-9
        )


def test_nuisance_columns_are_left_out_of_a_table():
    table = satterthwaite(_fit_with("felt", "S"))
    shown = without_columns(table, S)
    assert [row.name for row in shown.coefficients] == list(first_fit("felt").names)
    assert coefficient(shown, "sleep") == coefficient(table, "sleep")

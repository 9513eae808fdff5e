"""Difficult inputs: a clear refusal or a usable result, never a silently wrong one, and never a warning."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import (
    coefficient,
    coefficient_table,
    fit_mixed,
    fit_one_participant,
    model_rows,
    participant_slopes,
    residual_checks,
    slope_variance,
    statsmodels_check,
)


def inputs(people, days, *, rho=0.4, sd=(1.0, 0.2), residual_sd=1.0, gap=0, random=("intercept", "x"), seed=1):
    """Return the arguments of ``model_rows`` for simulated rows; ``gap`` days are missing in the middle."""
    rng = np.random.default_rng(seed)
    day = np.arange(days) + gap * (np.arange(days) >= days // 2)
    correlation = rho ** np.abs(day[:, None] - day[None, :])
    residuals = rng.standard_normal((people, days)) @ np.linalg.cholesky(correlation).T
    x = rng.standard_normal((people, days))
    slopes = 0.3 + sd[1] * rng.standard_normal((people, 1))
    y = 5 + sd[0] * rng.standard_normal((people, 1)) + slopes * x + residual_sd * residuals
    return {
        "y": y.ravel(),
        "predictors": {"x": x.ravel()},
        "participant": np.repeat([f"p{k:02d}" for k in range(people)], days),
        "day": np.tile(day, people),
        "random": random,
    }


def everything(rows):
    """Ask for all that is ever asked of a fit, and return the fit and its table."""
    fit = fit_mixed(rows)
    table = coefficient_table(fit, rows)
    assert np.isfinite([value for row in table.coefficients for value in (row.estimate, row.se, row.df, row.p)]).all()
    assert np.isfinite(residual_checks(fit, rows).ljung_box_p)
    if fit.random:
        assert all(slope.low < slope.high for slope in participant_slopes(fit, ["x"], seed=1))
        assert slope_variance(rows, "x").high > 0
        check = statsmodels_check(fit, rows)
        assert check.agrees or check.reason_skipped
    return fit, table


def test_one_person_has_no_person_specific_effects():
    with pytest.raises(NotEnoughData, match="at least two participants"):
        fit_mixed(model_rows(**inputs(1, 50)))


def test_one_person_alone():
    own = fit_one_participant(model_rows(**inputs(1, 50, random=())))
    assert 0 < own.rho < 1
    assert coefficient(own.table, "x").low < 0.3 < coefficient(own.table, "x").high


@pytest.mark.parametrize(("people", "days"), [(2, 50), (2, 3), (3, 3), (20, 3), (20, 2)])
def test_few_people_or_few_days(people, days):
    fit, table = everything(model_rows(**inputs(people, days)))
    assert fit.converged
    assert coefficient(table, "x").df < people + days


def test_one_day_each_is_refused():
    with pytest.raises(NotEnoughData, match="single day"):
        fit_mixed(model_rows(**inputs(20, 1)))


def test_gaps_of_four_hundred_days():
    fit, _ = everything(model_rows(**inputs(10, 30, gap=400)))
    assert fit.converged
    assert 0.05 < fit.rho < 0.6


@pytest.mark.parametrize(("rho", "low", "high"), [(0.0, 0.0, 0.1), (0.99, 0.95, 0.995), (0.99999, 0.99, 0.995)])
def test_autocorrelation_at_its_ends(rho, low, high):
    fit, _ = everything(model_rows(**inputs(12, 60, rho=rho)))
    assert fit.converged
    assert low <= fit.rho <= high


@pytest.mark.parametrize("sd", [(1.0, 0.0), (0.0, 0.0), (0.0, 0.3)])
def test_people_who_do_not_differ(sd):
    fit, _ = everything(model_rows(**inputs(12, 50, sd=sd)))
    assert fit.converged
    assert fit.optimum.certificate > -1e-6


def test_values_of_a_million_beside_a_thousandth():
    arguments = inputs(12, 50)
    plain = fit_mixed(model_rows(**arguments))
    stretched = arguments | {"y": 1e6 * arguments["y"], "predictors": {"x": 1e-3 * arguments["predictors"]["x"]}}
    rows = model_rows(**stretched)
    fit = fit_mixed(rows)
    assert fit.coefficients[1] * 1e-9 == pytest.approx(plain.coefficients[1], rel=1e-7)
    assert fit.rho == pytest.approx(plain.rho, abs=1e-7)
    assert coefficient(coefficient_table(fit, rows), "x").df == pytest.approx(
        coefficient(coefficient_table(plain, model_rows(**arguments)), "x").df, rel=1e-6
    )


def test_a_predictor_of_small_spread_far_from_zero():
    arguments = inputs(12, 50)
    far = arguments | {"predictors": {"x": 1e6 + 1e-2 * arguments["predictors"]["x"]}}
    fit, plain = fit_mixed(model_rows(**far)), fit_mixed(model_rows(**arguments))
    assert fit.coefficients[1] * 1e-2 == pytest.approx(plain.coefficients[1], rel=1e-6)


def test_large_differences_are_still_distinguished_from_noise():
    fit = fit_mixed(model_rows(**inputs(12, 50, residual_sd=1e-3)))
    assert fit.residual_sd == pytest.approx(1e-3, rel=0.2)


def test_a_constant_outcome_is_refused():
    arguments = inputs(12, 50)
    with pytest.raises(NotEnoughData, match="outcome has the same value"):
        model_rows(**arguments | {"y": np.full(600, 4.0)})


def test_a_constant_predictor_is_refused_by_name():
    arguments = inputs(12, 50)
    arguments["predictors"]["phase"] = np.ones(600)
    with pytest.raises(NotEnoughData, match="'phase' has the same value"):
        model_rows(**arguments)


def test_collinear_predictors_are_refused_by_name():
    arguments = inputs(12, 50)
    x, z = arguments["predictors"]["x"], np.random.default_rng(2).standard_normal(600)
    arguments["predictors"] |= {"z": z, "innocent": np.arange(600.0), "mixture": 3 * x - z + 7}
    with pytest.raises(NotEnoughData, match="columns 'x', 'z', 'mixture' carry the same information") as refusal:
        model_rows(**arguments)
    assert "innocent" not in str(refusal.value)


def test_an_outcome_that_the_predictors_reproduce_is_refused():
    arguments = inputs(12, 50)
    with pytest.raises(NotEnoughData, match="exactly"):
        fit_mixed(model_rows(**arguments | {"y": 1 + 2 * arguments["predictors"]["x"]}))


def test_duplicate_days_are_refused_without_naming_people():
    arguments = inputs(3, 10)
    with pytest.raises(PainstatsError, match="15 rows repeat the 'participant' and 'day'") as refusal:
        model_rows(**arguments | {"day": arguments["day"] // 2})
    assert "p0" not in str(refusal.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused_by_column(bad):
    arguments = inputs(3, 10)
    arguments["predictors"]["x"][4] = bad
    with pytest.raises(PainstatsError, match="'x' is not a finite number in 1 rows"):
        model_rows(**arguments)


def test_days_must_be_whole():
    arguments = inputs(3, 10)
    with pytest.raises(PainstatsError, match="whole calendar day"):
        model_rows(**arguments | {"day": arguments["day"] + 0.5})


def test_lengths_must_agree():
    arguments = inputs(3, 10)
    with pytest.raises(PainstatsError, match="'y' has shape"):
        model_rows(**arguments | {"y": arguments["y"][:-1], "predictors": {}})


def test_random_columns_must_exist():
    with pytest.raises(PainstatsError, match="no column 'sleep'"):
        model_rows(**inputs(3, 10) | {"random": ("intercept", "sleep")})
    with pytest.raises(PainstatsError, match="listed twice"):
        model_rows(**inputs(3, 10) | {"random": ("x", "x")})


def test_no_rows_are_refused():
    with pytest.raises(NotEnoughData, match="no complete days"):
        model_rows(y=[], predictors={"x": []}, participant=[], day=[])


def test_too_few_rows_are_refused():
    with pytest.raises(NotEnoughData, match="2 complete days are too few for 2 coefficients"):
        model_rows(**inputs(1, 2, random=()))


def test_kenward_roger_gives_way_where_information_is_singular():
    """With three people whose outcome follows their own line exactly but for rounding, nothing tells noise from noise."""
    rows = model_rows(**inputs(3, 20, residual_sd=1e-7))
    table = coefficient_table(fit_mixed(rows), rows)
    assert table.method == "Satterthwaite"
    assert "singular" in table.fallback

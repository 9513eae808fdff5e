"""Fast computation for many participants changes no number: one pass, chunks, and Newton steps."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import cross_products, fit_cross_products, fit_mixed, model_rows
from painstats.mixedlm.engine import deviance_hessian, optimum, scaling, summed_rows
from painstats.mixedlm.engine.cross_products import of_participants, unpacked, with_uncentred_random_columns
from painstats.mixedlm.engine.deviance_hessian import evaluation_at
from painstats.mixedlm.engine.likelihood import deviance, profiled_precision, solve_at
from painstats.mixedlm.engine.objective import Objective, deviance_and_gradient, evaluate_one, hessian_at, theta_at
from painstats.mixedlm.engine.whitened_products import whitened
from tests.reference.reference_data import diary, sleepstudy
from tests.reference.slow_likelihood import factor_gradient, factor_of, rho_derivative

SAME = 1e-11
"""Relative: the same sums in another order."""


def crowd(people, days=12, seed=5):
    """Return rows of many people with a slope of their own, days missing."""
    rng = np.random.default_rng(seed)
    person, day = (values.ravel() for values in np.indices((people, days)))
    x = rng.standard_normal(person.size)
    slope = 0.3 + 0.4 * rng.standard_normal(people)[person]
    noise = rng.standard_normal((people, days))
    noise[:, 1:] += 0.5 * noise[:, :-1]
    y = 4 + rng.standard_normal(people)[person] + slope * x + noise.ravel()
    kept = rng.random(person.size) < 0.8
    return model_rows(
        y=y[kept],
        predictors={"x": x[kept]},
        participant=person[kept],
        day=day[kept],
        random=("intercept", "x"),
    )


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("rho", [0.0, 0.2, 0.7, 0.99])
@pytest.mark.parametrize("random", [(), ("sleep_w",), ("weekend", "sleep_w", "steps_lag_w")])
def test_an_evaluation_has_the_deviance_and_the_gradient_of_the_solution(random, rho, reml):
    products = cross_products(diary(*random, file="small12x40.csv"))
    q, rng = len(products.random), np.random.default_rng(2)
    factor = factor_of(rng.standard_normal(q * (q + 1) // 2), q)
    solution = solve_at(products, factor, rho)
    precision = profiled_precision(solution, reml)
    found = evaluation_at(products, factor, rho, reml, with_rho=True)
    assert found.deviance == pytest.approx(float(deviance(solution, reml)), rel=SAME)
    assert found.precision == pytest.approx(float(precision), rel=SAME)
    assert found.factor_gradient == pytest.approx(factor_gradient(solution, precision, reml), rel=1e-8, abs=1e-8)
    assert found.residual_gradient[0] == pytest.approx(
        float(rho_derivative(solution, precision, reml)), rel=1e-8, abs=1e-8
    )
    without = evaluation_at(products, factor, rho, reml, with_rho=False)
    assert without.deviance == pytest.approx(found.deviance, rel=SAME)
    assert without.factor_gradient == pytest.approx(found.factor_gradient, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("reml", [True, False])
def test_an_evaluation_at_a_given_variance_has_the_gradient_at_that_variance(reml):
    products = cross_products(diary("sleep_w", file="small12x40.csv"))
    factor, rho = factor_of(np.array([0.9, 0.2, 0.4]), 2), 0.3
    profiled = evaluation_at(products, factor, rho, reml, with_rho=True)
    best = 1 / profiled.precision
    solution = solve_at(products, factor, rho)
    for variance in (0.5 * best, best, 2 * best):
        found = evaluation_at(products, factor, rho, reml, with_rho=True, variance=variance)
        precision = np.asarray(1 / variance)
        rise = profiled.degrees * (np.log(variance / best) + best / variance - 1)
        assert found.deviance == pytest.approx(profiled.deviance + rise, rel=SAME)
        assert found.factor_gradient == pytest.approx(factor_gradient(solution, precision, reml), rel=1e-8, abs=1e-8)
        assert found.residual_gradient[0] == pytest.approx(float(rho_derivative(solution, precision, reml)), rel=1e-8)


def test_newton_steps_end_where_the_ordinary_search_does(monkeypatch):
    products = cross_products(crowd(1_600))
    direct = fit_cross_products(products)
    assert direct.optimum.message == "Newton steps ended"
    monkeypatch.setattr(optimum, "_newton_descent", lambda *_: None)
    ordinary = fit_cross_products(products)
    assert ordinary.optimum.message != direct.optimum.message
    assert ordinary.optimum.evaluations > direct.optimum.evaluations
    assert direct.log_likelihood == pytest.approx(ordinary.log_likelihood, abs=1e-8)
    assert direct.rho == pytest.approx(ordinary.rho, abs=1e-9)
    assert direct.coefficients == pytest.approx(ordinary.coefficients, abs=1e-9)
    assert direct.random_covariance == pytest.approx(ordinary.random_covariance, abs=1e-8)


def test_a_column_that_few_people_show_is_no_obstacle():
    rows = crowd(1_600)
    names, which = np.unique(rows.participant, return_inverse=True)
    treated = ((which % 8 == 3) & (rows.day > 5)).astype(float)
    rows = replace(rows, X=np.column_stack([rows.X, treated]), names=(*rows.names, "treated"))
    fit = fit_mixed(rows)
    assert len(fit.participants) == len(names)
    assert fit.converged


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("correlated", [True, False])
@pytest.mark.parametrize("fixed_rho", [None, 0.0, 0.4])
@pytest.mark.parametrize("random", [(), ("sleep_w",), ("weekend", "sleep_w", "steps_lag_w")])
def test_second_derivatives_are_those_of_the_gradient(random, fixed_rho, correlated, reml):
    objective = Objective(cross_products(diary(*random, file="small12x40.csv")), reml, fixed_rho, correlated)
    theta = theta_at(objective, np.tril(np.random.default_rng(3).standard_normal((len(random) + 1,) * 2)))
    point = theta if fixed_rho is not None else np.append(theta, 0.3)
    evaluation, slope = evaluate_one(objective, point)
    assert deviance_and_gradient(objective, point)[0] == evaluation.deviance
    assert deviance_and_gradient(objective, point)[1].tolist() == slope.tolist()
    above, below = (
        np.array([deviance_and_gradient(objective, point + step)[1] for step in sign * 1e-5 * np.eye(point.size)])
        for sign in (1, -1)
    )
    differences = (above - below) / 2e-5
    assert hessian_at(objective, evaluation) == pytest.approx(
        differences, rel=1e-5, abs=1e-5 * np.abs(differences).max()
    )


def test_second_derivatives_are_the_same_in_chunks(monkeypatch):
    objective = Objective(cross_products(diary("sleep_w")), True, None, True)
    point = np.array([0.9, 0.2, 0.4, 0.3])
    usual, usual_slope = evaluate_one(objective, point)
    monkeypatch.setattr(deviance_hessian, "MULTIPLICATIONS_CHUNK", 7 * 16**2)
    found, slope = evaluate_one(objective, point)
    assert found.deviance == pytest.approx(usual.deviance, rel=SAME)
    assert slope == pytest.approx(usual_slope, rel=1e-9)
    assert hessian_at(objective, found) == pytest.approx(hessian_at(objective, usual), rel=1e-9)


@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize("block", [3, 10**6])
def test_sums_are_those_of_rows_taken_one_by_one(monkeypatch, step, block):
    monkeypatch.setattr(scaling, "BLOCK", block)
    rows = crowd(9)
    rows = replace(rows, day=step * rows.day)
    products = cross_products(rows)
    values, names = scaling.scaled_columns(rows, products.scaling), list(products.participants)
    expected = np.zeros((2, len(products.gap), values.shape[1], values.shape[1]))
    pairs = {(names.index(str(who)), 0): None for who in rows.participant}
    for row in range(1, len(values)):
        if rows.participant[row] == rows.participant[row - 1]:
            pairs[names.index(str(rows.participant[row])), int(rows.day[row] - rows.day[row - 1])] = None
    places = {pair: place for place, pair in enumerate(sorted(pairs))}
    for row in range(1, len(values)):
        if rows.participant[row] == rows.participant[row - 1]:
            gap = int(rows.day[row] - rows.day[row - 1])
            for kind, change in enumerate((values[row] - values[row - 1], values[row] + values[row - 1])):
                expected[kind, places[names.index(str(rows.participant[row])), gap]] += np.outer(change, change) / 2
    assert products.gap.tolist() == [gap for _, gap in sorted(pairs)]
    follows = products.gap > 0
    assert unpacked(products.sums)[:, follows] == pytest.approx(expected[:, follows], rel=1e-12, abs=1e-12)


def test_rows_in_any_order_are_put_in_the_same_order():
    rows = crowd(30)
    people, days = rows.participant, rows.day
    together = np.argsort(people.astype(int), kind="stable")  # by participant, but 2 before 10
    mixed = np.random.default_rng(4).permutation(len(people))
    for order in (together, mixed, together[::-1]):
        found = model_rows(
            y=rows.y[order],
            predictors={"x": rows.X[order, 1]},
            participant=people[order],
            day=days[order],
            random=rows.random,
        )
        for name in ("y", "X", "participant", "day"):
            assert np.array_equal(getattr(found, name), getattr(rows, name))


def test_sums_without_gaps_are_those_for_no_correlation():
    rows = diary("sleep_w")
    with_gaps, without = cross_products(rows), cross_products(rows, gaps=False)
    for found, expected in zip(whitened(without, np.array(0.0)), whitened(with_gaps, np.array(0.0)), strict=True):
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-10)
    with pytest.raises(PainstatsError, match="summed by gap"):
        fit_cross_products(without)


def test_an_evaluation_costs_the_same_however_many_the_days():
    """Ten times the days: the sums have the same size (with no gaps but one day), and so has the work."""
    short, long = (cross_products(every_day(days)) for days in (60, 600))
    assert short.sums.shape == long.sums.shape
    assert cost(long) < 3 * cost(short)


def every_day(days):
    rng = np.random.default_rng(1)
    person, day = (values.ravel() for values in np.indices((100, days)))
    x, y = rng.standard_normal((2, person.size))
    return model_rows(y=y, predictors={"x": x}, participant=person, day=day, random=("intercept", "x"))


def cost(products):
    factor, seconds = factor_of(np.array([0.9, 0.2, 0.4]), 2), []
    for _ in range(20):
        start = time.perf_counter()
        evaluation_at(products, factor, 0.3, True, with_rho=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def test_participants_can_be_left_out_repeated_and_reordered():
    rows = diary("sleep_w", file="small12x40.csv")
    products = cross_products(rows)
    without = cross_products(rows_of_others(rows, products.participants[4]))
    taken = of_participants(products, np.delete(np.arange(12), 4))
    assert fit_cross_products(taken).log_likelihood == pytest.approx(
        fit_cross_products(without).log_likelihood, abs=1e-8
    )
    backwards = of_participants(products, np.arange(12)[::-1])
    assert backwards.participants == products.participants[::-1]
    assert fit_cross_products(backwards).log_likelihood == pytest.approx(fit_cross_products(products).log_likelihood)
    twice = of_participants(products, np.repeat(np.arange(12), 2))
    assert twice.rows_per_participant.sum() == 2 * products.rows_per_participant.sum()


def rows_of_others(rows, participant):
    kept = rows.participant != participant
    return replace(rows, y=rows.y[kept], X=rows.X[kept], participant=rows.participant[kept], day=rows.day[kept])


def test_long_gaps_are_numbered_as_short_ones_are(monkeypatch):
    rows = diary("sleep_w", file="small12x40.csv")
    usual = cross_products(rows)
    monkeypatch.setattr(summed_rows, "MAX_TABLE_RATIO", 0)
    found = cross_products(rows)
    for name in ("sums", "gap", "rows_per_gap", "first_pair"):
        assert np.array_equal(getattr(found, name), getattr(usual, name))


def test_a_column_far_from_zero_is_put_back_where_correlations_are_none():
    rows = sleepstudy("intercept", "Days")
    far = replace(rows, X=rows.X + np.array([0.0, 100.0]))
    products = cross_products(far)
    assert products.scaling.centre[1] > 0
    assert with_uncentred_random_columns(products).scaling.centre[1] == 0
    fit = fit_cross_products(products, residuals="independent", correlated=False)
    held = fit.random_covariance
    assert held[0, 1] == 0
    usual = fit_mixed(rows, residuals="independent", correlated=False)
    assert fit.log_likelihood < usual.log_likelihood - 1  # another model: uncorrelated at another zero


def test_a_false_boundary_point_is_left_without_correlations():
    fit = fit_mixed(diary("sleep_w", "steps_lag_w"), correlated=False, starts=[(0.0, 0.3)])
    assert fit.converged
    assert fit.optimum.escapes > 0
    usual = fit_mixed(diary("sleep_w", "steps_lag_w"), correlated=False)
    assert fit.log_likelihood == pytest.approx(usual.log_likelihood, abs=1e-8)
    assert usual.log_likelihood <= fit_mixed(diary("sleep_w", "steps_lag_w")).log_likelihood

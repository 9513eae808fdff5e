"""What makes many people cheap changes no number: one pass over people, chunks, threads, and the guided search."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from painstats.models import (
    cross_products,
    fit_cross_products,
    fit_mixed,
    model_rows,
    one_pass,
    optimum,
)
from painstats.models.cross_products import of_participants, with_random_columns_as_given
from painstats.models.likelihood import deviance, factor_of, factor_slope, profiled_precision, rho_slope, solve_at
from painstats.models.one_pass import height_at
from tests.reference.reference_data import diary, sleepstudy

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
@pytest.mark.parametrize("random", [(), ("sleep_w",), ("weekend", "sleep_w", "steps_lag_w")])
def test_one_pass_gives_the_deviance_and_slopes_of_the_solution(random, reml):
    products = cross_products(diary(*random, file="small12x40.csv"))
    q, rng = len(products.random), np.random.default_rng(2)
    factor, rho = factor_of(rng.standard_normal((4, q * (q + 1) // 2)), q), np.array([0.0, 0.2, 0.7, 0.99])
    solution = solve_at(products, factor, rho)
    precision = profiled_precision(solution, reml)
    found = height_at(products, factor, rho, reml, with_rho=True)
    assert found.deviance == pytest.approx(deviance(solution, reml), rel=SAME)
    assert found.factor_slope == pytest.approx(factor_slope(solution, precision, reml), rel=1e-8, abs=1e-8)
    assert found.rho_slope == pytest.approx(rho_slope(solution, precision, reml), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(("chunk", "thread"), [(7, 10**9), (7, 1), (10**9, 1)])
def test_chunks_and_threads_change_nothing(monkeypatch, chunk, thread):
    products = cross_products(diary("sleep_w"))
    factor, rho = factor_of(np.array([[0.9, 0.2, 0.4], [0.1, 0.0, 0.3]]), 2), np.array([0.3, 0.6])
    usual = height_at(products, factor, rho, True, with_rho=True)
    monkeypatch.setattr(one_pass, "CHUNK", chunk)
    monkeypatch.setattr(one_pass, "WORTH_A_THREAD", thread)
    found = [height_at(products, factor, rho, True, with_rho=True) for _ in range(2)]
    for name in ("deviance", "factor_slope", "rho_slope"):
        assert getattr(found[0], name) == pytest.approx(getattr(usual, name), rel=SAME, abs=1e-9)
        assert np.array_equal(getattr(found[0], name), getattr(found[1], name))


def test_the_guided_search_ends_at_the_same_optimum(monkeypatch):
    products = cross_products(crowd(optimum.MANY_PEOPLE))
    guided = fit_cross_products(products)
    assert "every eighth" in guided.optimum.message
    monkeypatch.setattr(optimum, "MANY_PEOPLE", 10**9)
    plain = fit_cross_products(products)
    assert "every eighth" not in plain.optimum.message
    assert guided.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-8)
    assert guided.rho == pytest.approx(plain.rho, abs=1e-9)
    assert guided.coefficients == pytest.approx(plain.coefficients, abs=1e-9)
    assert guided.random_covariance == pytest.approx(plain.random_covariance, abs=1e-8)


def test_the_guided_search_gives_way_where_an_eighth_of_people_does_not_show_a_column():
    rows = crowd(optimum.MANY_PEOPLE)
    names, which = np.unique(rows.participant, return_inverse=True)
    treated = ((which % optimum.EVERY == 3) & (rows.day > 5)).astype(float)
    rows = replace(rows, X=np.column_stack([rows.X, treated]), names=(*rows.names, "treated"))
    fit = fit_mixed(rows)
    assert len(fit.participants) == len(names)
    assert fit.converged
    assert "every eighth" not in fit.optimum.message


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
    factor, rho = factor_of(np.array([[0.9, 0.2, 0.4]]), 2), np.array([0.3])
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        height_at(products, factor, rho, True, with_rho=True)
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
    monkeypatch.setattr(import_module("painstats.models.cross_products"), "SPARE", 0)
    found = cross_products(rows)
    for name in ("sums", "gap", "rows_per_gap", "first_pair"):
        assert np.array_equal(getattr(found, name), getattr(usual, name))


def test_a_column_far_from_zero_is_put_back_where_correlations_are_none():
    rows = sleepstudy("intercept", "Days")
    far = replace(rows, X=rows.X + np.array([0.0, 100.0]))
    products = cross_products(far)
    assert products.scaling.centre[1] > 0
    assert with_random_columns_as_given(products).scaling.centre[1] == 0
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

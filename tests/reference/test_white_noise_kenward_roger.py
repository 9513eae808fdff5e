"""Kenward and Roger's terms from tridiagonal matrices against dense ones, and their cost in long series."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from painstats.mixedlm import MixedFit, ModelRows, fit_mixed, kenward_roger, model_rows
from painstats.mixedlm.engine.fit import scaled_variance
from painstats.mixedlm.engine.rows import participant_slices
from painstats.mixedlm.engine.scaling import scaled_columns
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_products import white_sums
from painstats.mixedlm.engine.white_profile import products_at
from painstats.mixedlm.inference.kenward_roger_terms import KenwardRogerTerms, kenward_roger_terms
from tests.reference.reference_data import results, white_diary


def _derivatives(fit: MixedFit, Z: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, list, dict]:
    """Return the covariance of a participant's outcomes, its derivatives, and the second ones in rho and rho, s_a."""
    variance, rho = scaled_variance(fit), fit.rho
    slow = (1 - fit.white_share) * variance
    apart = np.abs(day[:, None] - day).astype(float)
    R, unit = rho**apart, np.eye(len(day))
    first = apart * rho ** np.maximum(apart - 1, 0)
    second = apart * (apart - 1) * rho ** np.maximum(apart - 2, 0)
    G = variance * fit.optimum.factor @ fit.optimum.factor.T
    changes = []
    for row in range(len(G)):
        for column in range(row + 1) if fit.optimum.correlated else [row]:
            element = np.zeros_like(G)
            element[row, column] = element[column, row] = 1
            changes.append(Z @ element @ Z.T)
    d = len(changes)
    changes += [slow * first] if fit.optimum.rho_is_free else []
    changes += [R, unit] if fit.white_share > 0 else [R]
    W = Z @ G @ Z.T + slow * R + (variance - slow) * unit
    return W, changes, {(d, d): slow * second, (d, d + 1): first, (d + 1, d): first}


def _dense_terms(fit: MixedFit, rows: ModelRows) -> KenwardRogerTerms:
    columns = scaled_columns(rows, fit.products.scaling)[:, :-1]
    P, Q, R, traces = 0.0, 0.0, 0.0, 0.0
    for _, own in participant_slices(rows):
        X = columns[own]
        W, changes, seconds = _derivatives(fit, X[:, fit.products.positions], rows.day[own])
        inverse = np.linalg.inv(W)
        with_x, stacked = inverse @ X, np.stack([inverse @ change for change in changes])
        moved = np.stack(changes) @ with_x
        P = P - with_x.T @ moved
        Q = Q + np.einsum("aij,ik,bkl->abjl", moved, inverse, moved, optimize=True)
        of_seconds = np.zeros((len(changes), len(changes), X.shape[1], X.shape[1]))
        for pair, change in seconds.items() if fit.optimum.rho_is_free else ():
            of_seconds[pair] = with_x.T @ change @ with_x
        R = R + of_seconds
        traces = traces + np.einsum("aij,bji->ab", stacked, stacked)
    return KenwardRogerTerms(P, Q, R, traces)


FITS = {
    "white noise": {"residuals": "car1+white"},
    "CAR(1)": {"residuals": "car1"},
    "independent": {"residuals": "independent"},
    "fixed rho": {"residuals": "car1", "rho": 0.6},
    "uncorrelated effects": {"residuals": "car1+white", "correlated": False},
}


@pytest.mark.parametrize("kind", FITS)
def test_terms_are_those_of_dense_matrices(kind):
    rows = white_diary("few12x60")
    fit = fit_mixed(rows, **FITS[kind])
    found, expected = kenward_roger_terms(fit, rows), _dense_terms(fit, rows)
    for name in ("P", "Q", "R", "traces"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert ours.shape == theirs.shape
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-11 * np.abs(theirs).max())


def test_terms_hold_where_rho_is_slow_and_white_noise_large():
    rows = white_diary("few12x60")
    fit = fit_mixed(rows, residuals="car1+white")
    slow = replace(fit, rho=0.99, white_share=0.9)
    products = white_products_at(rows, 0.99, 0.9)
    slow = replace(slow, products=products)
    found, expected = kenward_roger_terms(slow, rows), _dense_terms(slow, rows)
    assert found.traces == pytest.approx(expected.traces, rel=1e-7)
    assert pytest.approx(expected.Q, rel=1e-8, abs=1e-9 * np.abs(expected.Q).max()) == found.Q


def white_products_at(rows: ModelRows, rho: float, w: float):
    problem = white_problem(rows, reml=True)
    return products_at(problem, white_sums(problem.padded, rho, w, 0))


@pytest.mark.parametrize("name", ["cohort25x60", "few12x60"])
def test_tests_with_white_noise_agree_with_dense_derivatives(name):
    expected, rows = results("white_dense")[name], white_diary(name)
    table = kenward_roger(fit_mixed(rows, residuals="car1+white"), rows)
    assert (table.method, table.fallback) == ("Kenward-Roger", None)
    assert [row.se for row in table.coefficients] == pytest.approx(expected["se_kr"], rel=1e-6)
    assert [row.df for row in table.coefficients] == pytest.approx(expected["df_kr"], rel=1e-4)


def test_three_years_of_twelve_participants_take_no_time():
    rng, participants, days = np.random.default_rng(2), 12, 1095
    sleep = rng.standard_normal(participants * days)
    rows = model_rows(
        y=np.repeat(rng.standard_normal(participants), days) + 0.3 * sleep + rng.standard_normal(sleep.size),
        predictors={"sleep": sleep},
        participant=np.repeat(np.arange(participants), days).astype(str),
        day=np.tile(np.arange(days), participants),
        random=("intercept", "sleep"),
    )
    fit = fit_mixed(rows)
    begin = time.process_time()
    assert kenward_roger(fit, rows).fallback is None
    assert time.process_time() - begin < 1.0  # dense matrices took six CPU seconds

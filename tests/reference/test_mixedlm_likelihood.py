"""The likelihood against dense matrices, its gradient against differences, and statsmodels against both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.mixedlm import cross_products, fit_cross_products, fit_mixed, statsmodels_check
from painstats.mixedlm.engine.car1_whitening import log_determinant, whiten
from painstats.mixedlm.engine.cross_products import with_residual_scale
from painstats.mixedlm.engine.likelihood import deviance, log_likelihood, profiled_precision, solve_at
from painstats.mixedlm.engine.optimum import semidefinite_factor
from painstats.mixedlm.engine.rows import column_positions, participant_slices
from painstats.mixedlm.engine.whitened_products import whitened
from tests.reference.reference_data import bodyweight, diary
from tests.reference.slow_likelihood import factor_of, gradient, whitened_derivative

THETA = np.array([0.9, -0.2, 0.4, 0.1, 0.05, 0.3])
RHOS = (0.0, 0.05, 0.38, 0.9, 0.99)


def dense_log_likelihood(rows, covariance, rho, variance, reml, scale=None):
    """Return the (restricted) log-likelihood from the dense covariance of all days."""
    z = column_positions(rows.random, rows.names)
    parts, log_determinant_of_v = [], 0.0
    for person, (_, own) in enumerate(participant_slices(rows)):
        apart = np.abs(rows.day[own][:, None] - rows.day[own][None, :])
        noise = variance if scale is None else variance * scale[person] ** 2
        v = noise * rho**apart + rows.X[own][:, z] @ covariance @ rows.X[own][:, z].T
        parts.append(np.linalg.solve(np.linalg.cholesky(v), np.column_stack([rows.X, rows.y])[own]))
        log_determinant_of_v += np.linalg.slogdet(v)[1]
    white = np.concatenate(parts)
    X, y = white[:, :-1], white[:, -1]
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    total = -0.5 * left @ left - 0.5 * log_determinant_of_v
    n, p = X.shape
    return total - 0.5 * (n - reml * p) * np.log(2 * np.pi) - reml * 0.5 * np.linalg.slogdet(X.T @ X)[1]


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("rho", RHOS)
def test_the_log_likelihood_is_that_of_dense_matrices(rho, reml):
    rows = diary("sleep_w", "steps_lag_w", file="small12x40.csv")
    products = cross_products(rows)
    solution = solve_at(products, factor_of(THETA, 3), rho)
    ours = log_likelihood(products, float(deviance(solution, reml)), reml)
    unit = products.scaling.outcome_scale
    variance = unit**2 / float(profiled_precision(solution, reml))
    factor = products.scaling.random_transform @ factor_of(THETA, 3)
    assert ours == pytest.approx(
        dense_log_likelihood(rows, variance * factor @ factor.T, rho, variance, reml), abs=1e-8
    )


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("rho", RHOS)
def test_the_gradient_is_that_of_differences(rho, reml):
    products = cross_products(diary("sleep_w", "steps_lag_w", file="small12x40.csv"))

    def height(point):
        return float(deviance(solve_at(products, factor_of(point[:-1], 3), point[-1]), reml))

    point = np.append(THETA, rho)
    solution = solve_at(products, factor_of(THETA, 3), rho)
    ours = gradient(solution, profiled_precision(solution, reml), reml)
    steps = 1e-5 * np.eye(7) * (1 - rho)
    differences = [(height(point + step) - height(point - step)) / (2 * step.max()) for step in steps]
    assert ours == pytest.approx(differences, rel=1e-5, abs=2e-4)


def test_many_points_at_once_are_the_points_one_by_one():
    products = cross_products(diary("sleep_w", file="small12x40.csv"))
    thetas, rhos = np.array([[1.0, 0.2, 0.3], [0.1, 0.0, 0.0], [2.0, -1.0, 0.5]]), np.array([0.1, 0.5, 0.9])
    together = solve_at(products, factor_of(thetas, 2), rhos)
    alone = [solve_at(products, factor_of(theta, 2), rho) for theta, rho in zip(thetas, rhos, strict=True)]
    assert deviance(together, True) == pytest.approx([float(deviance(one, True)) for one in alone], rel=1e-13)
    precision = profiled_precision(together, True)
    slopes = gradient(together, precision, True)
    for slope, one in zip(slopes, alone, strict=True):
        assert slope == pytest.approx(gradient(one, profiled_precision(one, True), True), rel=1e-10)


@pytest.mark.parametrize("rho", RHOS)
def test_cross_products_are_those_of_whitened_rows(rho):
    rows = bodyweight("intercept", "Time")
    products = cross_products(rows)
    sums, log_residual = whitened(products, np.asarray(rho))
    scaling = products.scaling
    columns = np.column_stack([(rows.X - scaling.centre) / scaling.scale, (rows.y - scaling.outcome_centre)])
    columns[:, -1] /= scaling.outcome_scale
    white = whiten(columns, rows, rho)
    for person, (_, own) in enumerate(participant_slices(rows)):
        assert sums[person] == pytest.approx(white[own].T @ white[own], rel=1e-9, abs=1e-9)
    assert float(log_residual) == pytest.approx(log_determinant(rows, rho), rel=1e-12)


def test_the_derivative_of_cross_products_is_that_of_differences():
    products = cross_products(bodyweight("intercept", "Time"))
    change, log_change = whitened_derivative(products, np.asarray(0.6))
    (above, log_above), (below, log_below) = (whitened(products, np.asarray(0.6 + step)) for step in (1e-6, -1e-6))
    assert change == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-6)
    assert float(log_change) == pytest.approx(float(log_above - log_below) / 2e-6, rel=1e-8)


def test_weights_divide_a_persons_rows():
    rows = diary("sleep_w", file="small12x40.csv")
    scale = np.linspace(0.5, 2.0, 12)
    products = cross_products(rows)
    sums, _ = whitened(with_residual_scale(products, scale), np.asarray(0.4))
    assert sums == pytest.approx(whitened(products, np.asarray(0.4))[0] / scale[:, None, None] ** 2)
    again, _ = whitened(with_residual_scale(with_residual_scale(products, scale), np.ones(12)), np.asarray(0.4))
    assert again == pytest.approx(whitened(products, np.asarray(0.4))[0])


def test_the_log_likelihood_with_weights_is_that_of_people_with_other_noise():
    rows, scale = diary("sleep_w", file="small12x40.csv"), np.linspace(0.5, 2.0, 12)
    fit = fit_cross_products(with_residual_scale(cross_products(rows), scale))
    dense = dense_log_likelihood(rows, fit.random_covariance, fit.rho, fit.residual_sd**2, True, scale)
    assert fit.log_likelihood == pytest.approx(dense, abs=1e-8)


def test_the_factor_of_a_singular_matrix_is_unique_and_lower():
    covariance = np.array([[0.0, 0.0, 0.0], [0.0, 4.0, 2.0], [0.0, 2.0, 1.0]])
    factor = semidefinite_factor(covariance)
    assert factor == pytest.approx(np.array([[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 1.0, 0.0]]))
    assert factor @ factor.T == pytest.approx(covariance)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("random", [(), ("sleep_w",), ("sleep_w", "steps_lag_w")])
def test_statsmodels_agrees_with_our_optimum(random, reml):
    rows = diary(*random)
    check = statsmodels_check(fit_mixed(rows, reml=reml), rows)
    assert check.agrees is True
    assert abs(check.log_likelihood_difference) < 1e-8
    assert all(name in check.summary_text for name in rows.names)


def test_statsmodels_would_show_an_optimum_that_is_none():
    """The check can fail: at a wrong rho statsmodels still agrees with us, and both are below the optimum."""
    rows = diary("sleep_w")
    best, wrong = fit_mixed(rows), fit_mixed(rows, rho=0.1)
    assert statsmodels_check(wrong, rows).agrees is True
    assert wrong.log_likelihood < best.log_likelihood - 10
    spoiled = replace(best, log_likelihood=best.log_likelihood - 1e-3)
    assert statsmodels_check(spoiled, rows).agrees is False


def test_a_singular_fit_is_reproduced_on_the_combinations_that_vary():
    rows = diary("sleep_w", "steps_lag_w", file="small12x40.csv")
    fit = fit_mixed(rows, residuals="independent")
    check = statsmodels_check(fit, rows)
    assert fit.is_singular
    assert check.agrees
    assert "var(combination 1)" in check.summary_text
    assert "var(combination 3)" not in check.summary_text


def test_a_model_without_person_effects_is_not_put_to_statsmodels():
    rows = replace(diary(), random=())
    assert "non-zero variance" in statsmodels_check(fit_mixed(rows), rows).reason_skipped

"""Uncorrelated participant-specific effects and a held rho: as in R, and by brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from painstats.mixedlm import (
    fit_mixed,
    kenward_roger,
    participant_slopes,
    participant_weights,
    satterthwaite,
    slope_variance,
)
from painstats.mixedlm.engine.rows import INTERCEPT
from painstats.mixedlm.inference.variance_posterior import INTERCEPT_SD, PRIOR_DEGREES, SLOPE_SD
from tests.reference.reference_data import (
    COEFFICIENT,
    COVARIANCE,
    DEGREES_OF_FREEDOM,
    KENWARD_ROGER_DF,
    NLME_SHORTFALL,
    STANDARD_ERROR,
    column,
    diary,
    results,
    sleepstudy,
)

SMALL = "small12x40.csv"


@pytest.mark.parametrize(("key", "options"), [
    ("lme4_REML", {"residuals": "independent"}),
    ("lme4_ML", {"residuals": "independent", "reml": False}),
    ("nlme_car1_REML", {}),
    ("nlme_car1_ML", {"reml": False}),
])  # fmt: skip
def test_effects_without_correlations_agree_with_lme4_and_nlme(key, options):
    expected = results("uncorrelated")[key]
    fit = fit_mixed(sleepstudy("intercept", "Days"), correlated=False, **options)
    variances = expected["variances"]
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=NLME_SHORTFALL, rel=0)
    assert fit.residual_sd == pytest.approx(expected["sigma"], rel=COVARIANCE)
    by_name = list(variances.values()) if isinstance(variances, dict) else variances
    assert np.diag(fit.random_covariance) == pytest.approx(by_name, rel=COVARIANCE)
    assert fit.random_covariance[0, 1] == fit.random_covariance[1, 0] == 0
    estimates = column(expected["coef"], "Estimate" if "lme4" in key else "Value")
    assert np.abs((fit.coefficients - estimates) / np.sqrt(np.diag(fit.covariance))).max() < COEFFICIENT
    if "nlme" in key:
        assert fit.rho == pytest.approx(expected["rho"], abs=COVARIANCE)
    else:
        assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(
            column(expected["coef"], "Std. Error"), rel=STANDARD_ERROR
        )


def test_degrees_of_freedom_without_correlations_agree_with_lmertest_and_pbkrtest():
    rows = sleepstudy("intercept", "Days")
    fit = fit_mixed(rows, residuals="independent", correlated=False)
    expected = results("uncorrelated")["lme4_REML"]
    df = [row.df for row in satterthwaite(fit).coefficients]
    assert df == pytest.approx(column(expected["coef"], "df"), rel=DEGREES_OF_FREEDOM)
    df = [row.df for row in kenward_roger(fit, rows).coefficients]
    assert df == pytest.approx(column(expected["kenward_roger"], "df"), rel=KENWARD_ROGER_DF)


def people_of(rows, rho):
    """Return (X, y, R) of each participant, R the correlation of the residuals."""
    parts = []
    for person in dict.fromkeys(rows.participant):
        own = rows.participant == person
        apart = np.abs(rows.day[own][:, None] - rows.day[own])
        parts.append((rows.X[own], rows.y[own], np.where(apart == 0, 1.0, float(rho) ** apart)))
    return parts


class Dense:
    """The restricted likelihood and people's coefficients for relative variances (D, q) of effects, nothing saved."""

    def __init__(self, rows, variances, rho):
        p, z = rows.X.shape[1], [rows.names.index(name) for name in rows.random]
        count = len(variances)
        self.G = variances[:, :, None] * np.eye(len(z))
        XVX, XVy, yVy, log_det = np.zeros((count, p, p)), np.zeros((count, p)), np.zeros(count), np.zeros(count)
        shrunken = []
        for X, y, R in people_of(rows, rho):
            V = X[:, z] @ self.G @ X[:, z].T + R
            W = np.linalg.inv(V)
            XVX, XVy, yVy = XVX + X.T @ W @ X, XVy + X.T @ W @ y, yVy + y @ W @ y
            log_det += np.linalg.slogdet(V)[1]
            GZW = self.G @ X[:, z].T @ W
            shrunken.append((GZW @ X, GZW @ y, self.G - GZW @ X[:, z] @ self.G))
        degrees = len(rows.y) - p
        self.average = np.linalg.solve(XVX, XVy[..., None])[..., 0]
        square = yVy - np.sum(self.average * XVy, axis=1)
        self.sigma_squared = square / degrees
        self.deviance = log_det + np.linalg.slogdet(XVX)[1] + degrees * np.log(square)
        E = np.eye(p)[z]
        self.slopes, self.variances = [], []
        for B, c, K in shrunken:
            H = E - B
            self.slopes.append(np.einsum("dqp,dp->dq", H, self.average) + c)
            spread = K + H @ np.linalg.inv(XVX) @ np.swapaxes(H, 1, 2)
            self.variances.append(self.sigma_squared[:, None] * np.einsum("dqq->dq", spread))


def integrated(fit, rows, name, steps):
    """Return means and 95 % limits (N, 2) of slopes over a grid of relative SDs, whose correlations are zero."""
    scale = np.array([1.0 if one == INTERCEPT else np.sqrt(np.mean(rows.X[:, rows.names.index(one)] ** 2))
                      for one in rows.random])  # fmt: skip
    prior_sd = np.array([INTERCEPT_SD if one == INTERCEPT else SLOPE_SD for one in rows.random]) / fit.residual_sd
    axes = [np.linspace(-2.5, 2, steps[0]), np.linspace(-6, 1.5, steps[1])]
    log_sd = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    dense = Dense(rows, (np.exp(log_sd) / scale) ** 2, fit.rho)
    log_prior = np.sum(stats.t.logpdf(np.exp(log_sd) / prior_sd, PRIOR_DEGREES) + 2 * log_sd, axis=1)
    log_density = log_prior - dense.deviance / 2
    weights = np.exp(log_density - log_density.max())
    weights /= weights.sum()
    position = rows.random.index(name)
    means, limits = [], []
    for slope, variance in zip(dense.slopes, dense.variances, strict=True):
        mean, sd = slope[:, position], np.sqrt(variance[:, position])
        means.append(weights @ mean)
        limits.append([
            optimize.brentq(lambda v: weights @ stats.norm.cdf((v - mean) / sd) - p, -5, 5)  # noqa: B023
            for p in (0.025, 0.975)
        ])  # fmt: skip
    return np.array(means), np.array(limits)


@pytest.mark.parametrize("options", [{"residuals": "independent"}, {"rho": 0.3}], ids=["independent", "rho held"])
def test_slopes_of_uncorrelated_effects_are_those_of_brute_force(options):
    rows = diary("sleep_w", file=SMALL)
    fit = fit_mixed(rows, correlated=False, **options)
    means, limits = integrated(fit, rows, "sleep_w", (25, 60))
    slopes = participant_slopes(fit, ["sleep_w"], seed=3, weighted=False)
    width = (limits[:, 1] - limits[:, 0]).mean()
    assert [slope.estimate for slope in slopes] == pytest.approx(means, abs=0.01 * width)
    assert [slope.low for slope in slopes] == pytest.approx(limits[:, 0], abs=0.015 * width)
    assert [slope.high for slope in slopes] == pytest.approx(limits[:, 1], abs=0.015 * width)


def test_correlations_and_rho_make_a_difference_to_slopes():
    """Else the test above could not tell whether they are held."""
    rows = diary("sleep_w", file=SMALL)

    def estimates(**options):
        return np.array(
            [slope.estimate for slope in participant_slopes(fit_mixed(rows, **options), ["sleep_w"], seed=3)]
        )

    width = np.mean([slope.high - slope.low for slope in participant_slopes(fit_mixed(rows), ["sleep_w"], seed=3)])
    assert np.abs(estimates(correlated=False, rho=0.3) - estimates(rho=0.3)).max() > 0.02 * width
    assert np.abs(estimates(rho=0.9) - estimates(rho=0.3)).max() > 0.1 * width


@pytest.mark.parametrize("options", [{"correlated": False}, {"rho": 0.3}, {"residuals": "independent"}])
def test_weighing_people_keeps_what_the_fit_holds(options):
    fit = fit_mixed(diary("sleep_w", file=SMALL), **options)
    again = participant_weights(fit).fit
    assert again.optimum.correlated == fit.optimum.correlated
    assert again.optimum.rho_is_fixed == fit.optimum.rho_is_fixed
    if again.optimum.rho_is_fixed:
        assert again.rho == fit.rho
    if not again.optimum.correlated:
        assert again.random_covariance[0, 1] == 0


def best_by_brute_force(rows):
    """Return the least restricted deviance of uncorrelated effects and their SDs there."""

    def deviance(log_sd):
        return Dense(rows, np.exp(2 * log_sd)[None], 0.0).deviance[0]

    start = np.full(len(rows.random), -1.0)
    found = optimize.minimize(deviance, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10})
    sigma = np.sqrt(Dense(rows, np.exp(2 * found.x)[None], 0.0).sigma_squared[0])
    return found.fun, sigma * np.exp(found.x)


def test_the_spread_of_an_uncorrelated_slope_agrees_with_lme4():
    expected = results("uncorrelated")["lrt_slope"]
    spread = slope_variance(sleepstudy("intercept", "Days"), "Days", residuals="independent", correlated=False)
    assert spread.statistic == pytest.approx(expected["statistic"], abs=1e-7)
    assert spread.p == pytest.approx(expected["p"], rel=1e-6)
    assert spread.sd == pytest.approx(expected["sd"], rel=COVARIANCE)


def test_the_spread_of_an_uncorrelated_slope_is_that_of_brute_force():
    rows = sleepstudy("intercept", "Days")
    spread = slope_variance(rows, "Days", residuals="independent", correlated=False)
    with_slope, sds = best_by_brute_force(rows)
    without, _ = best_by_brute_force(replace(rows, random=("intercept",)))
    assert spread.statistic == pytest.approx(without - with_slope, abs=1e-6)
    assert spread.sd == pytest.approx(sds[1], rel=1e-4)
    assert spread.p == pytest.approx(0.5 * stats.chi2.sf(spread.statistic, 1))
    assert spread.low < spread.sd < spread.high


def test_an_uncorrelated_slope_without_variance_is_not_seen():
    spread = slope_variance(diary("sleep_w", "weekend", file=SMALL), "weekend", correlated=False)
    assert spread.p > 0.05
    assert spread.low == 0.0
    assert spread.sd < spread.high < 1.0


def test_an_uncorrelated_slope_is_tested_for_its_variance_alone():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    alone, together = (slope_variance(rows, "steps_lag_w", correlated=correlated) for correlated in (False, True))
    assert alone.p == pytest.approx(0.5 * stats.chi2.sf(alone.statistic, 1))
    assert together.p == pytest.approx(
        0.5 * stats.chi2.sf(together.statistic, 2) + 0.5 * stats.chi2.sf(together.statistic, 3)
    )

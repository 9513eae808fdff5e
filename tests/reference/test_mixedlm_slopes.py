"""Participants' slopes, their spread, participants' noise, and residuals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import (
    fit_mixed,
    henderson_covariances,
    participant_slopes,
    participant_weights,
    residual_checks,
    slope_variance,
    whitened_residuals,
)
from painstats.mixedlm.engine.likelihood import deviance, profiled_precision, random_effects, solve_at
from painstats.mixedlm.inference.profile_intervals import sd_interval
from painstats.mixedlm.inference.slope_variance import mixture_p
from painstats.mixedlm.inference.variance_posterior import LKJ, PRIOR_DEGREES, SLOPE_SD, _posterior, _unpack
from tests.reference.reference_data import diary, matrix, results, sleepstudy

SMALL = "small12x40.csv"


def test_the_test_of_slope_variance_agrees_with_lme4():
    expected = results("sleepstudy")["lrt_slope"]
    spread = slope_variance(sleepstudy("intercept", "Days"), "Days", residuals="independent")
    assert spread.statistic == pytest.approx(expected["stat_reml"], abs=1e-7)
    assert spread.p == pytest.approx(expected["p_mixture_reml"], rel=1e-6)
    assert spread.sd == pytest.approx(matrix(results("sleepstudy")["reml_slope"]["cov_re"])[1, 1] ** 0.5, rel=1e-6)


def test_the_profile_interval_of_the_slopes_sd_agrees_with_lme4():
    expected = results("sleepstudy")["profile_ci_ml"]
    low, high = matrix(expected)[expected["rows"].index("sd_Days|Subject")]
    fit = fit_mixed(sleepstudy("Days", "intercept"), residuals="independent", reml=False)
    interval = sd_interval(fit, "Days")
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-5)  # lme4 interpolates by a spline


def test_the_mixture_is_half_and_half():
    assert mixture_p(5.0, 1) == pytest.approx(0.5 * stats.chi2.sf(5, 1) + 0.5 * stats.chi2.sf(5, 2))
    assert mixture_p(5.0, 0) == pytest.approx(0.5 * stats.chi2.sf(5, 1))
    assert mixture_p(0.0, 2) == 1.0


def test_a_spread_that_is_not_shown_reaches_to_zero():
    spread = slope_variance(diary("sleep_w", "steps_lag_w", file=SMALL), "steps_lag_w")
    assert spread.p > 0.05
    assert spread.low == 0.0
    assert spread.sd < spread.high < 0.5


def posterior_on_grid(fit, outcome_range):
    """Return the weights of a fine grid of a single unknown SD, and the solution at each of its points."""
    grid = np.linspace(-9, 3, 1200)
    relative_sd = np.exp(grid)
    solution = solve_at(fit.products, relative_sd[:, None, None], np.zeros(grid.size))
    prior_sd = SLOPE_SD * outcome_range / 10 / fit.residual_sd
    log_prior = stats.t.logpdf(relative_sd / prior_sd, PRIOR_DEGREES) + 2 * grid  # flat in the variance, per log SD
    log_density = log_prior - 0.5 * deviance(solution, True)
    weights = np.exp(log_density - log_density.max())
    return weights / weights.sum(), solution


def integrated_by_quadrature(fit, name, outcome_range):
    """Return means and 95 % limits of slopes when a single SD is unknown, over a fine grid of it."""
    weights, solution = posterior_on_grid(fit, outcome_range)
    position = fit.names.index(name)
    unit = fit.products.scaling.outcome_scale / fit.products.scaling.scale[position]
    means = unit * (solution.coefficients[:, None, position] + random_effects(solution)[:, :, 0])
    shrunken = solution.shrinkage @ solution.sums[..., [position], :-1]
    H = np.eye(len(fit.names))[position] - shrunken[:, :, 0]
    variances = solution.shrinkage[:, :, 0, 0] + np.einsum("dnp,dpq,dnq->dn", H, solution.covariance, H)
    sds = unit * np.sqrt(variances / profiled_precision(solution, True)[:, None])

    def quantile(person, probability):
        def excess(value):
            return weights @ stats.norm.cdf((value - means[:, person]) / sds[:, person]) - probability

        return optimize.brentq(excess, -5, 5)

    limits = [[quantile(person, p) for p in (0.025, 0.975)] for person in range(means.shape[1])]
    return weights @ means, np.array(limits)


def test_person_slopes_are_those_of_quadrature():
    fit = fit_mixed(replace(diary(file=SMALL), random=("sleep_w",)), residuals="independent")
    means, limits = integrated_by_quadrature(fit, "sleep_w", 10.0)
    slopes = participant_slopes(fit, ["sleep_w"], seed=3, weighted=False)
    width = (limits[:, 1] - limits[:, 0]).mean()
    assert [slope.estimate for slope in slopes] == pytest.approx(means, abs=0.01 * width)
    assert [slope.low for slope in slopes] == pytest.approx(limits[:, 0], abs=0.01 * width)
    assert [slope.high for slope in slopes] == pytest.approx(limits[:, 1], abs=0.01 * width)


def test_small_variances_are_equally_likely_beforehand_and_large_ones_are_not():
    """The prior's density of each variance: level up to a tenth of the prior's scale, then falling, for every column."""
    posterior = _posterior(fit_mixed(diary("sleep_w", file=SMALL), residuals="independent"), 10.0)

    def density(column, share):
        """Return the density of the variance at a share of the scale, from that of the log SD, 2 v d(log SD) = dv."""
        points = np.zeros((len(share), 3))
        points[:, column] = np.log(share * posterior.prior_sd[column])
        return np.exp(_unpack(posterior, points)[-1] - 2 * points[:, column])

    for column in range(2):
        small, large = density(column, np.array([1e-4, 1e-2, 0.1])), density(column, np.array([10.0, 100.0]))
        assert small == pytest.approx(small[0], rel=0.01)
        assert large[0] < 0.01 * small[0]
        assert large[1] / large[0] == pytest.approx(1e-5, rel=0.2)  # as the fifth power of the SD


def test_the_prior_of_correlations_is_that_of_lkj():
    """For three effects: det(R) to the power of eta - 1, times the Jacobian of the correlations in what is drawn."""
    posterior = _posterior(fit_mixed(diary("sleep_w", "steps_lag_w", file=SMALL)), 10.0)
    points = np.random.default_rng(4).normal(scale=0.7, size=(6, 7))
    points[:, [0, 1, 2, 6]] = 0.0

    def correlations(partial):
        factor, *_ = _unpack(posterior, np.concatenate([[0, 0, 0], partial, [0]])[None])
        return (factor[0] @ factor[0].T)[np.tril_indices(3, -1)], factor[0]

    expected = []
    for partial in points[:, 3:6]:
        jacobian = [(correlations(partial + h)[0] - correlations(partial - h)[0]) / 2e-5 for h in 1e-5 * np.eye(3)]
        factor = correlations(partial)[1]
        assert np.diag(factor @ factor.T) == pytest.approx(1)
        log_determinant = np.linalg.slogdet(factor @ factor.T)[1]
        expected.append((LKJ - 1) * log_determinant + np.linalg.slogdet(np.array(jacobian))[1])
    *_, log_prior = _unpack(posterior, points)
    assert np.diff(log_prior) == pytest.approx(np.diff(expected), abs=1e-7)


def test_integrated_intervals_are_wider_than_plug_in_ones():
    fit = fit_mixed(diary("sleep_w", file=SMALL))
    plug_in = 2 * 1.96 * np.sqrt(henderson_covariances(fit)[:, 1, 1])
    slopes = participant_slopes(fit, ["sleep_w"], seed=1, weighted=False)
    assert np.mean([slope.high - slope.low for slope in slopes] / plug_in) > 1.02


def test_person_slopes_say_what_they_mean():
    fit = fit_mixed(diary("sleep_w", "steps_lag_w"))
    slopes = participant_slopes(fit, ["steps_lag_w", "sleep_w"], seed=1)
    assert [slope.name for slope in slopes] == ["steps_lag_w"] * 30 + ["sleep_w"] * 30
    assert [slope.participant for slope in slopes[:30]] == list(fit.participants)
    for slope in slopes:
        assert slope.low < slope.estimate < slope.high
        assert slope.false_sign_rate == min(slope.probability_positive, 1 - slope.probability_positive)
        assert 0 < slope.reliability < 1
        assert slope.effective_sample_size > 200
    assert participant_slopes(fit, ["sleep_w"], seed=1)[0] == slopes[30]
    other_seed = participant_slopes(fit, ["sleep_w"], seed=2)
    width = np.mean([slope.high - slope.low for slope in slopes[30:]])
    assert [slope.low for slope in other_seed] == pytest.approx([slope.low for slope in slopes[30:]], abs=0.03 * width)


def test_reliability_is_the_share_of_the_spread_that_a_persons_days_show():
    """With one SD, by quadrature over it: 1 - E[variance given the data] / E[variance between people]."""
    fit = fit_mixed(replace(diary(file=SMALL), random=("sleep_w",)), residuals="independent")
    weights, solution = posterior_on_grid(fit, 10.0)
    variance = weights / profiled_precision(solution, True)
    expected = 1 - (variance @ solution.shrinkage[:, :, 0, 0]) / (variance @ solution.factor[:, 0, 0] ** 2)
    slopes = participant_slopes(fit, ["sleep_w"], seed=3, weighted=False)
    assert [slope.reliability for slope in slopes] == pytest.approx(expected, abs=0.01)
    assert expected.min() < 0.4 < 0.6 < expected.max()


def test_priors_stretch_with_the_outcomes_scale():
    rows = diary("sleep_w", file=SMALL)
    on_ten = participant_slopes(fit_mixed(rows), ["sleep_w"], seed=1)
    on_hundred = participant_slopes(fit_mixed(replace(rows, y=10 * rows.y)), ["sleep_w"], seed=1, outcome_range=100)
    assert [slope.low for slope in on_hundred] == pytest.approx([10 * slope.low for slope in on_ten], rel=1e-5)


def test_slopes_need_person_specific_effects():
    with pytest.raises(PainstatsError, match="no column 'steps_lag_w'"):
        participant_slopes(fit_mixed(diary("sleep_w", file=SMALL)), ["steps_lag_w"], seed=1)
    with pytest.raises(NotEnoughData, match="no random effects"):
        participant_slopes(fit_mixed(replace(diary(file=SMALL), random=())), ["sleep_w"], seed=1)


def test_people_of_equal_noise_weigh_the_same():
    assert participant_weights(fit_mixed(diary("sleep_w"))).residual_scale == pytest.approx(1, abs=0.05)


def test_noisy_people_weigh_less():
    rows = diary("sleep_w")
    fit = fit_mixed(rows)
    noisy = np.isin(rows.participant, ["1", "2", "3", "4", "5", "6", "7", "8", "9"])
    louder = rows.y + np.where(noisy, 2.0, 0.0) * whitened_residuals(fit, rows)
    noise = participant_weights(fit_mixed(replace(rows, y=louder)))
    is_noisy = np.isin(noise.participants, rows.participant[noisy])
    assert noise.residual_scale[is_noisy].min() > 1.8 * noise.residual_scale[~is_noisy].max()
    assert np.exp(np.mean(np.log(noise.residual_scale))) == pytest.approx(1)
    assert 1 < noise.prior_degrees < 30
    assert noise.fit.log_likelihood > fit_mixed(replace(rows, y=louder)).log_likelihood + 50


def test_two_people_are_weighed_alike():
    rows = diary("sleep_w")
    kept = np.isin(rows.participant, ["1", "2"])
    pair = replace(rows, y=rows.y[kept], X=rows.X[kept][:, [0, 1, 2]], names=rows.names[:3],
                   participant=rows.participant[kept], day=rows.day[kept])  # fmt: skip
    assert list(participant_weights(fit_mixed(pair)).residual_scale) == [1.0, 1.0]


def test_residuals_are_white_with_autocorrelation_in_the_model_and_not_without():
    rows = diary("sleep_w", "steps_lag_w")
    white = residual_checks(fit_mixed(rows), rows)
    assert white.is_white
    assert white.ljung_box_p > 0.05
    statistic = sum(white.pairs * white.autocorrelation**2)
    assert white.ljung_box_p == pytest.approx(stats.chi2.sf(statistic, 6))  # seven lags, less one for rho
    coloured = residual_checks(fit_mixed(rows, residuals="independent"), rows)
    assert not coloured.is_white
    assert coloured.autocorrelation[0] > 0.25
    assert coloured.ljung_box_p < 1e-10


def test_pairs_of_residuals_are_counted_by_days_apart():
    rows = diary("sleep_w")
    apart = [
        day - earlier
        for person in set(rows.participant)
        for day in rows.day[rows.participant == person]
        for earlier in rows.day[rows.participant == person]
    ]
    checks = residual_checks(fit_mixed(rows), rows)
    assert list(checks.pairs) == [apart.count(lag) for lag in range(1, 8)]


def test_residual_sds_are_in_outcome_points():
    checks = residual_checks(fit_mixed(diary("sleep_w")), diary("sleep_w"))
    assert len(checks.participant_sd) == 30
    assert checks.sd_quantiles[1] == pytest.approx(1.2, abs=0.1)  # simulated with 1.2

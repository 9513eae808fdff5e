"""Refits to other participants, other outcomes and held parameters: each is exact, whatever its start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import fit_cross_products, fit_mixed, model_rows, participant_weights, residual_checks
from painstats.mixedlm.checks.influence import influence
from painstats.mixedlm.checks.residual_checks import residual_autocorrelation, whitened_residuals
from painstats.mixedlm.engine.cross_products import of_participants
from painstats.mixedlm.inference.profile_intervals import rho_interval, sd_interval, variance_intervals
from painstats.mixedlm.inference.r_squared import r_squared
from painstats.mixedlm.inference.refit_bootstrap import (
    cluster_bootstrap,
    likelihood_ratio_bootstrap,
    parametric_bootstrap,
    rows_for_fit,
)
from painstats.mixedlm.inference.refits import refit_each, refit_participants
from painstats.mixedlm.inference.simulation import simulated_outcome
from tests.examples import examples
from tests.reference.reference_data import diary, matrix, results, sleepstudy

REFIT = 1e-5
"""In standard errors: a refit stops when its gradient is below 1e-4 of them, and the last step then is far smaller."""

SPLINE = 1e-5
"""Relative: lme4 interpolates its profile."""

NAKAGAWA = 1e-7
"""Absolute: lme4's optimum is no sharper."""

SMALL = "small12x40.csv"


@pytest.fixture(scope="module")
def rows():
    return diary("sleep_w", "steps_lag_w")


@pytest.fixture(scope="module")
def fit(rows):
    return fit_mixed(rows)


@pytest.fixture(scope="module")
def weighted(rows):
    """Return the fit that weighs people by their noise, and its rows, in which some people are noisier."""
    noise = np.random.default_rng(2).standard_normal(len(rows.y))
    unequal = replace(rows, y=rows.y + 2 * noise * (rows.participant < "2"))
    return participant_weights(fit_mixed(unequal)).fit, unequal


def draws(fit, count, seed=3):
    people = len(fit.participants)
    return list(np.random.default_rng(seed).integers(people, size=(count, people)))


def assert_same(fit, refits, number, again):
    se = np.sqrt(np.diag(fit.covariance))
    assert np.abs((refits.coefficients[number] - again.coefficients) / se).max() < REFIT
    assert refits.rho[number] == pytest.approx(again.rho, abs=1e-6)
    assert refits.residual_sd[number] == pytest.approx(again.residual_sd, rel=1e-6)
    scale = np.abs(again.random_covariance).max(initial=1e-9)
    assert refits.random_covariance[number] == pytest.approx(again.random_covariance, abs=1e-5 * scale)
    assert refits.log_likelihood[number] == pytest.approx(again.log_likelihood, abs=1e-7)


@pytest.mark.parametrize(
    "options",
    [{}, {"reml": False}, {"residuals": "independent"}, {"rho": 0.2}, {"correlated": False}],
    ids=["usual", "ml", "independent", "rho held", "uncorrelated"],
)
def test_a_refit_is_the_fit_from_nothing(rows, options):
    fit = fit_mixed(rows, **options)
    people = draws(fit, 4)
    refits = refit_participants(fit, people)
    for number, chosen in enumerate(people):
        again = fit_cross_products(of_participants(fit.products, chosen), **options)
        if not again.is_singular:
            assert_same(fit, refits, number, again)
        assert refits.log_likelihood[number] > again.log_likelihood - 1e-6
    assert refits.is_certified.all()


def test_a_refit_from_a_singular_fit_finds_the_optimum_inside(fit):
    resampled = [fit_cross_products(of_participants(fit.products, chosen)) for chosen in draws(fit, 4)]
    singular = next(one for one in resampled if one.is_singular)
    refits = refit_each(singular, [fit.products], lambda _, products: products)
    assert_same(fit, refits, 0, fit)
    assert refits.is_certified.all()


def test_a_refit_that_ends_at_the_boundary_is_as_good_as_the_fit_from_nothing():
    fit = fit_mixed(diary("sleep_w", "weekend", file=SMALL))
    people = draws(fit, 10)
    refits = refit_participants(fit, people)
    fits = [fit_cross_products(of_participants(fit.products, chosen)) for chosen in people]
    assert all(again.is_singular for again in fits)
    assert refits.log_likelihood == pytest.approx([again.log_likelihood for again in fits], abs=1e-6)
    assert refits.is_certified.all()


def test_uncorrelated_effects_of_a_column_far_from_zero_are_refitted_as_they_are(rows):
    sleep = np.array(rows.names) == "sleep_w"
    far = replace(rows, X=rows.X + 20.0 * sleep, random=("intercept", "sleep_w"))
    fit = fit_mixed(far, correlated=False)
    outcome = simulated_outcome(fit, far, np.random.default_rng(np.random.SeedSequence(1).spawn(2)[1]))
    again = fit_mixed(replace(far, y=outcome), correlated=False)
    assert_same(fit, parametric_bootstrap(fit, far, refits=2, seed=1).refits, 1, again)


def test_without_person_specific_effects_only_rho_is_refitted():
    fit = fit_mixed(diary(file=SMALL))
    alone = fit_mixed(replace(diary(file=SMALL), random=()))
    independent = fit_mixed(replace(diary(file=SMALL), random=()), residuals="independent")
    people = draws(fit, 2)
    for one in (alone, independent):
        refits = refit_participants(one, people)
        again = fit_cross_products(of_participants(one.products, people[1]), residuals=one.residuals)
        assert_same(one, refits, 1, again)


def test_fits_that_weigh_people_are_refitted_with_their_weights(weighted):
    fit, _ = weighted
    assert np.ptp(fit.products.residual_scale) > 0.5
    people = draws(fit, 2)
    again = fit_cross_products(of_participants(fit.products, people[1]))
    assert_same(fit, refit_participants(fit, people), 1, again)


def test_the_number_of_workers_changes_nothing(fit):
    alone, together = (cluster_bootstrap(fit, refits=9, seed=5, workers=workers) for workers in (1, 2))
    assert alone.intervals == together.intervals
    assert (alone.refits.coefficients == together.refits.coefficients).all()


def test_the_seed_decides(fit):
    assert cluster_bootstrap(fit, refits=5, seed=1).intervals == cluster_bootstrap(fit, refits=5, seed=1).intervals
    assert cluster_bootstrap(fit, refits=5, seed=1).intervals != cluster_bootstrap(fit, refits=5, seed=2).intervals


def test_units_change_nothing_but_units(rows, fit):
    minutes = replace(rows, X=rows.X * np.where(np.array(rows.names) == "sleep_w", 60.0, 1.0))
    hourly, by_minute = (cluster_bootstrap(one, refits=20, seed=1) for one in (fit, fit_mixed(minutes)))
    hours, per_minute = (next(i for i in one.intervals if i.name == "sleep_w") for one in (hourly, by_minute))
    assert (60 * per_minute.low, 60 * per_minute.high) == pytest.approx((hours.low, hours.high), rel=1e-6)
    assert by_minute.refits.rho == pytest.approx(hourly.refits.rho, abs=1e-7)


@pytest.fixture(scope="module")
def bootstraps(rows, fit):
    return {
        "participants": cluster_bootstrap(fit, refits=examples(100), seed=1),
        "parametric": parametric_bootstrap(fit, rows, refits=examples(100), seed=1),
    }


@pytest.mark.parametrize("kind", ["participants", "parametric"])
def test_the_spread_of_refits_is_the_standard_error(bootstraps, fit, kind):
    bootstrap = bootstraps[kind]
    se = dict(zip(fit.names, np.sqrt(np.diag(fit.covariance)), strict=True))
    for interval in bootstrap.intervals:
        assert interval.low < interval.estimate < interval.high
        if interval.name in ("intercept", "sleep_w", "steps_lag_w"):
            assert interval.se == pytest.approx(se[interval.name], rel=0.2)  # 100 refits know an SD to 7 %, people less
    assert bootstrap.impossible == bootstrap.not_certified == 0
    assert bootstrap.kind == kind


def test_simulated_outcomes_give_back_the_parameters_they_are_made_with(bootstraps, fit):
    refits = bootstraps["parametric"].refits
    found = dict(zip(fit.names, refits.coefficients.T, strict=True)) | {"rho": refits.rho}
    true = dict(zip(fit.names, fit.coefficients, strict=True)) | {"rho": fit.rho}
    for name, values in found.items():
        assert abs(values.mean() - true[name]) < 4 * values.std() / np.sqrt(len(values))


@pytest.mark.slow
def test_simulated_likelihood_ratios_agree_with_those_that_r_simulated():
    rows = sleepstudy("intercept", "Days")
    larger = fit_mixed(rows, residuals="independent")
    smaller = fit_mixed(replace(rows, random=("intercept",)), residuals="independent")
    test = likelihood_ratio_bootstrap(larger, smaller, rows, refits=300, seed=1)
    assert test.statistic == pytest.approx(results("sleepstudy")["lrt_slope"]["stat_reml"], abs=1e-7)
    assert test.p == 1 / 301
    assert np.quantile(test.simulated, 0.95) == pytest.approx(4.50, abs=1.0)  # 500 of R's; three standard errors
    assert 0.35 < np.mean(test.simulated < 0.5) < 0.75  # about half the mixture is near zero


def test_restricted_likelihoods_of_different_columns_are_not_compared(rows, fit):
    fewer = fit_mixed(replace(rows, X=rows.X[:, :-1], names=rows.names[:-1]))
    with pytest.raises(PainstatsError, match="restricted likelihoods of models with different columns"):
        likelihood_ratio_bootstrap(fit, fewer, rows, refits=10, seed=1)


def test_likelihood_ratios_of_a_column_are_those_of_fits_from_nothing(rows):
    larger = fit_mixed(rows, reml=False)
    smaller = fit_mixed(replace(rows, X=rows.X[:, :-1], names=rows.names[:-1]), reml=False)
    test = likelihood_ratio_bootstrap(larger, smaller, rows, refits=2, seed=1)
    outcome = simulated_outcome(
        smaller, rows_for_fit(smaller, rows), np.random.default_rng(np.random.SeedSequence(1).spawn(2)[1])
    )
    again = [
        fit_mixed(replace(rows_for_fit(one, rows), y=outcome), reml=False).log_likelihood for one in (larger, smaller)
    ]
    assert test.simulated[1] == pytest.approx(2 * (again[0] - again[1]), abs=1e-6)


def test_leaving_one_out_is_the_fit_to_the_others(rows, fit):
    found = influence(fit)
    for number in (0, 11, 29):
        others = rows.participant != fit.participants[number]
        again = fit_mixed(
            replace(
                rows, y=rows.y[others], X=rows.X[others], participant=rows.participant[others], day=rows.day[others]
            )
        )
        assert_same(fit, found.refits, number, again)
        change = fit.coefficients - again.coefficients
        cook = change @ np.linalg.solve(fit.covariance, change) / len(change)
        assert found.distance[number] == pytest.approx(cook, rel=1e-4)
    assert (found.range[:, 0] < fit.coefficients).all()
    assert (found.range[:, 1] > fit.coefficients).all()


def test_whoever_decides_the_answer_is_found(rows):
    odd = rows.participant == "17"
    slope = rows.X[:, rows.names.index("sleep_w")]
    found = influence(fit_mixed(replace(rows, y=rows.y + np.where(odd, 2.0 * slope, 0.0))))
    assert found.participants[found.distance.argmax()] == "17"
    assert np.abs(found.shift[:, found.names.index("sleep_w")]).argmax() == found.distance.argmax()


def test_without_the_only_one_who_shows_a_column_there_is_no_fit(rows):
    treated = (rows.participant == "17") & (rows.day % 2 == 0)
    with_column = replace(rows, X=np.column_stack([rows.X, treated]), names=(*rows.names, "treated"))
    fit = fit_mixed(with_column)
    found = influence(fit)
    impossible = ~np.isfinite(found.distance)
    assert np.array(found.participants)[impossible].tolist() == ["17"]
    assert np.isfinite(found.range).all()
    bootstrap = cluster_bootstrap(fit, refits=40, seed=1)
    assert 5 < bootstrap.impossible < 25  # one person is missing from 36 % of resamples
    assert all(np.isfinite([interval.low, interval.high]).all() for interval in bootstrap.intervals)


def test_too_few_people_are_refused():
    few = fit_mixed(diary("sleep_w", file=SMALL))
    nine = fit_cross_products(of_participants(few.products, np.arange(9)))
    with pytest.raises(NotEnoughData, match="9 participants are too few to resample"):
        cluster_bootstrap(nine, refits=10, seed=1)
    two = fit_cross_products(of_participants(few.products, np.arange(2)))
    with pytest.raises(NotEnoughData, match="too few to leave one out"):
        influence(two)


def test_a_bootstrap_that_makes_no_sense_is_refused(rows, fit):
    with pytest.raises(PainstatsError, match="no spread"):
        cluster_bootstrap(fit, refits=1, seed=1)
    with pytest.raises(PainstatsError, match="between 0 and 1"):
        parametric_bootstrap(fit, rows, refits=10, seed=1, level=95)


def test_r_squared_agrees_with_the_published_formula_in_r():
    found = r_squared(fit_mixed(sleepstudy("intercept", "Days"), residuals="independent"))
    assert found.marginal == pytest.approx(0.27865204256201237, abs=NAKAGAWA)
    assert found.conditional == pytest.approx(0.7992189772969316, abs=NAKAGAWA)


def test_r_squared_needs_no_rows(rows, fit, weighted):
    for one, _ in ((fit, rows), weighted):
        found = r_squared(one)
        Z = rows.X[:, [rows.names.index(name) for name in one.random]]
        assert found.fixed == pytest.approx(np.var(rows.X @ one.coefficients, ddof=1), rel=1e-9)
        assert found.random == pytest.approx(np.mean(np.sum(Z @ one.random_covariance * Z, axis=1)), rel=1e-9)
    assert r_squared(weighted[0]).residual > 1.05 * weighted[0].residual_sd ** 2
    assert r_squared(fit).residual == pytest.approx(fit.residual_sd**2, rel=1e-12)


def test_without_an_intercept_r_squared_is_about_zero():
    rows = diary("sleep_w", file=SMALL)
    bare = replace(rows, X=rows.X[:, 1:], names=rows.names[1:], random=("sleep_w",))
    fit = fit_mixed(bare)
    assert r_squared(fit).fixed == pytest.approx(np.mean((bare.X @ fit.coefficients) ** 2), rel=1e-9)


def test_profile_intervals_agree_with_lme4():
    expected = results("sleepstudy")["profile_ci_ml"]
    ends = dict(zip(expected["rows"], matrix(expected), strict=True))
    names = {
        "sd(intercept)": "sd_(Intercept)|Subject",
        "sd(Days)": "sd_Days|Subject",
        "correlation(intercept, Days)": "cor_Days.(Intercept)|Subject",
        "residual_sd": "sigma",
    }
    fit = fit_mixed(sleepstudy("intercept", "Days"), residuals="independent", reml=False)
    found = {interval.name: interval for interval in variance_intervals(fit)}
    assert found.keys() == names.keys()
    for name, interval in found.items():
        assert (interval.low, interval.high) == pytest.approx(ends[names[name]], rel=SPLINE, abs=1e-5) or (
            name.startswith("correlation")
            and (interval.low, interval.high) == pytest.approx(ends[names[name]], abs=1e-4)  # its spline is coarser
        )


def test_at_the_ends_for_rho_the_likelihood_has_fallen_by_its_cut(rows, fit):
    interval = rho_interval(fit)
    for end in (interval.low, interval.high):
        fall = 2 * (fit.log_likelihood - fit_mixed(rows, rho=end).log_likelihood)
        assert fall == pytest.approx(3.841458820694124, abs=1e-3)


def test_profile_intervals_do_not_depend_on_the_order_of_the_effects(fit):
    turned = fit_mixed(replace(diary("sleep_w", "steps_lag_w"), random=("steps_lag_w", "intercept", "sleep_w")))
    for name in fit.random:
        one, other = sd_interval(fit, name), sd_interval(turned, name)
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-4)


def test_profile_intervals_of_a_singular_fit_reach_the_boundary():
    fit = fit_mixed(diary("sleep_w", "weekend", file=SMALL))
    assert fit.is_singular
    found = {interval.name: interval for interval in variance_intervals(fit)}
    assert found["sd(weekend)"].low == 0.0
    for interval in found.values():
        assert interval.low <= interval.high
        assert np.isnan(interval.estimate) or interval.low <= interval.estimate <= interval.high


def test_uncorrelated_effects_have_profile_intervals_but_no_correlations(rows):
    fit = fit_mixed(rows, correlated=False)
    names = [interval.name for interval in variance_intervals(fit)]
    assert names == ["sd(intercept)", "sd(sleep_w)", "sd(steps_lag_w)", "residual_sd", "rho"]


def test_a_noisy_person_and_heavy_tails_show_in_the_residuals():
    rng = np.random.default_rng(8)
    person, day = np.repeat(np.arange(20), 60), np.tile(np.arange(60), 20)
    x = rng.standard_normal(1200)
    plain = rng.standard_normal(1200)
    made = {
        "normal": plain,
        "heavy": rng.standard_t(3, 1200),
        "unequal": plain * np.where(person == 4, 4.0, 1.0),
    }
    checks = {}
    for name, noise in made.items():
        rows = model_rows(y=0.5 * x + noise, predictors={"x": x}, participant=person, day=day, random=("intercept",))
        checks[name] = residual_checks(fit_mixed(rows), rows)
    assert checks["normal"].equal_variance_p > 0.01
    assert checks["unequal"].equal_variance_p < 1e-6
    assert abs(checks["normal"].excess_kurtosis) < 0.5 < checks["heavy"].excess_kurtosis
    assert checks["normal"].quantiles == pytest.approx(checks["normal"].normal_quantiles, abs=0.45)
    assert checks["heavy"].quantiles[0] < checks["heavy"].normal_quantiles[0] - 0.5


def test_autocorrelation_is_counted_in_days_of_the_calendar():
    day = np.arange(0, 140, 2)
    wave = np.tile([1.0, -1.0], 35)
    rows = model_rows(y=wave, predictors={"x": day % 7}, participant=np.repeat("a", 70), day=day)
    correlation, pairs = residual_autocorrelation(wave, rows, 8)
    assert pairs.tolist() == [0, 69, 0, 68, 0, 67, 0, 66]
    assert correlation[[1, 3]] == pytest.approx([-1, 1])
    assert correlation[[0, 2]] == pytest.approx([0, 0])


def test_whitened_residuals_feed_the_autocorrelation(rows, fit):
    correlation, _ = residual_autocorrelation(whitened_residuals(fit, rows), rows, 28)
    assert correlation[:7] == pytest.approx(residual_checks(fit, rows).autocorrelation)

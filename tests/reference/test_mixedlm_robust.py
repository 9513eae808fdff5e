"""Standard errors that depend less on the model, and tests that do not depend on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.errors import NotEnoughData
from painstats.mixedlm import (
    cluster_bootstrap,
    cluster_robust,
    cross_products,
    fit_cross_products,
    fit_mixed,
    influence,
    model_rows,
    of_participants,
    participant_bootstrap,
    shift_test,
    shift_test_over_participants,
)
from painstats.mixedlm.engine.car1_whitening import unwhiten, whiten
from painstats.mixedlm.engine.fit import coefficients_in_units
from painstats.mixedlm.engine.likelihood import solve_at
from painstats.mixedlm.inference.simulation import simulated_outcome
from tests.reference.reference_data import diary, results

OTHER_ROOT = 1e-3
"""Relative: clubSandwich takes another root of the same matrix."""


@pytest.fixture(scope="module")
def rows():
    return diary("sleep_w", "steps_lag_w")


def columns(table):
    return np.array([(row.estimate, row.se, row.df) for row in table.coefficients]).T


# --- CR2


def test_standard_errors_and_degrees_agree_with_clubsandwich():
    expected = results("cluster_robust")
    fit = fit_mixed(diary(file="small12x40.csv"), residuals="independent")
    _, se, df = columns(cluster_robust(fit))
    assert se == pytest.approx(np.array(expected["SE"]), rel=OTHER_ROOT)
    assert df == pytest.approx(np.array(expected["df"]), rel=1e-4)


def test_the_variance_is_unbiased_if_the_model_is_true(rows):
    """The property that defines CR2, in simulated outcomes at the fit's own weights."""
    fit = fit_mixed(rows)
    place, draws = list(fit.names).index("sleep_w"), np.random.default_rng(4)
    variances, estimates = [], []
    for _ in range(200):
        again = fit_at_the_weights_of(fit, replace(rows, y=simulated_outcome(fit, rows, draws)))
        table = cluster_robust(again)
        variances.append(table.coefficients[place].se ** 2)
        estimates.append(table.coefficients[place].estimate)
    truth = fit.covariance[place, place]
    error = np.std(variances, ddof=1) / np.sqrt(len(variances))
    assert abs(np.mean(variances) - truth) < 3 * error
    assert error < 0.05 * truth
    assert np.var(estimates, ddof=1) == pytest.approx(truth, rel=0.35)


def fit_at_the_weights_of(fit, rows):
    """Return the fit with another outcome's coefficients, at the same variance parameters."""
    products = cross_products(rows)
    change = np.linalg.solve(products.scaling.random_transform, fit.products.scaling.random_transform)
    factor = np.linalg.cholesky(
        (change @ fit.optimum.factor) @ (change @ fit.optimum.factor).T + 1e-14 * np.eye(len(change))
    )
    solution = solve_at(products, factor, fit.rho)
    return replace(
        fit,
        products=products,
        optimum=replace(fit.optimum, factor=factor),
        coefficients=coefficients_in_units(products, solution.coefficients),
    )


def test_it_widens_where_people_differ_and_the_model_does_not_know():
    blind, aware = fit_mixed(diary()), fit_mixed(diary("sleep_w"))
    place = list(blind.names).index("sleep_w")
    robust = cluster_robust(blind).coefficients[place].se
    assert robust > 1.2 * np.sqrt(blind.covariance[place, place])
    assert robust == pytest.approx(np.sqrt(aware.covariance[place, place]), rel=0.2)


def test_the_unit_of_a_column_changes_nothing_but_the_unit(rows):
    minutes = rows.X * np.where(np.array(rows.names) == "sleep_w", 60.0, 1.0)
    _, se, df = columns(cluster_robust(fit_mixed(rows)))
    _, other_se, other_df = columns(cluster_robust(fit_mixed(replace(rows, X=minutes))))
    unit = np.where(np.array(rows.names) == "sleep_w", 60.0, 1.0)
    assert other_se * unit == pytest.approx(se, rel=1e-4)
    assert other_df == pytest.approx(df, rel=1e-4)


def test_a_column_of_one_person_alone_has_no_robust_error(rows):
    own = ((rows.participant == rows.participant[0]) & (np.arange(len(rows.y)) % 2 == 0)).astype(float)
    wider = replace(rows, X=np.column_stack([rows.X, own]), names=(*rows.names, "own"))
    table = {row.name: row for row in cluster_robust(fit_mixed(wider)).coefficients}
    assert not np.isfinite(table["own"].se)
    assert table["sleep_w"].se == pytest.approx(
        {row.name: row for row in cluster_robust(fit_mixed(rows)).coefficients}["sleep_w"].se, rel=0.05
    )


def test_two_people_are_too_few():
    products = of_participants(fit_mixed(diary("sleep_w")).products, np.array([0, 1]))
    with pytest.raises(NotEnoughData, match="2 participants are too few"):
        cluster_robust(fit_cross_products(products))


# --- People drawn


def test_drawing_people_at_held_weights_spreads_as_whole_refits_do(rows):
    fit = fit_mixed(rows)
    whole = cluster_bootstrap(fit, refits=80, seed=1)
    held = participant_bootstrap(fit, draws=80, seed=1)  # the same people
    for place, interval in enumerate(whole.intervals[: len(fit.names)]):
        is_within = interval.name in ("sleep_w", "steps_lag_w")  # what the answers are about
        draws, refits = held.coefficients[:, place], whole.refits.coefficients[:, place]
        assert np.corrcoef(draws, refits)[0, 1] > (0.97 if is_within else 0.9), interval.name
        assert draws.std(ddof=1) == pytest.approx(interval.se, rel=0.08 if is_within else 0.2), interval.name


def test_few_people_are_drawn_further_out():
    """With many people percentiles are those of the draws; with twelve they lie as far out as t does."""
    few, many = fit_mixed(diary("sleep_w", file="small12x40.csv")), fit_mixed(diary("sleep_w"))
    for fit, wider in ((few, 1.22), (many, 1.07)):
        drawn = participant_bootstrap(fit, seed=2)
        place = fit.names.index("sleep_w")
        width = np.diff(np.quantile(drawn.coefficients[:, place], [0.025, 0.975]))[0]
        assert np.diff(drawn.intervals[place])[0] == pytest.approx(wider * width, rel=0.07)


def test_the_draws_are_seeded_and_nine_people_are_too_few():
    fit = fit_mixed(diary("sleep_w", file="small12x40.csv"))
    first = participant_bootstrap(fit, draws=50, seed=3)
    assert np.array_equal(first.coefficients, participant_bootstrap(fit, draws=50, seed=3).coefficients)
    nine = fit_cross_products(of_participants(fit.products, np.arange(9)))
    with pytest.raises(NotEnoughData, match="9 participants are too few to resample"):
        participant_bootstrap(nine, seed=3)


def test_a_column_of_one_person_stops_no_draw(rows):
    own = ((rows.participant == rows.participant[0]) & (np.arange(len(rows.y)) % 2 == 0)).astype(float)
    wider = fit_mixed(replace(rows, X=np.column_stack([rows.X, own]), names=(*rows.names, "own")))
    place = wider.names.index("sleep_w")
    assert np.isfinite(participant_bootstrap(wider, draws=200, seed=4).coefficients).all()
    drawn = participant_bootstrap(wider, seed=4).intervals[place]
    assert drawn == pytest.approx(participant_bootstrap(fit_mixed(rows), seed=4).intervals[place], abs=0.01)


def test_leaving_out_the_only_person_of_a_column_leaves_out_the_column(rows):
    own = ((rows.participant == rows.participant[0]) & (np.arange(len(rows.y)) % 2 == 0)).astype(float)
    wider = fit_mixed(replace(rows, X=np.column_stack([rows.X, own]), names=(*rows.names, "own")))
    plain = fit_mixed(rows)
    without = influence(wider, fallback=plain)
    place, column = without.participants.index(rows.participant[0]), without.names.index("sleep_w")
    assert np.isnan(influence(wider).coefficients[place]).all()
    assert np.isnan(without.coefficients[place, without.names.index("own")])
    assert without.coefficients[place, column] == influence(plain).coefficients[place, column]
    assert np.isfinite(without.range[column]).all()


def test_whitening_can_be_undone(rows):
    values = np.random.default_rng(1).standard_normal(len(rows.y))
    assert whiten(unwhiten(values, rows, 0.6), rows, 0.6) == pytest.approx(values, abs=1e-12)


# --- Shifts


def linked(strength, people=8, days=40, seed=1):
    draws = np.random.default_rng(seed)
    x = draws.standard_normal((people, days))
    y = strength * x + draws.standard_normal((people, days))
    return model_rows(
        y=y.ravel(),
        predictors={"x": x.ravel(), "weekend": np.tile(np.arange(days) % 7 >= 5, people).astype(float)},
        participant=np.repeat([f"p{number}" for number in range(people)], days),
        day=np.tile(np.arange(days), people),
    )


def test_an_effect_in_every_participant_is_seen_and_no_effect_is_not():
    assert shift_test_over_participants(linked(0.4), "x", seed=1).p < 0.01
    assert shift_test_over_participants(linked(0.0), "x", seed=1).p > 0.05


def test_links_of_opposite_signs_cancel():
    rows = linked(0.6)
    signs = np.where(rows.participant < "p4", 1.0, -1.0)
    opposite = replace(rows, y=rows.y * signs)
    assert shift_test_over_participants(opposite, "x", seed=1).p > 0.05
    assert shift_test_over_participants(rows, "x", seed=1).p < 0.01


def test_one_person_is_the_test_of_one_person():
    rows = linked(0.3, people=1)
    alone, over = shift_test(rows, "x"), shift_test_over_participants(rows, "x", shifts=20000, seed=3)
    assert over.correlation == pytest.approx(alone.correlation, abs=1e-12)
    assert over.p == pytest.approx(alone.p, abs=0.02)
    assert over.participants == 1


def test_the_seed_decides_and_who_cannot_tell_is_left_out():
    rows = linked(0.1)
    first = shift_test_over_participants(rows, "x", seed=5)
    assert first == shift_test_over_participants(rows, "x", seed=5)
    assert first.p != shift_test_over_participants(rows, "x", seed=6).p
    still = rows.X.copy()
    still[rows.participant == "p3", 1] = 0.0
    assert shift_test_over_participants(replace(rows, X=still), "x", seed=5).participants == 7


def test_about_one_in_twenty_is_found_where_residuals_hang_together_and_nothing_else():
    """Autocorrelated series without a link: where ordinary least squares finds one in eight, shifts keep their size."""
    draws, found = np.random.default_rng(8), 0
    for seed in range(200):
        x, y = draws.standard_normal((2, 5, 40))
        for day in range(1, 40):
            x[:, day] += 0.6 * x[:, day - 1]
            y[:, day] += 0.6 * y[:, day - 1]
        rows = model_rows(
            y=y.ravel(),
            predictors={"x": x.ravel()},
            participant=np.repeat(list("abcde"), 40),
            day=np.tile(np.arange(40), 5),
        )
        found += shift_test_over_participants(rows, "x", shifts=199, seed=seed).p <= 0.05
    assert 2 <= found <= 22

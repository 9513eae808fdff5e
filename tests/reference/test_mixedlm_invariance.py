"""What must not matter: dates, names, order, units, where the search starts, and known results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.mixedlm import coefficient_table, fit_mixed, kenward_roger, model_rows, participant_slopes, satterthwaite
from painstats.mixedlm.engine.optimum import STARTS
from tests.reference.reference_data import diary, sleepstudy

SAME = 1e-6
SMALL = "small12x40.csv"


def remade(rows, *, y=None, X=None, participant=None, day=None, order=slice(None)):
    """Return rows rebuilt from changed parts, in another order."""
    X = rows.X if X is None else X
    return model_rows(
        y=(rows.y if y is None else y)[order],
        predictors={name: values[order] for name, values in zip(rows.names[1:], X[:, 1:].T, strict=True)},
        participant=(rows.participant if participant is None else participant)[order],
        day=(rows.day if day is None else day)[order],
        random=rows.random,
    )


def conclusions_of(fit, rows):
    return np.array([(row.t, row.df, row.p) for row in coefficient_table(fit, rows).coefficients])


def assert_same_conclusions(rows, other):
    fit, changed = fit_mixed(rows), fit_mixed(other)
    assert changed.rho == pytest.approx(fit.rho, abs=SAME)
    assert conclusions_of(changed, other) == pytest.approx(conclusions_of(fit, rows), rel=SAME, abs=1e-9)
    return fit, changed


@pytest.mark.parametrize("days", [-40_000, 1, 20_000])
def test_shifting_all_dates(days):
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    fit, changed = assert_same_conclusions(rows, remade(rows, day=rows.day + days))
    assert changed.log_likelihood == fit.log_likelihood


def test_relabelling_people():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    labels = {str(k): f"{(7 * k) % 13:02d}" for k in range(1, 13)}
    renamed = np.array([labels[person] for person in rows.participant])
    fit, changed = assert_same_conclusions(rows, remade(rows, participant=renamed))
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    effects = dict(zip(changed.participants, changed.random_effects, strict=True))
    there = np.array([effects[labels[person]] for person in fit.participants])
    assert there == pytest.approx(fit.random_effects, abs=SAME)
    width = 0.5
    slopes = {slope.participant: slope.low for slope in participant_slopes(changed, ["sleep_w"], seed=1)}
    for slope in participant_slopes(fit, ["sleep_w"], seed=1):
        assert slopes[labels[slope.participant]] == pytest.approx(slope.low, abs=0.01 * width)


def test_the_order_of_rows():
    rows = diary("sleep_w", "steps_lag_w")
    shuffled = np.random.default_rng(1).permutation(len(rows.y))
    fit, changed = assert_same_conclusions(rows, remade(rows, order=shuffled))
    assert changed.log_likelihood == fit.log_likelihood
    assert np.array_equal(changed.coefficients, fit.coefficients)


@pytest.mark.parametrize("file", [SMALL, "diary30x60.csv"])
def test_units(file):
    rows = diary("sleep_w", "steps_lag_w", file=file)
    unit = np.array(
        [1.0, 60.0, 1000.0, 60.0, 1000.0, 30.0, 1.0]
    )  # hours to minutes, thousands to single steps, months to days
    fit, changed = assert_same_conclusions(rows, remade(rows, X=rows.X * unit))
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood - np.log(unit).sum(), abs=1e-7)
    assert changed.coefficients * unit == pytest.approx(fit.coefficients, rel=SAME)
    random_unit = np.array([1.0, 60.0, 1000.0])
    there = changed.random_covariance * np.outer(random_unit, random_unit)
    assert there == pytest.approx(fit.random_covariance, rel=1e-5, abs=1e-8)
    slopes = participant_slopes(changed, ["sleep_w"], seed=1)
    for slope, before in zip(slopes, participant_slopes(fit, ["sleep_w"], seed=1), strict=True):
        assert slope.false_sign_rate == pytest.approx(before.false_sign_rate, abs=1e-5)
        assert 60 * slope.low == pytest.approx(before.low, abs=1e-5)


def test_units_of_the_outcome():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    fit, changed = assert_same_conclusions(rows, remade(rows, y=10 * rows.y))
    degrees = fit.n_rows - len(fit.names)
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood - degrees * np.log(10), abs=1e-7)


def test_a_predictor_turned_round_turns_its_coefficient_round():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    sign = np.array([1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    changed, fit = fit_mixed(remade(rows, X=rows.X * sign)), fit_mixed(rows)
    assert changed.coefficients * sign == pytest.approx(fit.coefficients, rel=SAME)
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)


def test_adding_a_multiple_of_a_predictor_adds_to_its_coefficient_and_to_nothing_else():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    fit, changed = fit_mixed(rows), fit_mixed(remade(rows, y=rows.y + 0.7 * rows.X[:, 1]))
    assert changed.coefficients - fit.coefficients == pytest.approx([0, 0.7, 0, 0, 0, 0, 0], abs=1e-7)
    assert changed.covariance == pytest.approx(fit.covariance, rel=SAME, abs=1e-10)
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)
    assert changed.random_effects == pytest.approx(fit.random_effects, abs=SAME)


def test_moving_a_random_predictor_far_from_zero_moves_only_the_intercept():
    rows = diary("sleep_w", file=SMALL)
    moved = rows.X + np.array([0, 1e5, 0, 0, 0, 0, 0])
    fit, changed = fit_mixed(rows), fit_mixed(remade(rows, X=moved))
    assert changed.coefficients[1:] == pytest.approx(fit.coefficients[1:], rel=SAME)
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    before, after = satterthwaite(fit).coefficients[1], satterthwaite(changed).coefficients[1]
    assert after.df == pytest.approx(before.df, rel=SAME)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("file", [SMALL, "diary30x60.csv"])
def test_where_the_search_starts(start, file):
    rows = diary("sleep_w", "steps_lag_w", file=file)
    fit, changed = fit_mixed(rows), fit_mixed(rows, starts=(start,))
    assert changed.optimum.starts_tried == 1
    assert changed.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    assert changed.coefficients == pytest.approx(fit.coefficients, abs=SAME)
    assert changed.random_covariance == pytest.approx(fit.random_covariance, abs=SAME)
    assert changed.relative_factor == pytest.approx(fit.relative_factor, abs=1e-5)


def test_a_false_boundary_point_is_left():
    """Without any spread between people the gradient is zero, whatever the data say; the certificate sees it."""
    rows = diary("sleep_w", "steps_lag_w")
    fit, stuck = fit_mixed(rows), fit_mixed(rows, starts=((0.0, 0.3),))
    assert stuck.optimum.escapes >= 1
    assert stuck.converged
    assert stuck.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)


def test_no_autocorrelation_is_the_independent_model():
    rows = diary("sleep_w", file=SMALL)
    zero, independent = fit_mixed(rows, rho=0.0), fit_mixed(rows, residuals="independent")
    assert zero.log_likelihood == independent.log_likelihood
    assert np.array_equal(zero.coefficients, independent.coefficients)


def test_every_participant_twice_keeps_the_coefficients_and_narrows_their_errors():
    rows = diary("sleep_w", file=SMALL)
    twice = model_rows(
        y=np.tile(rows.y, 2),
        predictors={name: np.tile(values, 2) for name, values in zip(rows.names[1:], rows.X[:, 1:].T, strict=True)},
        participant=np.concatenate([rows.participant, [f"twin of {person}" for person in rows.participant]]),
        day=np.tile(rows.day, 2),
        random=rows.random,
    )
    fit, doubled = fit_mixed(rows, reml=False), fit_mixed(twice, reml=False)
    assert doubled.coefficients == pytest.approx(fit.coefficients, abs=SAME)
    assert np.sqrt(np.diag(doubled.covariance)) == pytest.approx(np.sqrt(np.diag(fit.covariance) / 2), rel=SAME)
    assert doubled.log_likelihood == pytest.approx(2 * fit.log_likelihood, abs=1e-7)


def test_gaps_of_equal_length_are_another_rho():
    """Counting every day as two makes rho its square root, and nothing else."""
    rows = diary("sleep_w", file=SMALL)
    fit, slow = fit_mixed(rows), fit_mixed(remade(rows, day=2 * rows.day))
    assert slow.rho**2 == pytest.approx(fit.rho, abs=SAME)
    assert slow.coefficients == pytest.approx(fit.coefficients, abs=SAME)


def test_kenward_roger_and_satterthwaite_meet_in_balanced_data():
    rows = sleepstudy("intercept", "Days")
    fit = fit_mixed(rows, residuals="independent")
    ours = [(row.se, row.df) for row in kenward_roger(fit, rows).coefficients]
    assert ours == [pytest.approx((row.se, row.df), rel=1e-5) for row in satterthwaite(fit).coefficients]


def test_the_random_columns_may_come_in_any_order():
    rows = diary("sleep_w", "steps_lag_w", file=SMALL)
    fit, turned = fit_mixed(rows), fit_mixed(replace(rows, random=("steps_lag_w", "intercept", "sleep_w")))
    assert turned.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    order = [1, 2, 0]
    assert turned.random_covariance[np.ix_(order, order)] == pytest.approx(fit.random_covariance, abs=SAME)

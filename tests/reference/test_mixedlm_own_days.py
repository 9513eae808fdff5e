"""A single participant, the shift test, and the mean of participants' own slopes."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import (
    OwnCoefficient,
    agrees_with_two_stage,
    coefficient,
    coefficients_by_participant,
    fit_each_participant,
    fit_one_participant,
    model_rows,
    participant_rows,
    shift_test,
    two_stage,
)
from tests.reference.reference_data import LOG_LIKELIHOOD, diary, matrix, one_person, results

MODELS = {"phase": ("phase",), "full": ("phase", "time30", "sleep_w", "steps_lag_w")}


@pytest.mark.parametrize("participant", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("model", MODELS)
def test_gls_with_gaps_agrees_with_nlme(model, participant):
    expected = results("own_days")[f"nof1_{model}_{participant}"]
    own = fit_one_participant(one_person(participant, *MODELS[model]))
    assert own.n_rows == expected["n"]
    assert own.fit.log_likelihood == pytest.approx(expected["logLik"], abs=LOG_LIKELIHOOD, rel=0)
    assert own.rho == pytest.approx(expected["rho"], abs=2e-7)
    estimates = [row.estimate for row in own.table.coefficients]
    assert estimates == pytest.approx(list(expected["coef"].values()), abs=2e-7)
    se = [row.se for row in own.table.coefficients]
    assert se == pytest.approx(np.sqrt(np.diag(matrix(expected["vcov"]))), rel=2e-7)


def test_own_days_are_of_one_participant_with_nothing_random():
    with pytest.raises(PainstatsError, match="one participant"):
        fit_one_participant(diary())


def test_rows_of_one_person_leave_out_what_never_changes_for_them():
    own = participant_rows(diary("sleep_w"), "1")
    assert own.names == ("intercept", "sleep_w", "steps_lag_w", "time30", "weekend")
    assert own.random == ()
    assert set(own.participant) == {"1"}


def test_each_participant_is_fitted_or_refused_with_a_reason():
    rows = diary()
    constant = np.where(rows.participant == "7", 5.0, rows.y)
    predictors = dict(zip(rows.names[1:], rows.X[:, 1:].T, strict=True))
    fits, refused = fit_each_participant(
        model_rows(y=constant, predictors=predictors, participant=rows.participant, day=rows.day)
    )
    assert len(fits) == 29
    assert list(refused) == ["7"]
    assert "the outcome has the same value" in refused["7"]


def test_two_stage_is_the_weighted_mean_of_slopes_with_a_t_interval():
    apart = coefficients_by_participant(diary())
    slopes, errors = np.array([(own["sleep_w"].estimate, own["sleep_w"].se) for own in apart.values()]).T
    weights = errors**-2
    squares = weights @ (slopes - weights @ slopes / weights.sum()) ** 2
    between = max(0.0, (squares - 29) / (weights.sum() - (weights @ weights) / weights.sum()))
    weights = 1 / (errors**2 + between)
    check = two_stage(apart, "sleep_w")
    assert check.participants == 30
    assert check.estimate == pytest.approx(weights @ slopes / weights.sum(), rel=1e-10)
    inflation = max(1.0, weights @ (slopes - check.estimate) ** 2 / 29)
    assert check.se == pytest.approx((inflation / weights.sum()) ** 0.5, rel=1e-10)
    assert check.high - check.estimate == pytest.approx(2.045229642 * check.se, rel=1e-8)  # t with 29 degrees, 97.5 %
    assert check.estimate - check.low == pytest.approx(check.high - check.estimate)


def test_agreement_is_within_one_combined_standard_error():
    check = two_stage(coefficients_by_participant(diary()), "sleep_w")
    both = np.hypot(0.04, check.se)
    assert agrees_with_two_stage(check.estimate + 0.99 * both, 0.04, check)
    assert not agrees_with_two_stage(check.estimate - 1.01 * both, 0.04, check)


def test_two_stage_needs_two_people():
    with pytest.raises(NotEnoughData, match="1 participants have"):
        two_stage({"1": {"sleep_w": OwnCoefficient(0.1, 0.2)}}, "sleep_w")
    with pytest.raises(NotEnoughData, match="the same coefficient"):
        two_stage({name: {"sleep_w": OwnCoefficient(0.1, 0.2)} for name in ("1", "2")}, "sleep_w")


def test_slopes_fitted_apart_equal_those_of_the_engine():
    """Two ways that share no code but the whitening: least squares with a search over rho, and cross-products."""
    apart = coefficients_by_participant(diary())
    fits, _ = fit_each_participant(diary())
    assert len(fits) == len(apart) == 30
    for own in fits:
        apart_sleep, sleep = apart[own.participant]["sleep_w"], coefficient(own.table, "sleep_w")
        assert apart_sleep.estimate == pytest.approx(sleep.estimate, abs=2e-5)
        assert apart_sleep.se == pytest.approx(sleep.se, rel=2e-5)


def test_the_shift_test_counts_all_shifts():
    x = [3.0, 0.0, 1.0, 0.0, 2.0, 0.0]
    rows = model_rows(y=x[1:] + x[:1], predictors={"x": x}, participant=["ann"] * 6, day=range(6))
    moved = model_rows(y=x, predictors={"x": x}, participant=["ann"] * 6, day=range(6))
    assert shift_test(moved, "x").correlation == pytest.approx(1)
    assert shift_test(moved, "x").p == pytest.approx(1 / 6)  # of six shifts only the real one fits perfectly
    assert shift_test(rows, "x").shifts == 6
    assert shift_test(rows, "x").p > 1 / 6


def test_the_shift_test_takes_out_the_other_columns():
    rng = np.random.default_rng(5)
    x, z, e = rng.standard_normal((3, 60))
    day = np.arange(60)
    rows = model_rows(y=x + 10 * z + 0.1 * e, predictors={"x": x, "z": z}, participant=["ann"] * 60, day=day)
    test = shift_test(rows, "x")
    assert test.correlation > 0.95
    assert test.p == pytest.approx(1 / 60)

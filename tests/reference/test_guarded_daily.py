"""The three fits of a guarded model: against the reference, started near the first fit, and where columns do nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.frame.guard import ExposureDays, GuardColumns, guard_columns
from painstats.mixedlm import (
    CoefficientTable,
    MixedFit,
    ModelRows,
    coefficient,
    coefficient_table,
    fit_mixed,
    model_rows,
)
from painstats.mixedlm.engine.white_optimum import is_clearly_below_car1, white_optimum_near, white_problem
from painstats.mixedlm.inference.held import hold, without_columns
from painstats.questions.daily.guarded import Guarded, guarded
from tests.reference.feedback_data import EXPOSURES, SETS, columns_of, exposure_days, feedback_rows, first_fit
from tests.reference.reference_data import results, simulated_diary

DEVIANCE = 1e-6


def _guarded(rows: ModelRows, first: MixedFit, columns: Mapping[str, GuardColumns]) -> Guarded:
    return guarded(rows, first, coefficient_table(first, rows), columns)


@cache
def _guarded_set(name: str) -> Guarded:
    return _guarded(feedback_rows(name), first_fit(name), columns_of(name))


def _with(rows: ModelRows, more: Mapping[str, np.ndarray]) -> ModelRows:
    columns = dict(zip(rows.names[1:], rows.X[:, 1:].T, strict=True)) | dict(more)
    return model_rows(y=rows.y, predictors=columns, participant=rows.participant, day=rows.day, random=rows.random)


def _sums(columns: Mapping[str, GuardColumns]) -> dict[str, np.ndarray]:
    return {f"{name}_guard_sum": both.decaying_sum for name, both in columns.items()}


def _both(columns: Mapping[str, GuardColumns]) -> dict[str, np.ndarray]:
    return _sums(columns) | {f"{name}_guard_day_after": both.day_after for name, both in columns.items()}


@pytest.mark.parametrize("name", SETS)
def test_the_fits_are_those_of_the_reference_and_of_the_whole_search(name):
    found, rows, columns = _guarded_set(name), feedback_rows(name), columns_of(name)
    fits = {"with_S": (found.with_sums, _sums(columns)), "with_S_and_D": (found.with_both, _both(columns))}
    for which, (fit, more) in fits.items():
        expected = results("feedback")[name][which]
        assert (fit.rho, fit.white_share) == pytest.approx((expected["rho"], expected["w"]), abs=1e-5)
        by_name = dict(zip(expected["names"], zip(expected["b"], expected["se"], strict=True), strict=True))
        for exposure in EXPOSURES:
            b, se = by_name[exposure]
            assert fit.coefficients[fit.names.index(exposure)] == pytest.approx(b, abs=3e-4 * se)
        whole = fit_mixed(_with(rows, more), residuals="car1+white")
        assert fit.log_likelihood == pytest.approx(whole.log_likelihood, abs=DEVIANCE / 2)
    assert found.converged


@pytest.mark.parametrize("name", SETS)
def test_the_table_has_the_held_estimates_of_the_reference(name):
    found, expected = _guarded_set(name), results("feedback")[name]["held"]
    assert [row.name for row in found.table.coefficients] == list(first_fit(name).names)
    for exposure in EXPOSURES:
        row, place = coefficient(found.table, exposure), expected["names"].index(exposure)
        assert row.estimate == pytest.approx(expected["b"][place], abs=3e-4 * row.se)
        assert row.se >= expected["se"][place] * (1 - 2e-5)  # Kenward-Roger: fewer than 30 participants
    assert found.table.method == "Kenward-Roger"
    assert found.exposures == tuple(EXPOSURES)
    assert found.test.statistic == pytest.approx(results("feedback")[name]["F"], rel=1e-5)
    assert found.why_unguarded is None
    assert found.unguarded == coefficient_table(first_fit(name), feedback_rows(name))


@pytest.mark.parametrize(("name", "is_clear"), [("felt", True), ("plain", False)])
def test_car1_is_fitted_again_only_where_white_noise_is_weakly_known(name, is_clear):
    first, rows = first_fit(name), _with(feedback_rows(name), _sums(columns_of(name)))
    problem = white_problem(rows, reml=True)
    point = white_optimum_near(problem, first.rho, first.white_share, first.optimum.factor)
    assert is_clearly_below_car1(problem, point) is is_clear


@pytest.mark.parametrize("seed", range(9))  # white noise, CAR(1), and both, three times
def test_a_search_near_a_similar_fit_ends_where_the_whole_search_does(seed):
    rows = simulated_diary(seed)
    more = _with(rows, {"weekend": (rows.day % 7 >= 5).astype(float), "sleep_of_others": np.roll(rows.X[:, 1], 7)})
    near = fit_mixed(more, residuals="car1+white", near=fit_mixed(rows, residuals="car1+white"))
    whole = fit_mixed(more, residuals="car1+white")
    assert near.log_likelihood == pytest.approx(whole.log_likelihood, abs=DEVIANCE / 2)
    assert near.log_likelihood >= fit_mixed(more).log_likelihood - DEVIANCE
    assert near.converged


def test_a_fit_with_other_random_effects_is_no_start():
    rows = simulated_diary(2)
    fewer = fit_mixed(replace(rows, random=("intercept",)), residuals="car1+white")
    with pytest.raises(PainstatsError, match="same random effects"):
        fit_mixed(rows, residuals="car1+white", near=fewer)


def _of_one(name: str, participant: str, units: float = 1.0) -> tuple[ModelRows, MixedFit, dict[str, GuardColumns]]:
    """Return one participant's rows and first fit, and guard columns by their own days; sleep in other units."""
    rows = feedback_rows(name)
    own = rows.participant == participant
    scale = {"sleep": units}
    predictors = {x: scale.get(x, 1.0) * rows.X[own, rows.names.index(x)] for x in (*EXPOSURES, "weekend", "time")}
    alone = model_rows(y=rows.y[own], predictors=predictors, participant=rows.participant[own], day=rows.day[own])
    first, columns = fit_mixed(alone, residuals="car1+white"), {}
    for exposure in EXPOSURES:
        days = exposure_days(name, exposure)
        theirs = days.participant == participant
        value = scale.get(exposure, 1.0) * days.value[theirs]
        mine = ExposureDays(days.participant[theirs], days.day[theirs], value)
        columns[exposure] = guard_columns(mine, alone.participant, alone.day, first.rho)
    return alone, first, columns


def _t(table: CoefficientTable) -> list[float]:
    return [row.t for row in table.coefficients]


def test_minutes_for_hours_change_no_test_of_one_participant():
    hours, minutes = (_guarded(*_of_one("felt", "p104", units)) for units in (1.0, 60.0))
    assert hours.with_both is not None
    assert hours.table.method == "Satterthwaite"
    assert _t(hours.table) == pytest.approx(_t(minutes.table), rel=1e-9)
    assert hours.test.t == pytest.approx(minutes.test.t, rel=1e-9)
    assert coefficient(hours.table, "sleep").estimate == pytest.approx(
        60 * coefficient(minutes.table, "sleep").estimate
    )


def _car1_cohort() -> tuple[ModelRows, MixedFit, dict[str, GuardColumns]]:
    """Return a cohort whose first fit has no white noise."""
    rows = simulated_diary(13)
    first = fit_mixed(rows, residuals="car1+white")
    sleep = ExposureDays(rows.participant, rows.day, rows.X[:, 1])
    return rows, first, {"sleep": guard_columns(sleep, rows.participant, rows.day, first.rho)}


def test_without_white_noise_the_fit_with_sums_is_the_result():
    rows, first, columns = _car1_cohort()
    assert first.white_share == 0
    found, with_sums = _guarded(rows, first, columns), _with(rows, _sums(columns))
    assert found.with_both is None
    assert found.table == without_columns(coefficient_table(found.with_sums, with_sums), _sums(columns))
    with_both = fit_mixed(_with(rows, _both(columns)), residuals="car1+white")
    held = hold(with_both, ["sleep_guard_day_after"], np.zeros(1))
    sleep = coefficient(found.table, "sleep")
    assert held.coefficients[held.names.index("sleep")] == pytest.approx(sleep.estimate, abs=0.02 * sleep.se)


def _cut(columns: GuardColumns) -> GuardColumns:
    return replace(columns, day_after=np.zeros_like(columns.day_after))


def test_an_exposure_whose_next_days_are_all_unknown_is_not_guarded():
    columns = columns_of("felt")
    found = _guarded(feedback_rows("felt"), first_fit("felt"), columns | {"steps": _cut(columns["steps"])})
    assert found.exposures == ("sleep",)
    assert len(found.test.t) == 1


@pytest.mark.parametrize(
    ("rho", "is_cut", "reason"),
    [(0.0, False, "independent_residuals"), (0.05, False, "low_rho"), (0.06, True, "no_varying_columns")],
)
def test_the_first_fit_is_the_result_where_no_columns_are_used(rho, is_cut, reason):
    columns = {name: _cut(both) if is_cut else both for name, both in columns_of("felt").items()}
    found = _guarded(feedback_rows("felt"), replace(first_fit("felt"), rho=rho), columns)
    assert found.why_unguarded == reason
    assert found.table == found.unguarded
    assert (found.exposures, found.test, found.with_sums, found.with_both) == ((), None, None, None)
    assert found.converged


def test_too_few_days_for_the_columns_leave_the_first_fit():
    rows, first, columns = _of_one("felt", "p104")
    some = slice(0, len(rows.names) + 3)
    few = replace(rows, y=rows.y[some], X=rows.X[some], participant=rows.participant[some], day=rows.day[some])
    shorter = {name: GuardColumns(x.decaying_sum[some], x.day_after[some]) for name, x in columns.items()}
    found = _guarded(few, first, shorter)
    assert found.why_unguarded == "too_few_days"
    assert found.table == found.unguarded

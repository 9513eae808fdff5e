"""The average change of a cohort against R (nlme, pbkrtest, dense matrices): ``treatments/reference.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from painstats.mixedlm import coefficient, fit_mixed, kenward_roger, satterthwaite
from painstats.questions.treatment.cohort_average import model_average
from painstats.questions.treatment.cohort_days import ARM, ARM_CHANGE, CALENDAR, CHANGE, AlignedDays, change_rows

FOLDER = Path(__file__).parent / "treatments"
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
COHORT, KENWARD_ROGER = REFERENCE["cohort"], REFERENCE["product_engine_kenward_roger_car1"]
WEEK = 7
NAMES = {"on": CHANGE, "time": CALENDAR, "arm": ARM, "arm_on": ARM_CHANGE}
"""Columns in the reference to columns in the product; with all starts on one date, calendar time is time since it."""

PBKRTEST = {"change": ("intercept", "on", "time"), "arms": ("intercept", "time", "on", "arm", "arm_on")}


@cache
def cohort() -> tuple[tuple[AlignedDays, ...], dict[str, float]]:
    table = pl.read_csv(FOLDER / "cohort.csv")
    participants, arms = [], {}
    for (name,), own in table.group_by("id", maintain_order=True):
        day, arms[str(name)] = own["since_start"].to_numpy(), float(own["arm"][0])
        score, week = own["pain"].to_numpy().astype(float), (day >= -WEEK) & (day < 0)
        participants.append(AlignedDays(str(name), date(2026, 1, 1), day, (day >= 0).astype(float), score, week))
    return tuple(participants), arms


def rows_of(key: str):
    participants, arms = cohort()
    return change_rows(participants, week_before=False, arms=arms if key == "arms" else None, calendar=True)


def columns_of(key: str) -> Sequence[str]:
    return [name for name in PBKRTEST[key] if name != "intercept"]  # its origin differs


@pytest.mark.parametrize("key", ["change", "arms"])
def test_the_mixed_model_with_car1_is_that_of_dense_matrices(key):
    fit, expected = fit_mixed(rows_of(key)), COHORT[key]
    table = satterthwaite(fit)
    for name in columns_of(key):
        found, se = coefficient(table, NAMES[name]), expected["se"][name]
        assert found.estimate == pytest.approx(expected["b"][name], abs=1e-6 * se)
        assert found.se == pytest.approx(se, rel=1e-6)
        assert found.df == pytest.approx(expected["satterthwaite_df"][name], rel=1e-4)
    assert fit.log_likelihood >= expected["logLik"] - 1e-7


@pytest.mark.parametrize("key", ["change", "arms"])
def test_kenward_roger_with_independent_residuals_is_that_of_pbkrtest(key):
    rows = rows_of(key)
    table = kenward_roger(fit_mixed(rows, residuals="independent"), rows)
    reference = COHORT["independent_residuals_kr" if key == "change" else "independent_residuals_arms_kr"]
    for name, (estimate, se, df, *_) in zip(PBKRTEST[key], reference["kenward_roger"], strict=True):
        if name != "intercept":
            found = coefficient(table, NAMES[name])
            assert found.estimate == pytest.approx(estimate, abs=1e-5 * se)
            assert (found.se, found.df) == pytest.approx((se, df), rel=1e-5)


@pytest.mark.parametrize("key", ["change", "arms"])
def test_kenward_roger_with_car1_is_as_stored(key):
    rows = rows_of(key)
    table = kenward_roger(fit_mixed(rows), rows)
    for name, expected in KENWARD_ROGER[key].items():
        found = coefficient(table, NAMES[name])
        assert found.estimate == pytest.approx(expected["estimate"], abs=1e-6 * expected["se"])
        assert (found.se, found.df, found.p) == pytest.approx((expected["se"], expected["df"], expected["p"]), rel=1e-5)


def test_the_average_of_a_cohort_is_the_coefficient_by_kenward_roger():
    participants, arms = cohort()
    with_time = model_average(participants, CHANGE, week_before=False, calendar=True)
    contrast = model_average(participants, ARM_CHANGE, week_before=False, arms=arms, calendar=True)
    for found, key, name in ((with_time, "change", "on"), (contrast, "arms", "arm_on")):
        expected = KENWARD_ROGER[key][name]
        assert found is not None
        assert (found.estimate, found.low, found.high, found.p) == pytest.approx(
            tuple(expected[each] for each in ("estimate", "low", "high", "p")), rel=1e-4
        )


def test_the_week_before_is_only_in_one_of_the_fits():
    participants, _ = cohort()
    without, with_week = (_days(change_rows(participants, week_before=week)) for week in (False, True))
    scored = {(each.participant_id, int(day)) for each in participants for day in each.day if -WEEK <= day < 0}
    assert len(scored) > 50
    assert with_week - without == scored
    assert without < with_week


def _days(rows) -> set[tuple[str, int]]:
    since_start = rows.day - date(2026, 1, 1).toordinal()
    return set(zip(rows.participant.tolist(), since_start.tolist(), strict=True))

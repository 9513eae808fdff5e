"""Later effects of one participant equal those of R: windows, contrasts, and both kinds of residuals."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from painstats.mixedlm.engine.rows import model_rows
from painstats.questions.daily.columns import TIME, WEEKDAYS
from painstats.questions.delayed.columns import CONTRASTS, window_columns
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.own_fit import own_contrasts
from tests.reference.reference_data import HERE

DAYS = pl.read_csv(HERE / "questions" / "windows_person.csv")
R = json.loads((HERE / "questions" / "windows_person.json").read_text())["windows_person"]


def rows(*, shift: int = 0, per: float = 1.0):
    """Lay out the participant's days, ``shift`` days later, with steps in units of ``per`` thousand."""
    steps = DAYS["steps"].cast(pl.Float64, strict=False) / per
    activity = ActivityDays(DAYS["day"][0] + shift, (steps - steps.mean()).fill_null(np.nan).to_numpy())
    scored = DAYS.filter(pl.col("pain").cast(pl.Float64, strict=False).is_not_null() & (pl.col("day") >= 0))
    day = scored["day"].to_numpy() + shift
    windows = window_columns(activity, day)
    known = np.all([np.isfinite(values) for values in windows.values()], axis=0)
    calendar = {name: (day % 7 == number).astype(float) for number, name in enumerate(WEEKDAYS, start=1)}
    columns = windows | calendar | {TIME: day / 30}
    return model_rows(
        y=scored["pain"].to_numpy()[known],
        predictors={name: values[known] for name, values in columns.items()},
        participant=np.full(known.sum(), "p"),
        day=day[known],
    )


@pytest.fixture(scope="module")
def found():
    return {residuals: own_contrasts(rows(), CONTRASTS, residuals) for residuals in ("car1", "car1+white")}


def test_rows_are_those_with_half_of_each_window_known(found):
    assert [each.days for each in found.values()] == R["rows"] * 2


@pytest.mark.parametrize(("residuals", "prefix", "df"), [("car1", "car1_", 1e-5), ("car1+white", "", 1e-3)])
def test_contrasts_equal_those_of_r(found, residuals, prefix, df):
    tests, se = found[residuals].tests, np.array(R[f"{prefix}se"])
    assert [test.name for test in tests] == ["tomorrow", "days_2_to_7", "days_8_to_28", "later", "in_all"]
    assert np.array([test.estimate for test in tests]) / se == pytest.approx(R[f"{prefix}estimate"] / se, abs=1e-6)
    assert np.array([test.se for test in tests]) / se == pytest.approx(1.0, abs=1e-6)
    assert [test.df for test in tests] == pytest.approx(R[f"{prefix}df"], rel=df)


def test_the_reference_needs_white_noise_and_leaves_few_degrees_of_freedom(found):
    later = found["car1+white"].tests[3]
    assert 12 < later.df < 15
    assert later.p == pytest.approx(R["p"][3], rel=1e-3)


def test_shifting_all_days_or_counting_single_steps_changes_nothing_but_the_unit(found):
    """By whole weeks, so that days of the week stay what they are."""
    moved = own_contrasts(rows(shift=700, per=0.001), CONTRASTS)
    for test, same in zip(found["car1+white"].tests, moved.tests, strict=True):
        assert same.estimate == pytest.approx(test.estimate / 1000, abs=1e-6 * test.se / 1000)
        assert (same.df, same.p) == pytest.approx((test.df, test.p), rel=1e-4)

"""The path of one participant equals R's numbers: gls with CAR(1), Satterthwaite, and a product by integration."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest

from painstats.frame.exposure import Exposure
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.look import LookDay
from painstats.questions.path.contrasts import SLEEP, THROUGH_SLEEP
from painstats.questions.path.fit import own_paths
from painstats.questions.question import Outcome
from tests.reference.reference_data import HERE

MONDAY = date(2026, 1, 5)
STEPS = Exposure("step_count", 1)
ARROWS = {
    "total": "total",
    "direct": "direct",
    "activity_to_sleep": "steps_to_sleep",
    "sleep_to_outcome": "sleep_to_rating",
    "outcome_to_sleep": "rating_to_sleep",
}
"""Contrast to its name in R's results."""


def exposure_columns(exposure, values):
    """Return the columns of the model frame: a day's value, less any constant, and whether it is unknown."""
    return [
        values.alias(exposure.name),
        values.fill_null(0).alias(exposure.within),
        values.is_null().cast(pl.Float64).alias(exposure.unknown),
    ]


def own_days():
    """Lay out R's data as one participant's days; the week of R's model begins on the first of them."""
    data = pl.read_csv(HERE / "questions" / "path_person.csv")
    exposed = (*exposure_columns(STEPS, pl.col("steps").shift(1)), *exposure_columns(SLEEP, pl.col("sleep")))
    frame = data.select(
        *exposed,
        participant_id=pl.lit("p"),
        date=pl.Series([MONDAY + timedelta(days=day) for day in data["day"]]),
        outcome_score=pl.col("pain").cast(pl.Float64),
        time_30d=pl.col("day") / 30,
        treatments=pl.lit([], dtype=pl.List(pl.Struct({"treatment": pl.String, "share": pl.Float64}))),
        left_out=pl.when(pl.col("pain").is_null()).then(pl.lit("no_outcome")),
    )
    daily = frame.select("date", step_count=1000 * data["steps"])
    design = DailyDesign((SLEEP, STEPS), (0, 10), RulesPlan(unknown_predictors="complete"))
    when = LookDay(1, frame["date"][-1], frame.height)
    return OwnDays("p", when, Outcome("pain", "", (0, 10)), design, frame, daily, {})


EXPECTED = json.loads((HERE / "questions" / "path_person.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    (path,) = own_paths(own_days(), residuals="car1")
    return path.found


@pytest.mark.parametrize("contrast", ARROWS)
def test_an_arrow_equals_rs(found, contrast):
    estimate, se, df = EXPECTED[ARROWS[contrast]]
    assert found[contrast].estimate == pytest.approx(estimate, abs=1e-6 * se)
    assert found[contrast].se == pytest.approx(se, rel=1e-6)
    assert found[contrast].df == pytest.approx(df, rel=1e-5)


def test_the_way_through_sleep_equals_rs(found):
    estimate, low, high = EXPECTED["indirect"]
    through = found[THROUGH_SLEEP]
    assert through.estimate == pytest.approx(estimate, abs=1e-7)
    assert (through.low, through.high) == pytest.approx((low, high), abs=1e-4)

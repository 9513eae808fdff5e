"""The path from activity through sleep to the outcome: which days it uses, how it is judged, and its averages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations_with_replacement
from pathlib import Path

import polars as pl
import pytest

from painstats.errors import StudyError
from painstats.frame.covariates import Covariate
from painstats.frame.exposure import Exposure
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exploratory_kinds
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.look import LookDay
from painstats.questions.path.averages import averages
from painstats.questions.path.columns import (
    activities_of,
    activity_equation,
    night_equation,
    outcome_equation,
    total_equation,
)
from painstats.questions.path.contrasts import ASKED, CONTRASTS, SLEEP
from painstats.questions.path.fit import OwnPath, PathEstimate
from painstats.questions.path.judge import findings
from painstats.questions.path.kind import PATH
from painstats.questions.path.product import product
from painstats.questions.question import Outcome
from tests.conftest import drawn

PAIN = Outcome("pain", "", (0, 10))
STEPS, EXERCISE = Exposure("step_count", 1), Exposure("exercise_time_min", 1)
LOOK = LookDay(1, date(2026, 3, 1), 60)


# --- Which days and columns

DAYS = """
    | day | score | sleep | steps_before | steps |
    | 0   | 5     | 7     |              | 4     |
    | 1   |       | 6     | 4            | 5     |
    | 2   | 3     | 8     | 5            |       |
    | 3   | 4     |       |              | 6     |
    | 4   | 6     | 7     | 6            | 7     |
"""
"""Score of a day, the night before it, steps of the day before and of the day."""


def numbers(column):
    return pl.Series([None if cell[column] is None else float(cell[column]) for cell in drawn(DAYS)], dtype=pl.Float64)


def own_days(exposures=(SLEEP, STEPS), unknown_predictors="keep"):
    dates = pl.Series([date(2026, 1, 5) + timedelta(days=day) for day in range(5)])
    frame = pl.DataFrame({"date": dates, "outcome_score": numbers("score")})
    frame = frame.with_columns(numbers("sleep").alias(SLEEP.name), numbers("steps_before").alias(STEPS.name))
    frame = frame.with_columns(left_out=pl.when(pl.col("outcome_score").is_null()).then(pl.lit("no_outcome")))
    daily = pl.DataFrame({"date": dates, "step_count": 1000 * numbers("steps")})
    design = DailyDesign(exposures, (0, 10), RulesPlan(unknown_predictors=unknown_predictors))
    return OwnDays("p", LOOK, PAIN, design, frame, daily, {})


def rows_of(equation, *columns):
    return equation.rows.select(pl.col("date").dt.day() - 5, *columns).rows()


def test_a_night_is_explained_where_it_is_known_and_the_day_before_has_a_score():
    equation = night_equation(own_days(), STEPS)
    assert rows_of(equation, "outcome_score", "score_before") == [(1, 6, 5), (4, 7, 4)]
    assert (equation.also, equation.design.exposures) == (("score_before",), (STEPS,))


def test_an_activity_is_explained_where_it_is_known_by_the_score_before_and_the_night_between():
    equation = activity_equation(own_days(), STEPS)
    assert rows_of(equation, "outcome_score", "score_before", SLEEP.name) == [
        (1, 5, 5, 6),
        (3, 6, 3, None),
        (4, 7, 4, 7),
    ]
    assert (equation.also, equation.design.exposures) == (("score_before",), (SLEEP,))


def test_the_total_has_no_night_and_the_direct_way_has_it():
    days = own_days()
    assert total_equation(days, STEPS).design.exposures == (STEPS,)
    assert outcome_equation(days, STEPS).design.exposures == (STEPS, SLEEP)
    assert rows_of(total_equation(days, STEPS)) == [(0,), (2,), (3,), (4,)]


def test_a_covariate_of_the_evening_is_in_the_equations_of_the_night_and_not_in_the_total_of_the_day():
    days = own_days()
    stress = Covariate("stress_lag1", "stress", 1, is_exogenous=False)
    adjusted = replace(days, design=replace(days.design, covariates=(stress,)))
    assert total_equation(adjusted, STEPS).design.covariates == ()
    assert outcome_equation(adjusted, STEPS).design.covariates == (stress,)
    assert night_equation(adjusted, STEPS).design.covariates == (stress,)


def test_complete_days_are_those_on_which_everything_in_the_equation_is_known():
    days = own_days(unknown_predictors="complete")
    assert rows_of(outcome_equation(days, STEPS)) == [(2,), (4,)]
    assert rows_of(activity_equation(days, STEPS)) == [(1,), (4,)]


def test_measures_of_the_same_day_are_adjusted_for_each_other_and_later_ones_never():
    tomorrow = Exposure("active_time_min", 0)
    days = own_days(exposures=(SLEEP, STEPS, EXERCISE, Exposure("total_sleep_time_min", 1), tomorrow))
    assert total_equation(days, STEPS).design.exposures == (STEPS, EXERCISE, Exposure("total_sleep_time_min", 1))


@pytest.mark.parametrize(
    ("exposures", "expected"),
    [
        ((SLEEP, STEPS), (STEPS,)),
        ((STEPS, EXERCISE, SLEEP), (STEPS, EXERCISE)),
        ((STEPS,), ()),
        ((SLEEP, Exposure("step_count", 2)), ()),
        ((Exposure("time_in_bed_min", 0), STEPS), ()),
    ],
)
def test_an_activity_has_a_path_where_the_nights_sleep_is_asked_about_too(exposures, expected):
    assert activities_of(DailyDesign(exposures, (0, 10), RulesPlan())) == expected


# --- Through sleep


def coefficient(estimate, se, df=100.0):
    return Coefficient("", estimate, se, df, 0, 0, 0, 0)


SIZES = [coefficient(-0.35, 0.1, 8), coefficient(0.0, 0.1), coefficient(0.205, 0.1), coefficient(0.24, 0.1, 8)]


def test_the_test_and_the_interval_agree():
    products = [product(first, second) for first, second in combinations_with_replacement(SIZES, 2)]
    assert {one.p < 0.05 for one in products} == {True, False}
    assert all((one.p < 0.05) is (one.low > 0 or one.high < 0) for one in products)


def test_a_product_is_clear_only_where_both_factors_are():
    strong, clear, unclear = coefficient(5, 0.1), coefficient(0.25, 0.1), coefficient(0.18, 0.1)
    assert product(strong, unclear).p > 0.05
    assert product(strong, clear).p < 0.05
    assert product(coefficient(0, 0.1), coefficient(0, 0.1)).p == 1


def test_the_order_and_the_signs_of_the_factors_do_not_matter():
    one, other = coefficient(0.25, 0.1, 30), coefficient(-0.6, 0.2, 80)
    found, turned = product(one, other), product(other, one)
    assert (found.low, found.high) == pytest.approx((turned.low, turned.high), abs=1e-4)
    mirrored = product(replace(one, estimate=-0.25), other)
    assert (mirrored.low, mirrored.high, mirrored.p) == pytest.approx((-found.high, -found.low, found.p), rel=1e-6)


# --- Verdicts


def own_path(p_values, estimates=None, activity=STEPS, participant="p", refused=()):
    found = {
        contrast: PathEstimate((estimates or {}).get(contrast, 0.3), 0.1, 0.5, p, 90, se=0.1, df=80)
        for contrast, p in p_values.items()
    }
    return OwnPath(participant, LOOK, PAIN, activity, 100, found, refused)


UNCLEAR = dict.fromkeys(CONTRASTS, 0.5)


def verdicts(path):
    return {row.contrast: (row.verdict.value, *row.reasons) for row in findings([path])}


def test_the_questions_of_all_activities_are_one_family():
    p_values = dict(UNCLEAR, through_sleep=0.02)
    alone = {row.contrast: row for row in findings([own_path(p_values)])}
    assert (alone["through_sleep"].asked, alone["through_sleep"].q) == (4, pytest.approx(0.08))
    both = findings([own_path(dict(p_values, direct=0.02)), own_path(dict(p_values, direct=0.02), activity=EXERCISE)])
    told = {(row.exposure, row.contrast): row.q for row in both if row.contrast in ("through_sleep", "direct")}
    assert list(told.values()) == pytest.approx([0.04] * 4)
    assert {row.asked for row in both} == {8}
    assert {row.verdict.value for row in both if row.contrast == "direct"} == {"higher"}


def test_the_parts_have_a_direction_where_the_whole_way_has_one():
    p_values = dict(UNCLEAR, through_sleep=0.001, activity_to_sleep=0.001, sleep_to_outcome=0.001)
    estimates = {"sleep_to_outcome": -0.5, "through_sleep": -0.15}
    told = verdicts(own_path(p_values, estimates))
    assert told["activity_to_sleep"] == ("higher",)
    assert told["sleep_to_outcome"] == told["through_sleep"] == ("lower",)
    unclear = verdicts(own_path(dict(p_values, through_sleep=0.3)))
    assert unclear["activity_to_sleep"] == unclear["sleep_to_outcome"] == ("not_judged", "part_of_through_sleep")


def test_the_total_is_the_daily_questions():
    assert verdicts(own_path(dict(UNCLEAR, total=1e-9)))["total"] == ("not_judged", "daily_question")


def test_what_has_no_estimate_is_not_judged_and_no_part_of_the_family():
    path = own_path({name: p for name, p in UNCLEAR.items() if name != "through_sleep"}, refused=("no_fit",))
    rows = {row.contrast: row for row in findings([path])}
    assert rows["through_sleep"].reasons == ("no_fit",)
    assert (rows["through_sleep"].estimate, rows["through_sleep"].days, rows["direct"].asked) == (None, 100, 3)


def cohort(estimates, p_values=UNCLEAR, count=6):
    """Return paths of participants whose estimates of the named arrows differ around a mean."""
    return [
        own_path(
            p_values, {name: mean + 0.01 * (number - 2.5) for name, mean in estimates.items()}, participant=str(number)
        )
        for number in range(count)
    ]


def test_averages_are_judged_together():
    means = {"direct": 0.0, "through_sleep": -0.15, "outcome_to_sleep": 0.0, "outcome_to_activity": 0.0}
    rows = {row.contrast: row for row in averages(cohort(means))}
    assert list(rows) == list(CONTRASTS)
    through = rows["through_sleep"]
    assert (through.verdict.value, through.participants, through.df, through.sd_between) == ("lower", 6, 5, None)
    assert (through.estimate, through.se) == pytest.approx((-0.15, 0.01 * (35 / 12 * 6 / 5 / 6) ** 0.5))
    assert {rows[name].asked for name in ASKED} == {4}
    assert rows["direct"].verdict.value == "not_determined"
    assert rows["total"].reasons == ("daily_question",)


def test_parts_without_an_average_of_their_own_have_no_direction():
    """Where two factors only move together, their product has an average, and they have none."""
    means = {"through_sleep": -0.15, "activity_to_sleep": 0.0, "sleep_to_outcome": -0.5}
    rows = {row.contrast: row.verdict.value for row in averages(cohort(means))}
    assert (rows["activity_to_sleep"], rows["sleep_to_outcome"]) == ("not_determined", "lower")


def test_an_average_needs_five_participants():
    rows = averages(cohort({}, count=4))
    assert {(row.verdict.value, row.reasons, row.estimate, row.asked) for row in rows} == {
        ("not_judged", ("few_participants",), None, 0)
    }


# --- The plan


def study(*questions):
    return Study(folder=Path("made-up"), plan=Plan.model_validate({"questions": questions}))


def test_every_plan_asks_it():
    assert PATH in exploratory_kinds(study())
    assert PATH in exploratory_kinds(study({"kind": "daily"}))


def test_a_key_that_it_does_not_have_is_refused():
    wrong = study({"kind": "daily"}, {"kind": "path", "lag": 1})
    with pytest.raises(StudyError, match=r"questions\.1\.lag"):
        asked(wrong)

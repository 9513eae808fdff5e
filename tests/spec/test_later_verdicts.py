"""Later days: the next day is judged at 95%, the sum of later days at 99%, together for all measures."""

from __future__ import annotations

from datetime import date

import pytest
from scipy import stats

from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.delayed.rules import RULES
from painstats.questions.exploratory.activity_fit import ActivityFit
from painstats.questions.exploratory.activity_judge import judge_activity
from painstats.questions.exploratory.activity_rules import ActivityRules
from painstats.questions.question import Outcome

DAY, DF = date(2026, 6, 1), 20.0
PAIN = ActivityRules("delayed", Outcome("pain", "", (0.0, 10.0)), RULES)


def contrast(name: str, p: float, sign: int = 1) -> Coefficient:
    """Return a contrast with a p value; its standard error is 0.1."""
    t = sign * float(stats.t.isf(p / 2, DF))
    return Coefficient(name, 0.1 * t, 0.1, DF, t, p, 0.0, 0.0)


def fit(next_day: float, later: float, *, who: str = "p", measure: str = "step_count") -> ActivityFit:
    values = {"tomorrow": next_day, "later": later, "days_2_to_7": 1e-9, "days_8_to_28": 0.5, "in_all": 1e-9}
    tests = {name: contrast(name, p, -1 if name == "later" else 1) for name, p in values.items()}
    return ActivityFit(who, DAY, measure, 120, "", tests, tests)


def refused(measure: str) -> ActivityFit:
    return ActivityFit("p", DAY, measure, 70, "too_few_days")


def found(*fits: ActivityFit):
    return {(row.exposure, row.contrast): row for row in judge_activity(fits, PAIN).findings}


CASES = [
    # next day, later    directions of both: Holm doubles the smaller p
    (0.0249, 0.9, "higher", "not_determined"),
    (0.0251, 0.9, "not_determined", "not_determined"),
    (0.9, 0.0049, "not_determined", "lower"),
    (0.9, 0.0051, "not_determined", "not_determined"),
    (0.001, 0.0099, "higher", "lower"),
    (0.049, 0.0101, "higher", "not_determined"),
]


@pytest.mark.parametrize(("next_day", "later", "first", "second"), CASES)
def test_the_next_day_needs_5_percent_and_later_days_1_percent(next_day, later, first, second):
    rows = found(fit(next_day, later))
    assert (rows["step_count", "tomorrow"].verdict, rows["step_count", "later"].verdict) == (first, second)


def test_what_is_not_tested_is_shown_without_a_direction_however_clear():
    row = found(fit(0.5, 0.5))["step_count", "days_2_to_7"]
    assert (row.verdict, row.reasons, row.q) == ("not_judged", ("only_shown",), None)
    assert row.low > 0


def test_ranges_hold_95_percent_of_the_next_day_and_99_percent_of_later_days():
    rows = found(fit(0.5, 0.5))
    half = {name: (row.high - row.low) / 2 / 0.1 for (_, name), row in rows.items()}
    wide, narrow = stats.t.isf(0.005, DF), stats.t.isf(0.025, DF)
    assert half == pytest.approx({"tomorrow": narrow} | dict.fromkeys(set(half) - {"tomorrow"}, wide))


def test_measures_share_one_chance_of_a_false_direction_also_one_without_a_fit():
    """With two measures four questions are asked: 0.02 is not below 0.05 / 4."""
    assert found(fit(0.02, 0.9))["step_count", "tomorrow"].verdict == "higher"
    for other in (fit(0.9, 0.9, measure="exercise_time_min"), refused("exercise_time_min")):
        row = found(fit(0.02, 0.9), other)["step_count", "tomorrow"]
        assert (row.asked, row.verdict) == (4, "not_determined")
        assert row.q == pytest.approx(0.08)


def test_without_a_fit_nothing_is_judged_or_shown():
    rows = found(refused("step_count")).values()
    assert {row.verdict for row in rows} == {"not_judged"}
    assert {row.reasons for row in rows} == {("too_few_days",)}
    assert {(row.days, row.estimate, row.low, row.p) for row in rows} == {(70, None, None, None)}


def averages(participants: int):
    fits = [fit(0.001 * number, 0.6, who=f"p{number}") for number in range(1, participants + 1)]
    return {row.contrast: row for row in judge_activity(fits, PAIN).averages}


def test_five_participants_have_an_average():
    assert {row.reasons for row in averages(4).values()} == {("too_few_participants",)}
    row = averages(5)["tomorrow"]
    assert (row.verdict, row.participants, row.asked, row.df) == ("higher", 5, 2, 4)
    assert row.p_adjusted == pytest.approx(2 * row.p)
    assert averages(5)["later"].verdict == "not_determined"
    assert averages(5)["in_all"].reasons == ("only_shown",)

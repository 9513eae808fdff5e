"""Limits, verdicts and forecasts at looks agree with separate implementations.

``looks/limits.csv`` is from rpact 3.3.4 (``asUser`` spending), ``looks/verdicts.csv`` from the rule as another person
wrote it in R, on the estimates of ``looks/cases.csv``; ``looks/reference.json`` is from another program.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from painstats.findings.forecast import SoFar, chance_at
from painstats.findings.rule import judge
from painstats.plan.looks import FIRST_LOOKS
from painstats.questions.daily.look_evidence import Effect
from painstats.questions.look_limits import limit, look_limits
from tests.looks import look

HERE = Path(__file__).parent / "looks"
REFERENCE = json.loads((HERE / "reference.json").read_text())
SIGNS = {"more_pain": 1, "less_pain": -1, "at_most_small": 0, "cannot_tell_yet": 0}


def rows(name):
    with (HERE / name).open() as file:
        return list(csv.DictReader(file))


def number_of(row):
    return FIRST_LOOKS.index(int(row["days"])) + 1


@pytest.mark.parametrize("row", rows("limits.csv"), ids=lambda row: f"{row['questions']} at {row['days']}")
def test_limits_are_those_of_rpact(row):
    assert limit(FIRST_LOOKS, 0.05, int(row["questions"]), number_of(row)) == pytest.approx(
        float(row["z_limit"]), abs=1e-7
    )


@pytest.mark.parametrize("questions", REFERENCE["later_limits"])
def test_limits_of_later_years(questions):
    expected = REFERENCE["later_limits"][questions]
    assert look_limits(FIRST_LOOKS, 0.05 / int(questions), len(expected)) == pytest.approx(expected, abs=1e-7)


def test_more_questions_have_larger_limits():
    for number in range(1, 12):
        among = [limit(FIRST_LOOKS, 0.05, questions, number) for questions in range(1, 9)]
        assert among == sorted(set(among))


@pytest.fixture(scope="module")
def states():
    """Return person, question and number of the look to the state, of 48 people with two questions."""
    people = defaultdict(lambda: defaultdict(list))
    for row in rows("cases.csv"):
        effect = Effect(float(row["estimate"]), float(row["se"]), float(row["df"]))
        evidence = look(number_of(row), effect, smallest_effect=float(row["bound"]))
        people[row["person"]][row["predictor"]].append(evidence)
    return {
        (person, question, state.look.when.number): state
        for person, family in people.items()
        for question, found in judge(family).items()
        for state in found
    }


def test_verdicts_are_those_of_the_rule_in_r(states):
    expected = rows("verdicts.csv")
    assert len(expected) == len(states) == 568
    for row in expected:
        state = states[row["person"], row["predictor"], number_of(row)]
        assert state.sign == SIGNS[row["verdict"]], row
        assert state.is_small == (row["small"] == "TRUE"), row
        withdrawal = state.withdrawal
        assert (withdrawal is not None and withdrawal.at is state.look) == (row["withdrawn"] == "TRUE"), row
        assert (state.low, state.high) == pytest.approx((float(row["low"]), float(row["high"])), abs=1e-8)


@pytest.mark.parametrize("case", REFERENCE["forecasts"], ids=lambda case: f"{case['estimate']} at {case['days']}")
def test_chances_of_a_verdict(case):
    so_far = SoFar(case["estimate"], case["se"], case["days"], case["prior_sd"], case["bound"], recent_share=1.0)
    chance = 0.0
    for number, (days, expected) in enumerate(zip(FIRST_LOOKS, case["chance_by_look"], strict=True), start=1):
        if days > case["days"]:
            chance = max(chance, chance_at(so_far, days, limit(FIRST_LOOKS, 0.05, case["questions"], number)))
            assert chance == pytest.approx(expected, abs=1e-6)

"""Verdicts over a year of looks keep their promises, in simulated diaries with known truth.

A few participants in the gate, with limits three Monte Carlo errors wider; ``PAINSTATS_EXAMPLES=40`` simulates the
numbers that the limits of docs/method/verdict.md were set for. The grid has many more situations
(``python -m benchmarks.calibration``).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.after import LOOKS
from benchmarks.calibration.product import alone, nightly_intervals, own_courses, study_looks
from benchmarks.calibration.residuals import Process
from benchmarks.calibration.situations import YEAR, Effects, Situation, simulate
from painstats.findings.rule import judge
from painstats.questions.look import Look
from tests.calibration.patterned_diaries import Pattern
from tests.examples import FACTOR, examples

NO_EFFECTS = Situation(Process(Pattern((0.3, 0.3))), feedback="none")
NULL = {"sleep": 0.0, "steps": 0.0}
HALF_A_YEAR = 220
"""Calendar days with four looks."""

OLD_RULE = 30
"""Percentage of participants in whom the old rule, a 95% interval on every 15th night, finds more in a year."""


def most(percent, of):
    """Return the largest count that a rate of a few per cent explains, with three Monte Carlo errors."""
    rate = percent / 100
    return math.floor(of * rate + 3 * math.sqrt(of * rate * (1 - rate)))


def signs(course, exposure, days=LOOKS[-1]):
    """Return the signs of the looks until some days with a score."""
    return {after.sign for after in course[exposure] if LOOKS[after.number - 1] <= days} - {0}


def _signs(own):
    """Yield the sign of every judged look of one participant."""
    judged = {name: [look for look in looks if isinstance(look, Look)] for name, looks in own.items()}
    for states in judge(judged).values():
        yield from (state.sign for state in states)


def test_few_see_a_sign_of_nothing_where_the_old_rule_reports_many():
    participants, days = examples(10), HALF_A_YEAR if FACTOR == 1 else YEAR
    diaries = simulate(NO_EFFECTS, participants, np.random.SeedSequence([6, 0]), days=days).diaries
    false = sum(bool(signs(course, "sleep") | signs(course, "steps")) for course in own_courses(diaries))
    nights = [nightly_intervals(alone(diaries, place)) for place in range(participants)]
    by_old_rule = sum(any(low > 0 or high < 0 for night in own for low, high in night.values()) for own in nights)
    assert false <= most(4.3, participants)
    assert by_old_rule > (most(4.3, participants) if FACTOR == 1 else OLD_RULE / 100 * participants)


def test_a_strong_effect_has_its_sign_within_a_year_in_nearly_all_and_never_the_wrong_one():
    participants = examples(6)
    situation = Situation(effects=Effects((-0.3, 0.0), (-0.10, 0.0)))
    courses = own_courses(simulate(situation, participants, np.random.SeedSequence([7, 0])).diaries)
    by_90, by_365 = (sum(-1 in signs(course, "sleep", days) for course in courses) for days in (90, 365))
    withdrawn = sum(after.is_withdrawn for course in courses for after in course["sleep"])
    assert not any(1 in signs(course, exposure) for course in courses for exposure in NULL)
    assert participants - by_365 <= most(3, participants)
    assert withdrawn <= most(3, participants)
    assert by_90 < by_365
    if FACTOR > 1:
        assert 0.37 <= by_90 / participants <= 0.58


@pytest.mark.parametrize(("effect", "least", "largest", "of_averages"), [(-0.5, 40, 40, [-1, 0]), (0.0, 0, 1, [0, 0])])
def test_forty_alike_have_pooled_signs_at_their_first_look_if_there_is_an_effect(effect, least, largest, of_averages):
    situation = replace(NO_EFFECTS, effects=Effects((effect, 0.0)), unrated="none")
    diaries = simulate(situation, 40, np.random.SeedSequence([8, 0]), days=LOOKS[0]).diaries
    pooled, average = study_looks(diaries)
    found = [list(_signs(own)) for own in pooled]
    assert all(len(own) == 2 for own in found)
    assert not any(1 in own for own in found)
    assert least <= sum(-1 in own for own in found) <= largest
    assert list(_signs(average)) == of_averages

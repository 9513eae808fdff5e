"""From which day on each change of a treatment can be judged."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest

from painstats.commands.treatment_looks import looks_of_changes, looks_row
from painstats.frame.phase import Phase
from painstats.plan.rules import RulesPlan

FIRST = date(2026, 1, 1)
RULES = RulesPlan()


def on(day):
    return FIRST + timedelta(days=day)


def phase(name, first, last=None, dose=None, **days):
    end = None if last is None else on(last)
    return Phase("ann", name, "medicine", on(first), end, dose, dose and "mg", **days)


def looks(*phases, scored=range(200)):
    """(words, days until the first look or why there is none) of each change."""
    found = looks_of_changes(phases, {"ann": [on(day) for day in scored]}, RULES)
    return [(each.change, (each.look_dates[0] - FIRST).days if each.look_dates else each.why_not) for each in found]


def test_the_first_look_is_on_day_28_in_full_effect_and_two_follow():
    [found] = looks_of_changes([phase("yoga", 60, ramp_days=14)], {"ann": [on(day) for day in range(80)]}, RULES)
    assert found.look_dates == (on(60 + 14 + 27), on(60 + 14 + 55), on(60 + 14 + 83))
    assert (found.change, found.days_before) == ("yoga begun", 53)
    assert looks_row(found)["judged_from"] == on(101)
    assert looks_row(found)["later"] == "2026-05-10, 2026-06-07"


def test_steps_of_a_dose_are_changes_of_their_own():
    doses = phase("LDN", 60, 119, 1.5), phase("ldn", 120, dose=4.5)
    assert looks(*doses) == [("LDN 1.5 mg begun", 87), ("ldn 1.5 mg to 4.5 mg", 147)]


def test_two_starts_13_days_apart_are_one_change_and_14_days_apart_two():
    assert looks(phase("yoga", 60), phase("pilates", 73)) == [("yoga begun and pilates begun", 100)]
    assert [words for words, _ in looks(phase("yoga", 60), phase("pilates", 74))] == ["yoga begun", "pilates begun"]


@pytest.mark.parametrize(
    ("phases", "why_not"),
    [
        ([phase("x", 20)], "never: 28 scored days before it are needed"),
        ([phase("x", 60, 62)], "never: it was over within two weeks"),
        ([phase("x", 60), phase("y", 80)], "never: the next change comes before 28 days in full effect"),
    ],
)
def test_a_change_that_cannot_be_judged_says_why(phases, why_not):
    assert looks(*phases)[0][1] == why_not


def test_a_change_that_lies_ahead_is_not_refused_for_days_that_may_still_come():
    assert looks(phase("x", 60), scored=range(20)) == [("x begun", 87)]
    assert looks(phase("x", 60), scored=()) == [("x begun", 87)]


def test_the_command_loads_no_statistics():
    script = "import sys, painstats.commands.treatments; print({'scipy', 'statsmodels'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"

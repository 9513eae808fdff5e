"""The checks of participants' own days are the same in whatever process, and use no other participant's days."""

from __future__ import annotations

from pathlib import Path

import pytest

from painstats.plan.study import Plan, Study
from painstats.process_pool import using
from painstats.questions.asked import asked
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.fit import analyse_cohort
from painstats.questions.daily.own_checks import checks_of_own_days
from tests.spec.robust_frame import SLEEP, model_frame

STUDY = Study(folder=Path("."), plan=Plan())
QUESTIONS = asked(STUDY)
OUTCOME = QUESTIONS[0].outcome
FRAME = model_frame(3, 70, slope=-0.8)


@pytest.fixture(scope="module")
def models():
    return [analyse_cohort(FRAME, design) for design in daily_design(STUDY, QUESTIONS).totals()]


@pytest.fixture(scope="module")
def rows(models):
    return checks_of_own_days(models, FRAME, {}, OUTCOME)


def test_every_clear_effect_is_checked_in_the_order_of_participants(rows):
    of_sleep = [row for row in rows if row.question == SLEEP and row.check == "ranked_scores"]
    assert [row.model for row in of_sleep] == ["p00", "p01", "p02"]
    assert all(row.same_verdict for row in of_sleep)
    assert [row.model for row in rows] == sorted(row.model for row in rows)


def test_checks_are_the_same_in_other_processes(models, rows, monkeypatch):
    monkeypatch.setattr("painstats.process_pool.LEAST_TASKS", 2)
    with using(2):
        assert checks_of_own_days(models, FRAME, {}, OUTCOME) == rows


def test_checks_of_a_participant_do_not_depend_on_the_others(rows):
    alone = FRAME.filter(participant_id="p01")
    models = [analyse_cohort(alone, design) for design in daily_design(STUDY, QUESTIONS).totals()]
    assert checks_of_own_days(models, alone, {}, OUTCOME) == [row for row in rows if row.model == "p01"]

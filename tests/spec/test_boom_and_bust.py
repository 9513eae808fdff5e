"""Boom and bust: how much two days in a row differ, beside how much there was on each; asked only where listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from painstats.errors import StudyError
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exploratory_kinds
from painstats.questions.boom_and_bust.cards import cards
from painstats.questions.boom_and_bust.columns import swing_columns
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.activity_plan import STANDARD_ACTIVITIES
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict

DAILY, BOTH = {"kind": "daily"}, {"kind": "boom_and_bust", "measure": "step_count"}
PAIN = Outcome("pain", "", (0.0, 10.0))


def test_columns_are_the_difference_and_both_days():
    columns = swing_columns(ActivityDays(0, np.array([1.0, 4.0, np.nan, 2.0])), np.array([1, 2, 3, 4]))
    assert columns["day_before"].tolist()[:2] == [1, 4]
    assert columns["swing"][1] == columns["two_days_before"][1] + 2 == 3
    assert np.isnan(columns["swing"]).tolist() == [True, False, True, True]


def asked_of(*questions: dict[str, object]) -> dict[str, object]:
    study = Study(folder=Path("made-up"), plan=Plan.model_validate({"questions": questions}))
    asked(study)  # checks the keys
    return {kind.name: plan for kind, plan in exploratory_kinds(study).items()}


def test_later_days_are_asked_without_a_list_and_boom_and_bust_only_by_one():
    assert {"delayed", "boom_and_bust"} & set(asked_of()) == {"delayed"}
    assert {"delayed", "boom_and_bust"} & set(asked_of(DAILY)) == set()
    assert {"delayed", "boom_and_bust"} & set(asked_of(DAILY, BOTH)) == {"boom_and_bust"}


def test_without_a_measure_steps_and_exercise_are_asked_about():
    plan = asked_of(DAILY, {"kind": "boom_and_bust"})["boom_and_bust"]
    assert (plan.measures, plan.is_named) == (STANDARD_ACTIVITIES, False)
    named = asked_of(DAILY, BOTH, BOTH | {"measure": "active_time_min"})["boom_and_bust"]
    assert (named.measures, named.is_named) == (("step_count", "active_time_min"), True)


def test_a_measure_of_a_night_is_refused_with_what_to_write():
    with pytest.raises(
        StudyError, match=r"questions\.1\.measure: .*is of a night; write a measure of a day: step_count"
    ):
        asked_of(DAILY, BOTH | {"measure": "total_sleep_time_min"})
    with pytest.raises(StudyError, match=r"questions\.1\.mesure: unknown key"):
        asked_of(DAILY, {"kind": "delayed", "mesure": "step_count"})


def finding(estimate: float | None, verdict: str, *reasons: str) -> ContrastFinding:
    found = ContrastFinding(
        "p", "boom_and_bust", "pain", "", "step_count", "swing", "1,000 steps", None, 40, None, 1,
        Verdict(verdict), reasons,
    )  # fmt: skip
    return found if estimate is None else replace(found, estimate=estimate, low=estimate - 0.02, high=estimate + 0.02)


def test_a_card_says_in_words_what_goes_together():
    [told] = cards([finding(0.06, "higher")], PAIN)
    assert told.line == "The more two days in a row differed in steps, the higher pain was on the day after."
    assert "differed by 2,000 steps more, pain on the day after was 0.1 points higher" in told.card[0]
    assert told.folded[0] == ("Range", "0.1 to\u00a00.2 points higher, where two days differ by 2,000 steps more")
    [still_open] = cards([finding(0.01, "not_determined")], PAIN)
    assert (still_open.mark, still_open.line) == ("not_determined", "Both directions are still possible.")
    assert "points" not in still_open.card[0]
    [refused] = cards([finding(None, "not_judged", "too_few_days")], PAIN)
    assert (refused.firmness, refused.line) == ("Not judged", "Too few days so far: 40 of the 60 that this needs.")

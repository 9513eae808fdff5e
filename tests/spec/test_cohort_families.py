"""Families of a cohort's questions: other exposures, other lags, other outcomes, and models of other outcomes."""

import json
from dataclasses import replace
from datetime import date

import pytest

from painstats.cohort.analyse import analyse
from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.outcomes import with_outcome
from painstats.commands import cohort as command
from painstats.errors import StudyError
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.spec.test_cohort_command import made_study

PLAN = """
[study]
time_zone = "Europe/London"
[analysis]
primary = "sleep"
outcomes = ["fatigue", "mood"]
[[questions]]
kind = "daily"
measure = "total_sleep_time_min"
[[questions]]
kind = "daily"
measure = "step_count"
[[questions]]
kind = "daily"
measure = "total_sleep_time_min"
lag_days = 1
confirmatory = false
[[models]]
name = "fatigue at weekends"
formula = "fatigue ~ sleep_within + weekend"
[[models]]
name = "pain at weekends"
formula = "pain ~ sleep_within + weekend"
"""
SAME = 1e-6
"""Fatigue is ten less pain: its effects are those of pain with the other sign, up to where an optimum stops."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    study = read_study(made_study(tmp_path_factory.mktemp("families"), PLAN))
    with open_store(study) as store:
        inputs = cohort_inputs(store)
    return study.plan, inputs, analyse(inputs, study.plan, with_sensitivity=False)


def test_everything_but_the_primary_question_is_in_a_family_of_its_kind(asked):
    _, _, found = asked
    assert [model.name for model in found.primary] == ["average sleep"]
    assert {each.name: each.questions for each in found.families} == {
        "secondary exposures": ("average steps",),
        "lags": ("average sleep, 1 day(s) before",),
        "outcomes": ("fatigue: average sleep",),
        "models": ("fatigue at weekends", "pain at weekends"),
    }


def test_other_outcomes_are_fitted_as_the_outcome_of_the_plan(asked):
    _, _, found = asked
    models = {model.name: model for model in found.models}
    for other, own in (("fatigue: average sleep", "average sleep"), ("fatigue at weekends", "pain at weekends")):
        fatigue, pain = models[other].effects[0], models[own].effects[0]
        assert fatigue.estimate == pytest.approx(-pain.estimate, abs=SAME)
        assert fatigue.se == pytest.approx(pain.se, rel=SAME)
        assert models[other].days == models[own].days


def test_an_outcome_without_scores_is_refused_by_name(asked):
    plan, inputs, found = asked
    (refusal,) = found.refusals
    assert (refusal.model, refusal.message) == (
        "mood: average sleep",
        "analysis.outcomes: no participant has a score of mood; add it to [[diaries]], or remove it",
    )
    with pytest.raises(StudyError, match="symptom stands for several symptoms"):
        with_outcome(inputs, "symptom", plan)


def test_the_rules_about_days_hold_for_the_days_of_the_other_outcome(asked):
    plan, inputs, _ = asked
    fewer = inputs.daily.filter((inputs.daily["participant_id"] != "p03") | (inputs.daily["date"].dt.day() < 12))
    some = with_outcome(replace(inputs, daily=fewer), "fatigue", plan).every_day
    own = some.filter(some["participant_id"] == "p03")["left_out"].value_counts()
    assert dict(own.iter_rows()) == {"no_outcome": 20, "few_days": 8}  # 5 to 11 January, and 1 February


def test_results_opened_before_the_final_date_are_noted_as_a_look(asked, tmp_path, monkeypatch, capsys):
    *_, found = asked
    study = made_study(tmp_path, PLAN.replace("[analysis]", "[analysis]\nfinal = 2026-06-01"))
    monkeypatch.setattr(command, "analyse", lambda *_: found)
    for today, kind, is_look in ((date(2026, 5, 31), "looked", True), (date(2026, 6, 1), "result", False)):
        monkeypatch.setattr(command, "today", lambda today=today: today)
        run = command.analysed(read_study(study), quiet=False)
        lines = (study / "plan_ledger.jsonl").read_text().splitlines()
        assert (json.loads(lines[-1])["kind"], run.is_look) == (kind, is_look)
        assert ("Opened before the final date, 1 June 2026" in capsys.readouterr().out) == is_look

"""The trial of the sample study: from its diaries to ``results/``, with what was planted in the intervals."""

from __future__ import annotations

import csv
import hashlib
import json

import polars as pl
import pytest

from painstats.cli import main
from painstats.errors import NotEnoughData
from painstats.plan.study import read_study
from sample_data.compare_cohort import COHORT, compare_cohort
from sample_data.compare_treatments import compare_changes
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.simulate import daily_frame, simulate
from sample_data.trial import ABSENT, CHANGES, PROGRAMME, STARTS_ON, TRIAL, USUAL, planted_difference
from sample_data.truth import Truth
from tests.spec.test_planted_treatments import rows_of

TRUTH = Truth(people=0, trial=len(TRIAL))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("trial") / "study"
    make_study(made, TRUTH, DEFAULT_SEED)
    return made


@pytest.fixture(scope="module")
def analysed(folder):
    """Run the study of diaries alone, and its cohort analysis."""
    assert main(["run", str(folder)]) == NotEnoughData.exit_code  # of nights and steps, of which there are none
    assert main(["cohort", str(folder)]) == 0
    return folder


def test_the_others_are_the_same_with_them():
    without, with_them = (daily_frame(Truth(people=3, trial=trial), 1) for trial in (0, len(TRIAL)))
    assert with_them.head(len(without)).equals(without)


def test_planted_days_do_not_change_between_versions():
    text = daily_frame(TRUTH, DEFAULT_SEED).write_csv().encode()
    assert hashlib.sha256(text).hexdigest()[:16] == "11a6529bde1616bf"


def test_pain_changes_by_what_was_planted():
    changes = {PROGRAMME: [], USUAL: []}
    for life in simulate(TRUTH, DEFAULT_SEED):
        own = life.pain_score[STARTS_ON:].mean() - life.pain_score[:STARTS_ON].mean()
        changes[life.person.arm].append(own - CHANGES[life.person.arm][life.person.participant_id])
    assert [len(each) for each in changes.values()] == [6, 6]
    assert sum(map(sum, changes.values())) / 12 == pytest.approx(0, abs=0.3)


def test_everyone_enrolled_has_a_row(folder):
    rows = {row["participant"]: row for row in rows_of(folder / "participants.csv")}
    assert set(rows) == {person.participant_id for person in TRIAL} | {ABSENT}
    arms = {name: row["group"] for name, row in rows.items()}
    assert [name for name, arm in arms.items() if arm == PROGRAMME] == list(CHANGES[PROGRAMME])
    assert (arms[ABSENT], rows["mullein"]["severity"]) == ("", "NA")
    plan = read_study(folder).plan
    assert set(plan.variables) == set(rows[ABSENT]) - {"participant"}
    assert plan.analysis.phases == (USUAL, PROGRAMME)
    assert plan.nightly.last_date == max(life.dates[-1] for life in simulate(TRUTH, DEFAULT_SEED))


def test_the_planted_difference_of_the_arms_is_in_its_interval(analysed):
    effects = pl.read_parquet(analysed / "results" / "effect.parquet").filter("is_primary")
    [difference] = effects.filter(pl.col("name") == f"{PROGRAMME} less {USUAL}").to_dicts()
    assert difference["low"] < planted_difference() < difference["high"] < 0
    assert (difference["participants"], difference["p"] < 0.05) == (12, True)


def test_the_table_has_what_was_asked_told_and_planted(analysed):
    arms, severity = compare_cohort(analysed)
    assert len(compare_changes(analysed)) == len(TRIAL)
    assert (arms.participant, arms.asked, arms.planted) == ("everyone", "arms group", "-1.50")
    assert arms.told.startswith("-1.")
    assert (severity.told, severity.planted) == ("not fitted", "0.00")  # without nights there is no slope
    with (analysed / COHORT).open(newline="") as file:
        assert [float(row["effect"]) for row in csv.DictReader(file)] == [planted_difference(), 0.0]


def test_a_trial_with_diaries_alone_needs_no_exposure(analysed, capsys):
    assert main(["cohort", str(analysed), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["primary"] == ["arms group"]
    refused = {each["model"]: each["message"] for each in answer["refusals"]}
    assert set(refused) >= {"average sleep", "average steps"}
    assert "0 participants have enough days" in refused["average sleep"]
    flow = pl.read_csv(analysed / "results" / "flow.csv").filter(pl.col("group") == "all")
    assert dict(flow.select("step", "participants").iter_rows())["no_data"] == 1
    assert (analysed / "results" / "methods.md").read_text(encoding="utf-8").startswith("# Methods")


def test_a_study_that_was_not_analysed_has_nothing_to_compare(tmp_path):
    assert compare_cohort(tmp_path) == []


def test_an_empty_arm_is_named_as_in_the_plan(analysed, capsys):
    file = analysed / "participants.csv"
    kept = file.read_text(encoding="utf-8")
    try:
        file.write_text(kept.replace(f",{PROGRAMME}", ","), encoding="utf-8")
        assert main(["cohort", str(analysed)]) != 0
    finally:
        file.write_text(kept, encoding="utf-8")
    message = 'no participant has the level "programme" of group; remove it from levels in [variables.group]'
    assert message in capsys.readouterr().err

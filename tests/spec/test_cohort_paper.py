"""The methods text, Table 1 for LaTeX and Word, and the checklists of a small cohort."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import polars as pl
import pytest
from docx import Document

from painstats.cohort.analyse import analyse
from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.paper.checklists import checklist
from painstats.cohort.paper.description import flow_frame
from painstats.cohort.paper.documents import as_latex, as_word
from painstats.cohort.paper.methods import MethodsInput, methods_text
from painstats.cohort.paper.sentences import MissingNumber, filled
from painstats.cohort.paper.shown_tables import shown_tables
from painstats.commands.cohort_results import CohortRun, recalls_of
from painstats.findings.plan_record import plan_record
from painstats.plan.study import Plan, read_study
from painstats.store import open_store
from painstats.store.plan_ledger import declare_plan
from tests.spec.test_cohort_command import folder  # noqa: F401 - the fixture


@pytest.fixture(scope="module")
def run(folder):  # noqa: F811
    study = read_study(folder)
    with open_store(study) as store:
        declare_plan(store)
        inputs = cohort_inputs(store)
        analysis = analyse(inputs, study.plan, with_sensitivity=False)
        return CohortRun(study, inputs, analysis, plan_record(store), recalls_of(store))


def given(run):
    return MethodsInput(run.study, run.inputs, run.analysis, run.description, run.record, run.recalls)


def test_the_methods_have_the_numbers_of_the_run(run):
    text = methods_text(given(run))
    model = run.analysis.primary[0]
    assert f"{model.participants} with {model.days} rated days (median 28 [28, 28]) are in the primary model" in text
    assert "Pain was rated from 0 to 10 (for the day)." in text
    assert run.record.plan_hash in text
    assert "Tests and intervals of 95 % are those of Kenward–Roger." in text
    assert "in families of 1 (secondary exposures), 2 (moderators) and 1 (models)" in text
    used = run.inputs.every_day.filter(run.inputs.every_day["left_out"].is_null())
    lacked = used["total_sleep_time_min_lag0"].null_count() / used.height
    assert f"{lacked:.1%} lacked sleep" in text
    assert not re.search(r"[{}]|None|nan", text)


def test_the_flow_and_the_model_have_the_same_participants(run):
    """p03's scores are the same on every day: a slope of zero, which the average needs as much as the others."""
    is_scored = pl.col("outcome_score").is_not_null() & (pl.col("participant_id") == "p03")
    same = pl.when(is_scored).then(4.0).otherwise("outcome_score")
    every_day = run.inputs.every_day.with_columns(outcome_score=same)
    inputs = replace(run.inputs, every_day=every_day)
    analysis = analyse(inputs, run.study.plan, with_sensitivity=False)
    changed = replace(run, inputs=inputs, analysis=analysis)
    flow = changed.description.flow
    assert "p03" in flow.analysed
    assert analysis.primary[0].participants == len(flow.analysed) == 12
    steps = flow_frame(flow).filter(group="all").select("step", "words", "participants").rows()
    assert ("ratings_do_not_vary", "of these, ratings do not vary", 1) in steps
    text = methods_text(given(changed))
    assert "none was excluded; 12 with 336 rated days" in text
    assert "Those without variation are among them (ratings do not vary: 1)." in text


def test_methods_with_other_participants_than_the_flow_are_not_written(run):
    flow = run.description.flow
    other = replace(run.description, flow=replace(flow, analysed=flow.analysed[1:]))
    with pytest.raises(MissingNumber, match="flow and the primary model have different participants"):
        methods_text(replace(given(run), description=other))


def test_a_missing_number_stops_the_methods(run):
    with pytest.raises(MissingNumber, match="'recall' is missing"):
        methods_text(replace(given(run), recalls=()))


@pytest.mark.parametrize("value", [None, "", float("nan"), float("inf")])
def test_nothing_is_written_for_a_number_that_is_missing(value):
    with pytest.raises(MissingNumber, match="'n' is missing"):
        filled("Of {n} participants", {"n": value})
    assert filled("Of {n} participants", {"n": 0}) == "Of 0 participants"


def test_word_and_latex_have_every_cell_of_the_tables(run):
    tables = shown_tables(run.description, run.analysis)
    document = Document(BytesIO(as_word(tables)))
    for table, grid in zip(tables, document.tables, strict=True):
        cells = [tuple(cell.text for cell in row.cells) for row in grid.rows]
        assert cells == [tuple(table.frame.columns), *table.frame.rows()]
        assert as_latex(table).count(r" \\") >= table.frame.height
    with ZipFile(BytesIO(as_word(tables))) as archive:  # the same tables give the same bytes at any time
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
    (first,) = [table.frame for table in tables if table.name == "table_one"]
    assert first.row(0) == ("sex: f", "6 (50%)")


def test_lists_for_experiments_and_lots_are_only_where_they_apply():
    plain = checklist(Plan())
    assert set(plain["guideline"]) == {"STROBE", "RECORD"}
    more = checklist(
        Plan.model_validate(
            {
                "questions": [{"kind": "experiment"}],
                "variables": {"arm": {"kind": "categorical", "levels": ["a", "b"]}},
                "analysis": {"arms": "arm", "arms_drawn_by_lot": True},
            }
        )
    )
    assert set(more["guideline"]) == {"STROBE", "RECORD", "CENT 2015", "CONSORT"}

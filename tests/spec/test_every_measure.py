"""Every measure of the vocabulary can be an exposure: in the daily table, the frame, the findings and the reports."""

import pytest

from painstats.commands.status import status
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.findings.research_words import left_out_words
from painstats.frame import Exposure
from painstats.plan.study import Study
from painstats.questions.daily.words import compared_with, comparison, difference_words, level_words
from painstats.reports import write_reports
from painstats.store import open_store
from painstats.vocabulary import MEASURES
from tests.conftest import table
from tests.made_up_study import fill, plan

DAYS = {"p01": 60, "p02": 60, "p04": 40}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    made = Study(
        folder=tmp_path_factory.mktemp("study"), plan=plan(predictors=[{"measure": name} for name in MEASURES])
    )
    made.inbox.mkdir()
    with open_store(made) as store:
        fill(store, people=DAYS)
        write_reports(store)
    return made


def test_every_measure_has_its_columns(study):
    with open_store(study) as store:
        columns = {row["column_name"] for row in table(store, "DESCRIBE daily_summary")}
    assert {name for measure in MEASURES for name in (measure, f"{measure}_missing")} <= columns


def test_every_missing_value_has_a_reason_and_no_other(study):
    with open_store(study) as store:
        for name in MEASURES:
            wrong = table(
                store, f"SELECT date FROM daily_summary WHERE ({name} IS NULL) <> ({name}_missing IS NOT NULL)"
            )
            assert wrong == [], name


def test_every_measure_is_on_the_reports(study):
    page = (study.reports / "p01.html").read_text(encoding="utf-8")
    assert [measure.label for measure in MEASURES.values() if measure.label not in page.lower()] == []


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_words(measure):
    lag = MEASURES[measure].lag_days
    assert MEASURES[measure].more in comparison(Exposure(measure, lag))
    assert MEASURES[measure].label in compared_with(Exposure(measure, lag))
    assert "_" not in left_out_words(f"no_{measure}", {measure: lag})
    assert level_words(measure, 5.5) != level_words(measure, 6.5)
    assert difference_words(measure, 1.5)


def test_status_tells_of_every_measure(study, capsys):
    assert status(study.folder, as_json=True) == NEEDS_HAND_EXIT_CODE  # the data ended long ago
    assert "p01" in capsys.readouterr().out

"""The contract of every kind of question in the registry: its parts, its words, its chart, and fast imports."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.errors import StudyError
from painstats.findings.research_words import verdict_words
from painstats.frame import Exposure
from painstats.plan.study import Plan, Study
from painstats.questions import registry
from painstats.questions.asked import asked, exposures
from painstats.questions.kind import Kind
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import Question, outcome_of
from painstats.questions.registry import BUILT_IN, kind_of
from painstats.questions.verdict import Verdict
from painstats.vocabulary import ITEMS

PARTS = ("plan", "columns", "fit", "judge", "words", "figure", "kind")
STATISTICS = ("statsmodels", "scipy")
DASHBOARDS = Path(__file__).parents[2] / "dashboards"


def study_of(*questions: dict[str, object], item: str = "pain", site: str | None = None) -> Study:
    plan = {"questions": questions, "outcome": {"item": item, "site": site}}
    return Study(folder=Path("made-up"), plan=Plan.model_validate(plan))


def questions_of(kind: str, item: str = "pain") -> tuple[Question, ...]:
    return asked(study_of({"kind": kind}, item=item))


@pytest.mark.parametrize("kind", BUILT_IN)
def test_a_kind_is_a_folder_with_all_its_parts(kind):
    assert [part for part in PARTS if find_spec(f"painstats.questions.{kind}.{part}") is None] == []
    assert kind_of(kind).name == kind


@pytest.mark.parametrize("kind", BUILT_IN)
def test_a_kind_asks_questions_by_its_name_alone(kind):
    questions = questions_of(kind)
    assert questions
    assert {question.kind for question in questions} == {kind}
    assert len({question.name for question in questions}) == len(questions)


@pytest.mark.parametrize("kind", BUILT_IN)
@pytest.mark.parametrize("item", ITEMS)
def test_a_kind_has_words_for_every_verdict_and_outcome(kind, item):
    for question in questions_of(kind, item):
        phrases = kind_of(kind).phrases(question)
        words = [verdict_words(verdict, phrases) for verdict in Verdict]
        assert all(words)
        assert len(set(words)) == len(words)
        assert phrases.outcome == outcome_words(question.outcome)
        assert all((phrases.exposure, phrases.comparison, phrases.compared_with, phrases.unit, phrases.after))
        assert all((phrases.outcome_then, phrases.low_days, phrases.high_days, phrases.doing, phrases.hardly_varies))
        assert all(unit.factor and unit.per and unit.more and unit.compared for unit in phrases.units)


@pytest.mark.parametrize("kind", BUILT_IN)
def test_a_kind_has_a_chart(kind):
    for question in questions_of(kind):
        chart = kind_of(kind).chart(question)
        assert chart.left != chart.right
        assert chart.per == f"per {question.unit}"
        assert len(chart.label) > 20
        assert len(chart.cohort_label) > 20


def loaded(script: str) -> list[str]:
    """Run a script in a new process; return which statistics it loads."""
    code = f"import sys\n{script}\nprint(sorted(set({STATISTICS!r}) & set(sys.modules)))"
    path = {**os.environ, "PYTHONPATH": str(DASHBOARDS)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=path, check=True)
    return ast.literal_eval(done.stdout)


def test_words_charts_findings_and_status_load_no_statistics():
    modules = [
        "painstats.findings", "painstats.questions.registry", "painstats.questions.asked", "painstats.reports",
        "painstats.commands.status", "painstats.run",
        *(f"painstats.questions.{kind}.{part}" for kind in BUILT_IN for part in ("kind", "plan", "judge", "words", "figure")),
    ]  # fmt: skip
    kinds = "; ".join(f"kind_of({kind!r})" for kind in BUILT_IN)
    imports = "\n".join(f"import {module}" for module in modules)
    assert loaded(f"{imports}\nfrom painstats.questions.registry import kind_of; {kinds}") == []


def test_the_dashboard_loads_no_statistics():
    tree = ast.parse((DASHBOARDS / "study.py").read_text(encoding="utf-8"))
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len(imports) > 10
    assert loaded("\n".join(text for text in imports if "__future__" not in text)) == []


def test_fitting_is_what_loads_statistics():
    """A model over participants loads statsmodels too, once it is fitted."""
    assert loaded("import painstats.questions.daily.fit") == ["scipy"]


# --- What a plan asks


STANDARD = (Exposure("total_sleep_time_min", 0), Exposure("step_count", 1))


@pytest.mark.parametrize("plan", [{}, {"questions": [{"kind": "daily"}]}])
def test_without_a_measure_the_standard_set_is_asked(plan):
    assert exposures(asked(Study(folder=Path("made-up"), plan=Plan.model_validate(plan)))) == STANDARD


def test_predictors_are_daily_questions_by_an_older_name():
    old = Plan.model_validate(
        {"predictors": [{"measure": "step_count", "lag_days": 2}, {"measure": "active_time_min"}]}
    )
    new = Plan.model_validate(
        {
            "questions": [
                {"kind": "daily", "measure": "step_count", "lag_days": 2},
                {"kind": "daily", "measure": "active_time_min"},
            ]
        }
    )
    before, after = (Study(folder=Path("made-up"), plan=plan) for plan in (old, new))
    assert asked(before) == asked(after)
    assert before.plan_hash == after.plan_hash


def test_an_exploratory_question_is_marked():
    [question] = asked(study_of({"kind": "daily", "measure": "step_count", "confirmatory": False}))
    assert not question.is_confirmatory


@pytest.mark.parametrize(
    ("questions", "named"),
    [
        ([{"kind": "weekly"}], r"questions\.0\.kind: 'weekly' is not a kind of question; write one of: .*daily"),
        (
            [{"kind": "daily", "measure": "naps"}],
            r"questions\.0\.measure: 'naps' is not known; write one of: total_sleep",
        ),
        ([{"kind": "daily", "colour": 1}], r"questions\.0\.colour: unknown key"),
        ([{"kind": "daily", "lag_days": 2}], "lag_days needs measure"),
        ([{"kind": "daily"}, {"kind": "daily", "measure": "step_count"}], "asked twice: step_count_lag1"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_key(questions, named):
    with pytest.raises(StudyError, match=named):
        asked(study_of(*questions))


def test_the_same_predictor_twice_is_refused():
    plan = Plan.model_validate({"predictors": [{"measure": "step_count"}, {"measure": "step_count", "lag_days": 1}]})
    with pytest.raises(StudyError, match="asked twice: step_count_lag1"):
        asked(Study(folder=Path("made-up"), plan=plan))


def test_a_run_refuses_an_unknown_kind_before_it_reads_anything(tmp_path, capsys):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text('[study]\ntime_zone = "UTC"\n[[questions]]\nkind = "weekly"\n')
    assert main(["run", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "questions.0.kind: 'weekly' is not a kind of question; write one of: " in told
    assert "Traceback" not in told


# --- Kinds of other packages


class Entry:
    """An entry point of another package: its name, and what loading it gives."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value, self.loads = name, value, 0

    def load(self) -> object:
        self.loads += 1
        return self.value


def added(monkeypatch, entry: Entry) -> None:
    kind_of.cache_clear()
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == "painstats.questions" else [])


def test_another_package_adds_a_kind_that_is_loaded_only_when_asked_for(monkeypatch):
    daily = kind_of("daily")

    def ask(_, outcome):
        return [Question("weekly", "weekly_steps", outcome, Exposure("step_count", 7), "1,000 steps", window_days=7)]

    entry = Entry("weekly", Kind("weekly", ask, daily.fit, daily.judge, daily.phrases, daily.chart))
    added(monkeypatch, entry)
    assert asked(study_of())
    assert entry.loads == 0
    [question] = asked(study_of({"kind": "weekly"}))
    assert (question.kind, question.outcome) == ("weekly", outcome_of(Plan().outcome))
    assert entry.loads == 1


def test_what_is_no_kind_is_refused(monkeypatch):
    added(monkeypatch, Entry("weekly", "no kind"))
    with pytest.raises(StudyError, match=r"'weekly' is not a painstats\.questions\.kind\.Kind; update its package"):
        asked(study_of({"kind": "weekly"}))

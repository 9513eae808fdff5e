"""Kinds of exercise the whole way: from sessions in the store to verdicts, averages and the personal page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from painstats.daily import build_daily_table
from painstats.findings import find
from painstats.findings.build import read_findings
from painstats.frame import build_model_frame
from painstats.frame.participants import participant_summaries
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exploratory_kinds, exposures, fit_questions
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.exploratory.judge import judge_exploratory
from painstats.questions.verdict import Verdict
from painstats.reports.pages import page_bytes
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import participant_record
from painstats.store import Store, open_store
from painstats.store.rows import read_rows
from tests.exercising import Exercising, exercising, keep
from tests.reading_pages import read_page

DAYS = np.arange(130)
ON_TUESDAYS = {"dance": (DAYS % 7 == 1).astype(float)}
ALIKE = {"cycling": (DAYS % 9 == 0).astype(float), "rowing": (DAYS % 9 == 0).astype(float)}
RARE = {"pilates": np.isin(DAYS, [3, 30, 60, 61]).astype(float), "other": (DAYS % 11 == 0).astype(float)}
OPPOSITE = {"swimming": -1.1, "running": 1.2, "yoga": -0.6}

PLAN = {
    "study": {"time_zone": "UTC"},
    "questions": [{"kind": "daily", "measure": "exercise_time_min"}, {"kind": "exercise"}],
}


ONE_LOOK = {"rules": {"looks": [90]}}


def judged(store: Store, *people: Exercising) -> list[ContrastFinding]:
    keep(store, *people)
    build_daily_table(store)
    build_model_frame(store, exposures(asked(store.study)))
    return judged_again(store)


def judged_again(store: Store) -> list[ContrastFinding]:
    judge_exploratory(store, asked(store.study), exploratory_kinds(store.study))
    return found(store)


def found(store: Store) -> list[ContrastFinding]:
    return [finding for finding in read_rows(store, "contrast_finding", ContrastFinding) if finding.kind == "exercise"]


def of_kinds(findings: Sequence[ContrastFinding], person: str) -> dict[str, ContrastFinding]:
    return {each.exposure: each for each in findings if each.participant_id == person and each.exposure != "exercise"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[ContrastFinding]]]:
    folder = tmp_path_factory.mktemp("kinds")
    with open_store(Study(folder=folder, plan=Plan.model_validate(PLAN | ONE_LOOK))) as store:
        told = exercising("p00", OPPOSITE)
        refused = exercising("p01", {"swimming": -1.1}, seed=6, done=ON_TUESDAYS | ALIKE | RARE)
        idle = exercising("p02", {}, seed=8, done=dict.fromkeys(told.done, np.zeros(130)))
        keep(store, told, refused, idle)
        build_daily_table(store)
        build_model_frame(store, exposures(asked(store.study)))
        fit_questions(store)
        find(store)
        yield store, found(store)


def text_of_page(store: Store, person: str) -> str:
    [summary] = [each for each in participant_summaries(store) if each.participant_id == person]
    page = page_bytes(personal_page(store, participant_record(store, summary, read_findings(store)), (), ()))
    return read_page(page).text


def test_kinds_that_cancel_in_the_total_have_their_own_directions(study):
    kinds = of_kinds(study[1], "p00")
    verdicts = {kind: finding.verdict for kind, finding in kinds.items() if finding.verdict.has_direction}
    assert verdicts == {"swimming": Verdict.LOWER, "running": Verdict.HIGHER, "yoga": Verdict.LOWER}
    for kind, effect in OPPOSITE.items():
        assert kinds[kind].low < effect < kinds[kind].high
    assert {finding.asked for finding in kinds.values()} == {5}
    joint = {each.contrast: each for each in study[1] if each.participant_id == "p00" and each.exposure == "exercise"}
    assert joint["any_kind"].p < 0.001
    assert joint["kinds_differ"].reasons == ("kinds_differ",)


def test_kinds_on_the_same_days_as_others_are_refused_by_name_and_the_rest_is_fitted(study):
    kinds = of_kinds(study[1], "p01")
    reasons = {kind: finding.reasons for kind, finding in kinds.items() if finding.verdict is Verdict.NOT_JUDGED}
    assert reasons == {
        "dance": ("on_the_same_days_as_others",),
        "cycling": ("on_the_same_days_as_others",),
        "rowing": ("on_the_same_days_as_others",),
        "pilates": ("few_days_with",),
        "other": ("unnamed",),
    }
    assert kinds["swimming"].verdict is Verdict.LOWER
    assert kinds["cycling"].estimate is None
    assert kinds["cycling"].days_with >= 8


def test_a_participant_reads_one_line_for_each_kind_by_name_and_no_ranking(study):
    text = text_of_page(study[0], "p00")
    assert "Lower after swimming and yoga, higher after running." in text
    places = [text.index(f"{kind} {kinds.days_with} days") for kind, kinds in named(study, "p00")]
    assert places == sorted(places)
    assert "Five kinds were asked about, listed by name, not by size." in text


def test_refused_kinds_are_rows_with_their_reason(study):
    text = text_of_page(study[0], "p01")
    assert "Lower after swimming." in text
    assert text.count("not judged: mostly with other exercise, or on one weekday") == 3
    assert "not judged: needs 8 days" in text
    assert "not judged: its kind is not named" in text


def test_where_kinds_differ_all_exercise_together_has_no_direction(study):
    store = study[0]
    findings = {finding.participant_id: finding for finding in read_findings(store) if not finding.is_average}
    assert findings["p00"].verdict is Verdict.NOT_DETERMINED
    assert findings["p00"].reasons == ("kinds_differ",)
    assert findings["p00"].forecast is None
    answers = text_of_page(store, "p00").split("Your answers Exercise")[1].split("How this is worked out")[0]
    card = answers.split("What is known so far?")[0]
    assert "so there is no single answer" in card
    assert not re.search(r"\b(lower|higher)\b", card)


def test_without_exercise_there_is_no_card(study):
    assert of_kinds(study[1], "p02") == {}
    assert "Kinds of exercise" not in text_of_page(study[0], "p02")


def named(study: tuple[Store, list[ContrastFinding]], person: str) -> list[tuple[str, ContrastFinding]]:
    labels = {"strength": "Strength training"}
    found = of_kinds(study[1], person)
    return sorted((labels.get(kind, kind.capitalize()), finding) for kind, finding in found.items())


def test_sessions_that_an_app_copied_and_days_after_the_look_change_nothing(make_study):
    """The app's copy of each swim has another kind; the watch comes first. The look is at 60 days with a score."""
    with open_store(make_study(rules={"looks": [60]}, **PLAN)) as store:
        once = judged(store, exercising("p00", OPPOSITE, days=80))
        assert once[0].days == 60
        store.connection.execute(
            "INSERT INTO exercise_session SELECT * REPLACE ('app-1' AS device, 'app' AS device_kind, 'other' AS exercise_type) "
            "FROM exercise_session WHERE exercise_type = 'swimming'"
        )
        store.connection.execute(f"UPDATE self_report SET value = 9 WHERE date > '{once[0].look_date}'")
        store.connection.execute("DROP TABLE daily_summary")
        build_daily_table(store)
        build_model_frame(store, exposures(asked(store.study)))
        assert judged_again(store) == once

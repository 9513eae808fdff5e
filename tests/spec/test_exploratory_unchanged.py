"""Exploratory questions are judged again only where the days until a look, the plan or the rules have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.plan.study import Study
from painstats.questions.asked import asked, exposures
from painstats.questions.exploratory.finding import ContrastFinding, Judged
from painstats.questions.exploratory.judge import judge_exploratory
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.kind import ExploratoryKind
from painstats.questions.verdict import Verdict
from painstats.store import Store, open_store
from painstats.store.rows import read_rows
from tests.made_up_study import FIRST_DATE, fill, small_study

DAYS = {"p01": 80, "p03": 50}
"""With fewer than 60 scores there is no look yet."""

seen: list[str] = []


def own(days: OwnDays, _plan: str) -> tuple[str, int]:
    seen.append(days.participant_id)
    return days.participant_id, days.usable.height


def judge(found: Sequence[tuple[str, int]], plan: str, _study: Study) -> Judged:
    rows = (
        ContrastFinding(name, "counted", "pain", "", "days", plan, "day", None, days, None, 1, Verdict.NOT_JUDGED)
        for name, days in found
    )
    return Judged(tuple(rows))


def ask(tables: Sequence[Mapping[str, object]]) -> str:
    return str(len(tables))


COUNTED = ExploratoryKind("counted", "listed", ask, own, judge, lambda *_: ())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(small_study(tmp_path / "study")) as opened:
        fill(opened, people=DAYS)
        seen.clear()
        yield opened


def night(store: Store, plan: str = "once") -> list[ContrastFinding]:
    build_daily_table(store)
    questions = asked(store.study)
    build_model_frame(store, exposures(questions))
    judge_exploratory(store, questions, {COUNTED: plan})
    return read_rows(store, "contrast_finding", ContrastFinding)


def change_scores(store: Store, first_day: int) -> None:
    """Change the scores of three days."""
    first, last = FIRST_DATE + timedelta(days=first_day), FIRST_DATE + timedelta(days=first_day + 2)
    changed = "UPDATE self_report SET value = (value + 3) % 10 WHERE participant_id = 'p01' AND date BETWEEN ? AND ?"
    store.connection.execute(changed, [first, last])
    store.connection.execute("INSERT INTO touched_day VALUES ('p01', ?, ?)", [first, last])


def test_the_days_of_a_participant_with_a_look_are_judged_once(store: Store) -> None:
    first, second = night(store), night(store)
    assert [row.participant_id for row in first] == ["p01"]
    assert first == second
    assert seen == ["p01"]


def test_a_score_after_the_look_changes_nothing(store: Store) -> None:
    night(store)
    change_scores(store, 77)
    night(store)
    assert seen == ["p01"]


@pytest.mark.parametrize("change", ["a score before the look", "the plan", "no table"])
def test_they_are_judged_again_where_something_changed(store: Store, change: str) -> None:
    night(store)
    if change == "a score before the look":
        change_scores(store, 10)
    elif change == "no table":
        store.connection.execute("DROP TABLE contrast_average")
    night(store, "twice" if change == "the plan" else "once")
    assert seen == ["p01", "p01"]

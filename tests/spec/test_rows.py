"""Rows leave the store as frozen dataclasses: every field is a column, in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pytest

from painstats.commands.status import status
from painstats.errors import StudyError
from painstats.questions.verdict import Verdict
from painstats.store import open_store
from painstats.store.rows import read_rows, replace_rows, select


@dataclass(frozen=True, slots=True)
class Visit:
    who: str
    day: date | None
    score: float | None
    times: int
    is_first: bool
    kind: Literal["home", "clinic"]
    verdict: Verdict
    notes: tuple[str, ...] = ()
    sizes: tuple[float, ...] | None = None


VISITS = [
    Visit("ann", date(2026, 1, 5), 2.5, 1, True, "home", Verdict.HIGHER, ("a", "b"), (0.5,)),
    Visit("bob", None, None, 0, False, "clinic", Verdict.NOT_JUDGED),
]


def test_rows_come_back_as_they_were_stored(store):
    replace_rows(store, "visit", Visit, VISITS)
    assert read_rows(store, "visit", Visit, "who") == VISITS
    assert select(store, Visit, "SELECT * FROM visit WHERE times > ?", [0]) == VISITS[:1]


def test_texts_come_back_as_members_of_their_enumeration(store):
    replace_rows(store, "visit", Visit, VISITS)
    assert [visit.verdict.has_direction for visit in read_rows(store, "visit", Visit)] == [True, False]


def test_a_table_without_rows_has_its_columns(store):
    replace_rows(store, "visit", Visit, [])
    assert read_rows(store, "visit", Visit) == []


def test_results_of_another_version_are_named_with_the_next_step(make_study):
    study = make_study()
    with open_store(study) as store:
        store.connection.execute("CREATE TABLE participant_summary AS SELECT 'ann' AS participant_id")
    with pytest.raises(StudyError, match=r"lack item, .*: .* another version of painstats; .* painstats run"):
        status(study.folder, as_json=True)

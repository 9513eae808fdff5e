"""Exports of new facts are stored in one transaction, and what is stored is as if each had been stored by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from painstats.intake import load_files as loading
from painstats.plan.study import read_study
from painstats.records import RECORD_TABLES
from painstats.store import Store, open_store
from tests.reading_inboxes import read_inbox
from tests.sources.reading import zipped
from tests.spec.test_exports_in_any_order import FIRST, SUMMER, export

PLAN = """
[study]
time_zone = "Europe/London"
[[diaries]]
file = "*diary.csv"
filled = "evening"
[[diaries.items]]
item = "pain"
column = "pain"
scale = [0, 10]
higher_is = "worse"
recall = "today"
"""
DIARY = "date,pain\n2026-03-20,4\n2026-03-21,12\n2026-03-22,{}\n2026-03-20,5\n"
EVERYTHING = (*RECORD_TABLES, "quarantine", "ignored", "superseded", "import_reading")


@pytest.fixture
def study(tmp_path):
    """Four participants with steps and a diary with an impossible score; one file twice, one export corrected."""
    (tmp_path / "study.toml").write_text(PLAN)
    for number, participant in enumerate(("ann", "bea", "cem", "dan")):
        folder = tmp_path / "inbox" / participant
        folder.mkdir(parents=True)
        (folder / "diary.csv").write_text(DIARY.format(number))
        zipped(folder / "export.zip", export(range(number, number + 6), FIRST + timedelta(days=9), SUMMER))
    (tmp_path / "inbox" / "dan" / "copy of diary.csv").write_text(DIARY.format(3))
    later = export(range(4, 12), FIRST + timedelta(days=30), SUMMER, walked={5: 999})
    zipped(tmp_path / "inbox" / "cem" / "later.zip", later)
    return tmp_path


def everything(folder):
    """Return all rows of all tables of imports."""
    with open_store(read_study(folder)) as store:
        rows = {name: store.connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in EVERYTHING}
        rows["import"] = store.connection.execute(
            "SELECT * EXCLUDE (imported_at) FROM import ORDER BY import_id"
        ).fetchall()
        touched = store.connection.execute("SELECT * FROM touched_day").fetchall()
        rows["touched"] = {
            (who, day) for who, first, last in touched for day in range(first.toordinal(), last.toordinal() + 1)
        }
    return rows


def outcomes(read):
    return {name: (outcome.status, outcome.summary) for name, outcome in read.items()}


def test_together_stores_what_one_after_another_does(study, monkeypatch):
    groups = []
    together = loading.load_new
    monkeypatch.setattr(
        loading,
        "load_new",
        lambda store, exports, version: groups.append(len(exports)) or together(store, exports, version),
    )
    told = outcomes(read_inbox(study))
    stored = everything(study)
    assert max(groups) > 2
    assert len(stored["superseded"]) == 1
    assert len(stored["quarantine"]) == 4
    (study / "painstats.duckdb").unlink()
    (study / ".painstats.checksum").unlink()
    monkeypatch.setattr(loading, "can_wait", lambda *_: False)
    assert outcomes(read_inbox(study)) == told
    assert everything(study) == stored


def test_a_second_run_stores_nothing_new(study):
    read_inbox(study)
    stored = everything(study)
    assert {outcome.status for outcome in read_inbox(study).values()} == {"known"}
    assert everything(study) == stored


def test_where_together_fails_each_is_stored_by_itself(study, monkeypatch):
    def fail(*_):
        raise RuntimeError("made to fail")

    told = outcomes(read_inbox(study))
    stored = everything(study)
    (study / "painstats.duckdb").unlink()
    (study / ".painstats.checksum").unlink()
    monkeypatch.setattr(loading, "load_new", fail)
    assert outcomes(read_inbox(study)) == told
    assert everything(study) == stored


class Failing:
    """The real connection, except that the n-th statement raises."""

    def __init__(self, connection, fail_at):
        self.connection, self.left = connection, fail_at

    def execute(self, statement, *arguments):
        if not statement.startswith("ROLLBACK"):
            self.left -= 1
            if self.left == 0:
                raise MemoryError("made to fail")
        return self.connection.execute(statement, *arguments)

    def __getattr__(self, name):
        return getattr(self.connection, name)


def test_a_failure_at_any_statement_stores_nothing(study, monkeypatch):
    """Make the n-th statement fail, for n = 1, 2, 3, … until all pass; a commit that passed stays."""
    together, failures = loading.load_new, []

    def with_failures(store, exports, version):
        counted = "SELECT count(*) FROM import"
        before = store.connection.execute(counted).fetchone()
        for fail_at in range(1, 500):
            try:
                stored = together(
                    Store(store.study, Failing(store.connection, fail_at), store.session), exports, version
                )
            except MemoryError:
                failures.append(fail_at)
                if store.connection.execute(counted).fetchone() != before:
                    return None  # only the look at the ledger after the commit failed
            else:
                return stored
        raise AssertionError("it never passed")

    monkeypatch.setattr(loading, "load_new", with_failures)
    read_inbox(study)
    stored = everything(study)
    assert len(failures) > 20
    (study / "painstats.duckdb").unlink()
    (study / ".painstats.checksum").unlink()
    monkeypatch.setattr(loading, "load_new", together)
    read_inbox(study)
    once = everything(study)
    assert {name: len(rows) for name, rows in stored.items()} == {name: len(rows) for name, rows in once.items()}

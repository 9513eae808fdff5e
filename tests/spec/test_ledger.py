"""Stored by a run: which quarantine was reported, and the inputs and files of its results."""

from __future__ import annotations

import pytest

from painstats.batch import Ignored
from painstats.store.checksum import file_digest
from painstats.store.ledger import mark_reported, unreported_quarantine
from painstats.store.publish import write_privately
from painstats.store.stages import StageDone, done_before, inputs_hash, mark_done
from painstats.store.withdraw import withdraw_import
from tests.conftest import table
from tests.spec.test_load import JANUARY, load, steps

REJECTED = [{"entry": "a.csv", "line": 7, "column": "step_count", "rule": "steps_negative", "text": "-5"}]


def test_quarantine_is_reported_once(store):
    load(store, "a", steps(JANUARY, REJECTED))
    assert unreported_quarantine(store) == 1
    mark_reported(store)
    assert unreported_quarantine(store) == 0
    load(store, "b", steps(JANUARY, REJECTED * 2))
    assert unreported_quarantine(store) == 2


def test_a_withdrawn_file_takes_its_quarantine_and_ignored_rows_along(store):
    for name in ("a", "b"):
        summary = load(store, name, steps(JANUARY, REJECTED), Ignored("a.csv", 9, "not used"))
    withdraw_import(store, summary.import_id)
    left = [table(store, f"SELECT import_id FROM {name}") for name in ("quarantine", "ignored")]
    assert left == [[{"import_id": summary.import_id - 1}]] * 2


@pytest.fixture
def page(store):
    """Write a page from the store's present inputs."""
    path = store.study.folder / "page.html"
    write_privately(path, b"page")
    load(store, "a", steps(JANUARY))
    mark_done(store, "reports", inputs_hash(store, "1"), StageDone(None, {path.name: file_digest(path)}))
    return path


def test_results_stand_while_their_inputs_and_files_do(store, page):
    assert done_before(store, "reports", inputs_hash(store, "1")) is not None
    load(store, "a again", steps(JANUARY))  # holds nothing new
    assert done_before(store, "reports", inputs_hash(store, "1")) is not None
    page.unlink()
    assert done_before(store, "reports", inputs_hash(store, "1")) is None


@pytest.mark.usefixtures("page")
def test_new_rows_and_another_version_are_new_inputs(store):
    assert done_before(store, "reports", inputs_hash(store, "2")) is None
    load(store, "b", steps("at | steps\n11 08:00 | 300"))
    assert done_before(store, "reports", inputs_hash(store, "1")) is None

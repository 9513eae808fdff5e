"""Erasure also reaches text in quarantine and superseded values."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from painstats.records import STEP_COUNT
from painstats.store import load_records, open_store
from painstats.store.forget import forget_participant
from painstats.store.ledger import ExportIdentity
from tests.checked_rows import checked_rows
from tests.conftest import table

GONE, KEPT = "anneliese", "bartholomew"
REJECTED = {"entry": pl.String, "line": pl.Int64, "column": pl.String, "rule": pl.String, "text": pl.String}


def load(store, name, owner, steps, texts=()):
    """Load one file: steps of each person at one instant, and rejected rows with their text."""
    at = datetime(2026, 1, 10, 8, tzinfo=UTC)
    origin = {"source": "test", "device": "w", "device_kind": "watch", "start_at": at, "end_at": at.replace(minute=30)}
    rows = [{"participant_id": person, **origin, "step_count": count} for person, count in steps.items()]
    rejected = [(name, line, "step_count", "steps_negative", text) for line, text in enumerate(texts, 2)]
    read = checked_rows(
        "step_count",
        pl.DataFrame(rows, schema=STEP_COUNT.columns),
        pl.DataFrame(rejected, schema=REJECTED, orient="row"),
    )
    load_records(store, ExportIdentity(name, f"hash of {name}", "settings", owner), "test", [read], "0")


@pytest.fixture
def study(make_study):
    study = make_study()
    with open_store(study) as store:
        load(store, "own.csv", GONE, {GONE: 100}, ["a line without a name", f"met {KEPT}"])
        load(store, "other.csv", KEPT, {KEPT: 100}, ["a line of another participant"])
        load(store, "shared.csv", None, {GONE: 200, KEPT: 200}, [f"{GONE},-5", f"{KEPT},-5"])
        assert len(table(store, "SELECT * FROM quarantine")) == 5
        assert len(table(store, "SELECT * FROM superseded")) == 2
    forget_participant(study, GONE)
    return study


def test_rejected_rows_of_own_and_of_shared_files_are_removed(study):
    with open_store(study) as store:
        left = table(store, "SELECT text FROM quarantine ORDER BY text")
    assert [row["text"] for row in left] == ["a line of another participant", f"{KEPT},-5"]


def test_superseded_values_are_removed_and_other_people_keep_theirs(study):
    with open_store(study) as store:
        left = table(store, "SELECT participant_id, (record->>'step_count')::INTEGER AS steps FROM superseded")
    assert left == [{"participant_id": KEPT, "steps": 100}]


def test_the_id_is_in_no_byte_of_the_study(study):
    files = [path for path in study.folder.rglob("*") if path.is_file()]
    assert study.database in files
    assert [path.name for path in files if GONE.encode() in path.read_bytes()] == []

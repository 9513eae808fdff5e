"""Merging and counting part by part gives the same as all at once, with no more memory."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from painstats.batch import ExportedAt, Rows
from painstats.daily import build
from painstats.plan.study import Plan, Study
from painstats.store import load_records, open_store, staged
from painstats.store.ledger import ExportIdentity
from tests.spec.many_steps import PART_ROWS
from tests.spec.test_daily_in_steps import PLAN, assert_same, built, built_at_once, day_of_records, insert_all
from tests.spec.test_load import steps
from tests.spec.test_load_in_any_order import FIRST_EXPORT, stored

DAYS = 40
MOST_GROWTH_MB = 60


@pytest.mark.parametrize(("seed", "rule"), [(0, "merge"), (1, "max_source")])
def test_steps_counted_in_parts_are_those_counted_at_once(tmp_path, monkeypatch, seed, rule):
    chance = random.Random(seed)
    plan = Plan.model_validate({**PLAN, "rules": {"step_rule": rule}})
    with open_store(Study(folder=tmp_path, plan=plan)) as store:
        for day in range(DAYS):
            for person in ("ann", "bob"):
                insert_all(store, day_of_records(chance, person, day))
        at_once = built(store)
        monkeypatch.setattr(build, "PART_SAMPLES", 1)
        assert_same(built_at_once(store), at_once)
        store.connection.execute("INSERT INTO touched_day VALUES ('ann', '2026-02-20', '2026-05-01')")
        assert_same(built(store), at_once)


def export(chance: random.Random) -> list[Rows]:
    """Make an export in several batches that tell of some facts again, and of some of those otherwise."""
    return [
        steps(
            "at | steps\n"
            + "\n".join(
                f"{chance.randint(10, 20)} {chance.randint(10, 14)}:00 | {chance.randint(1, 2)}" for _ in range(20)
            )
        )
        for _ in range(3)
    ]


def loaded(folder: Path, exports: list[list[Rows]]) -> dict[str, object]:
    folder.mkdir()
    with open_store(Study(folder=folder, plan=Plan())) as store:
        for number, readings in enumerate(exports):
            identity = ExportIdentity(f"{number}.csv", f"hash {number}", "settings", "ann")
            load_records(store, identity, "test", readings, "0", ExportedAt(FIRST_EXPORT + timedelta(days=number % 3)))
        return {**stored(store, ledger=True), "touched": store.connection.execute("FROM touched_day").fetchall()}


@pytest.mark.parametrize("seed", range(3))
def test_rows_merged_in_parts_are_those_merged_at_once(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    exports = [export(chance) for _ in range(5)]
    at_once = loaded(tmp_path / "at once", exports)
    monkeypatch.setattr(staged, "PART_ROWS", 10)
    assert loaded(tmp_path / "in parts [1]*", exports) == at_once
    assert at_once["quarantine"]
    assert at_once["superseded"]
    assert not list(tmp_path.rglob(".reading"))


def test_memory_does_not_grow_with_the_rows():
    peaks = {rows: peak_of(rows) for rows in (2 * PART_ROWS, 8 * PART_ROWS)}
    assert peaks[8 * PART_ROWS] - peaks[2 * PART_ROWS] < MOST_GROWTH_MB


def peak_of(rows: int) -> int:
    """Return the peak memory, in MB, of a process that loads so many rows and builds the daily table."""
    command = [sys.executable, "-m", "tests.spec.many_steps", str(rows)]
    kept, peak = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    assert int(kept) == rows
    return int(peak)

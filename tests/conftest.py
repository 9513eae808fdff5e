"""Fixtures for every test: a study in a temporary folder, an open store, and tables drawn as text."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: as the command line and the flows set it
os.environ["POLARS_MAX_THREADS"] = "1"  # before polars: most tests have a few rows, for which threads only wait

import gc
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from painstats.plan.study import Plan, Study
from painstats.records import RECORD_TABLES
from painstats.store import Store, open_store

pl.thread_pool_size()  # starts the pool
del os.environ["POLARS_MAX_THREADS"]  # processes that tests start have as many threads as a user's


def _stay_on_this_machine(event: str, details: tuple[Any, ...]) -> None:
    """Fail whatever asks another machine for something: telemetry of a new dependency, for instance."""
    host = None
    if event == "socket.connect" and isinstance(details[1], tuple):
        host = details[1][0]
    elif event == "socket.getaddrinfo":
        host = details[0]
    if host not in (None, "", "localhost", b"localhost") and not str(host).startswith(("127.", "::1")):
        raise RuntimeError(f"a test asks for {host}; nothing leaves this machine")


sys.addaudithook(_stay_on_this_machine)

LONGEST_FIRST = (
    "test_whole_way.py", "test_nothing_leaves.py", "test_served.py", "test_erasure.py", "test_robustness.py",
    "test_looks.py", "test_report_files.py", "test_cohort_verdict.py", "test_signals.py", "test_relation.py",
    "test_parallel_reading.py", "test_reports.py", "test_models_are_calibrated.py", "test_reading_again.py",
    "test_constant_predictor.py", "test_wheel.py", "test_tutorial.py", "test_pages.py", "test_nightly_verdicts.py",
)  # fmt: skip
"""Files that take longest. A worker takes whole files: one of these at the end would leave the other workers idle."""


def pytest_collection_finish() -> None:
    """Spare the garbage collector the thousands of tests and modules, which it would look through again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""
    items.sort(key=lambda item: item.path.name not in LONGEST_FIRST)


def drawn(text: str) -> list[dict[str, str | None]]:
    """Read a table drawn with ``|`` between cells; the first line names the columns, an empty cell is null."""
    lines = [line.strip().strip("|") for line in text.strip().splitlines()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(rows[0], [cell or None for cell in row], strict=True)) for row in rows[1:]]


DEFAULTS = {
    "participant_id": "ann", "source": "test", "device": "watch-1", "device_kind": "watch", "episode_id": "1",
    "item": "pain", "site": "", "recall": "today", "filled": "evening", "entry_number": "1", "scale_low": "0",
    "scale_high": "10", "higher_is_worse": "true", "is_main_sleep": "true",
    "session_id": "1", "exercise_type": "walking", "duration_min": "30", "kind": "medicine", "name": "tablets",
    "start_date": "2026-01-01", "ramp_days": "0", "wash_out_days": "0",
}  # fmt: skip


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    def make(**plan: object) -> Study:
        (tmp_path / "inbox").mkdir(exist_ok=True)
        return Study(folder=tmp_path, plan=Plan.model_validate(plan))

    return make


@pytest.fixture
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the home, the temporary folder and Prefect's home where only this test writes: erasure searches them."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def store(make_study: Callable[..., Study]) -> Iterator[Store]:
    """Open a study without looks in its first years: tests of looks make studies of their own."""
    with open_store(make_study(study={"time_zone": "Europe/London"}, rules={"looks": [3000]})) as opened:
        yield opened


def put(store: Store, table: str, text: str) -> None:
    """Insert drawn rows into a record table; columns that are not drawn get a usual value."""
    insert(store, table, drawn(text))


def insert(store: Store, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows into a record table by one statement: one for each row takes ten times as long."""
    if not rows:
        return
    columns = [*RECORD_TABLES[table].columns]
    values = [row.get(column, DEFAULTS.get(column)) for row in rows for column in columns]
    marks = f"({', '.join('?' for _ in columns)}, 1)"
    store.connection.execute(f"INSERT INTO {table} VALUES {', '.join([marks] * len(rows))}", values)


def table(store: Store, query: str) -> list[dict[str, object]]:
    """Run a query and return its rows."""
    return store.connection.execute(query).pl().to_dicts()


def frame(store: Store, query: str) -> pl.DataFrame:
    return store.connection.execute(query).pl()

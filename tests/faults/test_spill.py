"""Data that do not fit into memory go to a private folder of the study, which is empty before and after."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from painstats.cli import main
from painstats.errors import StorageError
from painstats.plan.study import read_study
from painstats.store import open_store, transaction
from tests.faults.test_ingest_faults import small_disk  # noqa: F401 - a fixture

LITTLE_MEMORY = "SET memory_limit = '40MB'; SET threads = 2"
BIG = "CREATE TEMP TABLE big AS SELECT hash(range) AS h, md5(range::VARCHAR) AS text FROM range(1_500_000)"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "inbox").mkdir()
    return read_study(tmp_path)


def test_a_query_larger_than_memory_spills_into_the_private_folder(study):
    spill = study.folder / ".spill"
    with open_store(study) as store:
        store.connection.execute(LITTLE_MEMORY)
        store.connection.execute(BIG)
        spilled = list(spill.iterdir())
        assert sum(path.stat().st_size for path in spilled) > 20_000_000
        assert spill.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in spilled} == {0o600}
        first = store.connection.execute("SELECT h FROM big ORDER BY h LIMIT 1 OFFSET 1_000_000").fetchone()
        assert (
            first
            == store.connection.execute(
                "SELECT hash(range) AS h FROM range(1_500_000) ORDER BY h LIMIT 1 OFFSET 1_000_000"
            ).fetchone()
        )
    assert not spill.exists()


def test_what_a_killed_run_spilled_is_removed_by_the_next(study):
    script = (
        "import os, sys; from pathlib import Path; from painstats.store import open_store; from painstats.plan.study import read_study\n"
        "with open_store(read_study(Path(sys.argv[1]))) as store:\n"
        "    store.connection.execute(sys.argv[2]); store.connection.execute(sys.argv[3]); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(study.folder), LITTLE_MEMORY, BIG], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert list((study.folder / ".spill").iterdir())
    assert main(["status", str(study.folder)]) == 0
    assert not (study.folder / ".spill").exists()


def run_out(study, settings, query=BIG):
    """Run a query that cannot be finished; the store must raise."""
    with open_store(study) as store:
        store.connection.execute(settings)
        with transaction(store) as connection:
            connection.execute(query).fetchall()


def test_a_limit_on_the_spill_folder_is_named_with_the_folder(study):
    with pytest.raises(StorageError, match=r"\.spill: no space left for temporary data"):
        run_out(study, LITTLE_MEMORY + "; SET max_temp_directory_size = '5MB'")
    assert main(["status", str(study.folder)]) == 0


def test_a_full_disk_under_the_spill_folder_is_named_with_the_folder(small_disk):  # noqa: F811
    (small_disk / "inbox").mkdir()
    with pytest.raises(StorageError, match=r"\.spill: no space left for temporary data"):
        run_out(read_study(small_disk), LITTLE_MEMORY)
    assert main(["status", str(small_disk)]) == 0


def test_too_little_memory_is_said_as_that(study):
    with pytest.raises(StorageError, match="DuckDB ran out of memory"):
        run_out(study, "SET memory_limit = '1MB'", "SELECT count(DISTINCT range) FROM range(3_000_000)")

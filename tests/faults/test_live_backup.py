"""A backup while another process writes has every commit up to some moment, whole, and disturbs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from painstats.cli import main
from painstats.errors import StorageError, StudyInUse
from painstats.plan.study import read_study
from painstats.store import live_copy, open_store
from painstats.store.checksum import read_record, update_record
from tests.faults.test_backup import BOTH, people
from tests.faults.test_damage import loaded

ROWS = 700
"""Rows of each commit of the writer."""

WRITER = f"""
import sys
from pathlib import Path
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.connection import transaction
with open_store(read_study(Path(sys.argv[1]))) as store:
    store.connection.execute("CREATE TABLE written (number INTEGER, filler VARCHAR)")
    store.connection.execute("SET checkpoint_threshold = '300KB'")
    for number in range(1, 100_000):
        with transaction(store) as connection:
            insert = "INSERT INTO written SELECT $n, md5((i + $n)::VARCHAR) FROM range({ROWS}) AS r (i)"
            connection.execute(insert, {{"n": number}})
        print(number, flush=True)
"""


@pytest.fixture
def study(tmp_path):
    return loaded(tmp_path / "study")


def begin(script: str, study: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(study)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_a_backup_while_another_process_writes_has_whole_commits(study, tmp_path):
    writer = begin(WRITER, study)
    try:
        for turn in range(6):
            written = int(writer.stdout.readline())
            copy = tmp_path / f"{turn}.duckdb"
            assert main(["backup", str(study), str(copy)]) == 0
            with duckdb.connect(str(copy), read_only=True) as connection:
                rows = connection.execute("SELECT number, count(*) FROM written GROUP BY number ORDER BY 1").fetchall()
            assert len(rows) >= written
            assert rows == [(number, ROWS) for number in range(1, len(rows) + 1)]
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    assert main(["restore", str(study), str(tmp_path / "5.duckdb")]) == 0
    assert people(study) == BOTH
    assert not list(tmp_path.glob("*.unfinished*"))


def test_no_backup_is_made_by_a_process_that_has_the_database_open(study, tmp_path, capsys):
    """Closing a file would give up DuckDB's lock on it."""
    with open_store(read_study(study)):
        assert main(["backup", str(study), str(tmp_path / "copy.duckdb")]) == StudyInUse.exit_code
    assert "is in use by process" in capsys.readouterr().err
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_that_checkpoints_interrupt_every_time_is_given_up(study, tmp_path, monkeypatch):
    monkeypatch.setattr(live_copy, "ATTEMPTS", 2)
    monkeypatch.setattr(live_copy, "PAUSE_S", 0.0)
    headers = iter(range(100))
    monkeypatch.setattr(live_copy, "_checkpointed", lambda _: (0, bytes([next(headers)])))
    with pytest.raises(StudyInUse, match="is being rewritten"):
        live_copy.copy_in_use(read_study(study), tmp_path / "copy.duckdb")
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_that_lacks_an_acknowledged_commit_is_not_kept(study, tmp_path):
    of = read_study(study)
    update_record(of, commits=(read_record(of).commits or 0) + 1_000)
    with pytest.raises(StorageError, match="lacks commits"):
        live_copy.copy_in_use(of, tmp_path / "copy.duckdb")
    assert list(tmp_path.glob("copy*")) == []

"""Commands that are killed while they replace, export or analyse: nothing is lost, and nothing of a person is left."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks import kills
from painstats.cli import main
from painstats.cohort.result_tables import write_tables
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.backup import start_again
from painstats.store.plan_ledger import read_mirror
from tests.experimenting import new_study, on_day, planned
from tests.faults.disk_faults import faults
from tests.reading_inboxes import read_inbox

__all__ = ["on_day"]

pytestmark = pytest.mark.usefixtures("on_day", "own_machine")

KILLED = """
import os, signal, sys
from pkgutil import resolve_name
from benchmarks import kills
from painstats.cli import main

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def killed(function, before):
    return lambda *given, **more: die() if before else (function(*given, **more), die())

module, name = sys.argv[1].rsplit(".", 1)
place = resolve_name(module)
setattr(place, name, killed(getattr(place, name), sys.argv[2] == "before"))
sys.exit(main(sys.argv[3:]))
"""
"""Run a command, and die before or after it calls a function."""

BACKUPS = "painstats.store.backup"
REPLACING = [
    (f"{BACKUPS}.set_aside", "after"),
    (f"{BACKUPS}.replace_database", "after"),
]
"""Where to kill a command that replaces the database."""


def kill(function: str, when: str, *words: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, function, when, *words], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study of two, one of whose files was withdrawn, with a backup."""
    folder = new_study(tmp_path_factory.mktemp("killed") / "S", "anna", "bo")
    read_inbox(folder)
    main(["forget-import", str(folder), "bo/diary-before.csv"])
    main(["backup", str(folder), str(folder.parent / "backup.duckdb")])
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    """Copy it; an experiment is planned that the backup lacks."""
    folder = Path(shutil.copytree(made, tmp_path / "S"))
    shutil.copy(made.parent / "backup.duckdb", tmp_path)
    return folder, str(planned(folder, capsys, "--participant", "anna")["fingerprint"])


def contents(folder: Path) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return experiments, files with their states, and lines of the plan ledger that its mirror lacks."""
    lines = (folder / "plan_ledger.jsonl").read_text().splitlines()
    with open_store(read_study(folder)) as store:
        ask = store.connection.execute
        return (
            [row[0] for row in ask("SELECT fingerprint FROM experiment_plan").fetchall()],
            ask("SELECT DISTINCT file_name, status FROM import ORDER BY ALL").fetchall(),
            sorted({*lines} - {*read_mirror(store.connection)}),
        )


KEPT = [("anna/diary-before.csv", "loaded"), ("bo/diary-before.csv", "withdrawn")]


@pytest.mark.parametrize(("function", "when"), REPLACING)
def test_a_killed_restore_loses_no_experiment(study, tmp_path, function, when):
    folder, fingerprint = study
    kill(function, when, "restore", str(folder), str(tmp_path / "backup.duckdb"))
    assert contents(folder) == ([fingerprint], KEPT, [])
    assert main(["restore", str(folder), str(tmp_path / "backup.duckdb")]) == 0
    assert contents(folder) == ([fingerprint], KEPT, [])
    assert not list(folder.glob("painstats.restored*"))


@pytest.mark.parametrize(("function", "when"), REPLACING)
def test_a_killed_rebuild_brings_no_withdrawn_file_back(study, function, when):
    folder, fingerprint = study
    kill(function, when, "rebuild", str(folder), "--quiet")
    experiments, files, missing = contents(folder)
    assert (experiments, missing) == ([fingerprint], [])
    assert KEPT[1] in files
    start_again(read_study(folder))
    read_inbox(folder)
    assert contents(folder) == ([fingerprint], KEPT, [])
    asides = [path.stat().st_ino for path in folder.glob("*.set-aside-*")]
    assert len(asides) == len({*asides, (folder / "painstats.duckdb").stat().st_ino}) - 1


# --- Disks that are full


@pytest.mark.parametrize("n", [1, 20, 40])
def test_a_restore_that_cannot_write_changes_nothing_or_everything(study, tmp_path, n):
    """The n-th call of a restore that reaches the disk fails; an undisturbed one makes about fifty."""
    folder, fingerprint = study
    with faults.at(n, folder):
        code = main(["restore", str(folder), str(tmp_path / "backup.duckdb")])
    assert code == 6
    assert not list(folder.glob("painstats.restored*"))
    assert main(["restore", str(folder), str(tmp_path / "backup.duckdb")]) == 0
    assert contents(folder) == ([fingerprint], KEPT, [])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_of_results_that_does_not_fit_on_the_disk_is_named(tmp_path, monkeypatch, suffix):
    def full(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(suffix):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as raised:
        write_tables({"effect": pl.DataFrame({"estimate": [1.5]})}, tmp_path / "results")
    assert raised.value.filename == str(tmp_path / "results" / f"effect{suffix}")


# --- What a killed command leaves is erased with a participant


def test_what_a_killed_restore_left_is_erased(study, tmp_path):
    folder, _ = study
    kill(f"{BACKUPS}._add_salvaged", "before", "restore", str(folder), str(tmp_path / "backup.duckdb"))
    (folder / "painstats.restored").rename(folder / "painstats.restored.unfinished")
    kill(f"{BACKUPS}._add_salvaged", "after", "restore", str(folder), str(tmp_path / "backup.duckdb"))
    assert b"anna" in (folder / "painstats.restored").read_bytes()
    toml = folder / "study.toml"
    toml.write_text(toml.read_text().replace("[participants.anna]\n", ""))
    assert main(["forget", str(folder), "anna", "--yes"]) == 0
    assert traces(folder) == []


def traces(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if b"anna" in path.name.encode() + path.read_bytes()]


EXPORTING = """
import os, signal, sys
from pathlib import Path
from painstats.cohort import result_tables
from painstats.cohort.result_tables import write_tables
from painstats.cohort.sharing import export
import polars as pl

folder, command = Path(sys.argv[1]), sys.argv[2]
table = pl.DataFrame({"day": [1]})

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write_some(_, folder):
    folder.mkdir()
    export.write_private(folder / "data.tsv", b"day")
    die()

if command == "export":
    export._write_open = write_some
    export.write_export(None, folder / "export")
result_tables.as_parquet = die
write_tables({"effect": table}, folder / "results")
"""
"""Begin to write an export, or the results of a cohort analysis, and die while tables are written."""


@pytest.mark.parametrize(("command", "left"), [("export", ".export-new"), ("cohort", "results")])
def test_what_a_killed_export_or_analysis_left_is_erased(tmp_path, command, left):
    folder = new_study(tmp_path / "S", "anna", "bo")
    read_inbox(folder)
    words = [sys.executable, "-c", EXPORTING, str(folder), command]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert [path for path in (folder / left).rglob("*") if path.suffix in (".csv", ".tsv")]
    (folder / left / "my notes.txt").write_text("mine")
    assert main(["forget", str(folder), "bo", "--yes"]) in (0, 8)
    assert not [path for path in (folder / left).rglob("*") if path.suffix in (".csv", ".tsv")]
    assert (folder / "results" / "my notes.txt").exists() is (command == "cohort")


CREATING = """
import os, signal, sys
from pathlib import Path
from painstats.plan.study import read_study
from painstats.store import connection, migrations, open_store

scripts = migrations._scripts()
migrations._scripts = lambda: scripts[:2]
real = connection.migrate
connection.migrate = lambda opened: (real(opened), os.kill(os.getpid(), signal.SIGKILL))
with open_store(read_study(Path(sys.argv[1]))):
    pass
"""
"""Create a database, and die when it has the first tables."""


def test_a_database_that_a_kill_left_incomplete_is_not_taken_for_an_earlier_version(tmp_path):
    folder = new_study(tmp_path / "S", "anna")
    assert subprocess.run([sys.executable, "-c", CREATING, str(folder)], check=False).returncode == -signal.SIGKILL
    read_inbox(folder)
    assert sorted(path.name for path in folder.glob("painstats*")) == ["painstats.duckdb"]


def test_kills_that_change_a_study_are_noticed():
    """``python -m benchmarks.kills`` compares this way after each of its kills."""
    expected = {"reports/a.html": "1", "table import": "2", "painstats.duckdb.backup-TIME": "there"}
    assert list(kills.differences(expected, {"table import": "2"}, but=kills.STAMPED)) == ["reports/a.html is missing"]
    found = expected | {"reports/a.html": "9", "reports/b.html": "1"}
    assert list(kills.differences(expected, found, but=kills.STAMPED)) == [
        "reports/a.html differs", "reports/b.html is new",
    ]  # fmt: skip

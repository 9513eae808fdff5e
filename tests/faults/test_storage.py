"""Locks, damaged databases and erasure."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from importlib.metadata import version

import duckdb
import pytest

from painstats.cli import main
from painstats.errors import StudyInUse
from painstats.plan.study import read_study
from painstats.run import list_inbox, load_files, run_study
from painstats.store import open_store
from painstats.store.forget import forget_participant
from painstats.store.migrations import _scripts
from sample_data.make import make_study
from sample_data.truth import Truth

pytestmark = pytest.mark.usefixtures("own_machine")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "study"
    make_study(folder, Truth(people=3, days=60), 5)
    run_study(read_study(folder))
    return folder


def test_a_study_in_use_is_left_alone(make_study_folder, capsys):
    with open(make_study_folder / ".painstats.lock", "a+") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["run", str(make_study_folder)]) == 5
    assert "4711" in capsys.readouterr().err


def test_a_killed_process_releases_the_study(make_study_folder, capsys):
    study = read_study(make_study_folder)
    script = (
        "import sys, time; from pathlib import Path; from painstats.plan.study import read_study\n"
        "from painstats.store import open_store\n"
        "with open_store(read_study(Path(sys.argv[1]))): print('open', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", script, str(make_study_folder)]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "open\n"
    assert main(["run", str(make_study_folder)]) == 5
    said = f"is in use by process {holder.pid}; wait until it has finished and run again"
    assert said in capsys.readouterr().err
    holder.kill()
    holder.communicate()
    with open_store(study):
        assert (make_study_folder / ".painstats.lock").read_text() == str(os.getpid())
    assert stat.S_IMODE((make_study_folder / ".painstats.lock").stat().st_mode) == 0o600


def test_a_file_system_without_locks_is_not_called_a_study_in_use(make_study_folder, capsys, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert main(["run", str(make_study_folder)]) == 6
    assert "cannot be locked (Function not implemented)" in capsys.readouterr().err


def test_a_database_open_elsewhere_is_in_use(make_study_folder, capsys):
    script = f"import duckdb,sys; c=duckdb.connect({str(make_study_folder / 'painstats.duckdb')!r}); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "open\n"
    try:
        assert main(["status", str(make_study_folder)]) == 5
    finally:
        holder.communicate()
    assert "close it and run again" in capsys.readouterr().err


def test_a_damaged_database_is_not_touched(make_study_folder, capsys):
    database = make_study_folder / "painstats.duckdb"
    database.write_bytes(b"not a database" * 1000)
    before = database.read_bytes()
    assert main(["run", str(make_study_folder)]) == 6
    said = capsys.readouterr().err
    assert "DuckDB finds an error in the file" in said
    assert "painstats restore" in said
    assert "painstats rebuild" in said
    assert database.read_bytes() == before


def test_a_newer_schema_is_refused(make_study_folder, capsys):
    study = read_study(make_study_folder)
    with open_store(study) as store:
        store.connection.execute("INSERT INTO schema_version VALUES (99, now())")
    assert main(["run", str(make_study_folder)]) == 6
    said = capsys.readouterr().err
    assert f"has schema 99, written by painstats {version('painstats')}" in said
    assert f"supports schemas up to {len(_scripts())}" in said


def test_duckdb_reaches_neither_other_files_nor_the_network(make_study_folder):
    study = read_study(make_study_folder)
    with open_store(study) as store:
        settings = dict(
            store.connection.execute(
                "SELECT name, value FROM duckdb_settings() WHERE name IN "
                "('autoinstall_known_extensions', 'autoload_known_extensions', 'temp_file_encryption', 'python_enable_replacements')"
            ).fetchall()
        )
        participants = ["a variable that must not be read as a table"]
        with pytest.raises(duckdb.CatalogException):
            store.connection.execute("SELECT * FROM participants")
        assert participants
    assert settings == {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_file_encryption": "false",
        "python_enable_replacements": "false",
    }


def test_a_small_study_uses_one_thread_and_a_large_one_all(make_study_folder, monkeypatch):
    def n_threads(store):
        return store.connection.execute("SELECT current_setting('threads')").fetchone()[0]

    all_processors = duckdb.connect().execute("SELECT current_setting('threads')").fetchone()[0]
    if all_processors == 1:
        pytest.skip("this machine has one processor")
    study = read_study(make_study_folder)
    diary = study.inbox / "anna" / "diary.csv"
    diary.parent.mkdir()
    diary.write_text("nothing that is known")
    with open_store(study) as store:
        load_files(store, list_inbox(study), print)
        assert n_threads(store) == 1
        diary.write_text("a larger file\n" * 150_000)
        load_files(store, list_inbox(study), print)
        assert n_threads(store) == all_processors
    monkeypatch.setattr("painstats.store.connection.SMALL_DATABASE", study.database.stat().st_size - 1)
    with open_store(study) as store:
        assert n_threads(store) == all_processors


def test_the_store_is_for_one_at_a_time(make_study_folder):
    study = read_study(make_study_folder)
    with open_store(study), pytest.raises(StudyInUse), open_store(study):
        pass


@pytest.fixture
def make_study_folder(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path


def test_forgetting_leaves_no_trace_and_proves_it(made, capsys):
    study = read_study(made)
    person = "amber"
    assert any(
        person.encode() in path.read_bytes() for path in made.rglob("*") if path.is_file() and path.suffix == ".duckdb"
    )
    assert main(["forget", str(made), person]) == 2  # without --yes nothing happens if there is no one to ask
    capsys.readouterr()
    assert main(["forget", str(made), person, "--yes"]) == 0
    told = capsys.readouterr().out
    assert "found in 0" in told
    left = [
        path
        for path in made.rglob("*")
        if path.is_file() and (person.encode() in path.read_bytes() or person in path.name)
    ]
    assert {path.name for path in left} <= {"study.toml", "truth.csv", "truth.json"}
    with open_store(study) as store:
        assert store.connection.execute("SELECT count(*) FROM self_report").fetchone()[0] > 0
    summary = run_study(study)
    assert summary.changed
    assert not (study.reports / f"{person}.html").exists()
    capsys.readouterr()
    assert main(["forget", str(made), person, "--yes"]) == 0  # and what there is now is searched again
    assert "was already forgotten" in capsys.readouterr().out


def test_a_forgotten_person_in_a_shared_file_does_not_come_back(made):
    study = read_study(made)
    with open_store(study) as store:
        shared = store.connection.execute(
            "SELECT DISTINCT participant_id FROM daily_total WHERE source = 'fitabase' ORDER BY 1"
        ).fetchall()
    person = shared[0][0]
    erasure = forget_participant(study, person)
    assert erasure.is_complete
    assert any(name.endswith(".csv") for name in erasure.kept)
    run_study(study)
    with open_store(study) as store:
        assert store.connection.execute(
            "SELECT count(*) FROM daily_summary WHERE participant_id = ?", [person]
        ).fetchone() == (0,)

"""Backups are verified copies, restoring one works, and a rebuild imports what the inbox still has."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.forget import forget_participant
from tests.faults.test_bad_input import DAYS
from tests.faults.test_damage import flip, loaded


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("backup") / "study")


@pytest.fixture
def study(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "study"))


def people(folder):
    with open_store(read_study(folder)) as store:
        rows = store.connection.execute("SELECT participant_id, count(*) FROM self_report GROUP BY ALL").fetchall()
    return dict(sorted(rows))


BOTH = {"anna": len(DAYS), "bo": len(DAYS)}


@pytest.mark.parametrize("destination", [None, "copy.duckdb", "folder"])
def test_a_backup_is_a_private_verified_copy(study, tmp_path, capsys, destination):
    (tmp_path / "folder").mkdir()
    words = [str(tmp_path / destination)] if destination else []
    assert main(["backup", str(study), *words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    place = Path(said["backup"])
    assert (said["imports"], said["rows"]) == (2, 2 * len(DAYS))
    assert place.parent == {None: study, "copy.duckdb": tmp_path, "folder": tmp_path / "folder"}[destination]
    assert place.stat().st_mode & 0o077 == 0
    assert place.read_bytes() == (study / "painstats.duckdb").read_bytes()
    checked = subprocess.run(["sha256sum", "--check", f"{place.name}.sha256"], cwd=place.parent, check=False)
    assert checked.returncode == 0


def test_a_backup_overwrites_nothing_and_needs_something_to_copy(study, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    assert main(["backup", str(study), str(tmp_path / "taken")]) == 2
    assert (tmp_path / "taken").read_text() == "mine"
    assert main(["backup", str(study), str(tmp_path / "no folder" / "copy")]) == 2
    (tmp_path / "new" / "inbox").mkdir(parents=True)
    assert main(["backup", str(tmp_path / "new")]) == 2
    assert "no database to back up" in capsys.readouterr().err
    assert not (tmp_path / "new" / "painstats.duckdb").exists()


def test_a_damaged_database_is_restored_from_its_backup(study, tmp_path, capsys):
    copy = tmp_path / "copy.duckdb"
    assert main(["backup", str(study), str(copy)]) == 0
    flip(study / "painstats.duckdb", 9000, 3)
    assert main(["status", str(study)]) == 6
    damaged = (study / "painstats.duckdb").read_bytes()
    capsys.readouterr()
    assert main(["restore", str(study), str(copy), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["imports"], said["rows"]) == (2, 2 * len(DAYS))
    assert Path(said["set_aside"]).read_bytes() == damaged
    assert people(study) == BOTH


@pytest.mark.parametrize("what", ["flipped", "cut", "not a database", "copied live", "missing"])
def test_a_backup_that_cannot_be_trusted_is_not_restored(study, tmp_path, capsys, what):
    copy = tmp_path / "copy.duckdb"
    assert main(["backup", str(study), str(copy)]) == 0
    if what == "flipped":
        flip(copy, 9000, 3)
    elif what == "copied live":
        (tmp_path / "copy.duckdb.wal").write_bytes(b"log")
    elif what == "missing":
        copy.unlink()
    else:
        (tmp_path / "copy.duckdb.sha256").unlink()
        copy.write_bytes(copy.read_bytes()[:50_000] if what == "cut" else b"no database" * 999)
    before = (study / "painstats.duckdb").read_bytes()
    assert main(["restore", str(study), str(copy)]) == (2 if what == "missing" else 6)
    assert str(copy) in capsys.readouterr().err
    assert (study / "painstats.duckdb").read_bytes() == before
    assert people(study) == BOTH


def test_who_was_forgotten_after_the_backup_stays_forgotten(study, tmp_path):
    copy = tmp_path / "copy.duckdb"
    assert main(["backup", str(study), str(copy)]) == 0
    forget_participant(read_study(study), "bo")
    assert main(["restore", str(study), str(copy)]) == 0
    assert people(study) == {"anna": len(DAYS)}
    # What was set aside was written after the erasure.
    assert not [path for path in study.rglob("*") if path.is_file() and b"bo/diary" in path.read_bytes()]


def test_erasure_reaches_the_earlier_databases_in_the_study_folder(study):
    assert main(["backup", str(study)]) == 0
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert len(list(study.glob("painstats.duckdb.*"))) == 3  # the backup, its checksum, and what was set aside
    assert forget_participant(read_study(study), "bo").is_complete
    assert list(study.glob("painstats.duckdb.*")) == []


# --- rebuild ---


@pytest.mark.parametrize("spoil", [lambda path: flip(path, 9000, 3), lambda path: path.write_bytes(b""), Path.unlink])
def test_a_rebuild_imports_everything_in_the_inbox_again(study, spoil):
    for name in (".painstats.key", ".later"):
        (study / name).write_bytes(b"kept")
    spoil(study / "painstats.duckdb")
    assert main(["status", str(study)]) == 6
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert people(study) == BOTH
    assert main(["status", str(study)]) == 0
    assert [(study / name).read_bytes() for name in (".painstats.key", ".later")] == [b"kept", b"kept"]
    assert len(list(study.glob("painstats.duckdb.set-aside-*"))) == (spoil is not Path.unlink)


def test_a_rebuild_keeps_out_what_was_withdrawn_and_names_what_is_gone(study, capsys):
    assert main(["forget-import", str(study), "bo/diary.csv"]) == 0
    shutil.rmtree(study / "inbox" / "anna")
    capsys.readouterr()
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    said = capsys.readouterr().out
    assert "1 withdrawn import(s) stay withdrawn" in said
    assert "anna/diary.csv" in said
    assert people(study) == {}


def test_a_rebuild_does_not_import_forgotten_participants(study):
    shared = study / "inbox" / "bo"
    again = shutil.copytree(shared, study.parent / "again")
    forget_participant(read_study(study), "bo")
    shutil.copytree(again, shared)
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert people(study) == {"anna": len(DAYS)}


def test_a_database_from_before_the_first_release_is_rebuilt(study):
    (study / ".painstats.checksum").unlink()
    with duckdb.connect(str(study / "painstats.duckdb")) as connection:
        connection.execute("DROP TABLE commit_mark; DELETE FROM schema_version WHERE version > 1; DROP TABLE treatment")
    assert main(["run", str(study), "--quiet"]) == 6
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert people(study) == BOTH

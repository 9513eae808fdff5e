"""Backups of a study in shards, restoring and rebuilding it, and reading or withdrawing single files again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.backup import not_imported_again, start_again
from painstats.store.forget import forget_participant
from painstats.store.ledger import still_outdated
from painstats.store.shards import dealt
from tests.faults.test_damage import flip
from tests.shards.small_study import DAYS, REJECTED, SHARED, read_all, tables, write_study

SHARDS = 3
N_SHARED = len(SHARED) * DAYS - REJECTED


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_study(tmp_path_factory.mktemp("made") / "study", f"[scale]\nshards = {SHARDS}\n")
    read_all(read_study(folder))
    return folder


@pytest.fixture
def study(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with open_store(read_study(folder)) as store:
        return tables(store)


def participants(folder: Path) -> set[object]:
    return {row[0] for row in stored(folder)["self_report"]}


def import_of(name: str, folder: Path) -> int:
    with open_store(read_study(folder)) as store:
        row = store.connection.execute("SELECT import_id FROM import WHERE file_name = ?", [name]).fetchone()
    return int(row[0])


def databases(folder: Path) -> list[Path]:
    study = read_study(folder)
    return [study.database, *(shard.database for shard in dealt(study) if shard.database.exists())]


@pytest.mark.parametrize("is_running", [False, True])
def test_a_backup_of_shards_is_a_folder_of_verified_copies(study, tmp_path, capsys, is_running):
    script = (
        "import sys; from pathlib import Path; from painstats.plan.study import read_study\n"
        "from painstats.store import open_store; from painstats.store.connection import held\n"
        "from painstats.store.shards import dealt\n"
        "study = read_study(Path(sys.argv[1]))\n"
        "with held(study), open_store(dealt(study)[0]): print('open', flush=True); sys.stdin.read()"
    )
    before = stored(study)
    backup = tmp_path / "backup"
    holder = None
    if is_running:
        holder = subprocess.Popen(
            [sys.executable, "-c", script, str(study)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert holder.stdout.readline() == "open\n"
    try:
        assert main(["backup", str(study), str(backup), "--json"]) == 0
    finally:
        if holder:
            holder.communicate()
    said = json.loads(capsys.readouterr().out)
    assert (said["backup"], said["rows"]) == (str(backup), len(before["self_report"]))
    checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup, check=False)
    assert checked.returncode == 0
    assert not [path for path in backup.rglob("*") if path.stat().st_mode & 0o077]
    shutil.rmtree(study / "shards")
    (study / "painstats.duckdb").unlink()
    (study / ".painstats.checksum").unlink()
    assert main(["restore", str(study), str(backup)]) == 0
    assert stored(study) == before


def test_a_damaged_shard_is_restored_and_the_old_databases_are_kept(study, tmp_path, capsys):
    before, backup = stored(study), tmp_path / "backup"
    assert main(["backup", str(study), str(backup)]) == 0
    flip(databases(study)[1], 9000, 3)
    assert main(["status", str(study)]) == 6
    capsys.readouterr()
    assert main(["restore", str(study), str(backup), "--json"]) == 0
    aside = json.loads(capsys.readouterr().out)["set_aside"]
    assert len(aside) == len(databases(study))
    assert all(Path(path).exists() for path in aside)
    assert stored(study) == before


@pytest.mark.parametrize("what", ["flipped", "a shard is missing", "no list", "one database", "other shards"])
def test_a_backup_that_cannot_be_trusted_changes_nothing(study, tmp_path, capsys, what):
    backup = tmp_path / "backup"
    assert main(["backup", str(study), str(backup)]) == 0
    last = sorted(backup.glob("shards/*/*.duckdb"))[-1]
    code, said = 2, "is missing"
    if what == "flipped":
        flip(last, 9000, 3)
        code, said = 6, "does not match SHA256SUMS"
    elif what == "a shard is missing":
        last.unlink()
    elif what == "no list":
        (backup / "SHA256SUMS").unlink()
    elif what == "one database":
        backup, said = backup / "painstats.duckdb", "is the backup of one database, but the study has 3"
    else:
        (study / "shards" / "dealt.json").write_text((backup / "shards/dealt.json").read_text().replace("3", "4", 1))
        said = "is of a study in 3 shards, but this one has 4"
    before = {path: path.read_bytes() for path in databases(study)}
    capsys.readouterr()
    assert main(["restore", str(study), str(backup)]) == code
    assert said in capsys.readouterr().err
    assert {path: path.read_bytes() for path in databases(study)} == before


def test_who_was_forgotten_after_the_backup_stays_forgotten_in_every_shard(study, tmp_path):
    outside = tmp_path / "backup"
    assert main(["backup", str(study), str(outside)]) == 0
    assert main(["backup", str(study)]) == 0
    assert list(study.glob("painstats.duckdb.backup-*"))
    forget_participant(read_study(study), "ben")
    assert list(study.rglob("painstats.duckdb.backup-*")) == []
    assert main(["restore", str(study), str(outside)]) == 0
    assert participants(study) == {"Cleo", "dee"}


def test_a_rebuild_reads_everything_again_in_the_same_shards(study):
    before, n_databases = stored(study), len(databases(study))
    assert main(["forget-import", str(study), "clinic.csv"]) == 0
    shutil.rmtree(study / "inbox" / "Cleo")
    aside, kept = start_again(read_study(study))
    assert len(aside) == n_databases
    assert [row[1] for row in kept.withdrawn] == ["clinic.csv"]
    again = read_all(read_study(study))
    assert len(again["self_report"]) == DAYS < len(before["self_report"])
    assert participants(study) == {"ben"}
    with open_store(read_study(study)) as store:
        assert not_imported_again(store, kept) == ["Cleo/diary.csv"]


def test_a_file_that_several_shards_read_is_withdrawn_and_restored(study, capsys):
    before = stored(study)["self_report"]
    number = str(import_of("clinic.csv", study))
    assert main(["forget-import", str(study), number, "--json"]) == 0
    withdrawn = json.loads(capsys.readouterr().out)["withdrawn"]
    assert [(str(each["import_id"]), each["removed"]) for each in withdrawn] == [(number, N_SHARED)]
    assert len(read_all(read_study(study))["self_report"]) == len(before) - N_SHARED
    assert main(["forget-import", str(study), "clinic.csv", "--undo"]) == 0
    assert len(read_all(read_study(study))["self_report"]) == len(before)


def test_a_file_is_read_again_in_every_shard_that_has_it(study, monkeypatch):
    monkeypatch.setattr("painstats.commands.reread.run", lambda *_, **__: 0)
    assert main(["reread", str(study), "clinic.csv"]) == 0
    outdated = []
    for shard in dealt(read_study(study)):
        with open_store(shard) as store:
            outdated.append(still_outdated(store))
    assert outdated == [["clinic.csv"]] * len(dealt(read_study(study)))
    read_all(read_study(study))
    with open_store(read_study(study)) as store:
        assert still_outdated(store) == []

"""A damaged study is recognised and left unchanged: the message says what is wrong and how to recover."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.faults.test_bad_input import GOOD, PLAN

WRONG_NAMES = ("in use", "open in another program", "a bug", "make space", "remove it")
NEXT_STEPS = ("painstats restore", "painstats rebuild")


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Make a study that was read and closed in good order."""
    return loaded(tmp_path_factory.mktemp("damage") / "study")


def loaded(folder, files=("anna", "bo")):
    (folder / "inbox").mkdir(parents=True)
    (folder / "study.toml").write_text(PLAN)
    for number, person in enumerate(files):
        (folder / "inbox" / person).mkdir()
        (folder / "inbox" / person / "diary.csv").write_text(GOOD.replace("2026", str(2020 + number)))
    study = read_study(folder)
    with open_store(study) as store:
        load_files(store, list_inbox(study), lambda _: None)
    return folder


@pytest.fixture
def study(closed, tmp_path):
    return Path(shutil.copytree(closed, tmp_path / "study"))


KILLED = """
import os, sys
from pathlib import Path
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from painstats.plan.study import read_study
study = read_study(Path(sys.argv[1]))
with open_store(study) as store:
    store.connection.execute("SET checkpoint_threshold = '1GB'")
    load_files(store, list_inbox(study), lambda _: None)
    os.kill(os.getpid(), 9)
"""


def killed(folder):
    """Load three more files and die before the database is closed, so that they are in the write-ahead log alone."""
    for number in range(3):
        (folder / "inbox" / "anna" / f"diary-{number}.csv").write_text(GOOD.replace("2026", str(2010 + number)))
    ended = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (folder / "painstats.duckdb.wal").stat().st_size > 1000
    return folder


@pytest.fixture(scope="module")
def left_open(tmp_path_factory):
    """Make a study with a last run that was killed after it had stored three files."""
    return killed(loaded(tmp_path_factory.mktemp("killed") / "study"))


@pytest.fixture
def open_study(left_open, tmp_path):
    return Path(shutil.copytree(left_open, tmp_path / "left_open"))


def refused(folder, capsys, *words):
    """Run a command that must refuse the study as damaged, and return what it said."""
    before = contents(folder)
    code = main([*(words or ("status",)), str(folder)])
    said = capsys.readouterr().err
    assert code == 6, said
    assert not [word for word in WRONG_NAMES if word in said], said
    assert all(step in said for step in NEXT_STEPS), said
    assert contents(folder) == before
    return said


def contents(folder):
    return {path: path.read_bytes() for path in folder.glob("painstats.duckdb*")}


def flip(path, place, bit):
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


# --- the database ---


def test_every_flipped_bit_is_named_as_damage(study, capsys):
    database = study / "painstats.duckdb"
    whole = database.read_bytes()
    chance = random.Random(60)
    for _ in range(60):
        flip(database, chance.randrange(len(whole)), chance.randrange(8))
        assert "its content has changed" in refused(study, capsys)
        database.write_bytes(whole)
    assert main(["status", str(study)]) == 0


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda content: content[:0], "is empty"),
        (lambda content: content[: len(content) // 2], "is truncated"),
        (lambda content: b"not a database" * (len(content) // 14), "is not a DuckDB database"),
        (lambda content: content + b"more", "is too long"),
    ],
    ids=["empty", "half", "not a database", "longer"],
)
def test_a_database_that_was_replaced_or_cut_is_named(study, capsys, spoil, named):
    database = study / "painstats.duckdb"
    database.write_bytes(spoil(database.read_bytes()))
    assert named in refused(study, capsys)
    assert named in refused(study, capsys, "run")


def test_a_database_that_is_gone_is_not_made_again_in_silence(study, capsys):
    (study / "painstats.duckdb").unlink()
    assert "is missing" in refused(study, capsys, "run")
    assert not (study / "painstats.duckdb").exists()


# --- the write-ahead log ---


def test_a_killed_run_is_not_damage(open_study, capsys):
    assert main(["status", str(open_study), "--json"]) == 0
    assert '"files": 4' in capsys.readouterr().out
    assert not (open_study / "painstats.duckdb.wal").exists()
    assert main(["status", str(open_study)]) == 0


@pytest.mark.parametrize("what", ["cut", "deleted", "cut to nothing", "garbage"])
def test_a_log_that_lost_what_was_acknowledged_is_behind_the_ledger(open_study, capsys, what):
    log = open_study / "painstats.duckdb.wal"
    whole = log.read_bytes()
    log.unlink()
    if what != "deleted":
        log.write_bytes({"cut": whole[:-100], "cut to nothing": b"", "garbage": b"no log" * 99}[what])
    said = refused(open_study, capsys)
    assert "lacks" in said or "write-ahead log" in said


@pytest.mark.parametrize("place", [10, 200, 0.5, -50])
def test_a_flipped_byte_in_the_log_is_named(open_study, capsys, place):
    log = open_study / "painstats.duckdb.wal"
    size = log.stat().st_size
    flip(log, int(place * size) if isinstance(place, float) else place % size, 0)
    said = refused(open_study, capsys)
    assert "lacks" in said or "write-ahead log" in said


def test_the_log_of_another_study_is_named(open_study, tmp_path, capsys):
    other = killed(loaded(tmp_path / "other"))
    shutil.copy(other / "painstats.duckdb.wal", open_study / "painstats.duckdb.wal")
    said = refused(open_study, capsys)
    assert "another database" in said or "write-ahead log" in said


def test_a_log_beside_a_database_that_was_closed_is_named(study, open_study, capsys):
    shutil.copy(open_study / "painstats.duckdb.wal", study / "painstats.duckdb.wal")
    assert "write-ahead log" in refused(study, capsys)


def test_a_flipped_bit_after_a_killed_run_is_named(open_study, capsys):
    """DuckDB's own checksums tell: no digest holds after a kill. What it does not use, it does not check."""
    database = open_study / "painstats.duckdb"
    whole, log = database.read_bytes(), (open_study / "painstats.duckdb.wal").read_bytes()
    chance, named = random.Random(9), 0
    for _ in range(12):
        flip(database, chance.randrange(len(whole)), chance.randrange(8))
        code = main(["status", str(open_study)])
        said = capsys.readouterr().err
        named += code == 6 and "damaged" in said
        assert code in (0, 6)
        assert not [word for word in WRONG_NAMES if word in said]
        for path, content in ((database, whole), (open_study / "painstats.duckdb.wal", log)):
            path.write_bytes(content)
    assert named >= 6


# --- what is not damage ---


def test_another_program_that_writes_is_not_called_damage(study, capsys):
    script = (
        f"import duckdb, sys; c = duckdb.connect({str(study / 'painstats.duckdb')!r}); c.execute('CREATE TABLE x (a INT)'); "
        "c.execute('CHECKPOINT'); print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "open\n"
    try:
        assert main(["status", str(study)]) == 5
    finally:
        holder.communicate()
    assert "another program" in capsys.readouterr().err


def test_a_study_without_a_checksum_opens_and_gets_one(study):
    (study / ".painstats.checksum").unlink()
    assert main(["status", str(study)]) == 0
    assert (study / ".painstats.checksum").stat().st_mode & 0o077 == 0


def test_a_checksum_that_cannot_be_read_is_made_again(study):
    (study / ".painstats.checksum").write_bytes(b"\0" * 40)
    assert main(["status", str(study)]) == 0
    flip(study / "painstats.duckdb", 5000, 1)
    assert main(["status", str(study)]) == 6


def test_looking_changes_nothing(study):
    before = contents(study) | {"checksum": (study / ".painstats.checksum").read_bytes()}
    os.utime(study / "inbox")
    assert main(["status", str(study)]) == 0
    assert contents(study) | {"checksum": (study / ".painstats.checksum").read_bytes()} == before

"""Files are private and never half written; errors and hashes reveal nothing about a participant."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import pytest

from painstats.errors import place_of
from painstats.plan.study import Study, read_study
from painstats.run import run_study
from painstats.store.forgotten import participant_hash
from painstats.store.publish import write_privately
from tests.faults.test_bad_input import GOOD, PLAN

STOPS_BEFORE_THE_DISK_HAS_IT = """
import os, sys, time
from pathlib import Path
from painstats.store.publish import write_privately

def wait_to_be_killed(descriptor):
    print("written", flush=True)
    time.sleep(60)

os.fsync = wait_to_be_killed
write_privately(Path(sys.argv[1]), b"new " * 100_000)
"""


def test_a_kill_while_a_file_is_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "page.html"
    write_privately(path, b"old")
    writer = subprocess.Popen(
        [sys.executable, "-c", STOPS_BEFORE_THE_DISK_HAS_IT, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert path.read_bytes() == b"old"
    write_privately(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_file_is_private_whatever_the_umask_is(tmp_path):
    before = os.umask(0o022)
    try:
        write_privately(tmp_path / "page.html", b"private")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == 0o600


def test_the_hash_of_a_forgotten_participant_needs_the_key_of_the_study(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    plan = read_plan(tmp_path)
    one, two = (Study(folder=tmp_path / name, plan=plan) for name in ("one", "two"))
    assert participant_hash(one, "anna") == participant_hash(one, "anna")
    assert len({participant_hash(study, name) for study in (one, two) for name in ("anna", "bob")}) == 4
    keys = [path for path in tmp_path.rglob("*.key") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in keys] == [0o600, 0o600]


def read_plan(folder):
    (folder / "study.toml").write_text(PLAN)
    return read_study(folder).plan


def test_an_unforeseen_error_is_reported_by_its_type_alone(tmp_path, monkeypatch):
    def fail(*_):
        raise ValueError("pain 7 on 2026-01-03: a secret note")

    monkeypatch.setattr("painstats.intake.load_files.load_records", fail)
    read_plan(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "diary.csv").write_text(GOOD)
    [outcome] = run_study(read_study(tmp_path)).files
    assert (outcome.status, outcome.exit_code) == ("failed", 1)
    assert outcome.message is not None
    assert "ValueError" in outcome.message
    assert "secret" not in outcome.message


def test_the_place_of_an_error_is_the_last_line_of_our_own_code(tmp_path):
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Exception, match=r".") as caught:
        read_study(tmp_path)
    assert place_of(caught.value).startswith("study.py:")
    assert place_of(ValueError("never raised")) == "unknown"

"""Any other thing in the inbox, with any name, is refused individually, and good files are read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from contextlib import chdir
from pathlib import Path

import pytest

from painstats.cli import main
from tests.faults.test_bad_input import DAYS, GOOD, PLAN

BAD = os.fsdecode(b"caf\xe9")
SHOWN = r"caf\xe9"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    folder = tmp_path / "inbox" / "anna"
    folder.mkdir(parents=True)
    (folder / "diary.csv").write_text(GOOD)
    return tmp_path


def painstats(*words: str | Path, seconds: int = 20, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: one that hangs is ended, and fails the test."""
    return subprocess.run(
        [sys.executable, "-m", "painstats", *map(str, words)],
        capture_output=True, text=True, timeout=seconds, env={**os.environ, **environment}, check=False,
    )  # fmt: skip


def run(study):
    """Run the study; return the exit code and each file's outcome by its name."""
    done = painstats("run", study, "--json", "--quiet")
    return done.returncode, {file["file"]: file for file in json.loads(done.stdout)["files"]}


# --- names that are not UTF-8 ---


@pytest.mark.parametrize(
    ("below", "shown"),
    [(f"anna/{BAD}.csv", f"anna/{SHOWN}.csv"), (f"{BAD}/diary.csv", SHOWN), (f"anna/{BAD}/diary.csv", f"anna/{SHOWN}")],
    ids=["a file", "a participant's folder", "a folder of exports"],
)
def test_a_name_that_is_not_utf8_is_refused_alone(study, below, shown):
    path = study / "inbox" / below
    path.parent.mkdir(exist_ok=True)
    path.write_text(GOOD)
    code, files = run(study)
    assert (code, files[shown]["rule"]) == (3, "name_not_utf8")
    assert files["anna/diary.csv"]["rows"]["new"] == len(DAYS)
    path.rename(path.with_name("diary-2.csv"))
    if path.parent.name == BAD:
        path.parent.rename(path.parent.with_name("bea"))
    _, files = run(study)
    assert not [file for file in files.values() if file["status"] == "refused"]


def test_an_unpacked_export_with_such_a_name_inside_is_read(study):
    folder = study / "inbox" / "anna" / "Takeout" / "Fitbit"
    folder.mkdir(parents=True)
    (folder / "steps-2026-01-01.json").write_text('[{"dateTime": "01/03/26 09:00:00", "value": "40"}]')
    (folder / f"{BAD}.json").write_text("{}")
    _, files = run(study)
    assert files["anna/Takeout"]["rows"]["new"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_can_be_printed_on_any_terminal(study, encoding):
    (study / "inbox" / "anna" / f"{BAD}.csv").write_text(GOOD)
    (study / "inbox" / "anna" / "é.csv").write_text("nothing that is known")
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for words in (["run", study], ["run", study, "--json"], ["quarantine", study], ["status", study, "--files"]):
        done = painstats(*words, **environment)
        assert done.returncode in (0, 3)
        assert "bug" not in done.stderr
        assert SHOWN in done.stdout.replace("\\\\", "\\") or words[0] != "run"
        if "--json" in words:
            json.loads(done.stdout)


@pytest.mark.parametrize("command", ["inspect", "me"])
def test_a_file_of_such_a_name_given_by_hand_is_refused(study, command):
    path = study / f"{BAD}.csv"
    path.write_text(GOOD)
    words = [path] if command == "inspect" else [study / "inbox", "--diary", path, "--time-zone", "Europe/London"]
    done = painstats(command, *words)
    assert done.returncode in (2, 3)
    assert f"{SHOWN}.csv: the name is not UTF-8" in done.stderr


def test_a_study_in_such_a_folder_is_refused_with_what_to_do(study, capsys):
    moved = study.rename(study.with_name(BAD))
    assert main(["run", str(moved)]) == 2
    assert "rename the folder" in capsys.readouterr().err


# --- what is no file ---


def _pipe(path):
    os.mkfifo(path)


def _socket(path):
    with chdir(path.parent), socket.socket(socket.AF_UNIX) as made:  # its whole path would be too long
        made.bind(path.name)


def _link_to_a_device(path):
    path.symlink_to("/dev/zero")


def _link_to_a_pipe(path):
    _pipe(path.parents[2] / "pipe")
    path.symlink_to(path.parents[2] / "pipe")


THINGS = [_pipe, _socket, _link_to_a_device, _link_to_a_pipe]


@pytest.mark.parametrize("make", THINGS)
def test_what_is_no_file_is_refused_without_opening_it(study, make):
    make(study / "inbox" / "anna" / "export.zip")
    code, files = run(study)
    assert (code, files["anna/export.zip"]["rule"]) == (3, "not_a_file")
    assert files["anna/diary.csv"]["rows"]["new"] == len(DAYS)


@pytest.mark.parametrize("make", THINGS)
@pytest.mark.parametrize("command", ["inspect", "me"])
def test_nor_is_it_opened_by_hand(study, make, command):
    path = study / "inbox" / "anna" / "export.zip"
    make(path)
    options = ["--diary", study / "inbox/anna/diary.csv", "--time-zone", "Europe/London", "--output", study / "r.html"]
    done = painstats(command, path, *(options if command == "me" else []))
    assert done.returncode == 3
    assert "not a file, so it was not opened" in done.stdout + done.stderr


@pytest.mark.parametrize("make", THINGS)
def test_nor_inside_an_unpacked_export(study, make):
    folder = study / "inbox" / "anna" / "Takeout" / "Fitbit"
    folder.mkdir(parents=True)
    (folder / "steps-2026-01-01.json").write_text('[{"dateTime": "01/03/26 09:00:00", "value": "40"}]')
    make(folder / "steps-2026-01-02.json")
    _, files = run(study)
    assert files["anna/Takeout"]["rows"]["new"] == 1


# --- zips with nothing to read in them ---


def _write_link(archive):
    link = zipfile.ZipInfo("export.xml")
    link.external_attr = 0o120777 << 16
    archive.writestr(link, "/etc/passwd")


EMPTY = {
    "nothing": (zipfile.ZipFile.close, "export it again"),
    "a folder": (lambda archive: archive.mkdir("Takeout"), "export it again"),
    "a link": (_write_link, "only export.xml (a link, not a file); give the files themselves"),
    "a zip": (lambda archive: archive.writestr("inner.zip", b"PK"), "only inner.zip (a zip inside the zip, not opened); unpack it"),
}  # fmt: skip


@pytest.mark.parametrize("inside", EMPTY)
def test_a_zip_without_files_is_refused_with_what_it_holds(study, inside):
    fill, says = EMPTY[inside]
    with zipfile.ZipFile(study / "inbox" / "anna" / "export.zip", "w") as archive:
        fill(archive)
    code, files = run(study)
    refused = files["anna/export.zip"]
    assert (code, refused["rule"]) == (3, "zip_empty")
    assert says in refused["message"]
    assert files["anna/diary.csv"]["rows"]["new"] == len(DAYS)
    done = painstats("inspect", study / "inbox" / "anna" / "export.zip")
    assert done.returncode == 3
    assert says in done.stderr

"""Any other thing in the inbox, with any name, is refused individually, and good files are read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from contextlib import chdir

import pytest

from painstats.cli import main
from tests.faults.test_bad_input import DAYS, GOOD, PLAN
from tests.hangs import ended_within

BAD = os.fsdecode(b"caf\xe9")
SHOWN = r"caf\xe9"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    folder = tmp_path / "inbox" / "anna"
    folder.mkdir(parents=True)
    (folder / "diary.csv").write_text(GOOD)
    return tmp_path


@pytest.fixture
def painstats(capsys):
    """Return a function that runs a command; one that hangs is ended, and fails the test."""

    def command(*words):
        with ended_within(20):
            code = main([*map(str, words)])
        return code, capsys.readouterr()

    return command


@pytest.fixture
def run(study, painstats):
    """Return a function that runs the study and returns the exit code and each file's outcome by its name."""

    def go():
        code, said = painstats("run", study, "--json", "--quiet")
        return code, {file["file"]: file for file in json.loads(said.out)["files"]}

    return go


# --- names that are not UTF-8 ---


def test_a_name_that_is_not_utf8_is_refused_alone(study, run):
    """A file, a folder of exports and a participant's folder."""
    inbox = study / "inbox"
    for folder in (inbox / BAD, inbox / "anna" / BAD):
        folder.mkdir()
        (folder / "diary.csv").write_text(GOOD)
    (inbox / "anna" / f"{BAD}.csv").write_text(GOOD)
    code, files = run()
    assert code == 3
    refused = [name for name, file in files.items() if file["rule"] == "name_not_utf8"]
    assert sorted(refused) == [f"anna/{SHOWN}", f"anna/{SHOWN}.csv", SHOWN]
    assert files["anna/diary.csv"]["rows"]["new"] == len(DAYS)
    (inbox / "anna" / f"{BAD}.csv").rename(inbox / "anna" / "diary-2.csv")
    for folder in (inbox / "anna" / BAD, inbox / BAD):
        folder.rename(folder.with_name("bea"))
    _, files = run()
    assert not [file for file in files.values() if file["status"] == "refused"]


def test_an_unpacked_export_with_such_a_name_inside_is_read(study, run):
    folder = study / "inbox" / "anna" / "Takeout" / "Fitbit"
    folder.mkdir(parents=True)
    (folder / "steps-2026-01-01.json").write_text('[{"dateTime": "01/03/26 09:00:00", "value": "40"}]')
    (folder / f"{BAD}.json").write_text("{}")
    _, files = run()
    assert files["anna/Takeout"]["rows"]["new"] == 1


NEXT = "--- next command ---\n"
PRINTING = f"""
import json, sys
from painstats.cli import main
for encoding in ("utf-8", "ascii"):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding=encoding, errors="strict")
    for words in json.loads(sys.argv[2]):
        print({NEXT!r}, end="")
        print(main([words[0], sys.argv[1], *words[1:]]))
"""


def test_it_can_be_printed_on_any_terminal(study):
    (study / "inbox" / "anna" / f"{BAD}.csv").write_text(GOOD)
    (study / "inbox" / "anna" / "é.csv").write_text("nothing that is known")
    environment = {**os.environ, "PYTHONUTF8": "0"}
    commands = [["run"], ["run", "--json"], ["quarantine"], ["status", "--files"]]
    done = subprocess.run(
        [sys.executable, "-c", PRINTING, str(study), json.dumps(commands)],
        capture_output=True, text=True, timeout=60, env=environment, check=False,
    )  # fmt: skip
    assert "bug" not in done.stderr
    printed = done.stdout.split(NEXT)[1:]
    assert len(printed) == 2 * len(commands)
    for words, text in zip(commands * 2, printed, strict=True):
        text, _, code = text.rstrip().rpartition("\n")
        assert code in ("0", "3")
        assert SHOWN in text.replace("\\\\", "\\") or words[0] != "run"
        if "--json" in words:
            json.loads(text)


@pytest.mark.parametrize("command", ["inspect", "me"])
def test_a_file_of_such_a_name_given_by_hand_is_refused(study, painstats, command):
    path = study / f"{BAD}.csv"
    path.write_text(GOOD)
    words = [path] if command == "inspect" else [study / "inbox", "--diary", path, "--time-zone", "Europe/London"]
    code, said = painstats(command, *words)
    assert code in (2, 3)
    assert f"{SHOWN}.csv: the name is not UTF-8" in said.err


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


THINGS = {"pipe": _pipe, "socket": _socket, "device": _link_to_a_device, "linked_pipe": _link_to_a_pipe}


def test_what_is_no_file_is_refused_without_opening_it(study, run):
    for name, make in THINGS.items():
        make(study / "inbox" / "anna" / f"{name}.zip")
    code, files = run()
    assert (code, files.pop("anna/diary.csv")["rows"]["new"]) == (3, len(DAYS))
    assert {name: file["rule"] for name, file in files.items()} == {f"anna/{name}.zip": "not_a_file" for name in THINGS}


@pytest.mark.parametrize("make", THINGS.values(), ids=THINGS)
def test_nor_is_it_opened_to_inspect_it(study, painstats, make):
    path = study / "inbox" / "anna" / "export.zip"
    make(path)
    code, said = painstats("inspect", path)
    assert code == 3
    assert "not a file, so it was not opened" in said.out + said.err


def test_nor_is_it_opened_for_a_report_of_ones_own(study, painstats):
    paths = [study / "inbox" / "anna" / f"{name}.zip" for name in THINGS]
    for path, make in zip(paths, THINGS.values(), strict=True):
        make(path)
    options = ["--diary", study / "inbox/anna/diary.csv", "--time-zone", "Europe/London", "--output", study / "r.html"]
    code, said = painstats("me", *paths, *options)
    assert code == 3
    refused = [line for line in (said.out + said.err).splitlines() if "not a file, so it was not opened" in line]
    assert [path.name for path in paths if not any(path.name in line for line in refused)] == []


def test_nor_inside_an_unpacked_export(study, run):
    folder = study / "inbox" / "anna" / "Takeout" / "Fitbit"
    folder.mkdir(parents=True)
    (folder / "steps-2026-01-01.json").write_text('[{"dateTime": "01/03/26 09:00:00", "value": "40"}]')
    for day, make in enumerate(THINGS.values(), start=2):
        make(folder / f"steps-2026-01-0{day}.json")
    _, files = run()
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


def test_a_zip_without_files_is_refused_with_what_it_holds(study, run, painstats):
    for name, (fill, _) in EMPTY.items():
        with zipfile.ZipFile(study / "inbox" / "anna" / f"{name}.zip", "w") as archive:
            fill(archive)
    code, files = run()
    assert code == 3
    assert files["anna/diary.csv"]["rows"]["new"] == len(DAYS)
    for name, (_, says) in EMPTY.items():
        refused = files[f"anna/{name}.zip"]
        assert refused["rule"] == "zip_empty"
        assert says in refused["message"]
        code, said = painstats("inspect", study / "inbox" / "anna" / f"{name}.zip")
        assert code == 3
        assert says in said.err

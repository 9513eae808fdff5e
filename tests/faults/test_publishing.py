"""Readers see the files of one run, never of two, whatever happens to the run."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from painstats.errors import StorageError
from painstats.plan.study import Plan, Study
from painstats.store import publish, published
from painstats.store.publish import MANIFEST, new_generation, write_privately
from tests.faults.disk_faults import faults

PAGES = ("index.html", "p01.html", "published/finding.parquet")
OWN = {"my notes.html": b"<p>mine</p>", "published/plot.R": b"plot()", "figures/old/1.png": b"png"}


@pytest.fixture
def study(tmp_path):
    """Make a study with the reports of a first run and files of the user's own among them."""
    made = Study(folder=tmp_path, plan=Plan())
    write(made, "first")
    for name, content in OWN.items():
        (made.reports / name).parent.mkdir(parents=True, exist_ok=True)
        (made.reports / name).write_bytes(content)
    return made


def no_page(_):
    return False


def write(study, marker, names=PAGES):
    with new_generation(study, no_page) as generation:
        for name in names:
            generation.write(name, f"{marker} {name}".encode() * 1000)


def seen(reports):
    """Return the marker of each file, and hold the manifest against the files."""
    files = json.loads((reports / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert set(files) == set(PAGES)
    contents = {name: (reports / name).read_bytes() for name in files}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()} == files
    return {content.split()[0].decode() for content in contents.values()}


def own_files(study):
    return {name: (study.reports / name).read_bytes() for name in OWN}


def leftovers(study):
    return {path.name for path in study.folder.iterdir()} - {"reports"}


# --- What is kept


def test_files_of_the_user_stay_and_pages_that_are_not_written_again_go(study):
    (study.reports / "link").symlink_to("my notes.html")
    (study.reports / "left.html").write_bytes(b"a page of a participant who left")
    (study.reports / "figures" / "old").chmod(0o500)
    with new_generation(study, lambda path: path.name == "left.html") as generation:
        for name in PAGES:
            generation.write(name, f"second {name}".encode())
    assert seen(study.reports) == {"second"}
    assert own_files(study) == OWN
    assert (study.reports / "link").readlink() == Path("my notes.html")
    assert (study.reports / "figures" / "old").stat().st_mode & 0o777 == 0o500
    assert not (study.reports / "left.html").exists()
    assert leftovers(study) == set()


def test_a_file_that_the_user_saves_at_the_last_moment_is_kept(study, monkeypatch):
    real = publish.exchange

    def save_and_exchange(one, other):
        late = study.reports / "my notes.html.new"
        late.write_bytes(b"<p>newer</p>")
        late.replace(study.reports / "my notes.html")
        (study.reports / "new.txt").write_bytes(b"new")
        real(one, other)

    monkeypatch.setattr(publish, "exchange", save_and_exchange)
    write(study, "second")
    assert own_files(study) == OWN | {"my notes.html": b"<p>newer</p>"}
    assert (study.reports / "new.txt").read_bytes() == b"new"


def test_unchanged_files_keep_inode_and_time(study):
    def facts():
        return {
            name: (os.stat(study.reports / name).st_ino, os.stat(study.reports / name).st_mtime_ns) for name in PAGES
        }

    before = facts()
    with new_generation(study, no_page) as generation:
        for name in PAGES:
            generation.write(name, (study.reports / name).read_bytes() if name != "p01.html" else b"changed")
    after = facts()
    assert {name for name in PAGES if before[name] != after[name]} == {"p01.html"}


@pytest.mark.parametrize("name", ["p01.html", "published"])
def test_what_stands_in_the_way_is_named_and_left_alone(tmp_path, name):
    study = Study(folder=tmp_path, plan=Plan())
    study.reports.mkdir()
    if name == "published":
        (study.reports / name).write_bytes(b"the user's")
    else:
        (study.reports / name).mkdir()
        (study.reports / name / "mine.txt").write_bytes(b"the user's")
    before = sorted(study.reports.rglob("*"))
    with pytest.raises(StorageError, match=f"{name} has a name that painstats uses"):
        write(study, "first")
    assert sorted(study.reports.rglob("*")) == before
    assert leftovers(study) == set()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path):
    study = Study(folder=tmp_path / "study", plan=Plan())
    (tmp_path / "elsewhere").mkdir()
    study.folder.mkdir()
    study.reports.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="is a link"):
        write(study, "first")
    assert list((tmp_path / "elsewhere").iterdir()) == []


# --- Faults while writing


def counted(function):
    def call(*arguments):
        faults.count()
        return function(*arguments)

    return call


def test_a_failure_at_every_call_leaves_the_files_of_one_run(study, monkeypatch):
    monkeypatch.setattr(publish, "exchange", counted(publish.exchange))
    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    failures, state = 0, "first"
    for n in range(1, 500):
        marker = f"run-{n}"
        try:
            with faults.at(n, study.folder):
                write(study, marker)
        except StorageError:
            failures += 1
            assert seen(study.reports) in ({state}, {marker})
            assert own_files(study) == OWN
        else:
            assert seen(study.reports) == {marker}
            if n > 1 and faults.left > 0:
                break  # no call was left to fail
        [state] = seen(study.reports)
    else:
        pytest.fail("no run ever passed")
    assert failures > 30
    assert leftovers(study) == set()


def test_without_an_exchange_of_folders_every_failure_leaves_the_files_of_one_run(study, monkeypatch):
    """Some network and USB file systems cannot exchange folders; then two renames follow each other."""

    def impossible(*_, **__):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(publish, "exchange", impossible)
    monkeypatch.setattr(os, "link", impossible)  # nor have they hard links
    state = "first"
    for n in range(1, 500):
        marker = f"run-{n}"
        try:
            with faults.at(n, study.folder):
                write(study, marker)
        except StorageError:
            assert seen(study.reports) in ({state}, {marker})
        else:
            assert seen(study.reports) == {marker}
            if faults.left > 0:
                break
        assert own_files(study) == OWN
        [state] = seen(study.reports)
    assert n > 30
    assert leftovers(study) == set()


def test_reports_that_a_killed_run_moved_away_are_put_back(study):
    study.reports.rename(study.folder / publish.OLD_FOLDER)
    (study.folder / publish.NEW_FOLDER).mkdir()
    publish.remove_leftovers(study)
    assert seen(study.reports) == {"first"}
    assert own_files(study) == OWN
    assert leftovers(study) == set()


def test_a_page_is_never_written_in_place(tmp_path, monkeypatch):
    """``painstats me`` writes its report in this way."""
    report = tmp_path / "report.html"
    write_privately(report, b"whole")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_privately(report, b"half of another")
    assert report.read_bytes() == b"whole"


def test_everything_is_safe_from_a_power_cut_before_readers_see_it(study, monkeypatch):
    safe, at_exchange = set(), set()
    real_fsync, real_exchange = os.fsync, publish.exchange

    def fsync(descriptor):
        safe.add(os.fstat(descriptor).st_ino)
        real_fsync(descriptor)

    def exchange(one, other):
        at_exchange.update(safe)
        real_exchange(one, other)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(publish, "exchange", exchange)
    write(study, "second")
    written = [study.reports, study.published, *(study.reports / name for name in (*PAGES, MANIFEST))]
    assert {path.stat().st_ino for path in written} <= at_exchange
    assert study.folder.stat().st_ino in safe - at_exchange  # the exchange itself


# --- Readers


READER = """
import hashlib, json, os, sys

def read(folder, name):
    with open(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()

whole, mixed, markers = 0, 0, set()
print("reading", flush=True)
while not os.path.exists(sys.argv[2]):
    folder = os.open(sys.argv[1], os.O_RDONLY)
    try:
        files = json.loads(read(folder, "published/manifest.json"))["files"]
        contents = {name: read(folder, name) for name in files}
    except FileNotFoundError:
        continue  # the folder was replaced and removed meanwhile: a reader starts again
    finally:
        os.close(folder)
    whole += 1
    mixed += any(hashlib.sha256(contents[name]).hexdigest() != files[name] for name in files)
    mixed += len({content.split()[0] for content in contents.values()}) != 1
    markers |= {content.split()[0] for content in contents.values()}
print(whole, mixed, len(markers))
"""


def test_another_process_never_sees_files_of_two_runs(study, tmp_path):
    end = tmp_path / "end"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(study.reports), str(end)], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout.readline() == "reading\n"
    for number in range(60):
        write(study, f"run-{number}")
    end.touch()
    whole, mixed, markers = map(int, reader.communicate(timeout=60)[0].split())
    assert mixed == 0
    assert whole > 20
    assert markers > 5


# --- Runs that are killed


KILLED = """
import os, signal, sys
from pathlib import Path
from painstats.store import publish, published
from painstats.plan.study import Plan, Study

folder, instant = Path(sys.argv[1]), sys.argv[2]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    if f"{event} {arguments[0]}".endswith(instant) if arguments else False:
        die()

exchange = publish.exchange
if instant == "before the exchange":
    publish.exchange = die
if instant == "after the exchange":
    publish.exchange = lambda *folders: (exchange(*folders), die())
sys.addaudithook(hook)
with publish.new_generation(Study(folder=folder, plan=Plan()), lambda _: False) as generation:
    for name in sys.argv[3:]:
        generation.write(name, f"second {name}".encode() * 1000)
"""


@pytest.mark.parametrize(
    ("instant", "marker"),
    [
        (".reports-new/index.html", "first"),
        (".reports-new/published/manifest.json", "first"),
        (".reports-new/figures/old", "first"),  # while files of the user are carried over
        ("before the exchange", "first"),
        ("after the exchange", "second"),
        ("os.remove p01.html", "second"),  # while the old folder is removed
    ],
)
def test_a_process_that_is_killed_leaves_the_files_of_one_run(study, instant, marker):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(study.folder), instant, *PAGES], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert leftovers(study) == {publish.NEW_FOLDER}
    assert seen(study.reports) == {marker}
    assert own_files(study) == OWN
    write(study, "third")
    assert seen(study.reports) == {"third"}
    assert own_files(study) == OWN
    assert leftovers(study) == set()


TABLES = ("finding", "daily_summary")


def publish_tables_of(study, number):
    with new_generation(study, no_page) as generation:
        for table in TABLES:
            content = BytesIO()
            pl.DataFrame({"run": [number] * 1000}).write_parquet(content)
            generation.write(f"published/{table}.parquet", content.getvalue())


def test_tables_are_read_from_one_run_while_others_replace_them(tmp_path, monkeypatch):
    """The folder is replaced between the first table and the second."""
    study = Study(folder=tmp_path, plan=Plan())
    publish_tables_of(study, 1)
    real, runs = published._table, iter((2, 3))

    def read_and_replace(folder, name, files):
        table = real(folder, name, files)
        if (number := next(runs, None)) is not None:
            publish_tables_of(study, number)
        return table

    monkeypatch.setattr(published, "_table", read_and_replace)
    tables = published.read_published(study, TABLES)
    assert {name: set(table["run"]) for name, table in tables.items()} == {"finding": {3}, "daily_summary": {3}}


@pytest.mark.parametrize("name", ["finding.parquet", "manifest.json"])
def test_a_damaged_table_is_not_read(tmp_path, name):
    study = Study(folder=tmp_path, plan=Plan())
    publish_tables_of(study, 1)
    path = study.published / name
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(StorageError, match="damaged; write it again with: painstats run"):
        published.read_published(study, TABLES)
    path.unlink()
    assert published.read_published(study, TABLES) is None

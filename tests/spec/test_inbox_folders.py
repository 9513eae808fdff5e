"""A folder that is an unpacked export is read as one; other exports in it are read separately."""

from __future__ import annotations

import json
import os
import time

import pytest

from painstats.archive.archive import open_archive
from painstats.cli import main
from painstats.intake.inbox import list_inbox
from painstats.plan.study import read_study
from tests.faults.test_bad_input import GOOD, PLAN
from tests.reading_inboxes import read_inbox
from tests.sources.reading import zipped
from tests.test_rereading import SLEEP as NIGHTS

SLEEP = [{**night, "minutesAsleep": 350 + 7 * (place % 5)} for place, night in enumerate(NIGHTS)]
STEPS = [
    {"dateTime": f"01/{day:02d}/26 {hour:02d}:00:00", "value": str(40 + 3 * (day % 7))}
    for day in range(3, 22)
    for hour in range(9, 20)
]


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    folder = tmp_path / "inbox" / "anna" / "Takeout" / "Fitbit"
    folder.mkdir(parents=True)
    (folder / "sleep-2026-01-01.json").write_text(json.dumps(SLEEP))
    (folder / "steps-2026-01-01.json").write_text(json.dumps(STEPS))
    (folder / "readme.txt").write_text("an export")
    return read_study(tmp_path)


def takeout(study):
    return study.inbox / "anna" / "Takeout"


def test_an_unpacked_export_is_one_export(study):
    [file] = list_inbox(study)
    assert (file.name, file.participant_id, file.left_out) == ("anna/Takeout", "anna", frozenset())
    [outcome] = read_inbox(study.folder).values()
    assert outcome.status == "loaded"
    assert outcome.summary.new == len(SLEEP) + len(STEPS)
    assert [
        note for note in outcome.summary.notes if "into 20 main sleeps" in note
    ]  # steps are held against the nights


def test_it_is_known_again_and_read_again_when_it_grows(study):
    read_inbox(study.folder)
    assert [outcome.status for outcome in read_inbox(study.folder).values()] == ["known"]
    more = [{"dateTime": "01/23/26 10:00:00", "value": "70"}]
    (takeout(study) / "Fitbit" / "steps-2026-01-23.json").write_text(json.dumps(more))
    [outcome] = read_inbox(study.folder).values()
    assert (outcome.summary.new, outcome.summary.same) == (1, len(SLEEP) + len(STEPS))


def test_packed_and_unpacked_give_the_same_rows(study):
    entries = {f"Takeout/Fitbit/{path.name}": path.read_text() for path in (takeout(study) / "Fitbit").iterdir()}
    zipped(study.inbox / "anna" / "takeout.zip", entries)
    first, second = read_inbox(study.folder).values()
    assert (first.summary.new, second.summary.new) == (len(SLEEP) + len(STEPS), 0)
    assert second.summary.same == first.summary.new


def test_hidden_files_and_links_are_no_part_of_it(study, tmp_path):
    before = open_archive(takeout(study)).content_hash
    (takeout(study) / ".DS_Store").write_text("x")
    (takeout(study) / "__MACOSX").mkdir()
    (takeout(study) / "__MACOSX" / "x.json").write_text("[]")
    (tmp_path / "secret.json").write_text("[]")
    (takeout(study) / "link.json").symlink_to(tmp_path / "secret.json")
    (takeout(study) / "loop").symlink_to(takeout(study))
    export = open_archive(takeout(study))
    assert open_archive(takeout(study)).content_hash == before
    assert [entry.label for entry in export.entries] == ["readme.txt", "sleep-2026-01-01.json", "steps-2026-01-01.json"]
    assert [skipped.name for skipped in export.skipped] == ["link.json", "loop"]


def test_a_diary_and_a_zip_in_it_are_read_singly(study):
    (takeout(study) / "diary.csv").write_text(GOOD)
    zipped(takeout(study) / "older.zip", {"Fitbit/steps-2025-01-01.json": json.dumps(STEPS[:3])})
    files = {file.name: file for file in list_inbox(study)}
    assert set(files) == {"anna/Takeout", "anna/Takeout/diary.csv", "anna/Takeout/older.zip"}
    assert files["anna/Takeout"].left_out == {"diary.csv", "older.zip"}
    outcomes = read_inbox(study.folder)
    assert {outcome.status for outcome in outcomes.values()} == {"loaded"}
    assert outcomes["anna/Takeout/diary.csv"].summary.new == 30


def test_a_folder_that_is_no_export_is_read_file_by_file_as_ever(study):
    (study.inbox / "bob" / "2026").mkdir(parents=True)
    (study.inbox / "bob" / "2026" / "diary.csv").write_text(GOOD)
    (study.inbox / "bob" / "2026" / "letter.txt").write_text("Dear reader")
    assert {file.name for file in list_inbox(study)} >= {"bob/2026/diary.csv", "bob/2026/letter.txt"}


def test_the_order_of_files_on_disk_does_not_matter(tmp_path):
    for name, order in (("one", (1, 2, 3)), ("two", (3, 1, 2))):
        (tmp_path / name / "deep").mkdir(parents=True)
        for number in order:
            (tmp_path / name / "deep" / f"{number}.txt").write_text(f"{number}")
    assert open_archive(tmp_path / "one").content_hash == open_archive(tmp_path / "two").content_hash
    (tmp_path / "two" / "deep" / "3.txt").rename(tmp_path / "two" / "deep" / "4.txt")
    assert open_archive(tmp_path / "one").content_hash != open_archive(tmp_path / "two").content_hash


def test_me_and_inspect_take_a_folder(study, tmp_path, capsys):
    (tmp_path / "diary.csv").write_text(GOOD)
    words = [
        "--diary",
        str(tmp_path / "diary.csv"),
        "--time-zone",
        "Europe/London",
        "--output",
        str(tmp_path / "r.html"),
    ]
    assert main(["me", str(takeout(study)), *words, "--json"]) in (0, 7)
    files = json.loads(capsys.readouterr().out)["files"]
    assert {(file["file"], file["status"]) for file in files} == {("me/Takeout", "loaded"), ("me/diary.csv", "loaded")}
    assert main(["inspect", str(takeout(study)), "--zone", "Europe/London", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["summary"]["new"]) == ("fitbit", len(SLEEP) + len(STEPS))


@pytest.mark.slow
def test_thirty_thousand_small_files_are_no_trouble(study):
    folder = takeout(study) / "Other"
    folder.mkdir()
    for number in range(30_000):
        with open(folder / f"heart_rate-{number}.json", "wb") as file:
            file.write(b'[{"dateTime": "01/03/26 10:00:00", "value": {"bpm": 60}}]')
    started, cpu = time.monotonic(), time.process_time()
    [file] = list_inbox(study)
    assert file.name == "anna/Takeout"
    assert time.process_time() - cpu < 30
    [outcome] = read_inbox(study.folder).values()
    assert outcome.summary.new == len(SLEEP) + len(STEPS)
    assert time.monotonic() - started < 300
    assert os.path.exists(study.database)

"""Erasure removes the participant's data and nothing else, survives being killed, and is permanent."""

from __future__ import annotations

import os

import pytest

from benchmarks.kill_forget import instants, kill_once, rows_of_other, usual_duration
from benchmarks.kill_forget import make_study as make_canary_study
from painstats.cli import main
from painstats.plan.study import read_study
from painstats.reports.pages import GENERATOR
from painstats.store import open_store
from painstats.store.erase_files import PAGE_MARK
from painstats.store.erasure_journal import JOURNAL_FILE, Intent, write_intent
from painstats.store.forgotten import FORGOTTEN_FILE, KEY_FILE
from tests.conftest import drawn
from tests.faults.erasing import SHARED_PLAN, answer_of, forget, make, people, put, read, rows, run, shared, world
from tests.faults.test_bad_input import DAYS, GOOD

pytestmark = pytest.mark.usefixtures("own_machine")


@pytest.fixture
def study(tmp_path):
    return make(tmp_path)


# --- only what the study knows, and only inside the inbox ---

DRAWN_NAMES = drawn(
    """
    id                 | what it would be as a path
    ../../victim       | a folder next to the study
    ..                 | the study
    .                  | the inbox
    /                  | everything
    //                 | everything
    {victim}           | a folder, by its whole path
    {victim}/          | the same, completed by the shell
    anna/../../victim  | a folder next to the study, through one that is there
    anna/../bob        | another participant
    ./anna             | the participant, by a path
    inbox/anna         | the participant, by a path
    ../inbox/anna      | the participant, by a path
    anna/.             | the participant, by a path
    anna/diary.csv     | a file of the participant
    .stfolder          | a synchroniser's folder, which is there
    diary.csv          | a file directly in the inbox
    *                  | every file, in a shell
    ~                  | the home folder, in a shell
    Anna               | another participant
    """
)
NAMES_OF_NOTHING = [case["id"] for case in DRAWN_NAMES] + ["", " ", "anna\0", "\0", "x" * 5000, "\udcff"]


@pytest.mark.parametrize("name", NAMES_OF_NOTHING, ids=lambda name: ascii(name)[:30])
def test_an_id_that_the_study_does_not_know_removes_nothing(study, name):
    put(study, anna__diary=GOOD, bob__diary=GOOD, diary=GOOD)
    (study / "inbox" / ".stfolder").mkdir()
    before = world(study)
    victim = str(study.parent / "victim")
    assert forget(study, name.replace("{victim}", victim)) == 2
    assert world(study) == before


@pytest.mark.parametrize("hostile", ["../../victim", "..", ".", "{victim}", "bob/..", "/", "*", "../bob"])
def test_an_id_from_a_diary_that_looks_like_a_path_is_only_an_id(study, hostile):
    hostile = hostile.replace("{victim}", str(study.parent / "victim"))
    put(study, shared=shared(hostile, "bob"), bob__diary=GOOD)
    read(study)
    assert hostile in people(study)
    before = {name: content for name, content in world(study).items() if "/reports/" not in name}
    assert forget(study, hostile) == 0
    assert {name: content for name, content in world(study).items() if "/reports/" not in name} == before
    assert people(study) == ["bob"]


@pytest.mark.parametrize("slashes", ["/", "//"])
def test_a_trailing_slash_means_the_same_participant_in_every_part(study, capsys, slashes):
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    run(study)
    code, answer = answer_of(study, f"anna{slashes}", capsys)
    assert code == 0
    assert answer["rows_removed"] > len(DAYS)
    assert people(study) == ["bob"]
    assert not (study / "inbox" / "anna").exists()


def test_an_unknown_id_is_named_before_the_question(study, monkeypatch, capsys):
    put(study, anna__diary=GOOD)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked = []
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or "no")
    assert main(["forget", str(study), "unknown"]) == 2
    assert asked == []
    assert "no participant with that id" in capsys.readouterr().err
    assert main(["forget", str(study), "anna"]) == 2
    assert len(asked) == 1
    assert (study / "inbox" / "anna" / "diary.csv").exists()


def test_a_link_in_the_inbox_is_removed_and_what_it_leads_to_is_named(study, capsys):
    outside = study.parent / "victim"
    (outside / "diary.csv").write_text(GOOD)
    (study / "inbox" / "anna").symlink_to(outside)
    put(study, bob__diary=GOOD)
    read(study)
    code, answer = answer_of(study, "anna", capsys)
    assert (code, answer["not_removed"]) == (8, [str(outside)])
    assert not os.path.lexists(study / "inbox" / "anna")
    assert (outside / "diary.csv").read_text() == GOOD
    assert (outside / "precious.txt").exists()
    assert people(study) == ["bob"]


def test_links_inside_the_participants_folder_are_not_followed(study, capsys):
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    (study / "inbox" / "anna" / "more").symlink_to(study.parent / "victim")
    (study / "inbox" / "anna" / "bob.csv").symlink_to(study / "inbox" / "bob" / "diary.csv")
    code, answer = answer_of(study, "anna", capsys)
    assert (code, answer["not_removed"]) == (8, [str(study.parent / "victim")])
    assert (study.parent / "victim" / "precious.txt").exists()
    assert (study / "inbox" / "bob" / "diary.csv").exists()
    assert not (study / "inbox" / "anna").exists()


def test_an_inbox_that_is_a_link_works(study, capsys):
    elsewhere = study.parent / "exports"
    (study / "inbox").rename(elsewhere)
    (study / "inbox").symlink_to(elsewhere)
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    read(study)
    code, answer = answer_of(study, "anna", capsys)
    assert code == 0
    assert "inbox/anna/diary.csv" in answer["files_removed"]
    assert sorted(path.name for path in elsewhere.iterdir()) == ["bob"]
    assert people(study) == ["bob"]


def test_a_file_that_another_participant_has_too_stays_with_them(study):
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    read(study)
    assert forget(study, "anna") == 0
    assert (study / "inbox" / "bob" / "diary.csv").read_text() == GOOD


def test_a_file_of_several_participants_stays_when_one_of_them_is_forgotten(study):
    put(study, shared=shared("me", "bob"))
    read(study)
    assert forget(study, "me") == 0
    assert (study / "inbox" / "shared.csv").exists()
    assert rows(study, "SELECT participant_id, file_name FROM import") == [(None, "shared.csv")]
    read(study)
    assert people(study) == ["bob"]


def test_only_pages_and_tables_of_painstats_are_removed_from_the_reports(study):
    assert f'<meta name="generator" content="{GENERATOR}">'.encode() == PAGE_MARK
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    run(study)
    earlier = study / ".reports-old" / "published"
    earlier.mkdir(parents=True)
    (earlier / "finding.parquet").write_text("anna")
    (study / "reports" / "published" / "manifest.json").write_text("anna.html")
    notes = study / "reports" / "notes.docx"
    notes.write_text("of the clinic")
    assert forget(study, "anna") == 0
    assert not (study / ".reports-old").exists()
    assert [path.name for path in (study / "reports").rglob("*")] == ["notes.docx"]


def test_an_id_that_is_part_of_another_is_distinguished(study, capsys):
    put(study, **{"anna__diary": GOOD, "anna-2__diary": GOOD + "2026-02-02,anna-2 says nine\n"})
    run(study)
    code, answer = answer_of(study, "anna", capsys)
    assert (code, answer["traces"], answer["kept"]) == (0, [], [])
    assert people(study) == ["anna-2"]
    assert len(rows(study, "SELECT text FROM quarantine")) == 1


# --- forgotten for good ---


def test_no_note_of_how_a_file_was_read_outlives_the_file(study):
    put(study, anna__diary=GOOD, shared=shared("bob"))
    read(study)
    assert forget(study, "anna") == 0
    with open_store(read_study(study)) as store:
        query = "SELECT (SELECT count(*) FROM import_reading), (SELECT count(*) FROM import)"
        assert store.connection.execute(query).fetchall() == [(1, 1)]


def test_removing_the_database_brings_no_one_back(study):
    put(study, shared=shared("anna", "bob"))
    read(study)
    assert forget(study, "anna") == 0
    (study / "painstats.duckdb").unlink()
    assert main(["run", str(study), "--quiet"]) == 6
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert people(study) == ["bob"]


def test_restoring_an_older_database_brings_no_one_back(study):
    put(study, anna__diary=GOOD, shared=shared("bob"))
    read(study)
    files = (study / "painstats.duckdb", study / ".painstats.checksum")
    older = [file.read_bytes() for file in files]
    assert forget(study, "anna") == 0
    for file, content in zip(files, older, strict=True):
        file.write_bytes(content)
    assert people(study) == ["bob"]
    assert b"anna" not in (study / "painstats.duckdb").read_bytes()


def test_a_list_inside_an_old_database_is_moved_beside_it(study):
    put(study, shared=shared("anna", "bob"))
    read(study)
    assert forget(study, "anna") == 0
    listed = (study / FORGOTTEN_FILE).read_text()
    (study / FORGOTTEN_FILE).unlink()
    read(study)
    assert (study / FORGOTTEN_FILE).read_text() == listed
    assert (study / FORGOTTEN_FILE).stat().st_mode & 0o777 == 0o600
    assert len(listed.split()) == 1


@pytest.mark.parametrize(("name", "content"), [(KEY_FILE, None), (KEY_FILE, b"short"), (FORGOTTEN_FILE, b"cut off")])
def test_nothing_is_read_while_forgotten_people_cannot_be_recognised(study, capsys, name, content):
    put(study, shared=shared("anna", "bob"))
    assert read(study) == 0
    assert forget(study, "anna") == 0
    (study / "inbox" / "shared.csv").write_text(shared("anna", "bob") + '"bob",2026-03-01,1\n')
    (study / name).unlink() if content is None else (study / name).write_bytes(content)
    assert run(study) == 6
    assert "restore it from a backup" in capsys.readouterr().err
    assert b"anna" not in (study / "painstats.duckdb").read_bytes()


def test_messages_never_advise_removing_the_database(study, capsys):
    put(study, anna__diary=GOOD)
    run(study)
    (study / "inbox" / "anna" / "diary.csv").unlink()
    (study / "study.toml").write_text(SHARED_PLAN.replace("Europe/London", "Asia/Tokyo"))
    assert run(study) == 2
    said = capsys.readouterr().err
    assert "painstats forget-import" in said
    assert "painstats.duckdb" not in said
    assert main(["forget-import", str(study), "anna/diary.csv"]) == 0
    assert run(study) in (0, 7)


# --- resumable ---


def test_what_opens_the_study_next_completes_an_interrupted_erasure(study, caplog):
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    read(study)
    write_intent(read_study(study), Intent("anna"))
    assert main(["status", str(study)]) == 0
    assert people(study) == ["bob"]
    assert not (study / "inbox" / "anna").exists()
    assert not (study / JOURNAL_FILE).exists()
    assert "completed an erasure" in caplog.text
    assert "anna" not in caplog.text


def test_a_damaged_journal_is_named(study, capsys):
    put(study, anna__diary=GOOD)
    (study / JOURNAL_FILE).write_text("{")
    assert main(["status", str(study)]) == 6
    assert JOURNAL_FILE in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_erasure_is_completed_by_the_next_call(tmp_path):
    """Two instants; ``python -m benchmarks.kill_forget --kills 100`` tries as many as wanted."""
    template = tmp_path / "template"
    make_canary_study(template)
    before = rows_of_other(template)
    duration = usual_duration(template, tmp_path / "undisturbed")
    outcomes = [
        kill_once(template, tmp_path / f"study-{number}", instant, before)
        for number, instant in enumerate(instants(2, duration, seed=7))
    ]
    assert [outcome.faults for outcome in outcomes] == [()] * 2

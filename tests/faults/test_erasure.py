"""Erasure removes what is the participant's, everywhere, and nothing else; it can be killed at any instant."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import duckdb
import pytest

from benchmarks.kill_forget import instants, kill_once, rows_of_other, usual_duration_s
from benchmarks.kill_forget import make_study as make_canary_study
from painstats.cli import main
from painstats.reports.pages import GENERATOR
from painstats.store import open_store
from painstats.store.erase_files import PAGE_MARK
from painstats.store.erasure_journal import JOURNAL_FILE, Intent, write_intent
from painstats.store.forgotten import FORGOTTEN_FILE, KEY_FILE
from painstats.store.id_pattern import pattern_of
from painstats.study import read_study
from tests.conftest import drawn
from tests.faults.test_bad_input import DAYS, GOOD, PLAN

pytestmark = pytest.mark.usefixtures("own_machine")

SHARED_PLAN = f"""{PLAN}
[[diaries]]
file = "shared.csv"
participant_column = "who"
filled = "evening"
items = [{{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }}]
"""


@pytest.fixture
def study(tmp_path):
    """Return an empty study beside somebody's folder."""
    for name in ("S/inbox", "victim"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "victim" / "precious.txt").write_text("keep me")
    (tmp_path / "S" / "study.toml").write_text(SHARED_PLAN)
    return tmp_path / "S"


def put(study: Path, **files: str) -> None:
    for name, text in files.items():
        path = study / "inbox" / name.replace("__", "/")
        path = path.with_name(path.name + ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(study: Path) -> int:
    return main(["run", str(study), "--quiet"])


def forget(study: Path, participant: str) -> int:
    return main(["forget", str(study), participant, "--yes"])


def answer_of(study: Path, participant: str, capsys) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["forget", str(study), participant, "--yes", "--json"])
    return code, json.loads(capsys.readouterr().out)


def rows(study: Path, query: str) -> list[tuple]:
    with open_store(read_study(study)) as store:
        return store.connection.execute(query).fetchall()


def people(study: Path) -> list[str]:
    return [row[0] for row in rows(study, "SELECT DISTINCT participant_id FROM self_report ORDER BY 1")]


def shared(*ids: str) -> str:
    return "who,date,pain\n" + "".join(f'"{who}",{day},{day.day % 5}\n' for who in ids for day in DAYS)


def world(study: Path) -> dict[str, bytes]:
    """Return every file around the study and in it, but for what opening the database writes."""
    return {
        str(path.relative_to(study.parent)): path.read_bytes()
        for path in study.parent.rglob("*")
        if path.is_file() and not path.name.startswith((".painstats", "painstats.duckdb"))
    }


# --- only what the study knows, and only inside the inbox ---

DRAWN_NAMES = drawn(
    """
    id                 | what it would be as a path
    ../../victim       | a folder beside the study
    ..                 | the study
    .                  | the inbox
    /                  | everything
    //                 | everything
    {victim}           | a folder, by its whole path
    {victim}/          | the same, completed by the shell
    anna/../../victim  | a folder beside the study, through one that is there
    anna/../bob        | another participant
    ./anna             | the participant, by a path
    inbox/anna         | the participant, by a path
    ../inbox/anna      | the participant, by a path
    anna/.             | the participant, by a path
    anna/diary.csv     | a file of the participant
    .stfolder          | a synchroniser's folder, which is there
    diary.csv          | a file directly in the inbox
    *                  | everybody, in a shell
    ~                  | the home folder, in a shell
    Anna               | somebody else
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
    run(study)
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
    assert main(["forget", str(study), "nobody"]) == 2
    assert asked == []
    assert "no participant of that id" in capsys.readouterr().err
    assert main(["forget", str(study), "anna"]) == 2
    assert len(asked) == 1
    assert (study / "inbox" / "anna" / "diary.csv").exists()


def test_a_link_in_the_inbox_is_removed_and_what_it_leads_to_is_named(study, capsys):
    outside = study.parent / "victim"
    (outside / "diary.csv").write_text(GOOD)
    (study / "inbox" / "anna").symlink_to(outside)
    put(study, bob__diary=GOOD)
    run(study)
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
    run(study)
    code, answer = answer_of(study, "anna", capsys)
    assert code == 0
    assert "inbox/anna/diary.csv" in answer["files_removed"]
    assert sorted(path.name for path in elsewhere.iterdir()) == ["bob"]
    assert people(study) == ["bob"]


def test_a_file_that_somebody_else_has_too_stays_with_them(study):
    put(study, anna__diary=GOOD, bob__diary=GOOD)
    run(study)
    assert forget(study, "anna") == 0
    assert (study / "inbox" / "bob" / "diary.csv").read_text() == GOOD


def test_a_file_of_several_participants_stays_when_one_of_them_is_forgotten(study):
    put(study, shared=shared("me", "bob"))
    run(study)
    assert forget(study, "me") == 0
    assert (study / "inbox" / "shared.csv").exists()
    assert rows(study, "SELECT participant_id, file_name FROM import") == [(None, "shared.csv")]
    run(study)
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


def test_an_id_that_is_part_of_another_is_told_apart(study, capsys):
    put(study, **{"anna__diary": GOOD, "anna-2__diary": GOOD + "2026-02-02,anna-2 says nine\n"})
    run(study)
    code, answer = answer_of(study, "anna", capsys)
    assert (code, answer["traces"], answer["kept"]) == (0, [], [])
    assert people(study) == ["anna-2"]
    assert len(rows(study, "SELECT text FROM quarantine")) == 1


# --- complete ---


def test_rejected_rows_and_earlier_values_of_shared_files_go_too(study):
    lines = shared("anna", "bob")
    put(study, shared=lines + '"anna",2026-02-02,eleven\n"bob",2026-02-03,twelve\n')
    run(study)
    put(study, shared=lines.replace(",1\n", ",9\n") + '"anna",2026-02-02,eleven\n"bob",2026-02-03,twelve\n')
    run(study)
    assert {row[0] for row in rows(study, "SELECT participant_id FROM superseded")} == {"anna", "bob"}
    assert forget(study, "anna") == 0
    assert {row[0] for row in rows(study, "SELECT participant_id FROM superseded")} == {"bob"}
    texts = " ".join(row[0] for row in rows(study, "SELECT text FROM quarantine"))
    assert "eleven" not in texts
    assert "twelve" in texts


def test_rejected_rows_that_name_nobody_go_if_they_may_be_the_participants(study):
    put(study, shared=shared("anna", "bob"))
    run(study)
    with open_store(read_study(study)) as store:
        [number] = store.connection.execute("SELECT import_id FROM import WHERE file_name = 'shared.csv'").fetchone()
        store.connection.execute(
            "INSERT INTO quarantine VALUES (?, 'self_report', 'shared.csv', 3, 'pain', 'unreadable', 'fainted, 11')",
            [number],
        )
    assert forget(study, "anna") == 0
    assert rows(study, "SELECT * FROM quarantine") == []


def test_what_the_ledger_says_of_shared_files_names_nobody_who_was_forgotten(study):
    put(study, **{"shared": shared("annabella", "bob"), "of-annabella": "x,y\n1,2\n"})
    run(study)
    with open_store(read_study(study)) as store:
        store.connection.execute(
            "UPDATE import SET notes = ['annabella.csv: dates were read'], message = 'annabella' WHERE status = 'loaded'"
        )
        store.connection.execute("INSERT INTO ignored VALUES (1, 'annabella.csv', 0, 'not used')")
        store.connection.execute("UPDATE import SET file_name = 'annabella-shared.csv' WHERE status = 'loaded'")
    assert forget(study, "annabella") == 0
    assert rows(study, "SELECT file_name, notes, message FROM import") == [("removed 1", None, None)]


PLACES = drawn(
    """
    place                                 | code | said in
    home/.prefect/prefect.db              | 8    | traces
    home/.painstats/prefect/prefect.db    | 8    | traces
    home/.streamlit/cache/page.txt        | 8    | traces
    temporary/painstats-ab_12345/notes.txt | 8    | traces
    temporary/other/notes.txt             | 0    |-
    S/.prefect/prefect.db                 | 8    | traces
    S/painstats.duckdb.of-mine            | 8    | traces
    S/painstats.duckdb.backup-v0001       | 0    | -
    S/painstats.duckdb.set-aside-2026     | 0    | -
    S/notes.txt                           | 0    | kept
    S/inbox/notes.txt                     | 0    | kept
    S/inbox/bob/annabella.txt             | 0    | kept
    S/.reading/0/rows.parquet             | 0    |-
    S/.spill/duckdb_temp_storage.tmp      | 0    |-
    S/painstats.rewritten                 | 0    |-
    S/reports/.annabella.html.unfinished  | 0    |-
    """
)


@pytest.mark.parametrize("case", PLACES, ids=lambda case: case["place"])
def test_every_place_is_searched_and_said(study, capsys, case):
    put(study, annabella__diary=GOOD)
    path = study.parent / case["place"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("of annabella")
    code, answer = answer_of(study, "annabella", capsys)
    assert code == int(case["code"])
    found = {name: answer[name] for name in ("traces", "kept") if answer[name]}
    inside = case["place"].removeprefix("S/")
    named = str(path) if inside == case["place"] else inside
    assert found == ({case["said in"]: [named]} if case["said in"] != "-" else {})
    assert path.exists() == (case["said in"] != "-" or "other" in case["place"])


def test_prefects_home_is_searched_wherever_it_is(study, capsys, monkeypatch):
    put(study, annabella__diary=GOOD)
    place = study.parent / "prefect"
    place.mkdir()
    (place / "prefect.db").write_text("annabella")
    monkeypatch.setenv("PREFECT_HOME", str(place))
    assert answer_of(study, "annabella", capsys)[1]["traces"] == [str(place / "prefect.db")]


@pytest.mark.parametrize("where", ["name", "content", "inner zip", "utf-16"])
def test_a_zip_that_names_the_participant_inside_is_named(study, capsys, where):
    put(study, annabella__diary=GOOD, bob__diary=GOOD)
    text = "of annabella. " * 50
    entries = {
        "name": {"annabella.csv": b"x"},
        "content": {"a.csv": text.encode()},
        "inner zip": {"a.zip": zipped(study.parent / "inner.zip", {"a.csv": text.encode()})},
        "utf-16": {"a.csv": text.encode("utf-16")},
    }
    zipped(study / "inbox" / "all.zip", entries[where])
    zipped(study / "inbox" / "none.zip", {"a.csv": b"of bob"})
    code, answer = answer_of(study, "annabella", capsys)
    assert (code, answer["kept"]) == (0, ["inbox/all.zip"])


def zipped(path: Path, entries: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path.read_bytes()


def test_a_file_that_cannot_be_searched_is_named(study, capsys):
    put(study, annabella__diary=GOOD)
    (study / "inbox" / "cut.zip").write_bytes(b"PK\x03\x04 and nothing more")
    os.mkfifo(study / "inbox" / "pipe")
    assert answer_of(study, "annabella", capsys)[1]["not_searched"] == ["inbox/cut.zip"]


def test_a_database_is_searched_by_its_values(study, capsys):
    put(study, annabella__diary=GOOD, bob__diary=GOOD)
    run(study)
    with open_store(read_study(study)) as store:
        store.connection.execute("UPDATE self_report SET site = 'annabella''s chair' WHERE participant_id = 'bob'")
    code, answer = answer_of(study, "annabella", capsys)
    assert code == 8
    assert answer["traces"][0] == "painstats.duckdb: self_report.site"


def test_a_copy_of_the_database_is_searched_by_its_values_too(study, capsys):
    """DuckDB packs many texts of one kind so that their bytes are in the file no more."""
    put(study, annabella__diary=GOOD)
    copy = study / "painstats.duckdb.of-mine"
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "CREATE TABLE note AS SELECT 'x' || i || ' annabella ' || hash(i) AS text FROM range(50000) AS r(i)"
        )
    assert b"annabella" not in copy.read_bytes()
    code, answer = answer_of(study, "annabella", capsys)
    assert (code, answer["traces"]) == (8, ["painstats.duckdb.of-mine: note.text"])


@pytest.mark.parametrize("cut", range(1, 24))
def test_an_id_is_found_wherever_a_file_is_cut_into_parts(monkeypatch, cut, tmp_path):
    monkeypatch.setattr("painstats.store.id_pattern._CHUNK_BYTES", 40)
    path = tmp_path / "file"
    for text, is_in in ((b" anna ", True), (b"xanna ", False), (b" annab", False), (b" anna-2 ", False)):
        path.write_bytes(b"." * (20 + cut) + text + b"." * 90)
        with path.open("rb") as file:
            assert pattern_of("anna", ["anna-2"]).is_in_stream(file) == is_in


# --- forgotten for good ---


def test_removing_the_database_brings_nobody_back(study):
    put(study, shared=shared("anna", "bob"))
    run(study)
    assert forget(study, "anna") == 0
    (study / "painstats.duckdb").unlink()
    assert main(["run", str(study), "--quiet"]) == 6
    assert main(["rebuild", str(study), "--quiet"]) in (0, 7)
    assert people(study) == ["bob"]


def test_restoring_an_older_database_brings_nobody_back(study):
    put(study, anna__diary=GOOD, shared=shared("bob"))
    run(study)
    files = (study / "painstats.duckdb", study / ".painstats.checksum")
    older = [file.read_bytes() for file in files]
    assert forget(study, "anna") == 0
    for file, content in zip(files, older, strict=True):
        file.write_bytes(content)
    assert people(study) == ["bob"]
    assert b"anna" not in (study / "painstats.duckdb").read_bytes()


def test_a_list_inside_an_old_database_is_moved_beside_it(study):
    put(study, shared=shared("anna", "bob"))
    run(study)
    assert forget(study, "anna") == 0
    listed = (study / FORGOTTEN_FILE).read_text()
    (study / FORGOTTEN_FILE).unlink()
    run(study)
    assert (study / FORGOTTEN_FILE).read_text() == listed
    assert (study / FORGOTTEN_FILE).stat().st_mode & 0o777 == 0o600
    assert len(listed.split()) == 1


@pytest.mark.parametrize(("name", "content"), [(KEY_FILE, None), (KEY_FILE, b"short"), (FORGOTTEN_FILE, b"cut off")])
def test_nothing_is_read_while_forgotten_people_cannot_be_recognised(study, capsys, name, content):
    put(study, shared=shared("anna", "bob"))
    assert run(study) in (0, 7)
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
    run(study)
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
    """Eight instants; ``python -m benchmarks.kill_forget --kills 100`` tries as many as wanted."""
    template = tmp_path / "template"
    make_canary_study(template)
    before = rows_of_other(template)
    duration_s = usual_duration_s(template, tmp_path / "undisturbed")
    outcomes = [
        kill_once(template, tmp_path / f"study-{number}", instant, before)
        for number, instant in enumerate(instants(8, duration_s, seed=7))
    ]
    assert [outcome.faults for outcome in outcomes] == [()] * 8

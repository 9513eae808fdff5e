"""Every place that may name a forgotten participant is cleared, or searched and reported."""

from __future__ import annotations

import os

import duckdb
import pytest

from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.id_pattern import pattern_of
from tests.conftest import drawn
from tests.faults.erasing import answer_of, forget, make, put, read, rows, run, shared, zipped
from tests.faults.test_bad_input import GOOD

pytestmark = pytest.mark.usefixtures("own_machine")


@pytest.fixture
def study(tmp_path):
    return make(tmp_path)


def test_rejected_rows_and_earlier_values_of_shared_files_go_too(study):
    lines = shared("anna", "bob")
    put(study, shared=lines + '"anna",2026-02-02,eleven\n"bob",2026-02-03,twelve\n')
    read(study)
    put(study, shared=lines.replace(",1\n", ",9\n") + '"anna",2026-02-02,eleven\n"bob",2026-02-03,twelve\n')
    read(study)
    assert {row[0] for row in rows(study, "SELECT participant_id FROM superseded")} == {"anna", "bob"}
    assert forget(study, "anna") == 0
    assert {row[0] for row in rows(study, "SELECT participant_id FROM superseded")} == {"bob"}
    texts = " ".join(row[0] for row in rows(study, "SELECT text FROM quarantine"))
    assert "eleven" not in texts
    assert "twelve" in texts


def test_rejected_rows_without_a_name_go_if_they_may_be_the_participants(study):
    put(study, shared=shared("anna", "bob"))
    read(study)
    with open_store(read_study(study)) as store:
        [number] = store.connection.execute("SELECT import_id FROM import WHERE file_name = 'shared.csv'").fetchone()
        store.connection.execute(
            "INSERT INTO quarantine VALUES (?, 'self_report', 'shared.csv', 3, 'pain', 'unreadable', 'fainted, 11')",
            [number],
        )
    assert forget(study, "anna") == 0
    assert rows(study, "SELECT * FROM quarantine") == []


def test_ledger_entries_of_shared_files_name_no_forgotten_participant(study):
    put(study, **{"shared": shared("annabella", "bob"), "of-annabella": "x,y\n1,2\n"})
    read(study)
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
    assert "painstats.duckdb: self_report.site" in answer["traces"]


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

"""Ids that differ only in capitals, spaces or the encoding of accents are refused until the user decides."""

from __future__ import annotations

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.faults.test_bad_input import DAYS, GOOD, PLAN
from tests.reading_inboxes import exit_code, read_inbox

MANY = PLAN.replace('filled = "evening"', 'filled = "evening"\nparticipant_column = "who"')
LOOKS = [("Anna", "anna"), ("anna", "anna "), ("Ren\u00e9", "Rene\u0301")]


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    (tmp_path / "inbox").mkdir()

    def put(name, text=GOOD):
        path = tmp_path / "inbox" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run():
        files = read_inbox(tmp_path)
        return exit_code(files.values()), files

    return tmp_path, put, run


def people(folder):
    with open_store(read_study(folder)) as store:
        return {row[0] for row in store.connection.execute("SELECT participant_id FROM self_report").fetchall()}


def of(who):
    """Return the diary of a file of many people, for one of them."""
    return "who,date,pain\n" + "".join(f'"{who}",{line}\n' for line in GOOD.splitlines()[1:])


def refused(file, *names):
    assert (file.status, file.rule) == ("refused", "id_collision")
    assert all(f'"{name}"' in file.message for name in names)
    assert "if both are the same participant" in file.message


@pytest.mark.parametrize(("first", "second"), LOOKS)
def test_a_second_folder_that_only_looks_different_is_refused(study, first, second):
    folder, put, run = study
    put(f"{first}/diary.csv")
    run()
    put(f"{second}/my-diary.csv", GOOD.replace(",1\n", ",9\n"))
    code, files = run()
    assert code == 3
    refused(files[f"{second}/my-diary.csv"], first, second)
    assert files[f"{first}/diary.csv"].status == "known"
    assert people(folder) == {first}
    (folder / "inbox" / second).rename(folder / "inbox" / "another one")
    _, files = run()
    assert files["another one/my-diary.csv"].summary.new == len(DAYS)


@pytest.mark.parametrize(("first", "second"), LOOKS)
def test_of_two_new_folders_neither_is_believed(study, first, second):
    folder, put, run = study
    put(f"{first}/diary.csv")
    put(f"{second}/diary.csv", GOOD.replace(",1\n", ",9\n"))
    put("bea/diary.csv", GOOD.replace(",1\n", ",8\n"))
    code, files = run()
    assert code == 3
    refused(files[f"{first}/diary.csv"], first, second)
    refused(files[f"{second}/diary.csv"], first, second)
    assert people(folder) == {"bea"}


@pytest.mark.parametrize(("first", "second"), LOOKS)
def test_two_files_of_many_people(study, first, second):
    folder, put, run = study
    (folder / "study.toml").write_text(MANY)
    put("a-diary.csv", of(first))
    run()
    put("b-diary.csv", of(second))
    code, files = run()
    assert code == 3
    refused(files["b-diary.csv"], first, second)
    assert people(folder) == {first}
    code, files = run()  # and still: it is not a file that is done with
    assert code == 3
    refused(files["b-diary.csv"], first, second)


def test_a_file_and_a_folder(study):
    folder, put, run = study
    (folder / "study.toml").write_text(MANY)
    put("anna/notes.txt", "nothing that is known")
    put("a-diary.csv", of("Anna"))
    _, files = run()
    refused(files["a-diary.csv"], "Anna", "anna")


def test_the_plan_says_who_is_who(study):
    folder, put, run = study
    (folder / "study.toml").write_text(PLAN + '[participants.anna]\ntime_zone = "Europe/Paris"\n')
    put("Anna/diary.csv")
    put("anna/diary.csv", GOOD.replace(",1\n", ",9\n"))
    _, files = run()
    refused(files["Anna/diary.csv"], "Anna", "anna")
    assert people(folder) == {"anna"}


def test_two_in_the_plan_are_an_error_of_the_plan(study, capsys):
    folder, put, _ = study
    zone = 'time_zone = "Europe/Paris"\n'
    (folder / "study.toml").write_text(PLAN + f"[participants.anna]\n{zone}[participants.Anna]\n{zone}")
    put("anna/diary.csv")
    assert main(["run", str(folder), "--quiet"]) == 2
    error = capsys.readouterr().err
    assert '"Anna"' in error
    assert '"anna"' in error

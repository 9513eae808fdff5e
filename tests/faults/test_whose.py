"""A file is never assigned to the wrong participant, and a personal report is about one participant."""

from __future__ import annotations

import json
import os

import pytest

from painstats.cli import main
from tests.faults.test_bad_input import DAYS, GOOD, PLAN
from tests.reading_inboxes import exit_code, read_inbox

pytestmark = pytest.mark.usefixtures("own_machine")

OTHER = GOOD.replace(",1\n", ",9\n")


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    (tmp_path / "inbox").mkdir()

    def put(name, text, at=None):
        path = tmp_path / "inbox" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        if at is not None:
            os.utime(path, (at, at))

    def run():
        files = read_inbox(tmp_path)
        return exit_code(files.values()), files

    def scores(person):
        from painstats.plan.study import read_study
        from painstats.store import open_store

        with open_store(read_study(tmp_path)) as store:
            rows = store.connection.execute(
                "SELECT value FROM self_report WHERE participant_id = ? ORDER BY date", [person]
            ).fetchall()
        return [row[0] for row in rows]

    return tmp_path, put, run, scores


def forget(folder, person):
    return main(["forget", str(folder), person, "--yes", "--json"])


def test_a_file_in_the_inbox_itself_is_the_users_own(study):
    _, put, run, scores = study
    put("diary.csv", GOOD)
    run()
    assert len(scores("me")) == len(DAYS)


def test_it_does_not_change_owner_when_folders_appear(study):
    _, put, run, scores = study
    put("diary.csv", GOOD)
    run()
    put("anna/diary.csv", OTHER)
    _, files = run()
    assert files["diary.csv"].rule == "no_participant"
    assert max(scores("anna")) == 9.0
    assert max(scores("me")) == 6.0


@pytest.mark.parametrize("declared", ["", "[participants.bob]\ntime_zone = 'Europe/Paris'\n"])
def test_it_stays_refused_after_one_of_two_people_is_forgotten(study, capsys, declared):
    folder, put, run, scores = study
    (folder / "study.toml").write_text(PLAN + declared)
    put("anna/diary.csv", GOOD)
    put("bob/diary.csv", GOOD)
    put("x-diary.csv", OTHER)
    assert run()[1]["x-diary.csv"].rule == "no_participant"
    assert forget(folder, "anna") == 0
    capsys.readouterr()
    code, files = run()
    assert (code, files["x-diary.csv"].rule) == (3, "no_participant")
    assert max(scores("bob")) == 6.0
    assert forget(folder, "bob") == 0
    capsys.readouterr()
    assert run()[0] == 3


def test_forgetting_before_any_run_counts_too(study, capsys):
    folder, put, run, _ = study
    put("anna/diary.csv", GOOD)
    put("x-diary.csv", OTHER)
    assert forget(folder, "anna") == 0
    capsys.readouterr()
    assert run()[1]["x-diary.csv"].rule == "no_participant"


def test_forgetting_an_unknown_participant_changes_nothing(study):
    folder, put, _, _ = study
    put("anna/diary.csv", GOOD + "2026-02-02,3 of 9\n")
    main(["run", str(folder), "--quiet"])
    database = (folder / "painstats.duckdb").read_bytes()
    assert forget(folder, "3") == 2
    assert (folder / "painstats.duckdb").read_bytes() == database
    assert (folder / "reports" / "anna.html").exists()


def test_a_short_id_removes_no_row_of_another_participant(study, capsys):
    folder, put, run, _ = study
    put("anna/diary.csv", GOOD + "2026-02-02,nine\n")
    put("ni/diary.csv", GOOD)
    run()
    assert forget(folder, "ni") == 0
    capsys.readouterr()
    assert main(["quarantine", str(folder), "--json"]) == 0
    assert [row["text"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["2026-02-02,nine"]


def test_an_export_that_was_renamed_is_removed_with_its_person(study, capsys):
    folder, put, run, _ = study
    put("diary.csv", GOOD)
    run()
    (folder / "inbox" / "diary.csv").rename(folder / "inbox" / "my diary 2.csv")
    assert forget(folder, "me") == 0
    capsys.readouterr()
    assert list((folder / "inbox").iterdir()) == []


def test_folders_of_a_synchroniser_are_not_participants(study):
    _, put, run, scores = study
    put(".stfolder/marker.txt", "x")
    put("@eaDir/thumb.csv", "x")
    put("diary.csv", GOOD)
    _, files = run()
    assert list(files) == ["diary.csv"]
    assert len(scores("me")) == len(DAYS)


def test_of_two_files_that_contradict_each_other_the_one_changed_last_counts(study):
    _, put, run, scores = study
    put("a-diary.csv", OTHER, at=2_000_000_000)
    put("b-diary.csv", GOOD, at=1_000_000_000)
    run()
    assert max(scores("me")) == 9.0


def test_a_file_that_cannot_be_read_does_not_stop_the_others(study):
    folder, put, run, scores = study
    put("diary.csv", GOOD)
    (folder / "inbox" / "gone.zip").symlink_to(folder / "nowhere.zip")
    code, files = run()
    assert code == 3
    assert files["gone.zip"].rule == "file_unreadable"
    assert len(scores("me")) == len(DAYS)
    (folder / "study.toml").write_text(PLAN.replace("Europe/London", "Asia/Tokyo"))
    assert run()[0] == 3


def test_a_replacement_that_holds_less_is_not_read_again_in_its_place(study):
    folder, put, run, scores = study
    put("diary.csv", GOOD)
    run()
    put("diary.csv", "date,pain\n2026-02-01,4\n")
    run()
    assert len(scores("me")) == len(DAYS) + 1
    (folder / "study.toml").write_text(PLAN.replace("Europe/London", "Asia/Tokyo"))
    assert main(["run", str(folder), "--quiet"]) == 2
    assert len(scores("me")) == len(DAYS) + 1


# --- painstats me ---


def me(tmp_path, diary, *more):
    (tmp_path / "diary.csv").write_text(diary)
    (tmp_path / "empty.csv").write_text("where,when\n")
    words = [
        "--diary",
        str(tmp_path / "diary.csv"),
        "--time-zone",
        "Europe/London",
        "--output",
        str(tmp_path / "out.html"),
    ]
    return main(["me", str(tmp_path / "empty.csv"), *words, "--overwrite", *more])


def test_a_report_is_not_pushed_out_by_a_poorer_one(tmp_path):
    me(tmp_path, GOOD)
    assert (tmp_path / "out.html").exists()
    (tmp_path / "out.html").write_text("the good report")
    assert me(tmp_path, GOOD) == 3  # the export is refused
    assert me(tmp_path, "day,ache\n") == 3
    assert me(tmp_path, "date,pain\n") in (3, 7)
    assert (tmp_path / "out.html").read_text() == "the good report"
    assert not list(tmp_path.glob("*clinic*.unfinished"))


def test_a_report_never_takes_the_place_of_an_input(tmp_path):
    assert me(tmp_path, GOOD, "--output", str(tmp_path / "diary.csv")) == 2
    assert (tmp_path / "diary.csv").read_text() == GOOD


def test_a_diary_of_several_people_is_not_averaged_into_one(tmp_path, capsys):
    shared = "participant,date,pain\n" + "".join(f"{who},{day},3\n" for day in DAYS for who in ("a", "b"))
    assert me(tmp_path, shared) == 2
    assert "the column participant names several participants" in capsys.readouterr().err

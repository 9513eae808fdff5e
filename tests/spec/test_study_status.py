"""What needs a hand: refused files, participants who stopped, a lost inbox; on the page, in status and in the digest."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.intake.inbox import list_inbox
from painstats.intake.settling import with_unsettled_marked
from painstats.notify.digest import digest_of, failure_digest
from painstats.plan.study import read_study
from painstats.questions.experiment import clock
from painstats.run import run_study
from painstats.store import open_store, read_only
from painstats.store.run_log import logged_runs
from painstats.study_status.collect import study_status
from tests.faults.test_bad_input import PLAN

TODAY = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
OPEN_PLAN = PLAN.replace("[nightly]\nlast_date = 2026-03-01\n", "")


def diary(last: date) -> str:
    days = [last - timedelta(back) for back in reversed(range(30))]
    return "date,pain\n" + "".join(f"{day},{day.day % 7}\n" for day in days)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Anna still writes, Bo stopped 11 days ago, and one of Anna's exports is cut short."""
    folder = tmp_path_factory.mktemp("status") / "study"
    for name, last in (("anna", date(2026, 2, 28)), ("bo", date(2026, 2, 18))):
        (folder / "inbox" / name).mkdir(parents=True)
        (folder / "inbox" / name / "diary.csv").write_text(diary(last))
    (folder / "inbox" / "anna" / "export.zip").write_bytes(b"PK\x03\x04" + bytes(500))
    (folder / "study.toml").write_text(OPEN_PLAN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_system_clock", lambda: TODAY)
        run_study(read_study(folder))
    return folder


@pytest.fixture
def study(made, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "_system_clock", lambda: TODAY)
    return Path(shutil.copytree(made, tmp_path / "study"))


def state_of(folder):
    study = read_study(folder)
    with open_store(study) as store:
        return study_status(store)


def test_a_refused_file_and_a_stopped_diary_need_a_hand(study):
    found = [(each.participant_id, each.number, each.subject, each.rule, each.why) for each in state_of(study).problems]
    assert found == [
        ("anna", 1, "export.zip", "zip_broken", "The zip is damaged or cut off"),
        ("bo", 2, "all sources", "stopped", "No data since 18 February 2026 (11 days)"),
    ]


def test_status_says_so_and_ends_with_its_own_code(study, capsys):
    assert main(["status", str(study)]) == NEEDS_HAND_EXIT_CODE
    said = capsys.readouterr().out
    assert "anna (number 1), export.zip: The zip is damaged or cut off. Copy or export it again" in said
    assert "bo (number 2), all sources: No data since 18 February 2026 (11 days). Ask for a new export" in said
    assert main(["status", str(study), "--json"]) == NEEDS_HAND_EXIT_CODE
    assert [each["rule"] for each in json.loads(capsys.readouterr().out)["needs_hand"]] == ["zip_broken", "stopped"]


def test_patience_a_last_date_and_those_who_finished_are_declared(study):
    plan = study / "study.toml"
    (study / "inbox" / "anna" / "export.zip").unlink()
    for key in ("patience_days = 11", 'finished = ["bo"]', "last_date = 2026-02-20"):
        plan.write_text(f"[nightly]\n{key}\n{OPEN_PLAN}")
        assert state_of(study).problems == ()
        assert main(["status", str(study)]) == 0
    plan.write_text(f"[nightly]\npatience_days = 10\n{OPEN_PLAN}")
    assert [each.rule for each in state_of(study).problems] == ["stopped"]


def test_what_changes_no_result_changes_no_plan_hash(study):
    before = read_study(study).plan_hash
    (study / "study.toml").write_text(f'[nightly]\npatience_days = 3\n[notify]\ncommand = ["true"]\n{OPEN_PLAN}')
    assert read_study(study).plan_hash == before


def test_the_digest_names_numbers_and_never_an_id_or_a_file(study):
    digest = digest_of(study, state_of(study))
    assert digest.state == "problems"
    assert "- participant 1: A file was refused (zip_broken): ask for a new copy" in digest.lines
    assert "- participant 2: No data since 18 February 2026 (11 days): ask for a new export" in digest.lines
    assert not [word for word in ("anna", "bo:", "export.zip", "diary.csv", study.name) if word in digest.text.split()]
    assert failure_digest(study, 6).lines[0] == "The run failed: the database or the disk cannot be used (exit code 6)."


def test_the_page_shows_what_needs_a_hand_and_who_sends_data(study):
    page = (study / "reports" / "index.html").read_text()
    assert "run <strong>finished with problems</strong>" in page
    assert "one file was refused and one participant has stopped sending" in page
    assert page.index("Nothing for 11 days") < page.index("No steps and no sleep")
    assert '<a href="anna.html">' in page
    assert 'aria-label="28 of 28 days"' in page


def test_an_inbox_that_is_lost_is_an_error_and_shown(study, capsys):
    (study / "inbox").rename(study / "away")
    for how, words in ((lambda: None, "is missing"), ((study / "inbox").mkdir, "is empty")):
        how()
        assert main(["run", str(study), "--quiet"]) == 2
        said = capsys.readouterr().err
        assert f"{words}, but 2 file(s) were imported from it; check that its disk or network share is mounted" in said
    assert logged_runs(read_study(study))[-1].failure == "InboxLost"
    assert "failed</strong>: the inbox is missing or empty" in (study / "reports" / "index.html").read_text()
    (study / "study.toml").write_text(f"[nightly]\ninbox_may_be_empty = true\n{OPEN_PLAN}")
    assert main(["run", str(study), "--quiet"]) in (0, 7)


def test_a_refused_file_that_is_gone_or_ignored_needs_no_hand(study):
    (study / "study.toml").write_text(f'[inbox]\nignore = ["*.zip"]\n{OPEN_PLAN}')
    assert [each.rule for each in state_of(study).problems] == ["stopped"]


def test_an_unchanged_night_leaves_the_database_and_logs_the_run(study):
    before, runs = (study / "painstats.duckdb").read_bytes(), len(logged_runs(read_study(study)))
    run_study(read_study(study))
    assert (study / "painstats.duckdb").read_bytes() == before
    assert len(logged_runs(read_study(study))) == runs + 1


def test_a_study_that_cannot_be_written_to_can_be_looked_at(study, monkeypatch, capsys):
    monkeypatch.setattr(read_only.os, "access", lambda *_: False)
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    assert main(["status", str(study)]) == NEEDS_HAND_EXIT_CODE
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before
    record = study / ".painstats.checksum"
    record.write_text(record.read_text().replace('"is_open": false', '"is_open": true'))
    assert main(["status", str(study)]) == 6
    assert "in use elsewhere or was not closed" in capsys.readouterr().err


def test_a_file_that_grows_while_it_is_watched_waits(study):
    growing = study / "inbox" / "anna" / "diary.csv"

    def pause(_):
        with growing.open("a") as file:
            file.write("2026-03-01,3\n")

    files = with_unsettled_marked(list_inbox(read_study(study)), 5, pause, clock=lambda: growing.stat().st_mtime)
    assert [file.name for file in files if file.is_unsettled] == ["anna/diary.csv"]
    still = with_unsettled_marked(files[:1], 5, lambda _: None, clock=lambda: growing.stat().st_mtime)
    assert [file.is_unsettled for file in still] == [files[0].is_unsettled]

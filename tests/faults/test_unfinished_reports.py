"""Reports that could not be written, or were damaged later, are written by the next run."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from painstats.cli import main
from painstats.errors import StorageError
from painstats.intake.load_files import load_file
from painstats.plan.study import read_study
from painstats.reports import write
from painstats.run import list_inbox, run_study
from painstats.store import Store, open_store, publish
from painstats.store.stages import StageDone, done_before, mark_done
from painstats.store.tables import read_table
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.faults.disk_faults import faults

SECRET = "a value of amber"
PAGE, PARQUET = "reports/amber.html", "reports/published/finding.parquet"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Make a study and run it: two participants, an index, a cohort report and published tables."""
    folder = tmp_path_factory.mktemp("finished") / "study"
    make_study(folder, Truth(people=2, days=40), 5)
    run_study(read_study(folder))
    return folder


@pytest.fixture
def study(finished, tmp_path):
    return read_study(shutil.copytree(finished, tmp_path / "study"))


def contents(study):
    return {path.relative_to(study.folder): path.read_bytes() for path in study.reports.rglob("*") if path.is_file()}


def spoil_amber(monkeypatch):
    """Make the report of one participant fail in our own code, with a value in the message."""
    whole = write.personal_page

    def failing(store, record, *rest):
        if record.participant_id == "amber":
            raise KeyError(SECRET)
        return whole(store, record, *rest)

    monkeypatch.setattr(write, "personal_page", failing)


def test_a_failed_page_is_tried_again_although_nothing_is_new(study, monkeypatch):
    before = contents(study)
    (study.folder / PAGE).unlink()
    with monkeypatch.context() as patch:
        spoil_amber(patch)
        for _ in range(2):  # it fails as often as it is tried
            summary = run_study(study)
            assert (summary.changed, summary.exit_code) == (True, 1)
            assert [failed.path for failed in summary.failed_reports] == [study.folder / PAGE]
        after = contents(study)
    differing = {str(path) for path in before if before[path] != after[path]}
    assert differing == {PAGE, "reports/published/manifest.json"}
    assert b"could not be written this time" in (study.folder / PAGE).read_bytes()
    lines = []
    assert run_study(study, lines.append).exit_code == 0
    assert lines == ["writing the reports"]  # the models are not fitted again for it
    assert contents(study) == before
    assert not run_study(study).changed


def test_the_run_says_which_page_failed_and_where_but_no_value(study, monkeypatch, capsys):
    (study.folder / PAGE).unlink()
    spoil_amber(monkeypatch)
    assert main(["run", str(study.folder)]) == 1
    said = capsys.readouterr()
    assert "amber.html could not be written: KeyError in write.py:" in said.out
    assert "next run" in said.out
    assert "amber" not in said.err  # progress may end up in a log
    page = (study.folder / PAGE).read_text(encoding="utf-8")
    assert SECRET not in said.out + said.err + page


def test_a_program_is_given_the_failed_page(study, monkeypatch, capsys):
    import json

    (study.folder / PAGE).unlink()
    spoil_amber(monkeypatch)
    main(["run", str(study.folder), "--json", "--quiet"])
    [failed] = json.loads(capsys.readouterr().out)["failed_reports"]
    assert failed["report"] == str(study.folder / PAGE)
    assert failed["reason"].startswith("KeyError in write.py:")


def flip(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def delete(path):
    path.unlink()


@pytest.mark.parametrize(
    ("name", "damage"),
    [(PAGE, flip), (PAGE, cut), (PAGE, delete), (PARQUET, flip), (PARQUET, delete), ("reports/index.html", cut)],
)
def test_a_damaged_file_is_written_again_although_nothing_is_new(study, name, damage):
    before = contents(study)
    damage(study.folder / name)
    assert run_study(study).changed
    assert contents(study) == before
    assert not run_study(study).changed


def test_results_of_withdrawn_data_are_not_taken_for_done(study, monkeypatch):
    """New data comes, the run fails while it computes, and the new data is withdrawn again."""
    before = daily_table(study)
    late = study.inbox / "amber" / "late" / "diary.csv"
    late.parent.mkdir()
    late.write_text("date,time,pain,fatigue,mood\n2026-05-01,20:00,3,3,3\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("painstats.questions.daily.fit.fit_models", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_study(study)
    assert daily_table(study) != before
    late.unlink()
    assert main(["forget-import", str(study.folder), "amber/late"]) == 0
    assert run_study(study).changed
    assert daily_table(study) == before


def interrupted(*_):
    raise KeyboardInterrupt


def daily_table(study):
    with open_store(study) as store:
        return read_table(store, "daily_summary").rows()


def test_a_study_of_before_digests_is_taken_over(study):
    """Earlier versions kept plain names in the stage record, had no manifest and left unfinished files when killed."""
    before = contents(study)
    with open_store(study) as store:
        store.connection.execute("DELETE FROM stage_done WHERE stage <> 'reports'")
        store.connection.execute("UPDATE stage_done SET files = ['reports/index.html', 'reports/amber.html']")
    (study.published / "manifest.json").unlink(missing_ok=True)
    (study.reports / ".amber.html.unfinished").write_bytes(b"half a page")
    assert run_study(study).changed
    assert contents(study) == before


# --- Runs that end too early


KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from painstats.run import run_study
from painstats.plan.study import read_study

def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".reports-new/amber.html"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
run_study(read_study(Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_a_run_that_is_killed_among_its_pages_is_finished_by_the_next(study):
    before = contents(study)
    diary = study.inbox / "amber" / "diary.csv"
    diary.write_text(diary.read_text(encoding="utf-8") + "2026-05-01,20:00,3,3,3\n", encoding="utf-8")
    killed = subprocess.run([sys.executable, "-c", KILLED_RUN, str(study.folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert leftovers_of_a_run(study) == {publish.NEW_FOLDER}
    assert contents(study) == before
    lines = []
    assert run_study(study, lines.append).changed
    assert "did not finish; this run does the rest" in lines[0]
    assert lines[1:] == ["writing the reports"]  # all else was done
    assert leftovers_of_a_run(study) == set()
    assert contents(study).keys() == before.keys()
    assert contents(study) != before
    assert not run_study(study).changed


def leftovers_of_a_run(study):
    return {path.name for path in study.folder.iterdir() if path.name.startswith(".reports")}


def test_what_a_killed_run_left_goes_although_nothing_is_new(study):
    for folder in (publish.NEW_FOLDER, publish.OLD_FOLDER):
        (study.folder / folder / "published").mkdir(parents=True)
        (study.folder / folder / "amber.html").write_bytes(b"of a killed run")
    assert not run_study(study).changed
    assert leftovers_of_a_run(study) == set()


def test_a_disk_that_is_full_while_reports_are_written_ends_with_a_sentence(study, capsys):
    (study.reports / "index.html").unlink()
    before = contents(study)
    with faults.at(1, study.folder / publish.NEW_FOLDER, ("open",)):
        assert main(["run", str(study.folder), "--quiet"]) == 6
    said = capsys.readouterr().err
    assert "reports cannot be written (No space left on device); those of the previous run are unchanged" in said
    assert contents(study) == before
    assert run_study(study).changed


# --- Commits


class ForgetfulConnection:
    """The real connection, but COMMIT stores nothing and says that all is well, as DuckDB does after some errors."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, statement, *arguments):
        return self.connection.execute("ROLLBACK" if statement == "COMMIT" else statement, *arguments)

    def __getattr__(self, name):
        return getattr(self.connection, name)


def test_an_import_that_was_not_stored_is_no_success(study):
    (study.inbox / "amber" / "late").mkdir()
    (study.inbox / "amber" / "late" / "diary.csv").write_text("date,time,pain,fatigue,mood\n2026-05-01,20:00,3,3,3\n")
    [late] = [file for file in list_inbox(study) if "late" in file.name]
    with open_store(study) as store, pytest.raises(StorageError, match="the import was not stored"):
        load_file(Store(study, ForgetfulConnection(store.connection)), late, lambda _: None)
    with open_store(study) as store:
        assert load_file(store, late, lambda _: None).status == "loaded"


def test_a_stage_that_was_not_recorded_is_no_success(study):
    with open_store(study) as store:
        with pytest.raises(StorageError, match="was not stored"):
            mark_done(Store(study, ForgetfulConnection(store.connection)), "reports", "other inputs", StageDone(None))
        assert done_before(store, "reports", "other inputs") is None

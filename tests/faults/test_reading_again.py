"""Files are read again when their reader, the rules or the date accept more than before."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from painstats import sources
from painstats.archive import archive as export
from painstats.batch import Rows
from painstats.cli import main
from painstats.errors import ExportRefused
from painstats.intake import candidates, checks, reader_versions
from painstats.intake import load_files as load_files_module
from painstats.plan.study import read_study
from painstats.run import list_inbox, load_files
from painstats.sources import VERSIONS, ReadSettings
from painstats.sources.diaries import mapped as diary
from painstats.store import open_store
from painstats.store.ledger import imports_named, mark_outdated
from sample_data.make import make_study
from tests.faults.test_bad_input import DAYS, GOOD, PLAN
from tests.faults.test_crash import SMALL, table_hashes
from tests.reading_inboxes import exit_code, read_inbox
from tests.sources.reading import zipped

LEDGER = ("quarantine", "ignored", "superseded")


@pytest.fixture
def study(tmp_path):
    return made(tmp_path / "study")


def made(folder):
    (folder / "inbox" / "anna").mkdir(parents=True)
    (folder / "study.toml").write_text(PLAN)
    (folder / "inbox" / "anna" / "diary.csv").write_text(GOOD)
    return folder


def run(folder):
    return main(["run", str(folder), "--json", "--quiet"])


def read(folder):
    """Read what is in the inbox, as a run does; return the exit code of its files."""
    return exit_code(read_inbox(folder).values())


def reread(folder, *named):
    return main(["reread", str(folder), *named, "--json", "--quiet"])


def stored(folder):
    """Everything that a study holds, but for the numbers of its imports."""
    study = read_study(folder)
    with open_store(study) as store:
        ledger = {
            name: sorted(store.connection.execute(f"SELECT * EXCLUDE (import_id) FROM {name}").fetchall(), key=repr)
            for name in LEDGER
        }
        counts = store.connection.execute(
            "SELECT file_name, status, rows_read, rows_new, rows_same, rows_corrected, rows_quarantined, rows_ignored "
            "FROM import WHERE status <> 'replaced' ORDER BY ALL"
        ).fetchall()
    return table_hashes(study), ledger, counts


def fresh(folder, tmp_path):
    """Return what a study made from the same inbox holds."""
    other = tmp_path / "fresh"
    shutil.copytree(folder / "inbox", other / "inbox")  # keeps when each file was changed
    shutil.copy(folder / "study.toml", other)
    read(other)
    return stored(other)


def statuses(folder):
    with open_store(read_study(folder)) as store:
        return store.connection.execute("SELECT status FROM import ORDER BY import_id").fetchall()


@pytest.fixture
def clock(monkeypatch):
    """Return a function that sets the date on which files are read."""

    def set_to(today):
        for module in (candidates, load_files_module):
            monkeypatch.setattr(
                module,
                "settings_of",
                lambda study, participant: ReadSettings(participant, study.time_zones, study.plan.diaries, today=today),
            )

    return set_to


def raise_version(monkeypatch, name="diary"):
    monkeypatch.setitem(VERSIONS, name, VERSIONS[name] + 1)


def otherwise(monkeypatch, read):
    """Let another reader of diaries read, of the same version."""
    changed = replace(diary.SOURCE, read=read)
    monkeypatch.setattr(
        sources, "SOURCES", tuple(changed if each is diary.SOURCE else each for each in sources.SOURCES)
    )


def a_day_late(export, settings):
    """Read each diary a day late, and a score too high: what a faulty reader may do."""
    for part in diary.SOURCE.read(export, settings):
        if isinstance(part, Rows):
            frame = part.frame.with_columns(pl.col("date").dt.offset_by("1d"), pl.col("value") + 1)
            yield Rows(part.table, frame)
        else:
            yield part


# --- the date ---


def test_rows_rejected_by_a_clock_that_was_wrong_once_are_read_again(study, clock, tmp_path):
    clock(DAYS[9])
    assert read(study) == 4
    clock(DAYS[-1])
    assert read(study) == 0
    assert stored(study) == fresh(study, tmp_path)
    assert statuses(study) == [("replaced",), ("loaded",)]


def test_a_row_that_stays_in_the_future_is_not_read_every_night(study, clock):
    (study / "inbox" / "anna" / "diary.csv").write_text(GOOD + "2099-01-01,3\n")
    clock(DAYS[-1])
    read(study)
    clock(DAYS[-1] + timedelta(days=400))
    read(study)
    assert statuses(study) == [("loaded",)]
    clock(date(2098, 12, 31))
    read(study)
    assert statuses(study) == [("replaced",), ("loaded",)]


def test_a_clock_set_back_between_two_runs_does_not_change_which_export_counts(study, monkeypatch):
    def dated_zip(name, text, month):
        with zipfile.ZipFile(study / "inbox" / "anna" / name, "w") as archive:
            archive.writestr(zipfile.ZipInfo("diary.csv", (2026, month, 1, 8, 0, 0)), text)

    class SetBack(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2001, 1, 1, tzinfo=tz)

    (study / "inbox" / "anna" / "diary.csv").unlink()
    dated_zip("later.zip", GOOD.replace(",3\n", ",8\n"), 3)
    read(study)
    dated_zip("earlier.zip", GOOD, 2)
    monkeypatch.setattr(export, "datetime", SetBack)
    read(study)
    with open_store(read_study(study)) as store:
        query = "SELECT file_name, exported_at::DATE::VARCHAR FROM import ORDER BY import_id"
        imports = store.connection.execute(query).fetchall()
        eights = store.connection.execute("SELECT count(*) FROM self_report WHERE value = 8").fetchone()
    assert imports == [("anna/later.zip", "2026-03-01"), ("anna/earlier.zip", "2026-02-01")]
    assert eights == (GOOD.count(",3\n"),)


def test_nor_what_was_accepted_before(study, clock):
    clock(DAYS[-1])
    read(study)
    before = stored(study)
    clock(date(2001, 1, 1))
    assert read(study) == 0
    assert stored(study) == before


# --- the reader and the rules ---


def test_a_newer_reader_reads_old_files_again(study, monkeypatch, tmp_path):
    with monkeypatch.context() as then:
        otherwise(then, a_day_late)
        read(study)
    wrong = stored(study)
    assert read(study) == 0
    assert stored(study) == wrong  # the same version, so nothing shows it
    raise_version(monkeypatch)
    assert read(study) == 0
    assert stored(study) == fresh(study, tmp_path)
    assert statuses(study) == [("replaced",), ("loaded",)]
    read(study)
    assert statuses(study) == [("replaced",), ("loaded",)]


def test_newer_rules_judge_old_files_again(study, monkeypatch, tmp_path):
    no_fives = checks.Rule("no_fives", pl.col("value") == 5, "is not five", "value")
    read(study)
    monkeypatch.setitem(checks.RULES, "self_report", (*checks.RULES["self_report"], no_fives))
    monkeypatch.setattr(reader_versions, "RULES_VERSION", checks.RULES_VERSION + 1)
    assert read(study) == 4
    assert stored(study) == fresh(study, tmp_path)


def test_history_between_files_is_kept(study, monkeypatch, tmp_path):
    diary_file = study / "inbox" / "anna" / "diary.csv"
    later = diary_file.with_name("other-diary.csv")
    later.write_text(GOOD.replace(",3\n", ",8\n"))
    with monkeypatch.context() as then:
        otherwise(then, a_day_late)
        read(study)
    raise_version(monkeypatch)
    read(study)
    _, ledger, _ = stored(study)
    assert len(ledger["superseded"]) == GOOD.count(",3\n")
    assert stored(study) == fresh(study, tmp_path)


def test_what_a_growing_file_said_before_goes_with_the_old_reader(study, monkeypatch, tmp_path):
    path = study / "inbox" / "anna" / "diary.csv"
    with monkeypatch.context() as then:
        otherwise(then, a_day_late)
        path.write_text(GOOD[:200].rsplit("\n", 1)[0] + "\n")
        read(study)
        path.write_text(GOOD)
        read(study)
    raise_version(monkeypatch)
    read(study)
    assert stored(study)[0] == fresh(study, tmp_path)[0]
    assert statuses(study) == [("replaced",), ("replaced",), ("loaded",)]


def test_a_file_that_the_new_reader_refuses_leaves_nothing(study, monkeypatch, tmp_path):
    def refuses(*_):
        raise ExportRefused("made_up", "nothing in it can be trusted")

    read(study)
    raise_version(monkeypatch)
    otherwise(monkeypatch, refuses)
    assert read(study) == 3
    assert stored(study) == fresh(study, tmp_path)


def test_one_that_it_fails_on_keeps_its_rows_and_is_tried_again(study, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    read(study)
    before = stored(study)
    raise_version(monkeypatch)
    with monkeypatch.context() as then:
        otherwise(then, fails)
        assert read(study) == 1
        assert stored(study)[:2] == before[:2]
        assert statuses(study) == [("loaded",), ("refused",)]
    read(study)
    assert statuses(study) == [("replaced",), ("loaded",)]


def test_a_diary_in_a_known_zip_is_read_again(study, monkeypatch, tmp_path):
    (study / "inbox" / "anna" / "diary.csv").unlink()
    steps = '[{"dateTime": "01/03/26 09:00:00", "value": "40"}]'
    zipped(study / "inbox" / "anna" / "all.zip", {"Fitbit/steps-2026-01-01.json": steps, "my-diary.csv": GOOD})
    with monkeypatch.context() as then:
        otherwise(then, a_day_late)
        read(study)
    raise_version(monkeypatch)
    read(study)
    assert stored(study) == fresh(study, tmp_path)


def test_every_source_has_a_version():
    assert all(isinstance(source.version, int) and source.version >= 1 for source in sources.SOURCES)
    assert {source.name: source.version for source in sources.SOURCES} == VERSIONS


# --- by hand ---


def test_reading_again_by_hand_twice_is_the_same_as_once(study):
    """However it is named: all files, by its name, by its place, by the number that it then has."""
    (study / "inbox" / "anna" / "diary.csv").write_text(GOOD + "2026-02-30,3\n2026-02-01,eleven\n")
    assert read(study) == 4
    before = stored(study)
    for named in ([], ["diary.csv"], ["anna/diary.csv"], ["4"]):
        assert reread(study, *named) == 4
        assert stored(study) == before
    assert statuses(study) == [*[("replaced",)] * 4, ("loaded",)]


def test_a_cohort_read_bit_by_bit_and_again_is_the_same_as_read_at_once(tmp_path):
    folder, inbox = tmp_path / "study", tmp_path / "study" / "inbox"
    make_study(folder, SMALL, 5)
    at_once = stored_after_run(folder)
    arrivals = sorted(path for path in inbox.rglob("*") if path.is_file())
    for name in ("painstats.duckdb", ".painstats.checksum"):
        (folder / name).unlink()
    inbox.rename(tmp_path / "waiting")
    for path in arrivals:
        place = inbox / path.relative_to(inbox)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(tmp_path / "waiting" / path.relative_to(inbox), place)
        study = read_study(folder)
        with open_store(study) as store:
            load_files(store, list_inbox(study), lambda _: None, 1)
    with open_store(read_study(folder)) as store:
        everything = imports_named(store, None)
        assert len(everything) == len(arrivals)
        mark_outdated(store, everything)
    assert stored_after_run(folder) == at_once
    assert set(statuses(folder)) == {("replaced",), ("loaded",)}


def stored_after_run(folder):
    """Read what is new, without computing anything from it."""
    study = read_study(folder)
    with open_store(study) as store:
        load_files(store, list_inbox(study), lambda _: None, 1)
    tables, ledger, _ = stored(folder)
    return tables, ledger


def test_a_file_that_is_gone_keeps_its_rows_and_is_named(study, capsys):
    read(study)
    before = stored(study)
    (study / "inbox" / "anna" / "diary.csv").unlink()
    reread(study)
    assert "anna/diary.csv; put them back" in capsys.readouterr().err
    assert stored(study) == before


def test_a_name_that_was_never_read_is_refused(study, capsys):
    read(study)
    assert reread(study, "nothing.csv") == 2
    assert "status" in capsys.readouterr().err


# --- the notice about quarantine ---


def _kill_at(line, folder):
    """Start a run and kill it as soon as it says a line."""
    command = [sys.executable, "-m", "painstats", "run", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for told in process.stderr:
            if line in told:
                process.send_signal(signal.SIGKILL)
                break
        process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("line", ["building the daily table", "writing the reports"])
def test_the_notice_survives_a_run_that_is_killed(study, line, capsys):
    (study / "inbox" / "anna" / "diary.csv").write_text(GOOD + "2026-02-30,3\n")
    _kill_at(line, study)
    assert main(["run", str(study), "--quiet"]) == 4
    assert f"an earlier run rejected rows but did not finish; list them with: painstats quarantine {study}" in (
        capsys.readouterr().out
    )
    assert run(study) in (0, 7)


def test_it_is_not_lost_between_the_last_page_and_the_summary(study, monkeypatch):
    (study / "inbox" / "anna" / "diary.csv").write_text(GOOD + "2026-02-30,3\n")
    with monkeypatch.context() as then:
        then.setattr("painstats.commands.run.print_json", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(study) == 130
    assert run(study) == 4
    assert run(study) in (0, 7)

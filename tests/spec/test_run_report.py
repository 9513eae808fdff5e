"""The report of a run: what each stage did, stored with the run, loadable, and the one source for what is shown."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import polars as pl
import pytest

from painstats.cli import main
from painstats.commands.report_lines import report_lines
from painstats.plan.study import Study, read_study
from painstats.reports import write
from painstats.run import RunSummary, run_study
from painstats.run_report import RunReport, load_run_reports
from painstats.store import open_store
from painstats.store.tables import read_table
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.faults.test_damage import loaded

DIARY = "amber/diary.csv"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reported") / "study"
    make_study(folder, Truth(people=2, days=40), 5)
    run_study(read_study(folder))
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Study:
    return read_study(Path(shutil.copytree(finished, tmp_path / "study")))


@pytest.fixture(scope="module")
def rerun(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, RunSummary]:
    """Run the study again with a new row and a file that is refused; return it and what the run returned."""
    study = read_study(Path(shutil.copytree(finished, tmp_path_factory.mktemp("rerun") / "study")))
    (study.inbox / "amber" / "holiday.txt").write_text("sun")
    add_line(study)
    return study, run_study(study)


def first_report(study: Study) -> RunReport:
    [report] = load_run_reports(study)
    return report


def add_line(study: Study, line: str = "2026-05-01,20:00,3,3,3") -> None:
    diary = study.inbox / DIARY
    diary.write_text(diary.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def counts(study: Study, query: str) -> dict[str, int]:
    with open_store(study) as store:
        return dict(store.connection.execute(query).fetchall())


# --- what it says


def test_each_stage_says_what_the_tables_hold(study):
    report = first_report(study)
    reading, results = report.reading, report.results
    ledger = "SELECT status, count(*) FROM import GROUP BY status"
    assert reading.files == counts(study, ledger)
    assert reading.rows_read == counts(study, "SELECT 'all', sum(rows_read)::BIGINT FROM import")["all"] > 1000
    parts = (reading.rows_new, reading.rows_duplicate, reading.rows_corrected, reading.rows_rejected)
    assert sum(parts) + reading.rows_unused == reading.rows_read
    daily = counts(study, "SELECT participant_id, count(*) FROM daily_summary GROUP BY 1")
    assert (results.daily.participants, results.daily.days) == (len(daily), sum(daily.values()))
    assert (results.daily.rebuilt_participants, results.daily.rebuilt_days) == (len(daily), sum(daily.values()))
    frame = counts(study, "SELECT coalesce(left_out, ''), count(*) FROM model_frame GROUP BY 1")
    assert {"": results.frame.usable_rows} | results.frame.left_out == frame
    assert results.frame.rows == sum(frame.values())
    assert results.fit.models == {"daily": counts(study, "SELECT 'all', count(*) FROM model_fit")["all"]}
    asked = "SELECT question || '/' || verdict, count(*) FROM finding WHERE subject = 'participant' GROUP BY 1"
    given = results.findings.verdicts.items()
    assert {f"{name}/{verdict}": n for name, each in given for verdict, n in each.items()} == counts(study, asked)
    assert (report.pages.written, report.pages.unchanged, report.pages.failed) == (5, 0, 0)


def test_it_says_when_with_what_and_how_long(study):
    report = first_report(study)
    assert report.started_at.tzinfo is UTC
    stages = (report.reading, *(getattr(report.results, name) for name in ("daily", "frame", "fit", "findings")))
    seconds = [stage.seconds for stage in (*stages, report.pages)]
    assert min(seconds) > 0
    assert sum(seconds) <= (report.finished_at - report.started_at).total_seconds()
    assert report.plan_hash == study.plan_hash
    assert report.exit_code == 4


def test_what_is_loaded_is_what_the_run_returned(rerun):
    study, summary = rerun
    newest, oldest = load_run_reports(study)
    assert newest == summary.report
    assert asdict(newest) == asdict(summary.report)  # the seconds too, which do not count for equality
    assert newest.started_at > oldest.finished_at
    daily = newest.results.daily
    assert daily.rebuilt_participants == 1
    assert 0 < daily.rebuilt_days < daily.days


def test_a_study_without_enough_data_says_so(tmp_path):
    study = read_study(loaded(tmp_path / "study"))
    summary = run_study(study)
    assert (summary.exit_code, summary.results.fit.models) == (7, {"daily": 0})
    assert summary.refusal == summary.results.fit.why_no_model
    assert first_report(study) == summary.report
    again = run_study(study)
    assert (again.exit_code, again.refusal) == (7, summary.refusal)


def test_refusals_are_counted_by_rule(rerun):
    reading = rerun[1].report.reading
    assert (reading.files["refused"], reading.refusals) == (1, {"not_recognised": 1})


# --- which runs have one


def test_a_run_with_nothing_new_stores_none(study):
    before = load_run_reports(study)
    database = study.database.read_bytes()
    assert run_study(study).report.pages is None
    assert study.database.read_bytes() == database
    assert load_run_reports(study) == before


def test_a_run_that_imports_only_duplicates_stores_what_it_read(study):
    diary = study.inbox / DIARY
    (diary.parent / "again").mkdir()
    (diary.parent / "again" / "diary.csv").write_text(diary.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not run_study(study).changed
    report, _ = load_run_reports(study)
    assert (report.reading.rows_new, report.results, report.pages) == (0, None, None)
    assert report.reading.rows_duplicate > 0


def test_a_run_that_only_writes_a_page_again_computed_nothing(study):
    published = (study.published / "result_count.parquet").read_bytes()
    (study.reports / "amber.html").unlink()
    summary = run_study(study)
    report, first = load_run_reports(study)
    assert (report.results, summary.results) == (None, first.results)
    assert (report.pages.written, report.pages.unchanged, report.pages.failed) == (1, 4, 0)
    assert (study.published / "result_count.parquet").read_bytes() == published


def test_a_page_that_failed_is_counted(study, monkeypatch):
    def failing(*_):
        raise KeyError

    add_line(study)
    monkeypatch.setattr("painstats.reports.cohort.page.cohort_page", failing)
    run_study(study)
    report = load_run_reports(study)[0]
    assert (report.pages.failed, report.exit_code) == (1, 1)


def test_a_run_that_ends_while_it_writes_pages_has_a_report_without_an_end(study, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    add_line(study)
    with monkeypatch.context() as patch:
        patch.setattr(write, "publish_tables", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_study(study)
    ended, _ = load_run_reports(study)
    assert (ended.finished_at, ended.exit_code, ended.pages) == (None, None, None)
    assert ended.results.daily.rebuilt_participants == 1
    assert "did not finish" in report_lines(ended)[0]
    summary = run_study(study)
    assert (summary.report.results, summary.results) == (None, ended.results)
    assert load_run_reports(study)[0].finished_at


def test_a_database_without_reports_computes_its_results_again(study):
    """As one whose schema had no reports, which this version finds with its results marked as done."""
    before = first_report(study)
    with open_store(study) as store:
        store.connection.execute("DELETE FROM run_report")
    summary = run_study(study)
    assert summary.results.findings == before.results.findings
    assert first_report(study) == summary.report


def test_a_report_of_a_newer_version_is_read_without_what_is_unknown(study):
    before = first_report(study)
    with open_store(study) as store:
        store.connection.execute(
            """UPDATE run_report SET pages_written = json_merge_patch(pages_written, '{"new": 1}')"""
        )
    assert first_report(study) == before


# --- what it must not say


def test_no_id_and_no_file_name_is_stored(rerun):
    study, _ = rerun
    with open_store(study) as store:
        stored = str(read_table(store, "run_report").rows() + read_table(store, "result_count").rows())
        ids = {row["participant_id"] for row in read_table(store, "daily_summary").to_dicts()}
    names = {path.name for path in study.inbox.rglob("*") if path.is_file()}
    assert len(ids) == 2
    assert not [text for text in ids | names if text in stored]


def test_forgetting_a_participant_removes_the_reports_that_count_their_rows(study, capsys):
    """Words of the reports are no traces: the id is one of them."""
    (study.inbox / "daily").mkdir()
    (study.inbox / "daily" / "diary.csv").write_text((study.inbox / DIARY).read_text(encoding="utf-8"))
    run_study(study)
    capsys.readouterr()
    assert main(["forget", str(study.folder), "daily", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["traces"] == []
    assert load_run_reports(study) == []
    summary = run_study(study)
    assert summary.results.daily.participants == 2
    assert first_report(study) == summary.report


# --- what is published and shown


def test_a_study_read_in_two_runs_publishes_the_same_counts(study, tmp_path):
    other = tmp_path / "in-two-runs"
    shutil.copytree(study.inbox, other / "inbox")
    shutil.copy(study.folder / "study.toml", other)
    (other / "inbox" / DIARY).rename(tmp_path / "diary.csv")
    run_study(read_study(other))
    (tmp_path / "diary.csv").rename(other / "inbox" / DIARY)
    run_study(read_study(other))
    twice, once = (place.published / "result_count.parquet" for place in (read_study(other), study))
    same, counts = (pl.read_parquet(path).drop("ledger_head") for path in (twice, once))
    assert same.equals(counts)  # the ledger of plans has one result in the one, and two in the other
    names = counts["name"].to_list()
    assert {"days", "usable_rows", "models", "verdicts"} <= set(names)
    assert not {"seconds", "rebuilt_days"} & set(names)


def test_run_and_status_print_and_return_the_report(study, capsys):
    add_line(study)
    assert main(["run", str(study.folder), "--json", "--quiet"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert main(["status", str(study.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["last_report"] == answer["report"]
    report = load_run_reports(study)[0]
    assert answer["report"]["reading"]["rows_new"] == report.reading.rows_new == 3
    assert main(["status", str(study.folder)]) == 0
    assert "\n".join(report_lines(report)) in capsys.readouterr().out
    assert report_lines(report)[1] == "  files: 1 read, 3 already imported, 0 refused"

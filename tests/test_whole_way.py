"""From start to end: exports of simulated participants in, reports out, compared with the true effects.

The nightly flow makes them, so that what Prefect and the terminal are given is checked here as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from painstats.cli import main
from painstats.commands.report_lines import verdict_lines
from painstats.plan.study import Study, read_study
from painstats.run_report import load_run_reports
from painstats.store import open_store
from painstats.store.checksum import read_record
from sample_data.explored import EXPLORED
from sample_data.make import DEFAULT_SEED
from sample_data.simulate import daily_frame
from sample_data.treated import TREATED
from sample_data.trial import TRIAL
from sample_data.truth import Truth
from tests.counting_pages import cards, over_budget
from tests.flows.conftest import prefect_home, started_home
from tests.reading_pages import read_page

__all__ = ["prefect_home", "started_home"]

ROOT = Path(__file__).parents[1]
TRUTH = Truth(treated=len(TREATED), explored=len(EXPLORED), trial=len(TRIAL))
EVERYONE = TRUTH.people + TRUTH.treated + TRUTH.explored + TRUTH.trial
TWO_SITES = "burdock"
"""A participant with two sites; the outcome is not the score of one of them."""
SPOILT_RATINGS = 4
MOST_CLINIC_WORDS, MOST_CLINIC_BYTES = 450, 30_000
DAYS_NOT_COUNTED = {"implausible": 1}
"""Worn days with steps left out on purpose: the 70,000-step day. (No device was worn on the days of flights.)"""


@dataclass(frozen=True)
class Demo:
    """The study's folder, and what the commands of ``make demo`` wrote to standard output and to standard error."""

    folder: Path
    printed: str
    said: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, prefect_home: Callable[[Path], Path]) -> Demo:
    """Run the commands of ``make demo`` in a folder of the test's, where Prefect has been started once before."""
    place = tmp_path_factory.mktemp("whole")
    recipe = subprocess.run(["make", "--dry-run", "demo"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commands = [line for line in recipe.splitlines() if "sample_data." in line or "flows.nightly" in line]
    assert len(commands) == 3
    printed = said = ""
    for command in commands:
        if "flows.nightly" in command:
            prefect_home(place / "demo" / ".prefect")
        moved = command.replace(".venv/bin/python", sys.executable).replace(f"{ROOT}/demo", f"{place}/demo")
        answer = subprocess.run(
            ["bash", "-c", moved.replace(" demo", f" {place}/demo")], cwd=ROOT, env={**os.environ, "CI": "1"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        printed, said = printed + answer.stdout, said + answer.stderr
    return Demo(place / "demo", printed, said)


@pytest.fixture(scope="module")
def ran(demo: Demo) -> Study:
    """Return the study of the demo, which the default truth and seed make."""
    return read_study(demo.folder)


def test_make_demo_prints_what_the_readme_shows(demo):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```text\n(.*?)```", readme, re.DOTALL)
    for line in block.splitlines():
        if line.strip() and "…" not in line:
            assert line in demo.printed


def test_every_file_was_loaded(ran):
    statuses = query(ran, "SELECT status, count(*) FROM import GROUP BY status").rows()
    assert statuses == [("loaded", 47)]


def query(study: Study, text: str) -> pl.DataFrame:
    with open_store(study) as store:
        return store.connection.execute(text).pl()


@pytest.fixture(scope="module")
def days(ran):
    planted = daily_frame(TRUTH, DEFAULT_SEED)
    found = query(ran, "SELECT * FROM daily_summary")
    return planted.join(found, on=["participant_id", "date"], how="left", suffix="_found")


def test_every_planted_rating_comes_out_on_its_day(days):
    rated = days.filter(~pl.col("diary_missing"))
    assert rated.height > 1000
    of_one_site = rated.filter(pl.col("participant_id") != TWO_SITES)
    assert of_one_site.filter((pl.col("pain_score") - pl.col("outcome_score")).abs() > 1e-9).height == 0
    assert rated["outcome_score"].null_count() == 0


def test_no_rating_appears_where_none_was_made(days):
    assert days.filter("diary_missing")["outcome_score"].drop_nulls().len() == 0


def test_every_planted_night_comes_out_on_its_date_with_its_minutes(days):
    worn = days.filter(~pl.col("unworn"))
    assert worn.height > 1000
    assert worn.filter((pl.col("total_sleep_time_min") - pl.col("total_sleep_time_min_found")).abs() > 1e-6).height == 0
    assert worn["total_sleep_time_min_found"].null_count() == 0


def test_every_planted_step_is_counted_once_on_its_day(days):
    worn = days.filter(~pl.col("unworn"))
    counted = worn.filter(pl.col("step_count_missing").is_null())
    assert counted.filter(pl.col("step_count") != pl.col("step_count_found")).height == 0
    left_out = worn.filter(pl.col("step_count_missing").is_not_null())["step_count_missing"].value_counts()
    assert dict(left_out.iter_rows()) == DAYS_NOT_COUNTED


def test_an_unworn_day_is_missing_and_never_a_lazy_one(days):
    unworn = days.filter("unworn")
    assert unworn.height > 50
    assert unworn["step_count_found"].drop_nulls().len() == 0
    assert unworn["total_sleep_time_min_found"].drop_nulls().len() == 0


def test_planted_slopes_lie_in_their_intervals(ran):
    truth = pl.read_csv(
        ran.folder / "truth.csv", infer_schema_length=None, schema_overrides={"participant_id": pl.String}
    )
    found = query(ran, "SELECT * FROM finding WHERE subject = 'participant' AND estimate IS NOT NULL")
    both = found.join(truth, left_on=["participant_id", "exposure"], right_on=["participant_id", "predictor"])
    # A link that ended, and scores that are cut at 0, have no single slope that an interval could cover.
    both = both.filter(pl.col("link_end").is_null() & (pl.col("zero_share") < 0.25))
    covered = both.filter(pl.col("total").is_between(pl.col("low"), pl.col("high"))).height
    assert both.height == 41
    assert covered >= 35  # 41 intervals of 95 %: fewer than 35 would happen once in 250 studies


def test_no_verdict_has_a_sign_that_was_not_planted(ran):
    truth = pl.read_csv(
        ran.folder / "truth.csv", infer_schema_length=None, schema_overrides={"participant_id": pl.String}
    )
    claimed = query(ran, "SELECT * FROM finding WHERE verdict IN ('higher', 'lower') AND subject = 'participant'")
    both = claimed.join(truth, left_on=["participant_id", "exposure"], right_on=["participant_id", "predictor"])
    assert both.height >= 6
    claimed_sign = pl.when(pl.col("verdict") == "higher").then(1.0).otherwise(-1.0)
    assert both.filter(pl.col("total").sign() != claimed_sign).height == 0


def test_the_closing_table_has_what_was_asked_told_and_planted(demo):
    """Each participant with a planted nature gets the finding that it was planted for."""
    table = demo.printed.partition("Asked, told and planted")[2].partition("\nThe same for")[0]
    rows = {tuple(line.split()[:2]): line for line in table.splitlines()[2:] if line.strip()}
    assert len(rows) == 2 * EVERYONE
    assert re.search(r"not determined, withdrawn .* -0\.90 until 2026-03-28$", rows["briar", "sleep"])
    assert re.search(r"at most small \(.* 0\.00$", rows["4020000208", "sleep"])
    assert re.search(r"not determined \(.* 0\.00$", rows["4020000104", "sleep"])
    assert re.search(r"not judged: exposure hardly varies", rows["willow", "sleep"])
    assert re.search(r"lower \(.* -0\.80$", rows["laurel", "sleep"])


def test_the_closing_table_shows_what_further_questions_found(demo):
    table = demo.printed.partition("The same for exploratory questions")[2]
    assert len(re.findall(r"not asked", table)) == 0
    for row in (
        r"swimming, session +lower .* -1\.20$", r"running, session +higher .* 1\.20$",
        r"exercise time min, tomorrow +higher .* 0\.50$", r"exercise time min, later +lower .* -1\.56$",
        r"step count, through sleep +lower .* -0\.28$", r"step count, direct +not determined .* 0\.00$",
        r"lag0, before +lower .* -0\.80$", r"lag0, last 60 days +higher .* 0\.80$", r"\(mood\) +higher .* 0\.80$",
    ):  # fmt: skip
        assert re.search(row, table, re.MULTILINE), row


def test_participants_without_a_verdict_get_the_reason(ran):
    reasons = dict(
        query(
            ran,
            "SELECT participant_id, reasons[1] FROM finding WHERE verdict = 'not_judged' AND exposure = 'step_count'",
        ).iter_rows()
    )
    assert reasons["jasper"] == "too_few_days_for_model"
    assert reasons["ivy"] == "before_first_look"
    assert reasons["4020000039"] == "outcome_hardly_varies"


def test_spoilt_ratings_are_in_quarantine_with_file_line_and_reason(ran, capsys):
    assert main(["quarantine", str(ran.folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert len(rows) == SPOILT_RATINGS
    assert {row["rule"] for row in rows} == {"outside_scale", "unreadable"}
    assert all(row["line"] and row["file_name"] and row["text"] for row in rows)


def test_status_tells_what_each_person_has(ran, capsys):
    assert main(["status", str(ran.folder), "--json"]) == 0  # the plan says that no data are expected any more
    people = {row["participant_id"]: row for row in json.loads(capsys.readouterr().out)["participants"]}
    assert len(people) == EVERYONE
    assert people["jasper"]["missing"] == "51 more days with a pain score until the first look"
    assert people["amber"]["missing"] == "nothing"


# --- what the flow says, to the terminal and to Prefect ---


def recorded(demo, query):
    with sqlite3.connect(demo.folder / ".prefect" / "prefect.db") as database:
        return database.execute(query).fetchall()


def test_the_flow_does_everything_and_says_so(demo):
    assert "Files: " in demo.printed
    assert "Found: sleep: " in demo.printed
    assert str(demo.folder / "reports" / "index.html") in demo.printed
    assert "inbox 1: " in demo.said
    assert "amber" not in demo.said
    assert "Traceback" not in demo.said
    assert (demo.folder / "reports" / "index.html").exists()


def test_prefect_has_every_task_and_the_artifacts(demo, ran):
    assert recorded(demo, "SELECT state_type, state_name FROM flow_run") == [("COMPLETED", "CompletedWithProblems")]
    noticed = "SELECT count(*) FROM events WHERE event = 'prefect.flow-run.CompletedWithProblems'"
    assert recorded(demo, noticed) == [(1,)]
    states = recorded(demo, "SELECT name, state_type FROM task_run")
    # One task for each person's folder, and one for the files of several people.
    inboxes = len({path.name for path in (demo.folder / "inbox").iterdir() if path.is_dir()})
    read = {name for name, _ in states if name.startswith("read-inbox")}
    assert read == {f"read-inbox-{n}" for n in range(inboxes + 1)}
    assert {state for _, state in states} == {"COMPLETED"}
    artifacts = dict(recorded(demo, "SELECT key, data FROM artifact"))
    assert set(artifacts) == {"painstats-loaded", "painstats-rejected", "painstats-found"}
    [loaded] = json.loads(json.loads(artifacts["painstats-loaded"]))
    [report] = load_run_reports(ran)
    reading = report.reading
    assert loaded == {
        "files read": reading.files["loaded"], "new": reading.rows_new, "duplicate": reading.rows_duplicate,
        "corrected": reading.rows_corrected, "rejected": reading.rows_rejected, "unused": reading.rows_unused,
    }  # fmt: skip
    assert loaded["new"] > 1000
    found = verdict_lines(ran, report.results)
    assert len(found) >= 2
    assert all(line in artifacts["painstats-found"] for line in found)
    assert all(f"Found: {line}" in demo.printed for line in found)


def test_no_id_and_no_value_reaches_prefect(demo):
    people = [path.name for path in (demo.folder / "inbox").iterdir() if path.is_dir()]
    assert people
    for path in (demo.folder / ".prefect").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [person for person in people if re.search(rb"\b%b\b" % person.encode(), content)], path.name
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_night_with_a_failed_report_is_no_success(ran):
    from flows import nightly as module
    from painstats.run import RunSummary
    from painstats.store.publish import FailedReport

    failed = FailedReport(ran.reports / "amber.html", "KeyError in words.py:1")
    report = load_run_reports(ran)[-1]
    summary = RunSummary((), report, report.results, failed_reports=(failed,))
    ended = module.end_of_night(summary, None, 0, 3, problems_fail=False)
    assert ended.is_failed()
    assert ended.message == "1 report(s) could not be written (KeyError in words.py:1); the next run tries again"


# --- the night after ---


def contents(folder: Path) -> dict[str, str]:
    of_runs = (
        ".painstats.lock",
        ".painstats.checksum",
        ".painstats.runs",
        "index.html",
        ".prefect",
    )  # who runs, and when runs began and finished
    files = [path for path in folder.rglob("*") if path.is_file() and not {*path.parts} & {*of_runs}]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_second_night_loads_nothing_and_changes_nothing(ran):
    before, checksum = contents(ran.folder), read_record(ran)
    again = subprocess.run(
        [sys.executable, "-m", "flows.nightly", "run", str(ran.folder)], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PREFECT_HOME": str(ran.folder / ".prefect"), "CI": "1"}, timeout=240, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert "Nothing new" in again.stdout
    assert contents(ran.folder) == before
    after = read_record(ran)
    assert after.sha256 == checksum.sha256
    assert after.run_finished_at > checksum.run_finished_at


def test_everything_that_was_written_is_private(ran):
    written = [ran.database, *ran.reports.rglob("*"), ran.reports]
    assert len(written) > 10
    assert {path.name for path in written if path.stat().st_mode & 0o077} == set()


def test_a_report_for_everyone_and_one_for_the_cohort(ran):
    names = {path.name for path in ran.reports.glob("*.html")}
    assert {"amber.html", "jasper.html", "4020000013.html", "cohort.html", "index.html"} <= names
    assert len(names) == 2 * EVERYONE + 2  # each has a page for a visit too


def test_each_personal_page_keeps_its_budget(ran):
    names = {path.name.removesuffix("-clinic.html") for path in ran.reports.glob("*-clinic.html")}
    pages = {name: (ran.reports / f"{name}.html").read_bytes() for name in names}
    assert len(pages) == EVERYONE
    assert {name: too_much for name, page in pages.items() if (too_much := over_budget(page))} == {}
    assert max(len(cards(page)) for page in pages.values()) >= 7  # the text of cards was found


def test_each_page_for_a_visit_keeps_its_budget(ran):
    pages = {path.name: path.read_bytes() for path in ran.reports.glob("*-clinic.html")}
    assert len(pages) == EVERYONE
    words = {
        name: len(read_page(re.sub(rb"<title>[^<]*</title>", b"", page)).text.split()) for name, page in pages.items()
    }
    assert {name: number for name, number in words.items() if number > MOST_CLINIC_WORDS} == {}
    assert {name: len(page) for name, page in pages.items() if len(page) > MOST_CLINIC_BYTES} == {}

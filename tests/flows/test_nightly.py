"""The nightly flow, run for real: it does everything, leaves only counts, and isolates failures."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from painstats.commands.report_lines import verdict_lines
from painstats.plan.study import read_study
from painstats.run_report import load_run_reports
from sample_data.make import make_study
from sample_data.truth import Truth

ROOT = Path(__file__).parents[2]
SMALL = Truth(people=3, days=40)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory, prefect_home):
    folder = tmp_path_factory.mktemp("nightly")
    prefect_home(folder / "prefect")
    make_study(folder / "study", SMALL, 5)
    return folder


def run_flow(place, *more):
    environment = {**os.environ, "PREFECT_HOME": str(place / "prefect"), "CI": "1"}
    return subprocess.run(
        [sys.executable, "-m", "flows.nightly", "run", str(place / "study"), *more],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def first_run(place):
    return run_flow(place, "--allow-quarantine")


def recorded(place, query):
    with sqlite3.connect(place / "prefect" / "prefect.db") as database:
        return database.execute(query).fetchall()


def test_the_flow_does_everything_and_says_so(place, first_run):
    assert first_run.returncode == 0, first_run.stderr
    assert "Files: " in first_run.stdout
    assert "Found: sleep: " in first_run.stdout
    assert str(place / "study" / "reports" / "index.html") in first_run.stdout
    assert "inbox 1: " in first_run.stderr
    assert "amber" not in first_run.stderr
    assert "Traceback" not in first_run.stderr
    assert (place / "study" / "reports" / "index.html").exists()


def test_prefect_has_every_task_and_the_artifacts(place, first_run):
    assert first_run.returncode == 0
    assert recorded(place, "SELECT state_type, state_name FROM flow_run") == [("COMPLETED", "CompletedWithProblems")]
    assert recorded(place, "SELECT count(*) FROM events WHERE event = 'prefect.flow-run.CompletedWithProblems'") == [
        (1,)
    ]
    states = recorded(place, "SELECT name, state_type FROM task_run ORDER BY name")
    # One task for each person's folder, and one for the files of several people.
    folders = {path.name for path in (place / "study" / "inbox").iterdir() if path.is_dir()}
    numbers = range(len(folders) + 1)  # those of the folders, since no participant was known before this night
    assert [name for name, _ in states if name.startswith("read-inbox")] == [f"read-inbox-{n}" for n in numbers]
    assert {state for _, state in states} == {"COMPLETED"}
    artifacts = dict(recorded(place, "SELECT key, data FROM artifact"))
    assert set(artifacts) == {"painstats-loaded", "painstats-rejected", "painstats-found"}
    [loaded] = json.loads(json.loads(artifacts["painstats-loaded"]))
    study = read_study(place / "study")
    [report] = load_run_reports(study)
    reading = report.reading
    assert loaded == {
        "files read": reading.files["loaded"], "new": reading.rows_new, "duplicate": reading.rows_duplicate,
        "corrected": reading.rows_corrected, "rejected": reading.rows_rejected, "unused": reading.rows_unused,
    }  # fmt: skip
    assert loaded["new"] > 1000
    found = verdict_lines(study, report.results)
    assert len(found) == 2
    assert all(line in artifacts["painstats-found"] for line in found)
    assert all(f"Found: {line}" in first_run.stdout for line in found)


def test_no_id_and_no_value_reaches_prefect(place, first_run):
    assert first_run.returncode == 0
    people = [path.name for path in (place / "study" / "inbox").iterdir() if path.is_dir()]
    assert people
    for path in (place / "prefect").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [person for person in people if person.encode() in content], path.name
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_second_night_changes_nothing(place, first_run):
    assert first_run.returncode == 0
    database = place / "study" / "painstats.duckdb"
    before = database.read_bytes()
    again = run_flow(place)
    assert again.returncode == 0, again.stderr
    assert "Nothing new" in again.stdout
    assert database.read_bytes() == before


def test_a_wrong_plan_ends_with_its_message_and_code(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text("[study]\ncolour = 1")
    answer = run_flow(tmp_path)
    assert answer.returncode == 2
    assert "study.colour: unknown key" in answer.stderr


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(ask, seconds=120):
    """Ask until there is an answer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if answer := ask():
                return answer
        except (OSError, ValueError):
            pass
        time.sleep(1)
    raise TimeoutError("no answer")


def asked(url, body=None):
    request = urllib.request.Request(
        url, data=body and json.dumps(body).encode(), headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def run_serve(*arguments):
    environment = {key: value for key, value in os.environ.items() if key != "PREFECT_API_URL"}
    return subprocess.run(
        [sys.executable, "-m", "painstats", "serve", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_serving_talks_to_the_local_server_and_says_when_there_is_none(place):
    if _answers("http://127.0.0.1:4200/api/health"):
        pytest.skip("a Prefect server is running on this machine")
    answer = run_serve(str(place / "study"))
    assert answer.returncode == 2
    assert (
        "no Prefect server answers at http://127.0.0.1:4200/api; start it first with: painstats server" in answer.stderr
    )


def _answers(url):
    try:
        return bool(asked(url))
    except OSError:
        return False


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--time-zone", "Mars"], "--time-zone Mars is unknown"), (["--cron", "99 99 * * *"], "is not a schedule")],
)
def test_a_wrong_schedule_is_a_sentence(place, words, says, monkeypatch, capsys):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")  # as the module sets it at its import
    monkeypatch.setenv("PREFECT_HOME", str(place / "prefect"))
    from flows import serve

    assert serve.main([str(place / "study"), *words]) == 2
    assert says in capsys.readouterr().err


def test_the_deployment_for_a_work_pool_names_the_flow(monkeypatch):
    from prefect.flows import load_flow_from_entrypoint

    monkeypatch.chdir(ROOT)
    [deployment] = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == "painstats-nightly"
    assert "parameters" not in deployment  # Prefect keeps them; the worker's environment names the study
    assert flow.parameters.properties == {}


def test_a_night_with_a_failed_report_is_no_success(place, first_run):
    from flows import nightly as module
    from painstats.run import RunSummary
    from painstats.store.publish import FailedReport

    failed = FailedReport(place / "study" / "reports" / "amber.html", "KeyError in words.py:1")
    assert first_run.returncode == 0
    report = load_run_reports(read_study(place / "study"))[-1]
    summary = RunSummary((), report, report.results, failed_reports=(failed,))
    ended = module.end_of_night(summary, None, 0, 3, problems_fail=False)
    assert ended.is_failed()
    assert ended.message == "1 report(s) could not be written (KeyError in words.py:1); the next run tries again"

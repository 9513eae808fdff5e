"""The nightly flow, run for real: everything is done, counts are left behind and nothing else, failures stay apart."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sample_data.make import make_study
from sample_data.truth import Truth

ROOT = Path(__file__).parents[2]
SMALL = Truth(people=3, days=60)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nightly")
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
    assert "reading " in first_run.stderr
    assert "Traceback" not in first_run.stderr
    assert (place / "study" / "reports" / "index.html").exists()


def test_prefect_has_every_task_and_the_artifacts(place, first_run):
    assert first_run.returncode == 0
    assert recorded(place, "SELECT state_type FROM flow_run") == [("COMPLETED",)]
    states = recorded(place, "SELECT name, state_type FROM task_run ORDER BY name")
    inboxes = len({path.name for path in (place / "study" / "inbox").iterdir() if path.is_dir()})
    assert [name for name, _ in states if name.startswith("read-inbox")] == [f"read-inbox-{n}" for n in range(inboxes)]
    assert {state for _, state in states} == {"COMPLETED"}
    artifacts = dict(recorded(place, "SELECT key, data FROM artifact"))
    assert set(artifacts) == {"painstats-loaded", "painstats-rejected", "painstats-found"}
    [loaded] = json.loads(json.loads(artifacts["painstats-loaded"]))
    assert loaded["new"] > 1000


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


def test_one_inbox_that_fails_does_not_stop_the_others(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    from flows import nightly as module
    from prefect.testing.utilities import prefect_test_harness

    make_study(tmp_path / "study", SMALL, 5)
    real, failing = module.load_file, "basil"

    def load_file(store, file, say):
        if file.participant_id == failing:
            raise OSError("made to fail")
        return real(store, file, say)

    monkeypatch.setattr(module, "load_file", load_file)
    with prefect_test_harness(server_startup_timeout=120), pytest.raises(RuntimeError, match=r"1 of \d inboxes could not be read"):
        module.nightly(str(tmp_path / "study"))
    assert (tmp_path / "study" / "reports" / "amber.html").exists()
    assert not (tmp_path / "study" / "reports" / f"{failing}.html").exists()


def test_a_wrong_plan_ends_with_its_message_and_code(tmp_path):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text("[study]\ncolour = 1")
    answer = run_flow(tmp_path)
    assert answer.returncode == 2
    assert "study.colour: unknown key" in answer.stderr


def test_the_schedule_misses_no_night_at_a_clock_change():
    from flows import nightly as module

    assert module.main.__doc__
    deployment = (ROOT / "prefect.yaml").read_text()
    assert "30 3 * * *" in deployment
    assert "flows/nightly.py:nightly" in deployment

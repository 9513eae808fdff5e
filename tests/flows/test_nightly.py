"""How the nightly flow is started and served; ``test_whole_way.py`` runs a whole night."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with an empty study."""
    folder = tmp_path_factory.mktemp("nightly")
    (folder / "study" / "inbox").mkdir(parents=True)
    (folder / "study" / "study.toml").write_text('[study]\ntime_zone = "Europe/London"\n')
    return folder


def run_flow(place, *more):
    environment = {**os.environ, "PREFECT_HOME": str(place / "prefect"), "CI": "1"}
    return subprocess.run(
        [sys.executable, "-m", "flows.nightly", "run", str(place / "study"), *more],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


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


DEPLOYMENTS = {each["name"]: each for each in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]}


def test_every_flow_can_be_deployed_and_only_the_nightly_one_has_a_schedule():
    assert set(DEPLOYMENTS) == {"painstats-nightly", "painstats-cohort", "painstats-personal"}
    assert [name for name, each in DEPLOYMENTS.items() if "schedules" in each] == ["painstats-nightly"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_deployment_for_a_work_pool_names_the_flow(name, monkeypatch):
    from prefect.flows import load_flow_from_entrypoint

    monkeypatch.chdir(ROOT)
    deployment = DEPLOYMENTS[name]
    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == name
    assert (flow.retries, flow.persist_result, flow.log_prints) == (0, False, False)
    assert "parameters" not in deployment  # Prefect keeps them; the worker's environment names the study
    assert flow.parameters.properties == {}

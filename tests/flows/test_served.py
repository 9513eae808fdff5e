"""``painstats server`` and ``painstats serve`` from the wheel, outside the repository: a cron creates runs, and they run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sample_data.make import make_study
from sample_data.truth import Truth
from tests.faults.test_signals import descendants
from tests.flows.test_nightly import asked, free_port, wait_for
from tests.flows.test_nothing_leaves import far_away
from tests.network import addresses, outside, traced
from tests.test_wheel import build_wheel, unpacked

NIGHTLY = "30 3 * * *"
ZONE = "Europe/London"
LONGEST_RUN_S = 240

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Served:
    """A study in ``folder`` that ``painstats serve`` serves to the API at ``api``, with what both commands printed."""

    folder: Path
    api: str
    serving: subprocess.Popen[bytes]
    log: Path

    def asked_for(self, what: str, **body: object) -> list[dict[str, str]]:
        return asked(f"{self.api}/{what}/filter", body)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, prefect_home: Callable[[Path], Path]) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("served")
    prefect_home(place / "home" / ".painstats" / "prefect")
    make_study(place / "study", Truth(people=2, days=20), 5)
    site = unpacked(build_wheel(place / "dist"), place)
    (place / "elsewhere" / "flows").mkdir(parents=True)
    (place / "elsewhere" / "flows" / "__init__.py").write_text("raise RuntimeError('the flows of another project')")
    (place / "temporary").mkdir()
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    environment = far_away(
        place / "home", PYTHONPATH=str(site), TMPDIR=str(place / "temporary"),
        PREFECT_API_URL=api, PREFECT_RUNNER_POLL_FREQUENCY="1",
        PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS="1",
    )  # fmt: skip
    started = []

    def start(*words: str, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        with (place / "log").open("a") as log:
            command = [*before, sys.executable, "-P", "-m", "painstats", *words]
            process = subprocess.Popen(
                command, cwd=place / "elsewhere", env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        started.append(process)
        return process

    try:
        start("server", "--port", str(port), before=traced(place / "trace"))
        wait_for(lambda: asked(f"{api}/health"))
        serving = start("serve", "../study", "--cron", NIGHTLY, "--time-zone", ZONE, "--exports", "../study/inbox")
        yield Served(place, api, serving, place / "log")
    finally:
        for process in reversed(started):
            for pid in [*descendants(process.pid), process.pid]:
                os.kill(pid, signal.SIGTERM)
            process.wait(timeout=60)


def test_a_cron_creates_a_run_for_every_night(served):
    runs = wait_for(lambda: served.asked_for("flow_runs", sort="EXPECTED_START_TIME_ASC", limit=100))
    zone = ZoneInfo(ZONE)
    nights = [datetime.fromisoformat(run["expected_start_time"]).astimezone(zone) for run in runs]
    assert len(nights) >= 3
    assert {(night.hour, night.minute) for night in nights} == {(3, 30)}
    assert len({night.date() for night in nights}) == len(nights)


def test_the_other_flows_are_served_without_a_schedule(served):
    deployments = wait_for(lambda: len(found := served.asked_for("deployments")) == 3 and found)
    schedules = {each["name"].split("-")[0]: len(each["schedules"]) for each in deployments}
    assert schedules == {"nightly": 1, "cohort": 0, "personal": 0}
    assert "Start by hand: prefect deployment run painstats-cohort/cohort-" in served.log.read_text()
    assert not any("study" in each["name"] for each in deployments)


def test_a_run_that_is_due_writes_the_reports(served):
    deployments = wait_for(lambda: served.asked_for("deployments"))
    [deployment] = [each for each in deployments if each["name"].startswith("nightly-")]
    # The server reads before it writes: if its scheduler writes in between, SQLite refuses, and it answers 503. Prefect's
    # own client tries such a request again; so does this one. The key keeps a second run from being made.
    due = {"state": {"type": "SCHEDULED"}, "idempotency_key": "due"}
    run = wait_for(lambda: asked(f"{served.api}/deployments/{deployment['id']}/create_flow_run", due))

    def ended() -> str | None:
        state = asked(f"{served.api}/flow_runs/{run['id']}")["state_type"]
        return state if state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    assert wait_for(ended, LONGEST_RUN_S) == "COMPLETED", served.log.read_text()
    assert (served.folder / "study" / "reports" / "index.html").exists()


def test_the_server_contacts_no_other_machine(served):
    assert served.asked_for("flow_runs", limit=1)  # its services have worked, and would have reported by now
    settings = asked(f"{served.api}/admin/settings")
    assert settings["server"]["analytics_enabled"] is False
    listened, contacted = addresses(served.folder / "trace")
    assert "127.0.0.1" in listened  # the trace did see the server
    assert outside(listened) == set()
    assert outside(contacted) == set()


def test_prefect_is_given_no_name_of_the_study_and_reports_nothing(served):
    assert "telemetry" not in served.log.read_text()
    home = served.folder / "home" / ".painstats" / "prefect"
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert kept
    name = str(served.folder / "study").encode()
    assert [path.name for path in kept if name in path.read_bytes()] == []


def test_the_commands_leave_no_temporary_folder(served):
    """Each removes its own before Prefect takes its place, which then uses the folder that the command was given."""
    assert list((served.folder / "temporary").glob("painstats-*")) == []
    words = Path(f"/proc/{served.serving.pid}/environ").read_text().split("\0")
    assert f"TMPDIR={served.folder / 'temporary'}" in words

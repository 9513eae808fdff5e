"""Nothing reaches Prefect or the network, wherever the flows are started and however a night fails."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.test_signals import INSTANTS, check, descendants, instants, interrupt, is_alive
from tests.flows.test_nightly import wait_for
from tests.network import addresses, outside, traced

ROOT = Path(__file__).parents[2]
CANARY = "kanarienvogel"
LONGEST_NIGHT_S = 7
RATINGS = "".join(f"2026-02-{day:02d},{day % 7},{CANARY} slept badly\n" for day in range(1, 29))
PLAN = """
[study]
time_zone = "Europe/London"
[[diaries]]
file = "*diary.csv"
date_column = "date"
filled = "evening"
items = [{ item = "pain", column = "pain", recall = "today", scale = [0, 10], higher_is = "worse" }]
"""

pytestmark = pytest.mark.slow


def far_away(home: Path, **more: str) -> dict[str, str]:
    """Return an environment without a setting of Prefect's or ours, and with a home of its own.

    Prefect reports nothing if it detects a CI; that would hide what it reports elsewhere.
    """
    hidden = re.compile("PREFECT_|PAINSTATS_|DO_NOT_TRACK|CI$|GITHUB_|BUILD_|JENKINS|TF_BUILD|.*_proxy$", re.IGNORECASE)
    kept = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), **more}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study") / f"{CANARY} study"
    person = folder / "inbox" / f"{CANARY}-person"
    person.mkdir(parents=True)
    (person / f"{CANARY}-diary.csv").write_text(f"date,pain,note\n{RATINGS}")
    (person / f"{CANARY}-photo.bin").write_bytes(CANARY.encode() * 10)
    (folder / "study.toml").write_text(PLAN)
    return folder


@pytest.fixture(scope="module")
def bad_nights(study, tmp_path_factory, prefect_home):
    """Start nights that fail, from the root folder, and return what they printed, Prefect's home and the trace."""
    place = tmp_path_factory.mktemp("far")
    spoilt = str(shutil.copytree(study, place / study.name))
    command = [*traced(place / "trace"), sys.executable, "-m", "tests.flows.bad_nights", spoilt, CANARY]
    home = prefect_home(place / "home" / ".painstats" / "prefect")
    environment = far_away(place / "home", PAINSTATS_STUDY=spoilt)
    answer = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer, home, place / "trace"


def test_every_night_ends_with_its_kind_and_exit_code(bad_nights):
    ended = dict(line.split(": ", 1) for line in bad_nights[0].stdout.splitlines() if ": " in line)
    assert ended["a refused file"] == "done"
    assert "2 files could not be read" in ended["a bug in a source"]
    assert ended["a bug in a task"].startswith("1: 1 of 1 inboxes and 0 files could not be read")
    assert ended["a panic"].startswith("1: an unforeseen error (PanicError, in ")
    assert re.search(r"PermissionError, in \S+, exit code 1, EACCES, f:[0-9a-f]{6}\)", ended["a file"])
    assert ended["a bug in the flow"].startswith("1: an unforeseen error (ValueError")
    assert ended["no inbox"].startswith("2: study.toml or the inbox cannot be used (InboxLost")
    assert ended["another run"].startswith("5: the study is in use by another process (StudyInUse")
    assert ended["damage"].startswith("6: the database cannot be used (DamagedError")


def test_one_inbox_that_fails_does_not_stop_the_others(bad_nights):
    ended = dict(line.split(": ", 1) for line in bad_nights[0].stdout.splitlines() if ": " in line)
    assert ended["one of two inboxes"].startswith("1: 1 of 2 inboxes and 0 files could not be read")
    assert ended["reports of the two"] == "[True, False]"


def test_no_other_run_comes_between_the_tasks_of_a_night(bad_nights):
    assert "another run was kept out" in bad_nights[0].stdout
    assert "another run came in between" not in bad_nights[0].stdout


def test_no_name_and_no_value_reaches_prefect_when_a_night_fails(bad_nights):
    answer, home, _ = bad_nights
    with sqlite3.connect(home / "prefect.db") as database:
        messages = " ".join(str(row[0]) for row in database.execute("SELECT data FROM flow_run_state").fetchall())
        messages += str(database.execute("SELECT message FROM flow_run_state").fetchall())
        messages += str(database.execute("SELECT message FROM task_run_state").fetchall())
    for kind in ("ValueError", "PanicError", "PermissionError", "InboxLost", "StudyInUse", "DamagedError"):
        assert kind in messages  # the failures did reach it
    files = [path for path in home.rglob("*") if path.is_file()]
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []
    assert CANARY not in answer.stderr + answer.stdout.replace(str(home), "")


def test_a_night_contacts_no_other_machine(bad_nights):
    listened, contacted = addresses(bad_nights[2])
    assert "127.0.0.1" in listened  # the trace did see the server and its client
    assert "127.0.0.1" in contacted
    assert outside(listened) == set()
    assert outside(contacted) == set()


@pytest.mark.parametrize("said", [{}, {"DO_NOT_TRACK": "0", "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}])
def test_telemetry_is_off_far_from_the_repository(tmp_path, said):
    script = (
        "import flows; from prefect.settings import get_current_settings as get; import prefect\n"
        "from prefect._internal.analytics.enabled import is_telemetry_enabled as reports\n"
        "print(get().server.analytics_enabled, reports(), get().server.ephemeral.startup_timeout_seconds, get().home)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=far_away(tmp_path, **said), capture_output=True, text=True, check=True
    )  # fmt: skip
    assert answer.stdout.split() == ["False", "False", "120", str(tmp_path / ".painstats" / "prefect")]


def test_importing_the_flows_makes_no_folder_and_no_file(tmp_path):
    script = "import flows, flows.nightly, flows.serve, flows.server"
    answer = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", script],
        cwd=tmp_path, env=far_away(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    assert list(tmp_path.rglob("*")) == []


def test_a_night_ends_at_any_instant_and_its_server_with_it(study, tmp_path, monkeypatch, prefect_home):
    monkeypatch.setenv("PREFECT_HOME", str(prefect_home(tmp_path / "prefect")))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    interrupted = 0
    for place, number, delay in instants(3, LONGEST_NIGHT_S, max(3, INSTANTS // 3)):
        temporary = tmp_path / f"temporary{place}"
        ended = interrupt(["-m", "flows.nightly", "run", str(study)], number, delay, temporary)
        interrupted += check(ended, number, temporary, done=(1, 3, 4, 7))
    assert interrupted


def test_a_killed_night_leaves_no_server(study, tmp_path):
    night = subprocess.Popen(
        [sys.executable, "-m", "flows.nightly", "run", str(study)], cwd="/", stderr=subprocess.DEVNULL,
        env=far_away(tmp_path / "home"), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    family = wait_for(lambda: descendants(night.pid), 60)
    night.kill()
    night.wait()
    until = time.monotonic() + 10
    while any(map(is_alive, family)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_alive, family))

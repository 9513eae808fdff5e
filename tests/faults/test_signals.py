"""SIGTERM and Ctrl-C at any instant: the documented exit code at once, no traceback, nothing left behind or lost.

    PAINSTATS_INSTANTS=100 python -m pytest tests/faults/test_signals.py

tries more instants than the gate does.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from painstats.plan.study import read_study
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.faults.test_crash import table_hashes
from tests.reading_inboxes import read_inbox

INSTANTS = int(os.environ.get("PAINSTATS_INSTANTS", "2"))
SMALL = Truth(people=2, days=30)
AT_ONCE_S = 15
"""A loaded machine is slow; today's way of ending is either immediate or never."""
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc, to see when signals are awaited"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "study"
    make_study(folder, SMALL, 5)
    return folder


@pytest.fixture(scope="module")
def undisturbed(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "study"
    shutil.copytree(made, folder)
    study = read_study(folder)
    read_inbox(folder)
    return table_hashes(study)


def awaits_signals(process: subprocess.Popen[str]) -> bool:
    """Whether a process has come as far as its own handler for SIGTERM; before, the interpreter is only starting."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return True
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1)


def descendants(pid: int) -> set[int]:
    """Return the processes that a process has started, and those that they have."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(") ", 1)[1].split()[1])
        except OSError:
            continue  # it has ended meanwhile
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def interrupt(words: list[str], number: signal.Signals, delay_s: float, temporary: Path, **more: str):
    """Start a command, send it a signal some time after it awaits signals, and return how it ended.

    Returns
    -------
    The exit code, what it wrote to standard error, and the processes it had started that outlived it by two seconds.
    """
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "TMPDIR": str(temporary), **more},
    )  # fmt: skip
    while process.poll() is None and not awaits_signals(process):
        time.sleep(0.005)
    time.sleep(delay_s)
    family = descendants(process.pid)
    process.send_signal(number)
    try:
        _, errors = process.communicate(timeout=AT_ONCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        pytest.fail(f"{number.name} after {delay_s:.3f} s: it did not end")
    until = time.monotonic() + 2
    while time.monotonic() < until and any(map(is_alive, family)):
        time.sleep(0.02)
    return process.returncode, errors, {pid for pid in family if is_alive(pid)}


def instants(seed: int, longest_s: float, count: int = INSTANTS):
    """Yield signals in turn and random delays, from none to the time that the command takes."""
    chance = random.Random(seed)
    for number in range(count):
        yield number, (signal.SIGTERM, signal.SIGINT)[number % 2], longest_s * (number + chance.random()) / count


def check(ended, number, temporary, done=(0, 4)):
    """Check how an interrupted command ended; return whether the signal came before it was done."""
    code, errors, survivors = ended
    assert "Traceback" not in errors
    assert survivors == set()
    assert list(temporary.iterdir()) == []
    if code in done:
        return False
    assert code == CODES[number], errors
    assert errors.splitlines()[-1].startswith("painstats: interrupted")
    return True


def seconds(words: list[str]) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, *words], capture_output=True, check=False)
    return time.monotonic() - started


def test_a_run_ends_at_any_instant(made, undisturbed, tmp_path):
    shutil.copytree(made, tmp_path / "whole")
    longest = seconds(["-m", "painstats", "run", str(tmp_path / "whole")])
    interrupted = 0
    for place, number, delay in instants(1, longest):
        folder = tmp_path / f"study{place}"
        shutil.copytree(made, folder)
        words = ["-m", "painstats", "run", "--processes", str(1 + place % 3), str(folder)]
        ended = interrupt(words, number, delay, tmp_path / f"temporary{place}")
        interrupted += check(ended, number, tmp_path / f"temporary{place}")
        assert {path.name for path in folder.iterdir()} & {".reading", ".spill"} == set()
    assert interrupted > INSTANTS / 4
    study = read_study(folder)
    read_inbox(folder)
    assert table_hashes(study) == undisturbed


def test_a_report_for_one_person_leaves_nothing_in_the_temporary_folder(made, tmp_path):
    own = made / "inbox" / "amber"
    words = [
        "-m", "painstats", "me", str(own / "MyFitbitData.zip"), "--diary", str(own / "diary.csv"), "--time-zone", "Europe/London",
        "--output", str(tmp_path / "report.html"), "--overwrite",
    ]  # fmt: skip
    longest = seconds(words)
    assert (tmp_path / "report.html").exists()
    interrupted = 0
    for place, number, delay in instants(2, longest):
        ended = interrupt(words, number, delay, tmp_path / f"temporary{place}")
        interrupted += check(ended, number, tmp_path / f"temporary{place}")
    assert interrupted > INSTANTS / 4

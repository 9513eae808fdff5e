"""The study of a soak, its runs, and the faults that disturb them."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

FIRST, DAYS_BEFORE = date(2026, 1, 5), 60
PLAN = """\
[study]
time_zone = "Europe/London"

[[diaries]]
file = "diary*.csv"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]

[[tables]]
file = "tracker.csv"
date_column = "date"
date_format = "%Y-%m-%d"
nights_dated_by = "waking"
device_kind = "tracker"
columns = [
    { column = "steps", measure = "step_count" },
    { column = "asleep", measure = "total_sleep_time_min", unit = "minutes" },
]
"""
RUN = [sys.executable, "-m", "painstats", "run", "--quiet", "--processes", "1"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, with its CPU seconds and its peak memory in MB."""

    code: int
    cpu_s: float = 0.0
    peak_mb: float = 0.0


@dataclass(slots=True)
class Soak:
    """A study with what was written into its inbox so far."""

    study: Path
    backup: Path
    chance: random.Random
    participants: int
    days: int = DAYS_BEFORE
    seconds: float = 5.0
    extra: set[str] = field(default_factory=set)

    def write(self) -> None:
        """Write every participant's files with the days so far."""
        for number in range(self.participants):
            folder = self.study / "inbox" / f"p{number:03d}"
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in zip(("diary.csv", "tracker.csv"), files_of(number, self.days), strict=True):
                (folder / name).write_text(text)

    def one(self, name: str = "diary.csv") -> Path:
        """Choose a file of a participant."""
        return self.study / "inbox" / f"p{self.chance.randrange(self.participants):03d}" / name


def files_of(number: int, days: int) -> tuple[str, str]:
    """Return the diary and the tracker of a participant; a day is the same whenever the file is written."""
    drawn = np.random.default_rng(number).standard_normal((1000, 3))[:days]
    diary, tracker = ["date,pain"], ["date,steps,asleep"]
    for day, (pain, steps, asleep) in enumerate(drawn):
        when = FIRST + timedelta(days=day)
        sleep = round(420 + 50 * asleep)
        diary.append(f"{when},{round(min(10, max(0, 5 + 1.5 * pain - 0.012 * (sleep - 420))))}")
        tracker.append(f"{when},{round(6000 + 2000 * steps) if steps > -2.5 else 1000},{sleep}")
    return "\n".join(diary) + "\n", "\n".join(tracker) + "\n"


# --- runs ---


def run(study: Path, prepare: Callable[[], None] | None = None) -> Ended:
    """Run a study to its end."""
    return waited(begun(study, prepare))


def begun(study: Path, prepare: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Start a run; ``prepare`` is called in its process before it begins."""
    return subprocess.Popen(
        [*RUN, str(study)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=prepare
    )


def waited(process: subprocess.Popen[bytes]) -> Ended:
    """Wait for a run, and measure it."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


# --- faults: each returns how the disturbed run ended, and leaves the fault behind it repaired ---


def nothing(soak: Soak) -> int:
    """Do nothing."""
    return run(soak.study).code


def killed(soak: Soak) -> int:
    """Kill the run at a random instant."""
    process = begun(soak.study)
    time.sleep(soak.chance.uniform(0.3, 1.0) * soak.seconds)
    process.kill()
    return waited(process).code


def terminated(soak: Soak) -> int:
    """Send SIGTERM at a random instant."""
    process = begun(soak.study)
    time.sleep(soak.chance.uniform(0.3, 1.0) * soak.seconds)
    process.send_signal(signal.SIGTERM)
    return waited(process).code


def disk_full(soak: Soak) -> int:
    """Let no file grow beyond a size that the database soon has, as where the disk is full."""
    size = (soak.study / "painstats.duckdb").stat().st_size
    limit = round(size * soak.chance.uniform(0.1, 1.0))

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return run(soak.study, prepare).code


def file_cut(soak: Soak) -> int:
    """Cut a diary in the middle of a line; the next copy is whole."""
    path = soak.one()
    whole = path.read_bytes()
    path.write_bytes(whole[: -soak.chance.randrange(2, 12)])
    code = run(soak.study).code
    path.write_bytes(whole)
    return code


def file_garbled(soak: Soak) -> int:
    """Fill a tracker file with random bytes; the next copy is whole."""
    path = soak.one("tracker.csv")
    whole = path.read_bytes()
    path.write_bytes(soak.chance.randbytes(3000))
    code = run(soak.study).code
    path.write_bytes(whole)
    return code


def file_twice(soak: Soak) -> int:
    """Copy a diary to another name, where it stays."""
    path = soak.one()
    shutil.copy(path, path.with_name("diary-copy.csv"))
    return run(soak.study).code


def inbox_lost(soak: Soak) -> int:
    """Take the inbox away, as a share that was not mounted."""
    away = soak.study / "away"
    (soak.study / "inbox").rename(away)
    code = run(soak.study).code
    away.rename(soak.study / "inbox")
    return code


def two_at_once(soak: Soak) -> int:
    """Start another run while one is under way; return the code of the other."""
    first = begun(soak.study)
    time.sleep(0.5 * soak.seconds)
    other = run(soak.study).code
    waited(first)
    return other


def older_files(soak: Soak) -> int:
    """Date all files years back, as by a clock that was set back."""
    for path in (soak.study / "inbox").rglob("*.csv"):
        os.utime(path, (1_300_000_000, 1_300_000_000))
    return run(soak.study).code


def database_damaged(soak: Soak) -> int:
    """Overwrite bytes of the database, and restore the last backup."""
    path = soak.study / "painstats.duckdb"
    with path.open("r+b") as file:
        file.seek(soak.chance.randrange(12_288, path.stat().st_size - 64))
        file.write(soak.chance.randbytes(64))
    code = run(soak.study).code
    restored = subprocess.run(
        [sys.executable, "-m", "painstats", "restore", str(soak.study), str(soak.backup)],
        capture_output=True,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr
    for aside in soak.study.glob("*.set-aside-*"):
        aside.unlink()
    return code


FAULTS: tuple[Callable[[Soak], int], ...] = (
    nothing, killed, terminated, disk_full, file_cut, file_garbled, file_twice, inbox_lost, two_at_once, older_files,
    database_damaged,
)  # fmt: skip

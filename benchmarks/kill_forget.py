"""Kill ``painstats forget`` at many instants, and check each time that the next call completes the erasure.

    python -m benchmarks.kill_forget --kills 100

A study of two participants is made once and copied for each kill. The erasure of one of them runs in a process
of its own and is killed with SIGKILL: half the time at an instant between its start and its end, otherwise between
the moment at which its journal appears and its end, when data are being removed. Each half is spread evenly. Then
``painstats forget`` is run again. It must end with 0, no file of the study may contain the id in its name, its
bytes or (in the database) its values, and the other participant's rows and exports must be as they were.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from painstats.cli import main as painstats
from painstats.plan.study import read_study
from painstats.run import run_study
from painstats.store import open_store
from painstats.store.erasure_journal import JOURNAL_FILE
from painstats.store.find_traces import columns_naming
from painstats.store.id_pattern import pattern_of

PARTICIPANT = "canary-zebulon"
OTHER = "bob"
PLAN = """
[study]
time_zone = "Europe/London"
[[diaries]]
file = "*diary*.csv"
filled = "evening"
[[diaries.items]]
item = "pain"
column = "pain"
scale = [0, 10]
higher_is = "worse"
recall = "today"
"""
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(60)]
FORGET = (
    "import sys\n"
    "from painstats.cli import main\n"
    "import painstats.commands.forget\n"
    "print('ready', flush=True)\n"
    "sys.exit(main(['forget', *sys.argv[1:], '--yes']))"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kill: how far the erasure got, and what was wrong after the next call (nothing, if all is well)."""

    instant: Instant
    stage: str
    faults: tuple[str, ...]


def make_study(folder: Path) -> None:
    """Make a study of two participants with imported exports and results, with rows in quarantine and history."""
    ratings = [(day, day.day % 7) for day in DAYS]
    diary = "date,pain\n" + "".join(f"{day},{score}\n" for day, score in ratings)
    corrected = "date,pain\n" + "".join(f"{day},{score + 1}\n" for day, score in ratings)
    for name, text in {
        "study.toml": PLAN,
        f"inbox/{PARTICIPANT}/diary.csv": diary + f"2026-04-01,{PARTICIPANT} says nine\n",
        f"inbox/{PARTICIPANT}/later-diary.csv": corrected,
        f"inbox/{OTHER}/diary.csv": corrected + "2026-04-01,ten\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run_study(read_study(folder))


@dataclass(frozen=True, slots=True)
class Instant:
    """When to kill: seconds after the start of the work, or after its journal appeared."""

    after_s: float
    from_journal: bool


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds of an undisturbed erasure, in all and after its journal appeared."""

    whole_s: float
    from_journal_s: float


def kill_once(template: Path, folder: Path, instant: Instant, before: object) -> Outcome:
    """Copy the study, kill an erasure at an instant, run it again, and check.

    ``before`` is the result of :func:`rows_of_other` for the template.
    """
    shutil.copytree(template, folder, symlinks=True)
    process = _begun(folder)
    if instant.from_journal:
        _wait_for_journal(process, folder)
    time.sleep(instant.after_s)
    process.kill()
    process.communicate()
    stage = _stage(folder, process.returncode)
    code, problem = _again(folder)
    faults = [f"the next call ended with {code}: {problem}"] if code else []
    faults += [f"{place} names the participant" for place in traces(folder)]
    if rows_of_other(folder) != before:
        faults.append("rows of the other participant changed")
    own = Path("inbox", OTHER, "diary.csv")
    if not (folder / own).exists() or (folder / own).read_bytes() != (template / own).read_bytes():
        faults.append("an export of the other participant changed")
    if (folder / JOURNAL_FILE).exists():
        faults.append("the journal is still there")
    return Outcome(instant, stage, tuple(faults))


def usual_duration(template: Path, folder: Path) -> Duration:
    """Measure an undisturbed erasure."""
    shutil.copytree(template, folder, symlinks=True)
    process = _begun(folder)
    begun = time.monotonic()
    _wait_for_journal(process, folder)
    journal_at = time.monotonic()
    process.communicate()
    ended = time.monotonic()
    return Duration(ended - begun, ended - journal_at)


def _wait_for_journal(process: subprocess.Popen[str], folder: Path) -> None:
    while process.poll() is None and not (folder / JOURNAL_FILE).exists():
        time.sleep(0.0005)


def traces(folder: Path) -> list[str]:
    """Name every file, folder and column of the database that contains the participant's id."""
    needle = PARTICIPANT.encode()
    found = []
    for path in sorted(folder.rglob("*")):
        if PARTICIPANT in path.name or (path.is_file() and needle in path.read_bytes()):
            found.append(str(path.relative_to(folder)))
    with open_store(read_study(folder)) as store:
        return found + columns_naming(store.connection, pattern_of(PARTICIPANT))


def _begun(folder: Path) -> subprocess.Popen[str]:
    """Start an erasure in a process of its own and return when it has loaded its modules."""
    process = subprocess.Popen(
        [sys.executable, "-c", FORGET, str(folder), PARTICIPANT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _again(folder: Path) -> tuple[int, str]:
    """Run the command again, in this process; return its exit code and error message."""
    message = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(message):
        code = painstats(["forget", str(folder), PARTICIPANT, "--yes"])
    return code, message.getvalue().strip()


def _stage(folder: Path, code: int) -> str:
    """Return how far a killed erasure got, judging by what it left."""
    if code != -9:
        return "finished before the kill"
    if not (folder / JOURNAL_FILE).exists():
        return (
            "finished, killed while reporting"
            if not (folder / "inbox" / PARTICIPANT).exists()
            else "before the journal"
        )
    if (folder / "inbox" / PARTICIPANT).exists():
        return "journal written, files still there"
    return "files removed, journal still there"


def rows_of_other(folder: Path) -> object:
    """Return the other participant's records, rejected rows and files, to compare."""
    with open_store(read_study(folder)) as store:
        return store.connection.execute(
            "SELECT (SELECT list(r ORDER BY r) FROM self_report AS r WHERE participant_id = $other), "
            "(SELECT list(text ORDER BY text) FROM quarantine WHERE import_id IN "
            "(SELECT import_id FROM import WHERE participant_id = $other)), "
            "(SELECT list(file_name ORDER BY file_name) FROM import WHERE participant_id = $other)",
            {"other": OTHER},
        ).fetchone()


def instants(kills: int, duration: Duration, seed: int) -> list[Instant]:
    """Spread instants over an erasure and over its part after the journal: at random, one in each equal part."""
    chance = random.Random(seed)
    parts = (number + chance.random() for number in range(kills))
    return [
        Instant(part / kills * (duration.from_journal_s if number % 2 else duration.whole_s), bool(number % 2))
        for number, part in enumerate(parts)
    ]


def main() -> int:
    """Kill as often as asked, and report what was wrong; the exit code is 1 if anything was."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-forget-") as name:
        place = Path(name)
        make_study(place / "template")
        before = rows_of_other(place / "template")
        duration = usual_duration(place / "template", place / "undisturbed")
        outcomes = []
        for number, instant in enumerate(instants(options.kills, duration, options.seed)):
            outcomes.append(kill_once(place / "template", place / f"study-{number}", instant, before))
            shutil.rmtree(place / f"study-{number}")
    failed = [outcome for outcome in outcomes if outcome.faults]
    print(
        f"{options.kills} kills over {duration.whole_s:.2f} s, half of them in the last "
        f"{duration.from_journal_s:.2f} s, seed {options.seed}: {len(failed)} with faults"
    )
    for stage, count in sorted(Counter(outcome.stage for outcome in outcomes).items()):
        print(f"  {count:4d}  {stage}")
    for outcome in failed:
        print(f"  {outcome.instant} ({outcome.stage}): {'; '.join(outcome.faults)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Run a study night after night with a random fault in each, and show that nothing is lost and nothing but data grows.

    python -m benchmarks.soak --nights 60 --participants 200

Every night each participant's diary and table of steps and sleep get one more day. Then a fault happens, and
``painstats run`` is started; after the fault is over, it is started again. Whatever happened, the study must then have
every day that the files have, once. A reader reads the published tables all the while: each time they must be those of
one run. After the last night an untouched study reads the same inbox in one run; the records and tables of both
must be the same, as ``benchmarks.kills`` compares them, apart from the list and hash of the imported copies of files.

The first table has the faults: how often each happened, the exit codes of the disturbed run and of the one after it.
The second has what could grow: CPU seconds and peak memory of a run that brings one day and nothing else, files of the
study outside the inbox, and the size of the database, at the beginning and at the end. Backups that the soak itself
makes are in a folder of their own. Databases that ``restore`` set aside are removed at once, as its message advises.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.kills import broken, contents, differences
from benchmarks.soak_faults import FAULTS, PLAN, Ended, Soak, files_of, nothing, run
from painstats.errors import PainstatsError
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.published import read_published

ENDS = 5
"""How many nights at the beginning and at the end are compared."""


@dataclass(frozen=True, slots=True)
class Night:
    """A night: its fault, how the disturbed run and the next one ended, and what the study was afterwards."""

    fault: str
    disturbed: int
    after: Ended
    files: int
    database_mb: float
    wrong: tuple[str, ...]


# --- nights ---


def night(soak: Soak, fault: Callable[[Soak], int], reader: Reader) -> Night:
    """Bring one more day, do a fault, run again, and look."""
    soak.days += 1
    soak.write()
    code = fault(soak)
    after = run(soak.study)
    back_up(soak)
    wrong = [*lost(soak), *broken(soak.study), *reader.taken()]
    if after.code not in (0, 4, 7):
        wrong.append(f"the run after it ended with {after.code}")
    files = [path for path in soak.study.rglob("*") if path.is_file() and "inbox" not in path.parts]
    size = (soak.study / "painstats.duckdb").stat().st_size / 1e6
    return Night(fault.__name__.replace("_", " "), code, after, len(files), size, tuple(wrong))


def back_up(soak: Soak) -> None:
    """Replace the backup."""
    for path in soak.backup.parent.glob("*"):
        path.unlink()
    words = [sys.executable, "-m", "painstats", "backup", str(soak.study), str(soak.backup)]
    subprocess.run(words, capture_output=True, check=True)


def lost(soak: Soak) -> Iterator[str]:
    """Name tables that do not have each day of each participant once, with the value that the file has."""
    given = soak.participants * soak.days
    diaries = [files_of(number, soak.days)[0].splitlines()[1:] for number in range(soak.participants)]
    scores = sum(int(line.split(",")[1]) for diary in diaries for line in diary)
    with open_store(read_study(soak.study)) as store:
        rows = store.connection.execute("SELECT count(*), sum(value)::INTEGER FROM self_report").fetchone()
        days = store.connection.execute("SELECT count(*) FROM daily_total WHERE measure = 'step_count'").fetchone()
    if rows != (given, scores):
        yield f"{rows} scores and their sum instead of {(given, scores)}"
    if days != (given,):
        yield f"{days} days of steps instead of {given}"


class Reader(threading.Thread):
    """Read the published tables again and again: a table that is damaged or of another run is an error."""

    def __init__(self, study: Path) -> None:
        super().__init__(daemon=True)
        self.study, self.done, self.reads, self.errors = study, threading.Event(), 0, list[str]()

    def run(self) -> None:
        """Read until asked to stop."""
        while not self.done.wait(0.3):
            try:
                self.reads += read_published(read_study(self.study), ("finding", "daily_summary")) is not None
            except PainstatsError as error:
                self.errors.append(f"a reader saw {type(error).__name__}")

    def taken(self) -> list[str]:
        """Return the errors since the last time."""
        found, self.errors = self.errors, []
        return found


def soaked(nights: int, participants: int, seed: int, place: Path) -> tuple[list[Night], list[str], int]:
    """Return the nights, what differs from an untouched study at the end, and how often tables were read."""
    study = place / "study"
    (place / "backups").mkdir()
    soak = Soak(study, place / "backups" / "backup.duckdb", random.Random(seed), participants)
    soak.write()
    (study / "study.toml").write_text(PLAN)
    started = time.monotonic()
    run(study)
    soak.seconds = time.monotonic() - started
    back_up(soak)
    reader = Reader(study)
    reader.start()
    faults, found = order(nights, soak.chance), list[Night]()
    for number, fault in enumerate(faults):
        started = time.monotonic()
        found.append(night(soak, fault, reader))
        soak.seconds = min(soak.seconds, (time.monotonic() - started) / 2)
        print(number + 1, found[-1], file=sys.stderr, flush=True)
    reader.done.set()
    reader.join()
    untouched = place / "untouched" / "study"
    shutil.copytree(study / "inbox", untouched / "inbox")
    shutil.copy(study / "study.toml", untouched)
    run(untouched)
    return found, list(differences(*map(results_of, (untouched, study)), but=OF_IMPORTS)), reader.reads


def results_of(study: Path) -> dict[str, str]:
    """Return what a study is, apart from which copies of its files were imported: every night has another."""
    imported = pl.read_parquet(study / "reports" / "published" / "daily_summary.parquet")["imports_hash"][0]
    return contents(study, but=[imported])


OF_IMPORTS = re.compile(r"^table import$|/import_summary\.parquet$|^reports/p\d+\.html$")
"""What lists the imported copies, with their numbers of rows."""


def order(nights: int, chance: random.Random) -> list[Callable[[Soak], int]]:
    """Draw the faults: each as often as the others, in random order, with quiet nights at both ends to compare."""
    quiet = min(ENDS, nights // 4)
    disturbed = [FAULTS[number % len(FAULTS)] for number in range(nights - 2 * quiet)]
    chance.shuffle(disturbed)
    return [*[nothing] * quiet, *disturbed, *[nothing] * quiet]


# --- tables ---


def tables(found: Sequence[Night], participants: int) -> Iterator[str]:
    """Write both tables."""
    yield "| fault | nights | exit codes | exit codes of the next run | nights with something lost |"
    yield "|---|---:|---|---|---:|"
    of_fault = defaultdict[str, list[Night]](list)
    for each in found:
        of_fault[each.fault].append(each)
    for fault, nights in of_fault.items():
        codes, after = (Counter(codes) for codes in zip(*((n.disturbed, n.after.code) for n in nights), strict=True))
        wrong = sum(bool(each.wrong) for each in nights)
        yield f"| {fault} | {len(nights)} | {written(codes)} | {written(after)} | {wrong} |"
    quiet = min(ENDS, len(found) // 4)
    yield ""
    yield f"| {participants} participants | first {quiet} nights | last {quiet} nights |"
    yield "|---|---:|---:|"
    for name, value in MEASURED.items():
        first, last = (sum(map(value, part)) / quiet for part in (found[:quiet], found[-quiet:]))
        yield f"| {name} | {first:.1f} | {last:.1f} |"


MEASURED: dict[str, Callable[[Night], float]] = {
    "CPU seconds of a run without news": lambda night: night.after.cpu_s,
    "peak memory of it, MB": lambda night: night.after.peak_mb,
    "files outside the inbox": lambda night: night.files,
    "database, MB": lambda night: night.database_mb,
}


def written(codes: Counter[int]) -> str:
    """Write exit codes with how often each came."""
    return ", ".join(
        f"{code}" if count == codes.total() else f"{code} ({count})" for code, count in sorted(codes.items())
    )


def main() -> int:
    """Soak a study, and print the tables; the exit code is 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--participants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        found, different, reads = soaked(options.nights, options.participants, options.seed, Path(name))
    print("\n".join(tables(found, options.participants)))
    print(f"\nPublished tables were read {reads} times meanwhile. Different from an untouched study: {len(different)}")
    for line in [*different, *(wrong for each in found for wrong in each.wrong)]:
        print(f"  {line}")
    return 1 if different or any(each.wrong for each in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())

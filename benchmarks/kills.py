"""Kill every command that writes at random instants, and compare what the next run gives with an undisturbed one.

    python -m benchmarks.kills --kills 200

For each command a study is made once and copied for each kill. The command runs in a process of its own and is killed
with SIGKILL at an instant after its modules are loaded; the instants are spread evenly over the time that it takes
without a kill, one at random in each equal part. Then the same command runs again, and ``painstats run`` after it. The
study must be what the same commands leave without a kill: the same records, and the same bytes in every published
table, page and file of results.

Not compared is what differs between two undisturbed runs a second apart: the page of the state of the study and the
list of published files, which show when runs were; and the times and hashes of lines in the plan ledger, which are
masked wherever they stand on a page, in a table or in a text. Of figures as PDF only the size is compared: the library
that makes them puts fonts in an order drawn by chance. Instead, no line of the ledger may be broken, and the
database must have every line. The order of an experiment is drawn by chance: there may be one experiment or none after
a kill, each with its calendar and its page. What is analysed for ``cohort`` and ``export`` is computed once and read by
the killed process, since computing it writes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from painstats.cli import main as painstats
from painstats.commands import cohort as cohort_command
from painstats.plan.canonical import digest
from painstats.plan.ledger_chain import broken_at, entries_of
from painstats.plan.study import read_study
from painstats.records import RECORD_TABLES
from painstats.store import open_store
from painstats.store.plan_ledger import read_mirror
from sample_data.make import make_study
from sample_data.truth import Truth

CHILD = """
import pickle, sys
from pathlib import Path
from painstats.cli import main
import painstats.commands.backup, painstats.commands.experiment, painstats.commands.run, painstats.reports.write
if sys.argv[1]:
    from painstats.commands import cohort, export
    found = pickle.loads(Path(sys.argv[1]).read_bytes())
    cohort.analyse = lambda *_: found
print("ready", flush=True)
sys.exit(main(sys.argv[2:]))
"""
"""Run a command once its modules are loaded, with an analysis that was made before where a file is named."""

LEDGER = "plan_ledger.jsonl"
TIMES = ("index.html", "manifest.json", LEDGER, "study.toml")
STAMP = re.compile(r"\d{8}T\d{6}\.\d+Z")
LEDGER_ROWS = re.compile(rb"<tr>(?:(?!</tr>).)*(?:Record of the plan|Head of the plan ledger).*?</tr>", re.DOTALL)
LONGEST_S = 600


@dataclass(frozen=True, slots=True)
class Command:
    """A command to kill.

    Parameters
    ----------
    name
        What it is called in the table.
    words
        The words after ``painstats``; ``STUDY`` and ``BACKUP`` stand for paths.
    make
        Makes the study and the backup in two places.
    draws
        Whether each success draws an experiment more.
    """

    name: str
    words: tuple[str, ...]
    make: Callable[[Path, Path], None]
    draws: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A command that was killed at many instants: how long it takes, how often it was, and what was wrong."""

    name: str
    seconds: float
    killed: int
    finished_before: int
    faults: tuple[str, ...]


# --- studies ---


def imported_never(study: Path, _: Path) -> None:
    """Make a study of two in real formats that was never run."""
    make_study(study, Truth(2, days=30), 5)


def analysed_once(study: Path, _: Path) -> None:
    """Make a study of eight participants that was run; the key of pseudonyms exists, since it is drawn by chance."""
    make_study(study, Truth(8, days=45), 5)
    quietly("run", str(study), "--processes", "1")
    (study / ".painstats.pseudonyms.key").write_bytes(bytes(range(32)))
    (study / ".painstats.pseudonyms.key").chmod(0o600)


def kept_long(study: Path, backup: Path) -> None:
    """Make a study with a withdrawn file, then a backup, then an experiment and an erasure."""
    first = date.today() - timedelta(days=70)
    for number, participant in enumerate(("anna", "bo", "cleo")):
        folder = study / "inbox" / participant
        folder.mkdir(parents=True)
        for part in range(2):
            days = range(30 * part, 30 * part + 30)
            rows = [f"{first + timedelta(days=day)},{(day * 7 + number) % 10}\n" for day in days]
            (folder / f"diary-{part}.csv").write_text("date,pain\n" + "".join(rows))
    (study / "study.toml").write_text(DIARIES)
    quietly("run", str(study))
    quietly("forget-import", str(study), "bo/diary-1.csv")
    quietly("backup", str(study), str(backup))
    quietly("experiment", "plan", str(study), "--participant", "anna", *WISH)
    quietly("forget", str(study), "cleo", "--yes")
    quietly("run", str(study))


DIARIES = """\
[study]
time_zone = "Europe/London"

[[diaries]]
file = "diary*.csv"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]
"""
WISH = (
    "--on", "stretching", "--off", "nothing", "--blocks", "8", "--block-days", "7",
    "--first-day", (date.today() + timedelta(days=9)).isoformat(), "--yes",
)  # fmt: skip

COMMANDS = (
    Command("run", ("run", "STUDY", "--processes", "1"), imported_never),
    Command("experiment", ("experiment", "plan", "STUDY", "--participant", "bo", *WISH), kept_long, draws=True),
    Command("cohort", ("cohort", "STUDY"), analysed_once),
    Command("export", ("export", "STUDY", "--deidentify"), analysed_once),
    Command("backup", ("backup", "STUDY"), kept_long),
    Command("restore", ("restore", "STUDY", "BACKUP"), kept_long),
    Command("rebuild", ("rebuild", "STUDY"), kept_long),
)


def quietly(*words: str) -> tuple[int, str]:
    """Run a command in this process; return its exit code and what it said of errors."""
    said = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(said):
        code = painstats(list(words))
    return code, said.getvalue().strip()


# --- what a study is ---


def contents(study: Path, but: Sequence[str] = ()) -> dict[str, str]:
    """Return a digest of every file of a study by its name, and of every record table; times and ``but`` are masked."""
    lines = (study / LEDGER).read_text().splitlines() if (study / LEDGER).exists() else []
    found = {}
    for path in sorted(path for path in study.rglob("*") if path.is_file()):
        name = STAMP.sub("TIME", path.relative_to(study).as_posix())
        is_drawn = path.parent.name == "experiments"
        if not name.startswith(("painstats.duckdb", ".painstats")) and path.name not in TIMES and not is_drawn:
            found[name] = hashlib.sha256(masked(path, lines, but)).hexdigest()
        elif path.suffix != ".lock":
            found[name] = "there"
    with open_store(read_study(study)) as store:
        for table in RECORD_TABLES:
            query = (
                f"SELECT count(*), coalesce(bit_xor(hash(r)), 0) FROM (SELECT * EXCLUDE (import_id) FROM {table}) AS r"
            )
            found[f"table {table}"] = str(store.connection.execute(query).fetchone())
        files = "SELECT DISTINCT file_name, status FROM import ORDER BY ALL"
        found["table import"] = str(store.connection.execute(files).fetchall())
    return found


def masked(path: Path, ledger: Sequence[str], but: Sequence[str] = ()) -> bytes:
    """Return the content of a file without the times and hashes of the plan ledger, and without other words."""
    if path.suffix == ".parquet":
        written = pl.read_parquet(path).drop("ledger_head", strict=False).write_json()
        return re.sub("|".join(map(re.escape, but)) or "(?!)", "MASKED", written).encode()
    if path.suffix == ".pdf":
        return str(path.stat().st_size).encode()
    content = LEDGER_ROWS.sub(b"", path.read_bytes())
    if path.suffix in (".svg", ".docx"):
        return content
    words = {*but, *(word for line in ledger for word in (digest(line), digest(line)[:16]))}
    words |= {word for entry in entries_of(ledger) for word in (entry.time, entry.time[:10])}
    for word in sorted(words, key=len, reverse=True):
        content = content.replace(word.encode(), b"MASKED")
    return content


def broken(study: Path) -> list[str]:
    """Say what must not be after any kill: a broken ledger, experiments without their files, leftovers."""
    lines = (study / LEDGER).read_text().splitlines()
    with open_store(read_study(study)) as store:
        mirror = read_mirror(store.connection)
        experiments = store.connection.execute("SELECT count(*) FROM experiment_plan").fetchall()[0][0]
    files = len(list((study / "reports" / "experiments").glob("*")))
    hidden = [path.name for path in study.iterdir() if path.is_dir() and path.name.startswith(".")]
    wrong = {
        "the plan ledger is broken": broken_at(lines) is not None,
        "the database lacks lines of the plan ledger": not {*lines} <= {*mirror},
        f"{experiments} experiments have {files} files": files != 2 * experiments,
        f"left: {', '.join(hidden)}": bool(hidden),
    }
    return [what for what, is_so in wrong.items() if is_so]


# --- killing ---


def try_command(command: Command, kills: int, seed: int, place: Path) -> Tried:
    """Kill a command at instants spread over its duration, and compare each time."""
    made, backup = place / "made" / "study", place / "backup.duckdb"
    made.parent.mkdir(parents=True)
    command.make(made, backup)
    words, analysis = command.words, prepared_analysis(command, made, place)
    whole = Path(shutil.copytree(made, place / "undisturbed" / "study"))
    process = begun(words, whole, backup, analysis)
    started = time.monotonic()
    process.communicate(timeout=LONGEST_S)
    seconds, code = time.monotonic() - started, process.returncode
    quietly("run", str(whole))
    expected, faults, killed = contents(whole), list[str](), 0
    for number, instant in enumerate(instants(kills, seconds, seed)):
        study = Path(shutil.copytree(made, place / f"killed-{number}" / "study"))
        process = begun(words, study, backup, analysis)
        time.sleep(instant)
        process.kill()
        process.communicate()
        killed += process.returncode == -9
        wrong = repaired(command, study, backup, analysis, code)
        wrong += differences(expected, contents(study), but=DRAWN if command.draws else STAMPED)
        faults += [f"killed after {instant:.3f} s: {fault}" for fault in wrong]
        shutil.rmtree(study.parent)
    return Tried(command.name, seconds, killed, kills - killed, tuple(faults))


def repaired(command: Command, study: Path, backup: Path, analysis: Path | None, expected: int) -> list[str]:
    """Do again what was killed, and a run; say what is wrong afterwards."""
    if command.name == "export" and (study / "export").exists():
        code = expected  # it was complete, or it would not be there
    elif command.draws and experiments_drawn(study) > 1:
        code = expected  # it was drawn: again would draw another
    else:
        again = begun(command.words, study, backup, analysis)
        again.communicate(timeout=LONGEST_S)
        code = again.returncode
    faults = [] if code == expected else [f"again it ended with {code} instead of {expected}"]
    quietly("run", str(study))
    return faults + broken(study)


def experiments_drawn(study: Path) -> int:
    """Count the experiments that the database has."""
    with open_store(read_study(study)) as store:
        return int(store.connection.execute("SELECT count(*) FROM experiment_plan").fetchall()[0][0])


def differences(expected: dict[str, str], found: dict[str, str], but: re.Pattern[str]) -> Iterator[str]:
    """Name what is missing, new or different; how many backups and databases set aside there are does not matter."""
    for name in sorted({*expected, *found}):
        if not STAMPED.search(name) and not but.search(name) and expected.get(name) != found.get(name):
            there = "differs" if name in expected and name in found else "is missing" if name in expected else "is new"
            yield f"{name} {there}"


STAMPED = re.compile(r"\.(set-aside|backup)-TIME")
DRAWN = re.compile(r"reports/experiments/|reports/bo\.html|/experiment_finding\.parquet")
"""What shows the order of the experiment of bo, which is another each time."""


def begun(words: Sequence[str], study: Path, backup: Path, analysis: Path | None) -> subprocess.Popen[str]:
    """Start a command in a process of its own, and return when its modules are loaded."""
    given = [{"STUDY": str(study), "BACKUP": str(backup)}.get(word, word) for word in words]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(analysis or ""), *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def prepared_analysis(command: Command, made: Path, place: Path) -> Path | None:
    """Compute what ``cohort`` and ``export`` show, once; None for other commands."""
    if command.name not in ("cohort", "export"):
        return None
    found = []
    real = cohort_command.analyse
    cohort_command.analyse = lambda *given: found.append(real(*given)) or found[0]  # type: ignore[func-returns-value]
    try:
        quietly("cohort", str(Path(shutil.copytree(made, place / "analysed" / "study"))))
    finally:
        cohort_command.analyse = real
    path = place / "analysis.pickle"
    path.write_bytes(pickle.dumps(found[0]))
    return path


def instants(kills: int, seconds: float, seed: int) -> list[float]:
    """Spread instants over a duration: one at random in each equal part."""
    chance = random.Random(seed)
    return [(number + chance.random()) / kills * seconds for number in range(kills)]


def table(tried: Sequence[Tried]) -> Iterator[str]:
    """Write the results as a table of the documentation."""
    yield "| command | seconds | killed | finished before the kill | differs from an undisturbed one |"
    yield "|---|---:|---:|---:|---:|"
    for each in tried:
        yield f"| `{each.name}` | {each.seconds:.2f} | {each.killed} | {each.finished_before} | {len(each.faults)} |"


def main() -> int:
    """Kill as often as asked, and print the table; the exit code is 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="of each command")
    parser.add_argument("--only", nargs="+", default=[command.name for command in COMMANDS])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tried = []
    for command in COMMANDS:
        if command.name in options.only:
            with tempfile.TemporaryDirectory(prefix="kills-") as name:
                tried.append(try_command(command, options.kills, options.seed, Path(name)))
                print(json.dumps({"command": command.name, "faults": tried[-1].faults}), file=sys.stderr, flush=True)
    print("\n".join(table(tried)))
    return 1 if any(each.faults for each in tried) else 0


if __name__ == "__main__":
    raise SystemExit(main())

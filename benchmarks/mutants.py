"""Break the code on purpose, one change at a time, and see whether the tests notice.

    make mutants
    python -m benchmarks.mutants --only forget

The tables in ``benchmarks/mutant_tables``, one for each room, list the changes. Each is made in a temporary copy of
the tree, never in the working tree, and the tests listed for it are run until the first failure. A change that no test
notices is a survivor.

Exit codes: 0 when every change was noticed, 1 when any survived or its tests could not be run, 2 when the named tests
fail without any change.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLES = Path(__file__).with_name("mutant_tables")
NOT_COPIED = (".git", ".venv", ".*_cache", "__pycache__", ".hypothesis", "demo", "sample-study", "node_modules")
TIMEOUT_SECONDS = 1800
TIMED_OUT = -1

TESTS_FAILED = 1
"""pytest's exit code for failed tests; any other except 0 means that they were not run properly."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the code.

    Parameters
    ----------
    file
        Path of the changed file, relative to the root of the repository.
    original, changed
        Text that occurs exactly once in the file (a test checks this), and its replacement.
    breaks
        What goes wrong with it, in a few words.
    tests
        The tests that should notice: what is passed to pytest.
    """

    file: str
    original: str
    changed: str
    breaks: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a mutant: ``killed``, ``survived``, or ``not run`` when pytest itself failed or took too long."""

    mutant: Mutant
    state: str
    seconds: float


def read_mutants(tables: Path = TABLES) -> list[Mutant]:
    """Read the tables of mutants, in the order of their names."""
    texts = [table.read_text(encoding="utf-8") for table in sorted(tables.glob("*.toml"))]
    rows = [row for text in texts for row in tomllib.loads(text)["mutant"]]
    return [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def copy_tree(target: Path) -> None:
    """Copy the repository without its environment, history and caches."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)


def run_tests(tree: Path, tests: tuple[str, ...]) -> int:
    """Run tests on a copy of the tree until the first failure; return pytest's exit code, or ``TIMED_OUT``."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tree / "src"), str(tree)))}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        answer = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return TIMED_OUT  # perhaps the machine is only busy
    return answer.returncode


def try_mutant(tree: Path, mutant: Mutant) -> Result:
    """Change one file of the copy, run the tests, and put the file back."""
    path = tree / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.original) != 1:
        return Result(mutant, "not run", 0.0)
    started = time.monotonic()
    _write_source(path, text.replace(mutant.original, mutant.changed))
    try:
        code = run_tests(tree, mutant.tests)
    finally:
        _write_source(path, text)
    state = {0: "survived", TESTS_FAILED: "killed"}.get(code, "not run")
    return Result(mutant, state, time.monotonic() - started)


def _write_source(path: Path, text: str) -> None:
    """Write a file without its compiled form, which Python knows by time and size: a mutant may share both."""
    path.write_text(text, encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


def main(arguments: list[str] | None = None) -> int:
    """Try the mutants and print each result; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="try only mutants with this text in their file or description")
    options = parser.parse_args(arguments)
    mutants = [m for m in read_mutants() if options.only in m.file or options.only in m.breaks]
    if not mutants:
        print(f"no mutant has {options.only!r} in its file or description; see {TABLES.name}/", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="painstats-mutants-") as folder:
        tree = Path(folder) / "tree"
        copy_tree(tree)
        tests = tuple(sorted({test for mutant in mutants for test in mutant.tests}))
        print(f"mutants: {len(mutants)}; first their tests without any change", flush=True)
        if run_tests(tree, tests):
            print("tests fail without any change; repair them first: " + " ".join(tests), file=sys.stderr)
            return 2
        results = [_printed(try_mutant(tree, mutant)) for mutant in mutants]
    return _summary(results)


def _printed(result: Result) -> Result:
    file = result.mutant.file.removeprefix("src/painstats/")
    print(f"{result.state:8} {result.seconds:4.0f} s  {file}: {result.mutant.breaks}", flush=True)
    return result


def _summary(results: list[Result]) -> int:
    states = [result.state for result in results]
    counts = ", ".join(f"{states.count(state)} {state}" for state in ("killed", "survived", "not run"))
    print(f"mutants: {counts}")
    return 0 if states.count("killed") == len(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())

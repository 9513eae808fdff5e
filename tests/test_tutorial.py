"""The tutorial is correct: every command and code block runs, in order, and prints what the pages show."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from painstats.cli import main
from painstats.published_columns.tables import ORIGIN, PUBLISHED

ROOT = Path(__file__).parents[1]
PAGES = ("first_report.md", "study.md", "fitted_model.md")
KINDS = {"console", "python", "text", "toml"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    kind: str
    text: str


def blocks_of(page: str) -> list[Block]:
    text = (ROOT / "docs" / "tutorial" / page).read_text(encoding="utf-8")
    return [
        Block(page, kind, body) for kind, body in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ]


def shown_commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that is shown below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def assert_printed(printed: str, shown: str, place: str) -> None:
    """Compare output with what is shown; ``…`` stands for any text, and alone on a line for any lines."""
    lines = [line.rstrip() for line in shown.rstrip().splitlines()]
    parts = ["(?:.*\n)*?" if line == "…" else f"{re.escape(line).replace('…', '.*')}\n" for line in lines]
    tidy = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    assert re.fullmatch("".join(parts), tidy), f"{place} printed:\n{tidy}\nbut the page shows:\n{shown}"


class Shell:
    """Runs commands one after another in a folder; ``echo $?`` prints the exit code of the one before.

    Commands of painstats run in this process, which has imported it already: ``test_wheel.py`` runs the program itself.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0

    def run(self, command: str) -> str:
        return self.run_here(command) if command.startswith("painstats ") else self.run_in_bash(command)

    def run_here(self, command: str) -> str:
        printed, errors = io.StringIO(), io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
            self.code = main(shlex.split(command)[1:])
        assert "Traceback" not in errors.getvalue(), errors.getvalue()
        return printed.getvalue()

    def run_in_bash(self, command: str) -> str:
        places = [str(Path(sys.executable).parent), os.environ["PATH"]]
        answer = subprocess.run(
            ["bash", "-c", f"(exit {self.code}); {command}"],
            cwd=self.folder,
            env={**os.environ, "PATH": os.pathsep.join(places), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in answer.stderr, answer.stderr
        self.code = answer.returncode
        return answer.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tutorial")


def run_console(block: Block, shell: Shell) -> None:
    commands = list(shown_commands(block))
    assert commands, block
    for number, (command, shown) in enumerate(commands):
        printed = shell.run(command)
        shows_code = number + 1 < len(commands) and commands[number + 1][0] == "echo $?"
        assert shell.code == 0 or shows_code, f"{command} ended with {shell.code}"
        assert_printed(printed, shown, command)


def run_python(block: Block, names: dict[str, object]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block.text, block.page, "exec"), names)
    return printed.getvalue()


@pytest.mark.slow
def test_the_tutorial_runs_and_prints_what_it_shows(folder, monkeypatch):
    monkeypatch.chdir(folder)
    shell, names, printed = Shell(folder), {}, ""
    for block in [block for page in PAGES for block in blocks_of(page)]:
        assert block.kind in KINDS, f"{block.page}: a block without a language cannot be tested"
        if block.kind == "console":
            run_console(block, shell)
        elif block.kind == "toml":
            assert block.text in (folder / "sample" / "study.toml").read_text(encoding="utf-8")
        elif block.kind == "python":
            printed = run_python(block, names)
        else:
            assert_printed(printed, block.text, block.page)
    assert (folder / "painstats-report.html").stat().st_size > 10_000
    assert names["fit"].converged


KIND_OF_TYPE = {
    pl.String: "text", pl.Int64: "whole number", pl.Int32: "whole number", pl.Float64: "number", pl.Date: "date",
    pl.Boolean: "true or false", pl.Datetime: "local time",
    pl.List(pl.String): "list of texts", pl.List(pl.Float64): "list of numbers",
    pl.List(pl.Int64): "list of whole numbers", pl.Datetime("us", "UTC"): "time in UTC", pl.List: "list of records",
}  # fmt: skip


@pytest.mark.slow
def test_the_page_of_tables_lists_the_columns_that_a_run_publishes(folder):
    """Uses the study of the tutorial, which the test before made."""
    published = folder / "sample" / "reports" / "published"
    assert {path.stem for path in published.glob("*.parquet")} == set(PUBLISHED)
    for name, (_, columns) in PUBLISHED.items():
        schema = pl.read_parquet_schema(published / f"{name}.parquet")
        kinds = {column: KIND_OF_TYPE.get(dtype) or KIND_OF_TYPE[dtype.base_type()] for column, dtype in schema.items()}
        documented = {column: kind for column, (kind, _) in {**columns, **ORIGIN}.items()}
        assert list(kinds.items()) == list(documented.items()), name


@pytest.mark.parametrize("printed", ["one\ntwo\n", "one\nthree\n\nfour\n"])
def test_output_that_differs_from_the_page_is_noticed(printed):
    assert_printed("one\nany\nlines\ntwo\n", "one\n…\ntwo\n", "a command")
    with pytest.raises(AssertionError, match="but the page shows"):
        assert_printed(printed, "one\nfour\n", "a command")

"""Rules of the repository: locks that name no host, small files, a command line that starts fast."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from pkgutil import resolve_name

import pytest

from painstats.cli import _parser, main
from painstats.commands.my_options import MyOptions

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines()]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-uv.lock", "pyproject.toml", "Makefile"])
def test_no_lock_or_setting_names_a_package_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|\b[\w-]+\.(org|com|net|io)\b", text)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-uv.lock"])
def test_every_locked_package_has_a_hash(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9][\w.\-]*==.*(?:\n    --hash.*)*", text, re.MULTILINE | re.IGNORECASE)
    assert pinned
    assert all("--hash=sha256:" in package for package in pinned)


FORBIDDEN = {
    r"recover\s*=\s*True": "libxml2's recovery accepts bombs and truncated files as complete",
    r"\.(as_html|to_html)\(": "statsmodels and pandas' Styler escape nothing; use our templates",
    r"\bstyle\.(format|apply|map)\(": "pandas' Styler escapes no header",
    r"\|\s*safe\b|autoescape=False": "every value in a template is escaped",
    r"os\.fork\(|get_context\(\"fork|set_start_method\(\"fork": "a forked process silently loses what it writes to DuckDB",
    r"read_csv_auto|sniff_csv": "delimiters, types and dates are declared, never guessed",
}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_what_is_known_to_fail_silently_is_not_used(pattern):
    files = tracked("src/**", "flows/**", "dashboards/**")
    assert len(files) > 100
    texts = {str(path): path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".sql", ".j2")}
    assert [name for name, text in texts.items() if re.search(pattern, text)] == [], FORBIDDEN[pattern]


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.7"])  # reserved for documentation
def test_tests_cannot_leave_this_machine(address):
    with socket.socket() as other, pytest.raises(RuntimeError, match="nothing leaves this machine"):
        other.connect((address, 443))


def test_files_stay_short():
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in tracked("*.py", "*.sql")}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_help_loads_nothing_heavy():
    script = (
        "import sys; from painstats.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'polars', 'duckdb', 'statsmodels', 'prefect', 'pandas', 'pydantic', 'numpy', 'rich', 'pebble', 'filelock', 'jiter'} & set(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stderr.strip() == "[]"
    assert "usage: painstats" in answer.stdout


def subcommands(parser: argparse.ArgumentParser | None = None) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command; that of a group of commands is replaced by those of its parts."""
    found = {}
    for action in (parser or _parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, each in action.choices.items():
                found |= {f"{name} {part}": command for part, command in subcommands(each).items()} or {name: each}
    return found


@pytest.mark.parametrize("name", subcommands())
def test_a_command_takes_exactly_its_options(name):
    """The parser names the function of a command by its path and passes the options by their names."""
    parser = subcommands()[name]
    given = {action.dest for action in parser._actions if action.dest != "help"}
    function = resolve_name(parser.get_default("command"))
    parameters = inspect.signature(function).parameters.values()
    taken = {each.name for each in parameters if each.kind is not each.VAR_KEYWORD}
    if len(taken) < len(parameters):
        taken |= {field.name for field in fields(MyOptions)}
    assert given == taken


def test_the_options_of_me_are_grouped(capsys):
    with pytest.raises(SystemExit):
        main(["me", "--help"])
    text = capsys.readouterr().out
    assert text.index("format of the diary:") < text.index("\n  --date-column ") < text.index("meaning of a score:")
    assert text.index("meaning of a score:") < text.index("\n  --recall ")


JSON_EDGES = {
    "mixedlm/model.py": "formula environments, as statsmodels takes them",
    "mixedlm/summary.py": "the table of statsmodels' Summary",
    "commands/vega_svg.py": "charts in Vega-Lite's JSON",
    "findings/finding_row.py": "groups of the columns of one flat row",
    "commands/printing.py": "what is printed as JSON or as a table",
    "commands/quarantine.py": "what is printed as JSON or as a table",
    "commands/inspect.py": "what is printed as JSON or as a table",
    "commands/run.py": "what is printed as JSON or as a table",
    "sources/apple_health/elements.py": "the attributes of one XML element",
}
"""The modules with rows or documents as mappings of any values, and why."""


def mappings_of_anything(path: Path) -> list[str]:
    """List the annotations ``dict[str, Any]`` and ``Mapping[str, Any]`` of a module, and names such as ``Row = dict``."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and ast.unparse(node) in ("dict[str, Any]", "Mapping[str, Any]"):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("Row", "Rows"):
            found.append(ast.unparse(node))
    return found


def test_rows_leave_the_store_as_dataclasses():
    package = ROOT / "src" / "painstats"
    paths = {str(path.relative_to(package)): path for path in package.rglob("*.py")}
    found = {name: mappings_of_anything(path) for name, path in paths.items() if not name.startswith("store/")}
    untyped = {name: uses for name, uses in found.items() if uses and name not in JSON_EDGES}
    assert untyped == {}


def test_no_module_is_excused_that_needs_no_excuse():
    package = ROOT / "src" / "painstats"
    assert [name for name in JSON_EDGES if not mappings_of_anything(package / name)] == []

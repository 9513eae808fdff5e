"""An unforeseen error prints where it happened and no value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "kanarienvogel"
ROOT = Path(__file__).parents[2]
SCRIPT = """
import os
from painstats import cli
from painstats.commands import sources as module

class PanicError(BaseException):
    "As polars raises them: no Exception."

def inner():
    return float(os.environ["VALUE"])

def sources(as_json):
    try:
        inner()
    except ValueError as error:
        raise KIND("no pain score: " + str(error)) from error

module.sources = sources
cli.main()
"""


@pytest.mark.parametrize("kind", ["KeyError", "PanicError", "UnicodeError"])
@pytest.mark.parametrize("debug", [[], ["--debug"]], ids=["plain", "debug"])
def test_a_crash_prints_no_value(tmp_path, kind, debug):
    script = tmp_path / "crash.py"  # from a file, so that a trace can show its lines
    script.write_text(SCRIPT.replace("KIND", kind))
    answer = subprocess.run(
        [sys.executable, str(script), *debug, "sources"], cwd=ROOT, env={**os.environ, "VALUE": CANARY}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    assert CANARY not in answer.stdout + answer.stderr
    assert f"painstats: a bug ({kind} in cli.py:" in answer.stderr
    assert ("in inner" in answer.stderr) == bool(debug)
    assert ("ValueError (text omitted" in answer.stderr) == bool(debug)

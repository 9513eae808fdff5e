"""Calls that an operating system may lack are in one module, which does without them or says what to do."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from painstats import operating_system
from painstats.errors import StorageError

SOURCE = Path(__file__).parents[1] / "src" / "painstats"

NOT_EVERYWHERE = {"fcntl", "resource", "pwd", "grp", "termios", "msvcrt", "winreg"}
"""Modules of the standard library that some systems lack."""

FIT = """
import os
del os.sched_getaffinity
import numpy as np
from painstats.mixedlm import fit_mixed, model_rows
from painstats.process_pool import default_processes
rng = np.random.default_rng(1)
participant, day = (values.ravel() for values in np.indices((9_000, 4)))
rows = model_rows(
    y=rng.standard_normal(participant.size), predictors={"x": rng.standard_normal(participant.size)},
    participant=participant, day=day, random=("intercept",),
)
fit = fit_mixed(rows)
assert default_processes() >= 1
print(len(fit.participants))
"""

STORE = """
import sys
sys.modules["fcntl"] = None  # importing it raises ImportError, as on Windows
import painstats.store.connection, painstats.store.damage
from painstats.errors import StorageError
from painstats.operating_system import lock_for_this_process
with open(sys.argv[1], "w") as file:
    try:
        lock_for_this_process(file)
    except StorageError as error:
        print(error)
"""


def answer(script, *arguments):
    run = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_a_model_of_many_participants_is_fitted_without_processor_affinity():
    assert answer(FIT) == "9000"


def test_without_processor_affinity_the_processors_of_the_machine_count(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert operating_system.processors() == os.cpu_count()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert operating_system.processors() == 1


def test_without_file_locks_a_study_is_refused_in_words(tmp_path):
    told = answer(STORE, str(tmp_path / "lock"))
    assert told.startswith("this operating system has no file locks")
    assert "Linux or macOS" in told


@pytest.mark.parametrize("lock", [operating_system.lock_for_this_process])
def test_a_lock_without_the_call_is_a_storage_error(lock, tmp_path, monkeypatch):
    monkeypatch.setattr(operating_system, "fcntl", None)
    with (tmp_path / "lock").open("w") as file, pytest.raises(StorageError, match="no file locks"):
        lock(file)


def test_no_other_module_uses_what_a_system_may_lack():
    found = {}
    for path in SOURCE.rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names} & NOT_EVERYWHERE
            elif isinstance(node, ast.ImportFrom):
                names |= {node.module} & NOT_EVERYWHERE
            elif isinstance(node, ast.Attribute) and node.attr == "sched_getaffinity":
                names.add(node.attr)
        if names:
            found[path.name] = names
    assert found == {"operating_system.py": {"fcntl", "resource", "sched_getaffinity"}}

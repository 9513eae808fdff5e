"""Prefect's home as it is after a first start, made once for all tests that do not need a new one."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START = "from flows.local_server import start_local_server; start_local_server()"


@pytest.fixture(scope="session")
def started_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start and stop a server in a new home. All workers of pytest-xdist share it: making its database takes 8 CPU s."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home, making = shared / "prefect", shared / "prefect.making"
    with (shared / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
            environment["PREFECT_HOME"] = str(making)
            subprocess.run([sys.executable, "-c", START], cwd=ROOT, env=environment, check=True, capture_output=True)
            making.rename(home)
    return home


@pytest.fixture(scope="session")
def prefect_home(started_home: Path) -> Callable[[Path], Path]:
    """Return a function that copies the home to a place and returns the place."""
    return lambda place: Path(shutil.copytree(started_home, place))

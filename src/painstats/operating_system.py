"""What differs between operating systems: the number of processors that may be used, and locks on files."""

from __future__ import annotations

import os
from typing import IO, Any

from painstats.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def processors() -> int:
    """Return how many processors this process may use; without a limit of its own, those of the machine (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def lock_for_this_process(file: IO[Any]) -> None:
    """Lock a file against other processes, as DuckDB locks its database; closing any opening of it lets go.

    Raises
    ------
    OSError
        Another process holds it.
    StorageError
        The system has no such locks.
    """
    _require_locks()
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _require_locks() -> None:
    if fcntl is None:
        raise StorageError(
            "this operating system has no file locks, without which two processes could write to one study; "
            "run painstats on Linux or macOS, on Windows in WSL"
        )

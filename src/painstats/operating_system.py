"""What differs between operating systems: processors that may be used, limits of a process, and locks on files."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, Any

from painstats.errors import StorageError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]


def processors() -> int:
    """Return how many processors this process may use; without a limit of its own, those of the machine (macOS)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_this_process(memory_bytes: int, cpu_s: int) -> None:
    """Limit the memory and processor time of this process, where the system can; it leaves no core file."""
    if resource is not None:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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

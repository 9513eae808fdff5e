"""How far long work is, for whoever looks at it from another thread; nothing here is shown."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Unit = Literal["bytes", "participants", "pages", "looks"]

SHARED_EVERY_BYTES = 1 << 20
"""How much another process reads between two updates of its file."""


@dataclass(slots=True, eq=False)
class Work:
    """Work under way: ``done`` of ``total``, and of what is not done whatever ``elsewhere`` returns."""

    label: str
    unit: Unit
    total: int
    done: int = 0
    elsewhere: Callable[[], int] = lambda: 0

    def advance(self) -> None:
        """Count one more participant or page."""
        self.done += 1

    @property
    def completed(self) -> int:
        """How much is done, never more than the total."""
        return min(self.done + self.elsewhere(), self.total)


_under_way: list[Work] = []


@contextmanager
def working(label: str, unit: Unit, total: int) -> Iterator[Work]:
    """Announce work for the duration of the block."""
    work = Work(label, unit, total)
    _under_way.append(work)
    try:
        yield work
    finally:
        _under_way.remove(work)


def work_under_way() -> Work | None:
    """Return the innermost work under way."""
    return _under_way[-1] if _under_way else None


# --- bytes ---


@dataclass(slots=True)
class _Read:
    n_bytes: int = 0
    shared_bytes: int = 0
    shared: BinaryIO | None = None


_read = _Read()


class CountedFile(io.FileIO):
    """A file whose bytes are counted as they are read."""

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read into a buffer."""
        n_bytes = super().readinto(buffer)
        _count(n_bytes or 0)
        return n_bytes

    def readall(self) -> bytes:
        """Read the rest."""
        content = super().readall()
        _count(len(content))
        return content


def bytes_read() -> int:
    """Return how many bytes of exports this process has read so far."""
    return _read.n_bytes


@contextmanager
def bytes_shared(path: Path) -> Iterator[None]:
    """Keep the number of bytes that this process reads during the block in a file, for :func:`bytes_read_elsewhere`."""
    with path.open("xb", buffering=0) as file:
        _read.n_bytes, _read.shared_bytes, _read.shared = 0, 0, file
        try:
            yield
        finally:
            _read.shared = None


def bytes_read_elsewhere(path: Path) -> int:
    """Return what another process last wrote in its file; 0 before and after."""
    try:
        return int(path.read_bytes() or 0)
    except OSError:
        return 0


def _count(n_bytes: int) -> None:
    _read.n_bytes += n_bytes
    if _read.shared and _read.n_bytes - _read.shared_bytes >= SHARED_EVERY_BYTES:
        _read.shared_bytes = _read.n_bytes
        os.pwrite(_read.shared.fileno(), b"%d" % _read.n_bytes, 0)

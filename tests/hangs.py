"""End a call in this process that hangs: a process of its own for each call costs seconds."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest


class HangsError(BaseException):
    """Raised where the call hangs; no ``except Exception`` of the product takes it for a fault of a file."""


@contextmanager
def ended_within(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer, such as opening a pipe that no one writes to, and fail the test."""
    has_hung = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal has_hung
        has_hung = True
        raise HangsError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except HangsError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if has_hung:  # also if the product caught the exception
        pytest.fail(f"it did not end within {seconds} s")

"""The seconds of each stage of ``painstats me``."""

from __future__ import annotations

import sys
from time import perf_counter


class Stages:
    """A clock that is stopped at the end of each stage."""

    def __init__(self) -> None:
        self._started = self._before = perf_counter()
        self._taken: list[tuple[str, float]] = []

    def end(self, stage: str) -> None:
        """End a stage that began with the end of the one before."""
        now = perf_counter()
        self._taken.append((stage, now - self._before))
        self._before = now

    def print(self) -> None:
        """Print each stage with its seconds, and their sum, on standard error."""
        lines = [*self._taken, ("in all", self._before - self._started)]
        for stage, seconds in lines:
            print(f"{stage:<12} {seconds:5.2f} s", file=sys.stderr)

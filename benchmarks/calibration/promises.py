"""What a row of the grid promises, and whether it was kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from benchmarks.calibration.results import Rate

Kept = Literal["yes", "within error", "no", "unclear"]

ERRORS = 2.0
"""Monte Carlo errors by which a value may miss a promise without speaking against it."""


LEAST_COUNTS = 10
"""Fewer counts say nothing."""


@dataclass(frozen=True)
class Promise:
    """Limits of a rate, in per cent.

    Parameters
    ----------
    quantity
        Name of a count of ``tally.py``.
    least, most
        The limits.
    is_canary
        Whether it says how badly the old rule does on the same diaries: the row shows nothing otherwise.
    """

    quantity: str
    least: float = 0.0
    most: float = 100.0
    is_canary: bool = False

    @property
    def text(self) -> str:
        """The limits in signs."""
        if self.least > 0 and self.most < 100:
            return f"{self.least:g} to {self.most:g}"
        return f"≥ {self.least:g}" if self.least > 0 else f"≤ {self.most:g}"


def is_kept(promise: Promise, rate: Rate) -> Kept:
    """Return whether a rate keeps a promise, misses it by no more than chance may, or misses it.

    One batch has no error, and so is unclear; so are fewer than ten counts.
    """
    if math.isnan(rate.error) or rate.of < LEAST_COUNTS:
        return "unclear"
    beyond = max(promise.least - rate.percent, rate.percent - promise.most)
    if beyond <= 0:
        return "yes"
    return "within error" if beyond <= ERRORS * rate.error else "no"

"""The order of an experiment's blocks, drawn by lot: it follows from the plan's fingerprint, so anyone can check it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache

LONGEST_RUN = 3


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """The plan of an experiment; these fields, as JSON, have the fingerprint.

    Parameters
    ----------
    participant, on, off
        Who compares what with what.
    first_day
        First day of the first block.
    blocks, block_days, dropped_days
        Number of blocks, half of them with the treatment; their length; days at the head of each that are not counted.
    seed
        128 random bits in hexadecimal, drawn for this plan.
    run
        Most blocks in a row that are alike.
    """

    participant: str
    on: str
    off: str
    first_day: date
    blocks: int
    block_days: int
    dropped_days: int
    seed: str
    run: int = LONGEST_RUN

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the plan as JSON with sorted keys and without spaces."""
        values = {**asdict(self), "first_day": self.first_day.isoformat()}
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def last_day(self) -> date:
        """Last day of the last block."""
        return self.first_day + timedelta(days=self.blocks * self.block_days - 1)

    @property
    def order(self) -> tuple[int, ...]:
        """1 for a block with the treatment, 0 for one without: the fingerprint's place in the list of all orders."""
        half = self.blocks // 2
        return _order_at(int(self.fingerprint, 16) % _count(half, half, 2, 0, self.run), self.blocks, self.run)


@cache
def _count(offs: int, ons: int, last: int, streak: int, run: int) -> int:
    """Count the ways to go on with this many blocks, after ``streak`` of them equal to ``last``."""
    if min(offs, ons) < 0 or streak > run:
        return 0
    if offs == ons == 0:
        return 1
    with_off = _count(offs - 1, ons, 0, streak + 1 if last == 0 else 1, run)
    return with_off + _count(offs, ons - 1, 1, streak + 1 if last == 1 else 1, run)


def _order_at(place: int, blocks: int, run: int) -> tuple[int, ...]:
    """Return the order at a place of the lexicographic list, without making the list."""
    order: list[int] = []
    offs = ons = blocks // 2
    last, streak = 2, 0
    while offs or ons:
        after_off = (offs - 1, ons, 0, streak + 1 if last == 0 else 1)
        first_with_on = _count(*after_off, run)
        if place < first_with_on:
            offs, ons, last, streak = after_off
        else:
            place -= first_with_on
            offs, ons, last, streak = offs, ons - 1, 1, streak + 1 if last == 1 else 1
        order.append(last)
    return tuple(order)

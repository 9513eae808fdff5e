"""The plan of an experiment, and the order that follows from it: anyone can check that it was drawn by lot.

The plan is written as JSON with a random seed, and hashed. The hash, as a number, chooses the order, so no one can
choose an order and find a plan for it.

Source: docs/method/experiments.md, "The order".
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property

from painstats.questions.experiment.orders import MOST_ALIKE, Order, count_orders, order_at

SEED_BYTES = 16


@dataclass(frozen=True)
class ExperimentPlan:
    """A plan: what is compared, when, and the seed of its order.

    Parameters
    ----------
    participant
        The participant's id.
    on, off
        What is done in blocks with and without the treatment, in the participant's words.
    first_day
        The first day of the first block.
    blocks, block_days
        The number of blocks, and the days of each.
    dropped_days
        Days at the head of each block that do not count, because the block before may still act.
    seed
        128 bits of the system's randomness in hex digits.
    run
        Most blocks of one kind in a row.
    """

    participant: str
    on: str
    off: str
    first_day: date
    blocks: int
    block_days: int
    dropped_days: int
    seed: str
    run: int = MOST_ALIKE

    @property
    def canonical(self) -> str:
        """The plan as JSON: keys sorted, no spaces."""
        values = {**asdict(self), "first_day": self.first_day.isoformat()}
        return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the plan in UTF-8, in hex digits."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @cached_property
    def order(self) -> Order:
        """The order whose number is the fingerprint modulo the number of orders."""
        return order_at(int(self.fingerprint, 16) % count_orders(self.blocks), self.blocks)

    @property
    def days(self) -> int:
        """Days from the first to the last, both counted."""
        return self.blocks * self.block_days

    @property
    def last_day(self) -> date:
        """The last day of the last block."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def opens_on(self) -> date:
        """The day after the last, on which the result is shown."""
        return self.last_day + timedelta(days=1)

    def block_start(self, block: int) -> date:
        """Return the first day of a block; the first block is 0."""
        return self.first_day + timedelta(days=block * self.block_days)

    def instruction(self, block: int) -> str:
        """Return what to do in a block."""
        return self.on if self.order[block] else self.off


def plan_of(canonical: str) -> ExperimentPlan:
    """Return the plan that was written as JSON."""
    values = json.loads(canonical)
    return ExperimentPlan(**{**values, "first_day": date.fromisoformat(values["first_day"])})


def new_seed() -> str:
    """Return 128 bits of the system's randomness in hex digits."""
    return secrets.token_hex(SEED_BYTES)

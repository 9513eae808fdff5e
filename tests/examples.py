"""How many random examples the tests try: few in the gate, ``PAINSTATS_EXAMPLES`` times as many on request."""

from __future__ import annotations

import os

FACTOR = int(os.environ.get("PAINSTATS_EXAMPLES", "1"))


def examples(in_the_gate: int) -> int:
    """Return the number of examples to try."""
    return FACTOR * in_the_gate

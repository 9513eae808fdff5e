"""One line of the tables that compare a run with what was planted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """What was asked about a participant, what the run answered, and what was planted."""

    participant: str
    asked: str
    told: str
    planted: str

"""The verdicts, one enumeration for every kind of question."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The verdicts, for every kind of question; the words come from the question and its outcome."""

    HIGHER = "higher"
    LOWER = "lower"
    AT_MOST_SMALL = "at_most_small"
    NOT_DETERMINED = "not_determined"
    NOT_JUDGED = "not_judged"

    @property
    def has_direction(self) -> bool:
        """Whether it says that the outcome is higher or lower."""
        return self in (Verdict.HIGHER, Verdict.LOWER)

    @property
    def is_open(self) -> bool:
        """Whether it leaves the question open."""
        return self in (Verdict.NOT_DETERMINED, Verdict.NOT_JUDGED)

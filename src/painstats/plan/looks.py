"""The calendar of looks: after how many days a verdict is given, and how much of the chance of a false sign each uses.

A look is a dated evaluation. The declared looks, those of the first year, share four fifths of the chance equally;
those after them, without end, share the last fifth, each taking half of what is left (docs/method/verdict.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

FIRST_LOOKS = (60, 90, 120, 180, 270, 365)
"""Days with a score at which verdicts are given in about the first year."""

LATER = (180, 365, 730)
"""Days from the last declared look to the next ones; after these there is one each year."""

YEAR = 365

SHARE_OF_FIRST = 0.8
"""Share of the chance of a false sign that the declared looks have together."""


def looks_from(declared: Sequence[int]) -> Iterator[int]:
    """Yield the days of all looks, without end: the declared ones, then those after them."""
    yield from declared
    yield from (declared[-1] + days for days in LATER)
    yield from itertools.count(declared[-1] + LATER[-1] + YEAR, YEAR)


def looks_until(declared: Sequence[int], days: int) -> tuple[int, ...]:
    """Return the looks that ``days`` days have reached."""
    return tuple(itertools.takewhile(lambda look: look <= days, looks_from(declared)))


def next_look(declared: Sequence[int], days: int) -> int:
    """Return the first look after ``days`` days."""
    return next(look for look in looks_from(declared) if look > days)


def spent(declared: Sequence[int], false_sign_chance: float, number: int) -> float:
    """Return the chance of a false sign that the first ``number`` looks may use together.

    References
    ----------
    docs/method/verdict.md, how much each look may use; Lan & DeMets 1983, Biometrika 70:659.
    """
    first, later = SHARE_OF_FIRST * false_sign_chance, (1 - SHARE_OF_FIRST) * false_sign_chance
    if number <= len(declared):
        return first * number / len(declared)
    return first + later * (1 - 0.5 ** (number - len(declared)))

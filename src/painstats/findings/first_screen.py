"""The first screen of a personal page has room for few numbers: the oldest starts lose theirs to their cards.

A name's dose and a date are no numbers here, and a count in words is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from painstats.questions.date_words import MONTHS

MOST_NUMBERS = 8
"""Numbers that the first screen has room for."""

NUMBER = re.compile(r"\d[\d.,]*\d|\d")


class Line(NamedTuple):
    """A line, and the same without its number; empty where it cannot lose it."""

    text: str
    without_size: str


def numbers_in(text: str) -> int:
    """Count the numbers of a text that are no dates: "0.3 points per 2,000 steps" has two."""
    months = "|".join(re.escape(str(month)) for month in MONTHS)
    dates = rf"\b\d{{1,2}}\.? (?:{months})(?: \d{{4}})?"
    return len(NUMBER.findall(re.sub(dates, "", text)))


def within_room(lead: str, lines: Sequence[Line]) -> tuple[bool, ...]:
    """Return which lines keep their number, so that lead and lines have at most eight.

    Parameters
    ----------
    lead
        The sentences above the lines.
    lines
        Those that lose their numbers first come first: treatments by the date of their first start.
    """
    keeps = [True] * len(lines)
    excess = numbers_in(lead) + sum(numbers_in(line.text) for line in lines) - MOST_NUMBERS
    for place, line in enumerate(lines):
        saved = numbers_in(line.text) - numbers_in(line.without_size) if line.without_size else 0
        if excess > 0 and saved > 0:
            keeps[place] = False
            excess -= saved
    return tuple(keeps)

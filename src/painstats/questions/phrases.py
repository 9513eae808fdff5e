"""The phrases that a kind of question supplies; they fill the sentences of ``findings/catalogue``."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from painstats.language import _, localised
from painstats.questions.outcome_words import OutcomeWords

LONGEST_LABEL = 64

SMALLEST_SHOWN = 0.1
"""Sizes are shown for a difference between days for which they are at least this, in points."""


class Unit(Protocol):
    """A difference between two days, as a number of units of an effect."""

    @property
    def factor(self) -> float:
        """How many units it is."""
        ...


UnitT = TypeVar("UnitT", bound=Unit)


@dataclass(frozen=True, slots=True)
class UnitWords:
    """A difference between two days that effects are reported for.

    Parameters
    ----------
    factor
        How many units of an effect it is: 2 for 2,000 steps.
    per, more
        "per 2,000 steps", "for 2,000 more steps".
    compared
        Which day is compared: "After a day with 2,000 more steps".
    """

    factor: float
    per: str
    more: str
    compared: str


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a question's exposure, comparison and outcome are called.

    Parameters
    ----------
    exposure
        "sleep".
    comparison
        Which days are compared, for researchers: "after a longer night".
    compared_with
        What the outcome is compared with: "sleep the night before".
    unit
        What an effect is per, for researchers: "hour of sleep".
    day_words
        "days" or "nights".
    outcome
        How the outcome is named.
    after
        Which days are compared, for participants: "After longer nights".
    units
        The differences that effects are reported for to participants, the smallest first.
    outcome_then
        The outcome with its day: "pain the next day".
    low_days, high_days
        "your short nights", "your long ones".
    doing
        What a participant would do more of: "sleeping longer".
    hardly_varies
        "Your nights hardly differ in length."
    level, difference
        Writes a value of the exposure, or a difference between two, in units: "5.8 hours", "20 minutes".
    """

    exposure: str
    comparison: str
    compared_with: str
    unit: str
    day_words: str
    outcome: OutcomeWords
    after: str
    units: tuple[UnitWords, ...]
    outcome_then: str
    low_days: str
    high_days: str
    doing: str
    hardly_varies: str
    level: Callable[[float], str]
    difference: Callable[[float], str]


@dataclass(frozen=True, slots=True)
class EffectChart:
    """What a chart of effects shows; ``reports/figures/forest.py`` draws it.

    Parameters
    ----------
    title
        What is compared: "Sleep".
    label
        One sentence for readers who cannot see the chart, about themselves.
    cohort_label
        The same about all participants.
    left, right
        What the two sides of zero mean: "less pain", "more pain".
    per
        What the axis counts points per: "per hour of sleep".
    """

    title: str
    label: str
    cohort_label: str
    left: str
    right: str
    per: str


def shown_unit(units: Sequence[UnitT], size: float) -> UnitT:
    """Return the first difference between days for which a size, in points per unit, is at least 0.1; else the last."""
    return next((unit for unit in units if abs(size) * unit.factor >= SMALLEST_SHOWN), units[-1])


def counted(number: float, thing: str) -> str:
    """Write a number of things: "1 row", "12,480 rows"."""
    return f"{whole(number)} {thing}" if number == 1 else f"{whole(number)} {thing}s"


def whole(number: float) -> str:
    """Write a whole number with marks between thousands: "12,480", in German "12.480"."""
    return localised(f"{number:,.0f}")


def capital(text: str) -> str:
    """Write the first letter as a capital."""
    return text[:1].upper() + text[1:]


def listed(things: list[str]) -> str:
    """Write a list: "sleep", "sleep and steps", "sleep, steps and exercise"."""
    if len(things) < 2:
        return str(things[0]) if things else ""
    return _("{others} and {last}").format(others=", ".join(map(str, things[:-1])), last=things[-1])


def label_text(text: str) -> str:
    """Make a name fit to be shown: no control or direction marks, at most 64 characters."""
    visible = "".join(
        letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    if not visible.strip():
        return "unnamed"
    return visible if len(visible) <= LONGEST_LABEL else visible[: LONGEST_LABEL - 1] + "…"

"""Choices that answer the same question, and those that would answer another one or invite false findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

from painstats.errors import PainstatsError

MOST_SPECIFICATIONS = 500

LEAST_DAYS = 45
"""Days of the stricter rule for participants."""

FIRST_DAYS = 14
"""Days in which keeping a diary may itself change what is written in it."""

END_SHARE = 0.25
"""Share of scores at an end of the scale from which a participant counts as one with scores at an end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision: its name and what could have been decided, the declared option first."""

    name: str
    options: tuple[str, ...]

    @property
    def declared(self) -> str:
        """What the plan decided."""
        return self.options[0]


Specification = dict[str, str]
"""Name of each choice to an option."""

NAMES: Final = (
    "step days",
    "least days",
    "calendar",
    "time",
    "other exposures",
    "first 14 days",
    "residuals",
    "days",
    "scores at an end",
)
"""Every choice, in the order in which they are crossed; where there are too many combinations, the last are dropped."""

REFUSED: Final = {
    "lag": "another lag is another question; ask it as a question of its own",
    "outcome": "another outcome is another question; list it in [analysis] outcomes",
    "exposure": "another exposure is another question; ask it as a question of its own",
    "normal scores": "estimates on another scale cannot be compared with the declared one",
    "later columns": "what comes after the exposure or the score may carry its effect, such as the steps of the day",
    "lagged outcome": "the score of the day before and correlated residuals describe the same thing twice",
    "raw exposures": "without centring, differences between participants are mixed with those between days",
    "no random slope": "without a random slope of the exposure chance alone is found in a quarter of studies",
    "independent residuals": "residuals of neighbouring days are related; standard errors would be too small",
    "left out by scores": "leaving out days or participants by their scores or residuals selects the answer",
}
"""What is never crossed, and why."""


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of choices in the order in which they are crossed.

    Raises
    ------
    PainstatsError
        If one is refused, with the reason, or unknown.
    """
    for name in names:
        if name in REFUSED:
            raise PainstatsError(f"{name} cannot be part of a specification curve: {REFUSED[name]}")
        if name not in NAMES:
            raise PainstatsError(f"{name!r} is no choice of a specification curve; choose from: {', '.join(NAMES)}")
    return tuple(name for name in NAMES if name in names)


@dataclass(frozen=True, slots=True)
class Crossed:
    """The combinations of choices.

    Parameters
    ----------
    choices
        Those that are crossed.
    dropped
        Names of the choices that were dropped because there would be too many combinations.
    """

    choices: tuple[Choice, ...]
    dropped: tuple[str, ...]

    @property
    def specifications(self) -> tuple[Specification, ...]:
        """Every combination, the declared one first."""
        names = [choice.name for choice in self.choices]
        combinations = product(*(choice.options for choice in self.choices))
        return tuple(dict(zip(names, options, strict=True)) for options in combinations)


def crossed(choices: Sequence[Choice], most: int = MOST_SPECIFICATIONS) -> Crossed:
    """Cross choices that have more than one option; drop the last ones while there are too many combinations."""
    kept = [choice for choice in choices if len(choice.options) > 1]
    dropped: list[str] = []
    while prod(len(choice.options) for choice in kept) > most:
        dropped.insert(0, kept.pop().name)
    return Crossed(tuple(kept), tuple(dropped))

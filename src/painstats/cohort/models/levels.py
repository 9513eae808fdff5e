"""Which levels of a variable can be compared: each bad design is refused by name, before anything is fitted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from painstats.errors import NotEnoughData

LEAST_TESTED = 5
"""Participants of each level from which levels are tested."""

LEAST_DESCRIBED = 2
"""Participants of each level from which levels are described without a test."""

Rule = Literal[
    "empty_level", "one_participant", "lost_to_days", "constant", "same_groups", "phase_constant", "no_participants"
]


class DesignRefused(NotEnoughData):
    """A model that the participants do not allow.

    Parameters
    ----------
    rule
        Short name of the reason.
    message
        What was found, and what to do.
    """

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Levels:
    """The participants of each level of a variable.

    Parameters
    ----------
    variable
        Its name.
    names
        The levels, the reference first.
    counts
        Analysed participants of each level.
    """

    variable: str
    names: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def is_tested(self) -> bool:
        """Whether every level has enough participants for a test."""
        return min(self.counts) >= LEAST_TESTED


def checked_levels(
    variable: str, levels: Sequence[str], of: Mapping[str, str | None], analysed: Collection[str], least_days: int
) -> Levels:
    """Count the analysed participants of each declared level.

    Parameters
    ----------
    variable, levels
        The variable and its declared levels, the reference first.
    of
        Every enrolled participant to their level, None where it is unknown.
    analysed
        The participants whose days are in the model.
    least_days
        Days that a participant needs, for the message.

    Raises
    ------
    DesignRefused
        If a level has no participant, has lost all of them to the rule about days, or has one; or if all analysed
        participants have the same level.
    """
    enrolled = {level: [who for who, own in of.items() if own == level] for level in levels}
    kept = {level: sorted(who for who in own if who in analysed) for level, own in enrolled.items()}
    for level, own in enrolled.items():
        if not own:
            raise DesignRefused(
                "empty_level",
                f'no participant has the level "{level}" of {variable}; remove it from levels in '
                f"[variables.{variable}], or correct participants.csv",
            )
    if sum(bool(own) for own in kept.values()) == 0:
        raise DesignRefused("no_participants", f"{variable} is unknown for every analysed participant")
    for level, own in kept.items():
        if not own:
            raise DesignRefused(
                "lost_to_days",
                f'all {len(enrolled[level])} participants with the level "{level}" of {variable} have fewer than '
                f"{least_days} usable days; nothing can be compared with it",
            )
    if len(kept) < 2:
        raise DesignRefused("constant", f"{variable} is the same for every analysed participant; nothing to compare")
    for level, own in kept.items():
        if len(own) < LEAST_DESCRIBED:
            raise DesignRefused("one_participant", f"{own[0]} alone has {variable} {level}: nothing to compare")
    return Levels(variable, tuple(levels), tuple(len(kept[level]) for level in levels))


def check_not_the_same(
    variable: str,
    of: Mapping[str, str | None],
    others: Mapping[str, Mapping[str, str | None]],
    analysed: Collection[str],
) -> None:
    """Refuse a variable whose groups are those of another one, such as arms that are sites.

    Parameters
    ----------
    variable, of
        The variable, and each participant's level.
    others
        The same of every other variable with levels in the model.
    analysed
        The participants whose days are in the model.

    Raises
    ------
    DesignRefused
        Naming both variables.
    """
    for other, levels in others.items():
        pairs = {(of.get(who), levels.get(who)) for who in analysed if of.get(who) and levels.get(who)}
        if len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs}) > 1:
            raise DesignRefused(
                "same_groups",
                f"{variable} and {other} divide the participants into the same groups; their effects cannot be "
                f"distinguished, so leave one of them out",
            )


def check_varies(variable: str, values: Mapping[str, float], analysed: Collection[str]) -> None:
    """Refuse a continuous moderator that is the same for all analysed participants, or known for fewer than two."""
    known = [values[who] for who in analysed if who in values]
    if len(known) < LEAST_DESCRIBED:
        raise DesignRefused(
            "no_participants", f"{variable} is known for {len(known)} analysed participants; it needs 2"
        )
    if max(known) == min(known):
        raise DesignRefused("constant", f"{variable} is the same for every analysed participant; nothing to compare")

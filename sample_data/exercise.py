"""Exercise that is planted: which kinds a participant does, and what they do to the pain of later days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHORTEST_MIN, LONGEST_MIN = 20, 60
UNIT_MIN = 30
"""Minutes that an effect in later days is per."""

LAST_LATER_DAY = 14
"""Days after exercise until which its later effect lasts, from the second on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exercise.

    Parameters
    ----------
    name, fitbit_name
        As in the vocabulary, and as Fitbit names it.
    chance
        Share of days with a session of it.
    effect
        Points of pain on the day after a session, against days after none.
    """

    name: str
    fitbit_name: str
    chance: float
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class Exercise:
    """The exercise of a participant.

    Parameters
    ----------
    kinds
        The kinds, each drawn by itself on every day.
    tomorrow, later
        Points of pain for 30 more minutes of any kind on one day: on the next day, and on each of the days after it
        until the 14th.
    spell_days
        Length of spells with exercise and of those without, in turn; None for exercise on any day.
    """

    kinds: tuple[Kind, ...]
    tomorrow: float = 0.0
    later: float = 0.0
    spell_days: int | None = None

    def drawn(self, days: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw the minutes of each kind on each day, (days,); 0 on days without it."""
        lengths = {kind.name: rng.integers(SHORTEST_MIN, LONGEST_MIN + 1, days) for kind in self.kinds}
        rests = np.zeros(days, bool) if self.spell_days is None else np.arange(days) // self.spell_days % 2 == 1
        return {
            kind.name: np.where((rng.random(days) < kind.chance) & ~rests, lengths[kind.name], 0) for kind in self.kinds
        }

    def course(self, minutes: dict[str, np.ndarray]) -> np.ndarray:
        """Add up what the exercise of earlier days does to the pain of each day, (days,)."""
        sessions = [kind.effect * (minutes[kind.name] > 0) for kind in self.kinds]
        amount = np.sum(list(minutes.values()), axis=0) / UNIT_MIN
        effects = np.sum(sessions, axis=0) + self.tomorrow * amount
        later = sum(_after(amount, days) for days in range(2, LAST_LATER_DAY + 1))
        return np.asarray(_after(effects, 1) + self.later * later)

    @property
    def later_in_all(self) -> float:
        """What 30 more minutes on one day do to the days after the next, added up."""
        return self.later * (LAST_LATER_DAY - 1)


def _after(values: np.ndarray, days: int) -> np.ndarray:
    """Return values so many days later."""
    return np.concatenate([np.zeros(days), values])[: len(values)]

"""The phases of declared treatments: the days on which a participant had a treatment at one dose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from painstats.plan.treatment_names import same_name

DAY = timedelta(days=1)


class Level(NamedTuple):
    """A treatment at a dose: its name without capitals, and the dose."""

    name: str
    dose: float | None
    dose_unit: str | None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of one treatment of a participant.

    Parameters
    ----------
    name
        As written.
    start_date, last_date
        Its first day, and its last day; None while it goes on. An event of one day that acts for some days lasts as
        long as it acts.
    dose, dose_unit
        None where no dose was declared.
    ramp_days
        Days from the start until it acts in full; 0 for at once.
    wash_out_days
        Days after the last one during which it may still act.
    """

    name: str
    start_date: date
    last_date: date | None = None
    dose: float | None = None
    dose_unit: str | None = None
    ramp_days: int = 0
    wash_out_days: int = 0

    @property
    def treatment(self) -> str:
        """The name without capitals: treatments with the same one are the same."""
        return same_name(self.name)

    @property
    def level(self) -> Level:
        """The treatment and its dose."""
        return Level(self.treatment, self.dose, self.dose_unit)


def follows(later: Phase, earlier: Phase) -> bool:
    """Whether a phase of the same treatment begins before the earlier one has ceased to act: it is no new start."""
    return earlier.last_date is None or (later.start_date - earlier.last_date).days <= earlier.wash_out_days + 1


def in_order(phases: Iterable[Phase]) -> tuple[Phase, ...]:
    """Return phases by treatment and date, with one phase on any day, and breaks in the list closed.

    An entry that goes on past the next one of the same treatment ends on the day before it. An entry of the same dose
    that follows the one before it continues it.
    """
    found: list[Phase] = []
    ordered = sorted(phases, key=lambda phase: (phase.treatment, phase.start_date))
    for _, own in groupby(ordered, key=lambda phase: phase.treatment):
        found += _of_one_treatment(list(own))
    return tuple(found)


def _of_one_treatment(phases: Sequence[Phase]) -> list[Phase]:
    found: list[Phase] = []
    for phase in phases:
        last = found[-1] if found else None
        if last and last.start_date == phase.start_date:
            found.pop()
        elif last and last.level == phase.level and follows(phase, last):
            phase = replace(phase, start_date=last.start_date, name=last.name, ramp_days=last.ramp_days)
            found.pop()
        elif last and (last.last_date is None or last.last_date >= phase.start_date):
            found[-1] = replace(last, last_date=phase.start_date - DAY)
        found.append(phase)
    return found

"""The changes of a participant's treatments: each start, stop and new dose, those that are close together as one.

What is judged is the change of a date, not a treatment: from an opioid to naltrexone and to a higher dose there may be
no day without anything, but each step has days before it and days after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from painstats.plan.treatment_names import same_name
from painstats.questions.treatment.finding import Action, ChangeKind
from painstats.questions.treatment.phases import DAY, Level, Phase, follows

CLOSE_DAYS = 14
"""Alterations fewer days apart than this are one change: their days cannot be distinguished."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One start, stop or new dose of one treatment.

    Parameters
    ----------
    date
        The first day of the new state; of a stop, the day after the last one.
    name
        The treatment, as written.
    before, after
        The treatment and dose before and after; None for without it.
    ramp_days
        Days until the new state acts in full.
    wash_out_days
        Days during which what was stopped may still act.
    """

    date: date
    name: str
    before: Level | None
    after: Level | None
    ramp_days: int = 0
    wash_out_days: int = 0

    @property
    def treatment(self) -> str:
        """The name without capitals."""
        return same_name(self.name)

    @property
    def action(self) -> Action:
        """What is altered."""
        if self.before is None:
            return "start"
        return "stop" if self.after is None else "dose"

    @property
    def dose_unit(self) -> str | None:
        """Unit of the doses: that of the new dose, if there is one."""
        return next((level.dose_unit for level in (self.after, self.before) if level and level.dose_unit), None)

    @property
    def dose_before(self) -> float | None:
        """The dose before, in the unit of the new one; None where there was none, or in another unit."""
        return self.before.dose if self.before and self.before.dose_unit == self.dose_unit else None

    @property
    def dose_after(self) -> float | None:
        """The dose after; None where there is none."""
        return self.after.dose if self.after else None


def alterations(phases: Sequence[Phase]) -> tuple[Alteration, ...]:
    """Return every start, stop and new dose of one participant by date; ``phases`` come from ``in_order``."""
    found: list[Alteration] = []
    for place, phase in enumerate(phases):
        before = phases[place - 1] if place else None
        after = phases[place + 1] if place + 1 < len(phases) else None
        is_dose = before is not None and _continues(phase, before)
        level = before.level if before and is_dose else None
        found.append(Alteration(phase.start_date, phase.name, level, phase.level, phase.ramp_days))
        if phase.last_date is not None and not (after and _continues(after, phase)):
            wash_out = phase.wash_out_days
            found.append(Alteration(phase.last_date + DAY, phase.name, phase.level, None, wash_out_days=wash_out))
    return tuple(sorted(found, key=lambda one: (one.date, one.treatment)))


def _continues(later: Phase, earlier: Phase) -> bool:
    return later.treatment == earlier.treatment and follows(later, earlier)


@dataclass(frozen=True, slots=True)
class Change:
    """What was altered on one day, or on days that are too close to be distinguished.

    Parameters
    ----------
    first_date, last_date
        Days of the first and the last alteration; the new state begins on the last one.
    ramp_days, wash_out_days
        Days from ``last_date`` until the new state acts in full, and until what was stopped acts no more.
    alterations
        One for each treatment, from its state before the change to that after it.
    is_lasting
        False where everything was after the change as before it: a treatment, or a break, of fewer than 14 days.
    """

    first_date: date
    last_date: date
    ramp_days: int
    wash_out_days: int
    alterations: tuple[Alteration, ...]
    is_lasting: bool = True

    @property
    def kind(self) -> ChangeKind:
        """What is altered, or ``several`` treatments."""
        return self.alterations[0].action if len(self.alterations) == 1 else "several"

    @property
    def in_full_date(self) -> date:
        """First day on which the new state acts in full and nothing stopped acts any more."""
        return self.last_date + timedelta(days=max(self.ramp_days, self.wash_out_days))


def changes(phases: Sequence[Phase]) -> tuple[Change, ...]:
    """Return the changes of one participant by date; alterations fewer than 14 days apart are one.

    References
    ----------
    docs/method/treatments.md, "What is judged".
    """
    found: list[Change] = []
    for one in alterations(phases):
        change = Change(one.date, one.date, one.ramp_days, one.wash_out_days, (one,))
        if found and (one.date - found[-1].last_date).days < CLOSE_DAYS:
            change = _together(found.pop(), change)
        found.append(change)
    return tuple(_by_treatment(change) for change in found)


def _together(earlier: Change, later: Change) -> Change:
    """Return two changes as one; of the ramp and the wash-out, what is left of the longest remains."""
    passed = (later.last_date - earlier.last_date).days
    return Change(
        earlier.first_date,
        later.last_date,
        max(earlier.ramp_days - passed, later.ramp_days),
        max(earlier.wash_out_days - passed, later.wash_out_days),
        earlier.alterations + later.alterations,
    )


def _by_treatment(change: Change) -> Change:
    """Return a change with one alteration for each treatment, without those that came and went beside others."""
    first: dict[str, Alteration] = {}
    merged: dict[str, Alteration] = {}
    for one in change.alterations:
        first.setdefault(one.treatment, one)
        merged[one.treatment] = replace(first[one.treatment], after=one.after)
    lasting = tuple(one for one in merged.values() if one.before != one.after)
    return replace(change, alterations=lasting or tuple(first.values()), is_lasting=bool(lasting))

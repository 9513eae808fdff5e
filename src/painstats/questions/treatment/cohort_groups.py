"""Who made the same change: participants who started, stopped or changed the same treatment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from painstats.plan.treatment_names import same_name
from painstats.questions.treatment.cohort_days import AlignedDays
from painstats.questions.treatment.finding import Action, ChangeFinding


@dataclass(frozen=True, slots=True, eq=False)
class OwnChange:
    """A participant's change, and the days of its last look; None where it has not been judged."""

    finding: ChangeFinding
    days: AlignedDays | None


class SameChange(NamedTuple):
    """What makes two participants' changes the same; the doses count only where the dose is what changed."""

    treatment: str
    action: Action
    dose_before: float | None = None
    dose_after: float | None = None
    dose_unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """A participant's first change of a kind that has an estimate, with its days."""

    finding: ChangeFinding
    days: AlignedDays
    change: float
    change_week: float


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Participants with the same change.

    Parameters
    ----------
    same
        What changed.
    name
        The treatment as most of them write it.
    members
        All participants with this change.
    usable
        Those whose change has an estimate, one change for each.
    """

    same: SameChange
    name: str
    members: frozenset[str]
    usable: tuple[Usable, ...]

    @property
    def left_out(self) -> int:
        """How many of the members have no estimate."""
        return len(self.members) - len(self.usable)

    @property
    def days(self) -> list[AlignedDays]:
        """The days of each usable change."""
        return [each.days for each in self.usable]


def group_changes(changes: Iterable[OwnChange]) -> dict[SameChange, Group]:
    """Group the changes of all participants; one that came together with others belongs to each, but is not usable."""
    found: dict[SameChange, list[tuple[str, OwnChange]]] = {}
    for own in changes:
        for same, name in _altered(own.finding):
            found.setdefault(same, []).append((name, own))
    return {same: _group(same, entries) for same, entries in sorted(found.items(), key=_order)}


def without_members(group: Group, others: frozenset[str]) -> Group:
    """Return a group without some of its members."""
    usable = tuple(one for one in group.usable if one.finding.participant_id not in others)
    return replace(group, members=group.members - others, usable=usable)


def _order(item: tuple[SameChange, object]) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in item[0])


def _altered(finding: ChangeFinding) -> Iterator[tuple[SameChange, str]]:
    if finding.change == "on_off":
        return
    doses = zip(finding.doses_before, finding.doses_after, finding.dose_units, strict=True)
    for name, action, dose in zip(finding.names, finding.actions, doses, strict=True):
        yield SameChange(same_name(name), action, *(dose if action == "dose" else ())), name


def _group(same: SameChange, entries: Sequence[tuple[str, OwnChange]]) -> Group:
    usable: dict[str, Usable] = {}
    for _, own in sorted(entries, key=lambda entry: (entry[1].finding.participant_id, entry[1].finding.number)):
        if (one := _usable(own)) is not None:
            usable.setdefault(own.finding.participant_id, one)
    [(name, _)] = Counter(name for name, _ in entries).most_common(1)
    members = frozenset(own.finding.participant_id for _, own in entries)
    return Group(same, name, members, tuple(usable.values()))


def _usable(own: OwnChange) -> Usable | None:
    finding, days = own.finding, own.days
    estimates = (finding.estimate, finding.week_estimate)
    if days is None or finding.change == "several" or estimates[0] is None or estimates[1] is None:
        return None
    return Usable(finding, days, estimates[0], estimates[1])

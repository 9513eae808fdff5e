"""Which changes are shown together, and in which order: by treatment, in the order of first starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.findings.change_names import treatment_key, treatment_names
from painstats.questions.treatment.finding import ChangeFinding


@dataclass(frozen=True, slots=True)
class TreatmentGroup:
    """The changes of one treatment, or of several that changed together.

    Parameters
    ----------
    name
        The name, or names, as written.
    shown
        The changes that have a card of their own, by date.
    every
        Every change of the treatment, also together with others, by date.
    """

    name: str
    shown: tuple[ChangeFinding, ...]
    every: tuple[ChangeFinding, ...]


def treatment_groups(changes: Sequence[ChangeFinding]) -> tuple[TreatmentGroup, ...]:
    """Group the changes of one participant; treatments are in the order of their first starts."""
    by_date = sorted(changes, key=_place)
    grouped: dict[tuple[str, ...], list[ChangeFinding]] = {}
    for change in by_date:
        grouped.setdefault(treatment_key(change), []).append(change)
    return tuple(
        TreatmentGroup(
            name=treatment_names(own[0]),
            shown=_shown(own),
            every=tuple(other for other in by_date if set(key) & set(treatment_key(other))),
        )
        for key, own in grouped.items()
    )


def _place(change: ChangeFinding) -> tuple[object, ...]:
    """Order by date."""
    return change.first_date, change.number


def _shown(changes: Sequence[ChangeFinding]) -> tuple[ChangeFinding, ...]:
    """Return the changes that a look has judged, or will; without any, the newest. All days on and off come last."""
    shown = [change for change in changes if change.look or change.next_look_date] or changes[-1:]
    return tuple(sorted(shown, key=lambda change: change.change == "on_off"))

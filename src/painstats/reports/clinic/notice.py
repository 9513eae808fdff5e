"""What is to be checked before anything else: an opioid with a blocker of opioids, and medicines used too often."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from painstats.findings.catalogue import clinic as say
from painstats.frame.overuse import AcuteMedicine, AcuteUse
from painstats.frame.safety import is_blocker, opioids_with_blockers, single_doses
from painstats.questions.date_words import MONTHS
from painstats.reports.clinic.names import filled, short_name
from painstats.reports.clinic.period import ClinicDays

RECENT_MONTHS = 3
"""Months in which the use of a medicine is checked: the newest ones."""

MOST_NAMED = 2
"""Medicines that are named; the table has the others."""


def notices(days: ClinicDays, use: AcuteUse | None) -> tuple[Markup, ...]:
    """Return what to check, in whole sentences; none where there is nothing."""
    entries = [*days.phases, *single_doses(days.logged)]
    pairs = opioids_with_blockers(entries)
    found = [
        *(
            filled(say.OPIOID_LISTED, opioid=short_name(p.opioid), blocker=short_name(p.blocker))
            for p in pairs[:MOST_NAMED]
        ),
        *(_overused(use) if use else ()),
    ]
    blocker = next((entry.name for entry in entries if is_blocker(entry.name)), None)
    if found and not pairs and blocker is not None:
        found.append(filled(say.NO_OPIOID, blocker=short_name(blocker)))
    return tuple(found)


def _overused(use: AcuteUse) -> Iterator[Markup]:
    found = [(medicine, place) for medicine in use.medicines if (place := _newest(medicine)) is not None]
    for medicine, place in found[:MOST_NAMED]:
        yield _sentence(say.OVERUSE, medicine, use, place)
    if not found and use.together is not None and (place := _newest(use.together)) is not None:
        yield _sentence(say.OVERUSE_TOGETHER, use.together, use, place)


def _newest(medicine: AcuteMedicine) -> int | None:
    """Return the place of the newest of the last months that reached the limit; None where none did."""
    recent = [place for place, over in enumerate(medicine.is_overused) if over][-1:]
    return next((place for place in recent if place >= len(medicine.days) - RECENT_MONTHS), None)


def _sentence(entry: str, medicine: AcuteMedicine, use: AcuteUse, place: int) -> Markup:
    month, limit = MONTHS[use.months[place].month - 1], medicine.limit or 0
    return filled(entry, name=short_name(medicine.name), days=medicine.days[place], month=month, limit=limit)

"""Treatments that are listed too close to each other, by their dates alone and outside all statistics.

Naltrexone and nalmefene block opioids. Labels of naltrexone ask for 7 to 10 days without an opioid before it, and up to
two weeks after buprenorphine or methadone; the block lasts for up to three days after the last dose
(docs/method/treatments.md, safety).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from painstats.frame.logged_days import LoggedDay
from painstats.frame.phase import Phase
from painstats.plan.treatment_names import same_name
from painstats.store import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

OPIOIDS = (
    "morphin", "oxycodon", "hydrocodon", "hydromorphon", "oxymorphon", "codein", "dihydrocodein", "tramadol",
    "tapentadol", "fentanyl", "buprenorphin", "methadon", "levomethadon", "levorphanol", "pethidin", "meperidin",
    "pentazocin", "nalbuphin", "butorphanol", "tilidin", "piritramid",
)  # fmt: skip
"""How names of opioids begin or what is in them, without the last letter that languages differ in. A start, not a
pharmacopoeia: brands are not in it."""

BLOCKERS = ("naltrexon", "nalmefen")
"""The same for medicines that block opioids; ``LDN`` is low-dose naltrexone where it is a word."""

NO_OPIOIDS = ("apomorphin",)
"""Names with an opioid's name in them that are none."""

DAYS_AFTER_OPIOID = 14
"""Days after the last one of an opioid before which a blocker is too early, as the label says for the longest."""

DAYS_AFTER_BLOCKER = 3
"""Days after the last one of a blocker for which it still blocks."""

_LDN = re.compile(r"\bldn\b")


@dataclass(frozen=True, slots=True, order=True)
class OpioidWithBlocker:
    """An opioid and a blocker of opioids that a participant listed together or too close, by their names as written.

    The dates are those of the two entries that come closest: first and last days, ``date.max`` while one goes on.
    """

    participant_id: str
    opioid: str
    blocker: str
    opioid_days: tuple[date, date]
    blocker_days: tuple[date, date]


def is_opioid(name: str) -> bool:
    """Whether a treatment's name has an opioid in it, also where it is combined with a blocker."""
    folded = name.casefold()
    for other in NO_OPIOIDS:
        folded = folded.replace(other, "")
    return any(opioid in folded for opioid in OPIOIDS)


def is_blocker(name: str) -> bool:
    """Whether a treatment is naltrexone or nalmefene; a product that holds an opioid too is an opioid."""
    folded = name.casefold()
    blocks = any(blocker in folded for blocker in BLOCKERS) or _LDN.search(folded) is not None
    return blocks and not is_opioid(name)


def opioids_with_blockers(phases: Iterable[Phase]) -> list[OpioidWithBlocker]:
    """Find opioids and blockers that overlap, or that follow each other too soon.

    A blocker within ``DAYS_AFTER_OPIOID`` days after the last day of an opioid is too soon, and so is an opioid within
    ``DAYS_AFTER_BLOCKER`` days after the last day of a blocker.

    Parameters
    ----------
    phases
        Phases, and single days with a dose, of any participants.

    Returns
    -------
    One for each participant and pair of names, by participant and name.
    """
    entries = list(phases)
    blockers: dict[str, list[Phase]] = defaultdict(list)
    for phase in entries:
        if is_blocker(phase.name):
            blockers[phase.participant_id].append(phase)
    found: dict[tuple[str, str, str], OpioidWithBlocker] = {}
    for opioid in (phase for phase in entries if is_opioid(phase.name)):
        for blocker in blockers[opioid.participant_id]:
            if _too_close(opioid, blocker):
                pair = OpioidWithBlocker(
                    opioid.participant_id, opioid.name, blocker.name,
                    (opioid.start_date, opioid.last_day), (blocker.start_date, blocker.last_day),
                )  # fmt: skip
                found.setdefault((pair.participant_id, same_name(opioid.name), same_name(blocker.name)), pair)
    return sorted(found.values())


def _too_close(opioid: Phase, blocker: Phase) -> bool:
    return (blocker.start_date - opioid.last_day).days <= DAYS_AFTER_OPIOID and (
        opioid.start_date - blocker.last_day
    ).days <= DAYS_AFTER_BLOCKER


def single_doses(days: Sequence[LoggedDay]) -> list[Phase]:
    """Return logged days as phases of one day each: a dose as needed counts for safety as any other."""
    return [Phase(day.participant_id, day.name, day.kind, day.date, day.date) for day in days]


def listed_opioids_with_blockers(store: Store) -> list[OpioidWithBlocker]:
    """Find them in a study; none before its first run."""
    entries: list[Phase] = []
    if table_exists(store, "treatment_phase"):
        entries += select(store, Phase, "SELECT * FROM treatment_phase ORDER BY start_date, name")
    if table_exists(store, "treatment_day"):
        entries += single_doses(select(store, LoggedDay, "SELECT * FROM treatment_day ORDER BY date, name"))
    return opioids_with_blockers(entries)

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
from painstats.plan.treatment_names import one_spelling, same_name
from painstats.store import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

OPIOIDS = (
    "morphin", "oxycodon", "hydrocodon", "hydromorphon", "oxymorphon", "codein", "dihydrocodein", "tramadol",
    "tapentadol", "fentanyl", "buprenorphin", "methadon", "levomethadon", "levorphanol", "pethidin", "meperidin",
    "pentazocin", "nalbuphin", "butorphanol", "tilidin", "piritramid", "meptazinol", "sufentanil", "propoxyphen",
    "opium", "morfin", "ossicodon",
)  # fmt: skip
"""How names of opioids begin or what is in them, without the last letter that languages differ in."""

OPIOID_BRANDS = (
    # oxycodone, also with naloxone or paracetamol
    "oxycontin", "oxynorm", "oxygesic", "oxypro", "oxyneo", "oxsynia", "longtec", "shortec", "targin", "targinact",
    "targiniq", "percocet", "percodan", "endocet", "endodan", "roxicodone", "roxicet", "xtampza", "oxaydo", "depalgos",
    # hydrocodone
    "vicodin", "vicoprofen", "norco", "lortab", "lorcet", "hysingla", "zohydro",
    # hydromorphone, oxymorphone
    "dilaudid", "exalgo", "palladon", "palladone", "jurnista", "sophidone", "opana",
    # morphine, also with naltrexone
    "ms contin", "mst", "ms direct", "sevredol", "zomorph", "morphgesic", "oramorph", "kadian", "avinza", "kapanol",
    "capros", "substitol", "skenan", "actiskenan", "moscontin", "embeda",
    # codeine and dihydrocodeine, also with paracetamol or ibuprofen
    "co-codamol", "co-codaprin", "co-dydramol", "solpadol", "solpadeine", "kapake", "zapain", "tylex", "migraleve",
    "nurofen plus", "codoliprane", "klipal", "prontalgine", "dicodin", "paracodin", "gelonida", "talvosilen",
    "titretta", "dhc",
    # tramadol, also with paracetamol or dexketoprofen
    "tramal", "tramundin", "contramal", "dolzam", "tradonal", "topalgic", "ixprim", "zaldiar", "zamudol", "zamadol",
    "zydol", "monoalgic", "biodalgic", "tramacet", "ultram", "ultracet", "conzip", "algotra", "skudexa", "adolonta",
    # tapentadol
    "palexia", "yantil", "nucynta",
    # fentanyl
    "durogesic", "duragesic", "matrifen", "abstral", "effentora", "fentora", "actiq", "instanyl", "pecfent", "recivit",
    "breakyl",
    # buprenorphine, also with naloxone
    "temgesic", "subutex", "suboxone", "zubsolv", "orobupre", "espranor", "buvidal", "sublocade", "brixadi", "butrans",
    "norspan", "transtec", "belbuca", "buprenex",
    # methadone
    "polamidon", "methadose", "dolophine", "methaddict",
    # tilidine, pethidine, piritramide, pentazocine, butorphanol, opium, propoxyphene
    "valoron", "dolantin", "demerol", "dipidolor", "talwin", "stadol", "lamaline", "izalgi", "darvocet", "darvon",
)  # fmt: skip
"""Brand names, as whole words. A start from German, English, Dutch and French ones, not a pharmacopoeia."""

BLOCKERS = ("naltrexon", "nalmefen")
BLOCKER_BRANDS = (
    "ldn", "revia", "vivitrol", "adepend", "nemexin", "nalorex", "antaxone", "ethylex", "contrave", "mysimba",
    "selincro",
)  # fmt: skip
"""The same for medicines that block opioids, also together with bupropion; ``LDN`` is low-dose naltrexone."""

NO_OPIOIDS = ("apomorphin",)
NO_BLOCKERS = ("methylnaltrexon",)
"""Names with such a name in them that are none: methylnaltrexone is taken together with opioids, for the bowels."""

DAYS_AFTER_OPIOID = 14
"""Days after the last one of an opioid before which a blocker is too early, as the label says for the longest."""

DAYS_AFTER_BLOCKER = 3
"""Days after the last one of a blocker for which it still blocks."""


def finder(stems: tuple[str, ...], brands: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a part of a name or a brand as a whole word, in one spelling."""
    words = "|".join(rf"\b{one_spelling(brand)}\b" for brand in brands)
    return re.compile("|".join((*map(one_spelling, stems), words)))


_OPIOID, _BLOCKER = finder(OPIOIDS, OPIOID_BRANDS), finder(BLOCKERS, BLOCKER_BRANDS)


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
    return _OPIOID.search(_without(NO_OPIOIDS, name)) is not None


def is_blocker(name: str) -> bool:
    """Whether a treatment is naltrexone or nalmefene; a product that holds an opioid too is an opioid."""
    blocks = _BLOCKER.search(_without(NO_BLOCKERS, name)) is not None
    return blocks and not is_opioid(name)


def _without(others: tuple[str, ...], name: str) -> str:
    """Return a name in one spelling, without parts that are something else."""
    spelled = one_spelling(name)
    for other in others:
        spelled = spelled.replace(one_spelling(other), "")
    return spelled


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

"""Which doses are possible: above the largest of a label, the unit or the decimal point is most likely wrong."""

from __future__ import annotations

import re

from painstats.plan.treatment_names import one_spelling
from painstats.vocabulary import ONE_DAY_KINDS

MILLIGRAMS_IN = {"ng": 1e-6, "µg": 1e-3, "μg": 1e-3, "ug": 1e-3, "mcg": 1e-3, "mg": 1.0, "g": 1e3, "kg": 1e6}
"""Units by mass, in small letters; the sign for micro is written in two ways. Other units are not checked."""

LARGEST_MG = 50_000.0
"""Above any dose that people take in a day: the largest, of powders, are some 20 g."""

LABEL_MG = {
    ("naltrexon", "ldn"): 150.0,  # tablets, supervised: 150 mg every third day (US label)
    ("paracetamol", "acetaminophen", "tylenol", "dafalgan", "efferalgan", "doliprane"): 4_000.0,  # US, UK label
    ("ibuprofen",): 3_200.0,  # US label
    ("naproxen",): 1_500.0,  # US label
    ("meloxicam",): 15.0,  # US, EU label
    ("etoricoxib",): 120.0,  # EU label
    ("metamizol", "dipyron"): 4_000.0,  # EMA 2018
    ("tramadol",): 400.0,  # US, EU label
    ("tapentadol",): 700.0,  # US label, first day
    ("tilidin",): 600.0,  # German label
    ("dihydrocodein",): 240.0,  # UK label of DHC Continus
    ("codein",): 360.0,  # US label
    ("oxycodon",): 400.0,  # EU label, cancer pain in individual cases
    ("pregabalin",): 600.0,  # EU label
    ("gabapentin",): 3_600.0,  # EU label
    ("duloxetin",): 120.0,  # US, EU label
}
"""Names, as they begin in most languages, to the largest daily dose by mouth of a label. A start, no pharmacopoeia:
medicines of which labels name no largest dose, such as morphine, are not in it."""

NOT_BY_MOUTH = (
    "gel", "cream", "creme", "salbe", "ointment", "pommade", "zalf", "patch", "pflaster", "pleister", "topical",
    "inject", "injekt", "spritze", "depot", "infus", "implant",
)  # fmt: skip
"""Words of forms that no limit by name is for: their mass is that of the whole product, or of many days."""


def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{one_spelling(name)}" for name in names))


_LABELS = [(_pattern(names), largest) for names, largest in LABEL_MG.items()]
_NOT_BY_MOUTH = re.compile("|".join(map(one_spelling, NOT_BY_MOUTH)))


def largest_mg(name: str | None, kind: str | None) -> float:
    """Return the largest dose of a treatment that is expected, in mg; of several medicines in a name, the largest."""
    spelled = one_spelling(name or "")
    if kind in ONE_DAY_KINDS or _NOT_BY_MOUTH.search(spelled):
        return LARGEST_MG
    return max((largest for pattern, largest in _LABELS if pattern.search(spelled)), default=LARGEST_MG)


def is_possible_dose(dose: float, unit: str | None, name: str, kind: str) -> bool:
    """Whether a dose is no larger than expected; one without a unit by mass cannot be checked."""
    in_mg = MILLIGRAMS_IN.get((unit or "").strip().lower())
    return in_mg is None or dose * in_mg <= largest_mg(name, kind)


def expected_dose(name: str | None, kind: str | None) -> str:
    """Say which dose was expected, and what to do."""
    return (
        f"expected at most {largest_mg(name, kind):,g} mg a day; is the unit right (µg, mg, g)? If the dose is right, "
        "leave its unit out"
    )

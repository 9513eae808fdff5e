"""Which doses are possible: a dose by mass has a largest one, above which its unit or its decimal point is wrong."""

from __future__ import annotations

MILLIGRAMS_IN = {"ng": 1e-6, "µg": 1e-3, "μg": 1e-3, "ug": 1e-3, "mcg": 1e-3, "mg": 1.0, "g": 1e3, "kg": 1e6}
"""Units by mass, in small letters; the sign for micro is written in two ways. Other units are not checked."""

LARGEST_MG = 50_000.0
"""Above any dose that people take in a day: the largest, of powders, are some 20 g."""


def is_possible_dose(dose: float, unit: str | None) -> bool:
    """Whether anyone can take a dose."""
    in_mg = MILLIGRAMS_IN.get((unit or "").strip().lower())
    return in_mg is None or dose * in_mg <= LARGEST_MG

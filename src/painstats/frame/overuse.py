"""Acute medicines by month, beside the days of use from which they count as overused in headache.

The limits are those of medication-overuse headache: 15 days a month for simple analgesics, 10 days for triptans,
ergots, opioids and combined analgesics, and 10 days for several classes together (ICHD-3, section 8.2: Cephalalgia
2018, 38:1). They say nothing about other pain, and a name does not say what a medicine is taken for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from painstats.frame.logged_days import LoggedDay
from painstats.frame.medicine_days import days_of_use, is_as_needed, months_between
from painstats.frame.phase import Phase
from painstats.frame.safety import finder, is_opioid
from painstats.plan.treatment_names import one_spelling, same_name

SIMPLE_LIMIT, STRONG_LIMIT = 15, 10
"""Days a month, for simple analgesics and for the other classes."""

SIMPLE = (
    "paracetamol", "acetaminophen", "acetylsalicyl", "aspirin", "ibuprofen", "naproxen", "diclofenac", "aceclofenac",
    "ketoprofen", "indomethacin", "indometacin", "celecoxib", "etoricoxib", "meloxicam", "piroxicam", "mefenamic",
    "mefenamin", "tolfenamic", "ketorolac", "flurbiprofen", "metamizol", "dipyron", "novaminsulfon",
)  # fmt: skip
SIMPLE_BRANDS = (
    "panadol", "tylenol", "doliprane", "ben-u-ron", "nurofen", "advil", "motrin", "brufen", "dolormin", "aleve",
    "naprosyn", "voltaren", "voltarol", "cataflam", "celebrex", "arcoxia", "mobic", "novalgin", "nsaid", "nsar",
)  # fmt: skip
"""Parts of names, and brands as whole words, of paracetamol and anti-inflammatory medicines; no pharmacopoeia."""

STRONG = ("triptan", "ergotamin", "butalbital")
STRONG_BRANDS = (
    "imigran", "imitrex", "maxalt", "zomig", "ascotop", "relpax", "amerge", "naramig", "almogran", "frova", "treximet",
    "excedrin", "thomapyrin", "fioricet", "fiorinal",
)  # fmt: skip
"""The same for triptans, ergots and combined analgesics. Opioids are found as in :mod:`painstats.frame.safety`."""

NOT_ACUTE = ("gel", "cream", "creme", "salbe", "ointment", "patch", "pflaster", "low dose", "cardio", "protect")
"""Words in a name of something that is put on the skin, or taken for the heart."""

_SIMPLE, _STRONG = finder(SIMPLE, SIMPLE_BRANDS), finder(STRONG, STRONG_BRANDS)
_NOT_ACUTE = finder((), NOT_ACUTE)


@dataclass(frozen=True, slots=True)
class AcuteMedicine:
    """One medicine: its name as last written, its days of use in each month, and its limit; None without one."""

    name: str
    days: tuple[int, ...]
    limit: int | None

    @property
    def is_overused(self) -> tuple[bool, ...]:
        """Whether each month reached the limit."""
        return tuple(self.limit is not None and days >= self.limit for days in self.days)


@dataclass(frozen=True, slots=True)
class AcuteUse:
    """Acute medicines over months.

    Parameters
    ----------
    months
        The first date of each month, oldest first.
    medicines
        In the order of their names.
    together
        Days of each month with any of those that have a limit, where there are several; else None.
    """

    months: tuple[date, ...]
    medicines: tuple[AcuteMedicine, ...]
    together: AcuteMedicine | None


def overuse_limit(name: str) -> int | None:
    """Return the days in a month from which a medicine counts as overused; None where its name tells no class."""
    spelled = one_spelling(name)
    if _NOT_ACUTE.search(spelled):
        return None
    if is_opioid(name) or _STRONG.search(spelled):
        return STRONG_LIMIT
    return SIMPLE_LIMIT if _SIMPLE.search(spelled) else None


def acute_use(phases: Sequence[Phase], logged: Sequence[LoggedDay], first: date, last: date) -> AcuteUse | None:
    """Count the days of acute medicines by month: those with a limit, and others that were logged as needed.

    A medicine that is only taken every day, such as naltrexone, is none.

    Parameters
    ----------
    phases, logged
        The participant's phases and logged days, of any kinds.
    first, last
        The first and the last date to count.

    Returns
    -------
    None without any such use.
    """
    needed = {same_name(day.name) for day in logged if is_as_needed(day) and first <= day.date <= last}
    used = days_of_use(phases, logged, first, last)
    acute = {name: days for name, days in used.items() if same_name(name) in needed or overuse_limit(name)}
    if not acute:
        return None
    months = months_between(first, last)

    def by_month(name: str, days: set[date], limit: int | None) -> AcuteMedicine:
        return AcuteMedicine(name, tuple(len(days & dates) for dates in months.values()), limit)

    limited = [days for name, days in acute.items() if overuse_limit(name)]
    together = by_month("", set().union(*limited), STRONG_LIMIT) if len(limited) > 1 else None
    names = sorted(acute, key=lambda name: (same_name(name), name))
    return AcuteUse(tuple(months), tuple(by_month(name, acute[name], overuse_limit(name)) for name in names), together)

"""Formulas of ``[[models]]``: ``pain ~ sleep_within * severity + weekend``; names, ``+``, ``*`` and ``:`` only.

Names are the outcome, ``<exposure>_within`` (``sleep_within``, ``steps_within``), ``phase``, ``arm``, the calendar
(``weekend``, ``day_of_week``, ``time``), and the variables that the plan declares. Between parts and each factor of a
product are added to a model without being written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from painstats.vocabulary import ITEMS, MEASURES

EXPOSURES = {measure.label.replace(" ", "_"): name for name, measure in MEASURES.items()}
"""Name of an exposure in formulas and in ``[analysis]``, such as "sleep", to its measure."""

WITHIN = {f"{name}_within": measure for name, measure in EXPOSURES.items()}
"""Name of a column of departures from the participant's own mean, to its measure."""

PHASE, ARM, PARTICIPANT = "phase", "arm", "participant"
CALENDAR = ("weekend", "day_of_week", "time")
OF_DAYS = (*WITHIN, PHASE)
"""Columns that differ between the days of a participant and can have a slope of each participant."""

FIXED_NAMES = frozenset({*ITEMS, *EXPOSURES, *OF_DAYS, *CALENDAR, PARTICIPANT, *(f"no_{name}" for name in EXPOSURES)})
"""Names with a meaning of their own, which no variable can have. ``arm`` is the variable that is the arm."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, read.

    Parameters
    ----------
    outcome
        The item on the left.
    terms
        The names of each term, in order: one for a column, two for a product. The factors of a product are terms too.
    """

    outcome: str
    terms: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))

    @property
    def products(self) -> tuple[tuple[str, str], ...]:
        """The products of two columns."""
        return tuple((term[0], term[1]) for term in self.terms if len(term) > 1)

    @property
    def tested_within(self) -> tuple[str, ...]:
        """The columns of days whose effect is tested: those in products, or all if there is no product."""
        among = [name for pair in self.products for name in pair] if self.products else self.columns
        return tuple(dict.fromkeys(name for name in among if name in OF_DAYS))


def parse_formula(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    ValueError
        It is not ``outcome ~ columns``, or has a term of more than two columns.
    """
    left, tilde, right = text.partition("~")
    if not tilde or not _NAME.fullmatch(left.strip()):
        raise ValueError(f'{text!r}: a formula is written "pain ~ sleep_within * severity + weekend"')
    terms = dict[tuple[str, ...], None]()
    for written in right.split("+"):
        terms |= dict.fromkeys(_expanded(written.strip(), text))
    return Formula(left.strip(), tuple(sorted(terms, key=len)))


def parse_random(text: str) -> tuple[str, ...]:
    """Return the columns of ``~ sleep_within + steps_within``; each participant has a level of their own anyway.

    Raises
    ------
    ValueError
        It is written differently, or names a column that does not change from day to day.
    """
    left, tilde, right = text.partition("~")
    names = tuple(name.strip() for name in right.split("+"))
    if left.strip() or not tilde or not all(map(_NAME.fullmatch, names)):
        raise ValueError(f'{text!r}: random is written "~ sleep_within" or "~ sleep_within + steps_within"')
    constant = [name for name in names if name not in (*OF_DAYS, "time")]
    if constant:
        raise ValueError(f"random: {constant[0]} does not differ between the days of a participant; remove it")
    return names


def _expanded(written: str, formula: str) -> list[tuple[str, ...]]:
    """Return the terms of ``a``, ``a * b`` or ``a : b``; a product brings its factors."""
    names = tuple(name.strip() for name in re.split(r"[*:]", written))
    if not all(map(_NAME.fullmatch, names)):
        raise ValueError(f"{formula!r}: {written!r} is not a column or a product of two; write names, +, * and :")
    if len(names) > 2:
        raise ValueError(f"{formula!r}: a product of three columns cannot be tested here; write products of two")
    if len(set(names)) < len(names):
        raise ValueError(f"{formula!r}: {names[0]} is multiplied by itself; use another column")
    return [*((name,) for name in names), *([tuple(sorted(names, key=_days_first))] if len(names) > 1 else [])]


def _days_first(name: str) -> bool:
    return name not in OF_DAYS

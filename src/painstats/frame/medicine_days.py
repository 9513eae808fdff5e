"""On how many days of each month a medicine was used: a doctor asks for it, because acute medicines can be overused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from painstats.frame.logged_days import LoggedDay
from painstats.frame.phase import Phase
from painstats.plan.treatment_names import same_name

MEDICINE = "medicine"


@dataclass(frozen=True, slots=True)
class MonthOfUse:
    """How often each medicine was used in a month.

    Parameters
    ----------
    month
        The first date of the month.
    days
        Days of the month that lie in the diary.
    used
        Name, as last written, to the days on which it was used, as needed or in a phase.
    as_needed
        Days on which any medicine was logged that was not one of a phase.
    """

    month: date
    days: int
    used: dict[str, int]
    as_needed: int


def months_of_use(phases: Sequence[Phase], logged: Sequence[LoggedDay], first: date, last: date) -> list[MonthOfUse]:
    """Count the days of medicine use of one participant by month.

    A day of a phase counts once for its medicine, and so does a day with a log, however many doses it had. Only kinds
    ``medicine`` count: an injection acts for weeks and is no day of use.

    Parameters
    ----------
    phases, logged
        The participant's phases and logged days, of any kinds.
    first, last
        The first and the last date of the diary.

    Returns
    -------
    One for each month of the diary, oldest first; empty without any use.
    """
    used = days_of_use(phases, logged, first, last)
    if not used:
        return []
    as_needed = {day.date for day in logged if is_as_needed(day)}
    return [
        MonthOfUse(
            month,
            len(dates),
            {name: len(days & dates) for name, days in used.items()},
            len(as_needed & dates),
        )
        for month, dates in months_between(first, last).items()
    ]


def days_of_use(phases: Sequence[Phase], logged: Sequence[LoggedDay], first: date, last: date) -> dict[str, set[date]]:
    """Return the dates between two dates on which each medicine was used, by its name as last written.

    Medicines without any such date are left out. Arguments as for :func:`months_of_use`.
    """
    names: dict[str, str] = {}
    used: dict[str, set[date]] = defaultdict(set)
    for phase in phases:
        if phase.kind == MEDICINE:
            _add(names, used, phase.name, _dates(max(phase.start_date, first), min(phase.last_day, last)))
    for day in logged:
        if day.kind == MEDICINE and first <= day.date <= last:
            _add(names, used, day.name, {day.date})
    return {names[key]: days for key, days in used.items() if days}


def is_as_needed(day: LoggedDay) -> bool:
    """Whether a logged day is one of a medicine that was not taken every day then."""
    return day.kind == MEDICINE and not day.is_in_phase


def months_between(first: date, last: date) -> dict[date, set[date]]:
    """Return the dates of each month between two dates, by the first date of the month, oldest first."""
    months: dict[date, set[date]] = defaultdict(set)
    for day in sorted(_dates(first, last)):
        months[day.replace(day=1)].add(day)
    return months


def _add(names: dict[str, str], used: dict[str, set[date]], name: str, dates: set[date]) -> None:
    key = same_name(name)
    names[key] = name.strip()
    used[key] |= dates


def _dates(first: date, last: date) -> set[date]:
    return {first + timedelta(days=day) for day in range((last - first).days + 1)}

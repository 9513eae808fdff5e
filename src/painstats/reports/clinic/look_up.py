"""The two tables to look something up: days of medicine use by month, and the last bad spells side by side."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from painstats.findings.catalogue import clinic as say
from painstats.frame.bad_spells import BadSpell, bad_limit, bad_spells
from painstats.frame.medicine_days import days_of_use
from painstats.frame.overuse import AcuteMedicine, AcuteUse
from painstats.questions.date_words import MONTHS
from painstats.reports.clinic.content import LookUp
from painstats.reports.clinic.names import days_short, filled, score_words, short_list, short_name
from painstats.reports.clinic.period import ClinicDays
from painstats.reports.clinic.since import hours_words, steps_words
from painstats.reports.dates import month_name
from painstats.reports.pages import Cell

MOST_MEDICINES = 5
"""Rows of medicines; those that reached a limit come first, then those used most."""

MOST_SPELLS, MOST_THEN = 3, 2


def medicine_table(use: AcuteUse) -> LookUp:
    """Show on how many days of each month acute medicines were used, with the limit; at or above it in bold."""
    by_need = sorted(use.medicines, key=lambda each: (-sum(each.is_overused), -sum(each.days)))
    kept = set(by_need[:MOST_MEDICINES])
    rows = [_medicine_row(short_name(each.name), each) for each in use.medicines if each in kept]
    if use.together is not None:
        rows.append(_medicine_row(say.TOGETHER, use.together))
    months = [(month_name(each)[0], f"{MONTHS[each.month - 1]} {each.year}") for each in use.months]
    left = len(use.medicines) - len(kept)
    return LookUp(
        say.MEDICINES,
        say.MEDICINES_NOTE,
        ((say.MEDICINE, ""), *months, (say.LIMIT, "")),
        tuple(rows),
        more=say.not_shown(left) if left else "",
        is_months=True,
    )


def _medicine_row(name: Cell, medicine: AcuteMedicine) -> tuple[Cell, ...]:
    counts = (
        Markup("<b>{}</b>").format(days) if over else str(days)
        for days, over in zip(medicine.days, medicine.is_overused, strict=True)
    )
    return (name, *counts, say.NO_NUMBER if medicine.limit is None else str(medicine.limit))


def spells_table(days: ClinicDays, use: AcuteUse | None) -> LookUp | None:
    """Show the last bad spells with the night, the steps and the medicines then; None without any."""
    worse, scores = days.higher_is_worse, days.scores_of_period
    limit = bad_limit(list(scores.values()), days.outcome.scale, higher_is_worse=worse)
    spells = [] if limit is None else bad_spells(scores, limit, higher_is_worse=worse)[-MOST_SPELLS:]
    if limit is None or not spells:
        return None
    rows = (
        _worst_row(spells, days),
        *_night_row(spells, days),
        *_steps_row(spells, days),
        *_medicine_then(spells, days, use),
    )
    note = (say.SPELLS_HIGH if worse else say.SPELLS_LOW).format(limit=score_words(limit))
    head = (("", ""), *((days_short(spell.first, spell.last), "") for spell in spells))
    return LookUp(say.spells_heading(len(spells)), note, head, rows)


def _worst_row(spells: Sequence[BadSpell], days: ClinicDays) -> tuple[Cell, ...]:
    worse = days.higher_is_worse
    usual = score_words(statistics.median(days.scores_of_period.values()))
    name = (say.SPELL_HIGHEST if worse else say.SPELL_LOWEST).format(outcome=days.words.label, usual=usual)
    entry = say.SPELL_UP_TO if worse else say.SPELL_DOWN_TO
    return (name, *(entry.format(days=spell.days, worst=score_words(spell.worst)) for spell in spells))


def _night_row(spells: Sequence[BadSpell], days: ClinicDays) -> list[tuple[Cell, ...]]:
    """Give the hours of sleep of the night before each spell, which is the night that ends on its first day."""
    known = _of_period(days, "total_sleep_time_min")
    values = [known.get(spell.first) for spell in spells]
    return _row(say.NIGHT_USUAL, say.HOURS, hours_words, values, known)


def _steps_row(spells: Sequence[BadSpell], days: ClinicDays) -> list[tuple[Cell, ...]]:
    known = _of_period(days, "step_count")
    values = [known.get(spell.first - timedelta(days=1)) for spell in spells]
    return _row(say.STEPS_DAY_USUAL, say.PLAIN, steps_words, values, known)


def _of_period(days: ClinicDays, measure: str) -> Mapping[date, float]:
    return {day: value for day, value in days.known(measure).items() if days.first <= day <= days.last}


def _row(
    name: str, entry: str, write: Callable[[float], str], values: Sequence[float | None], known: Mapping[date, float]
) -> list[tuple[Cell, ...]]:
    """Write the values, and in the name the median of all days as the usual one; no row where no value is known."""
    if not any(value is not None for value in values):
        return []
    usual = name.format(usual=write(statistics.median(known.values())))
    return [(usual, *(say.NO_NUMBER if value is None else entry.format(value=write(value)) for value in values))]


def _medicine_then(spells: Sequence[BadSpell], days: ClinicDays, use: AcuteUse | None) -> list[tuple[Cell, ...]]:
    if use is None:
        return []
    acute = {medicine.name for medicine in use.medicines}
    used = days_of_use(days.phases, days.logged, days.first, days.last)
    taken = {name: dates for name, dates in used.items() if name in acute}
    return [(say.MEDICINE_THEN, *(_taken_in(spell, taken) for spell in spells))]


def _taken_in(spell: BadSpell, taken: Mapping[str, set[date]]) -> Cell:
    names = [name for name, dates in sorted(taken.items()) if any(spell.first <= day <= spell.last for day in dates)]
    return (
        filled("{list}", list=short_list([short_name(name) for name in names], MOST_THEN)) if names else say.NO_MEDICINE
    )

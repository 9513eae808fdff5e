"""Medicines on a personal page, outside all statistics: a notice about safety, and days of use for the doctor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from painstats.findings.catalogue import reading as say
from painstats.frame.logged_days import LoggedDay
from painstats.frame.medicine_days import MonthOfUse, months_of_use
from painstats.frame.phase import Phase
from painstats.frame.safety import OpioidWithBlocker, opioids_with_blockers, single_doses
from painstats.questions.size_words import days_words
from painstats.reports.pages import Cell, Part, Table, named
from painstats.reports.personal.months import month_words
from painstats.reports.personal.record import ParticipantRecord
from painstats.store.rows import rows_of

MOST_MEDICINES = 4
"""Columns of the table of days; the days of further medicines are counted together."""

MOST_MONTHS = 12


def safety_notice(record: ParticipantRecord) -> tuple[Part, ...]:
    """Say first of all that an opioid and naltrexone or nalmefene are listed too close; it advises no stop or start."""
    found = opioids_with_blockers([*_phases(record), *single_doses(_logged(record))])
    return (Part(say.MEDICINE_NOTICE, paragraphs=tuple(_listed_together(pair) for pair in found)),) if found else ()


def _listed_together(pair: OpioidWithBlocker) -> Markup:
    substance = say.NALMEFENE if "nalmefen" in pair.blocker.casefold() else say.NALTREXONE
    return Markup(say.OPIOID_LISTED).format(opioid=named(pair.opioid), blocker=named(pair.blocker), substance=substance)


def medicine_days(record: ParticipantRecord) -> tuple[Part, ...]:
    """Show on how many days of the last months medicines were used, where there are any."""
    months = months_of_use(_phases(record), _logged(record), record.summary.first_date, record.summary.last_date)
    if not months:
        return ()
    tables = (_table(months[-MOST_MONTHS:]),)
    return (Part(say.MEDICINE_DAYS, paragraphs=(say.ABOUT_MEDICINES,), tables=tables),)


def _table(months: Sequence[MonthOfUse]) -> Table:
    total = Counter[str]()
    for month in months:
        total.update(month.used)
    names = [name for name, _ in total.most_common(MOST_MEDICINES)]
    shows_needed = any(month.as_needed for month in months)
    head: tuple[Cell, ...] = (say.MONTH, *map(named, names), *((say.ANY_AS_NEEDED,) if shows_needed else ()))
    rows = tuple(
        (
            say.MONTH_DAYS.format(month=month_words(month.month), days=days_words(month.days)),
            *(str(month.used.get(name, 0)) for name in names),
            *((str(month.as_needed),) if shows_needed else ()),
        )
        for month in reversed(months)
    )
    return Table(_caption(len(total) - len(names)), head, rows)


def _caption(others: int) -> str:
    return f"{say.MEDICINES_CAPTION}; {say.not_shown(others)}" if others else say.MEDICINES_CAPTION


def _phases(record: ParticipantRecord) -> list[Phase]:
    return rows_of(record.phases, Phase)


def _logged(record: ParticipantRecord) -> list[LoggedDay]:
    return rows_of(record.treatment_days, LoggedDay)

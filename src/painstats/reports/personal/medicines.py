"""Medicines on a personal page, outside all statistics: a notice about safety, and days of use for the doctor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from painstats.frame.logged_days import LoggedDay
from painstats.frame.medicine_days import MonthOfUse, months_of_use
from painstats.frame.phase import Phase
from painstats.frame.safety import OpioidWithBlocker, opioids_with_blockers, single_doses
from painstats.questions.phrases import counted
from painstats.reports.pages import Cell, Part, Table, joined, named
from painstats.reports.personal.months import month_words
from painstats.reports.personal.record import ParticipantRecord
from painstats.store.rows import rows_of

NOTICE = "Please ask your prescriber or pharmacist before the next dose"

MOST_MEDICINES = 4
"""Columns of the table of days; the days of further medicines are counted together."""

MOST_MONTHS = 12


def safety_notice(record: ParticipantRecord) -> tuple[Part, ...]:
    """Say first of all that an opioid and naltrexone or nalmefene are listed too close; it advises no stop or start."""
    found = opioids_with_blockers([*_phases(record), *single_doses(_logged(record))])
    return (Part(NOTICE, paragraphs=tuple(_listed_together(pair) for pair in found)),) if found else ()


def _listed_together(pair: OpioidWithBlocker) -> Markup:
    blocker = "Nalmefene" if "nalmefen" in pair.blocker.casefold() else "Naltrexone"
    return joined(
        "You listed ", named(pair.opioid), " and ", named(pair.blocker), " within two weeks of each other. ", blocker,
        " blocks opioids and can bring on withdrawal. Do not stop or change either on your own.",
    )  # fmt: skip


def medicine_days(record: ParticipantRecord) -> tuple[Part, ...]:
    """Show on how many days of the last months medicines were used, where there are any."""
    months = months_of_use(_phases(record), _logged(record), record.summary.first_date, record.summary.last_date)
    if not months:
        return ()
    about = (
        "These are the days in each month on which you logged a dose, or for which you listed the medicine. A dose "
        "that you did not write down is not counted."
    )
    return (Part("Days with medicines, for your doctor", paragraphs=(about,), tables=(_table(months[-MOST_MONTHS:]),)),)


def _table(months: Sequence[MonthOfUse]) -> Table:
    total = Counter[str]()
    for month in months:
        total.update(month.used)
    names = [name for name, _ in total.most_common(MOST_MEDICINES)]
    shows_needed = any(month.as_needed for month in months)
    head: tuple[Cell, ...] = ("Month", *map(named, names), *(("Any, as needed",) if shows_needed else ()))
    rows = tuple(
        (
            f"{month_words(month.month)} ({counted(month.days, 'day')})",
            *(str(month.used.get(name, 0)) for name in names),
            *((str(month.as_needed),) if shows_needed else ()),
        )
        for month in reversed(months)
    )
    return Table(_caption(len(total) - len(names)), head, rows)


def _caption(n_others: int) -> str:
    others = f"; {counted(n_others, 'medicine')} used less often not shown" if n_others else ""
    return f"Days of use in each month, the newest first; in brackets the days of the month in your data{others}"


def _phases(record: ParticipantRecord) -> list[Phase]:
    return rows_of(record.phases, Phase)


def _logged(record: ParticipantRecord) -> list[LoggedDay]:
    return rows_of(record.treatment_days, LoggedDay)

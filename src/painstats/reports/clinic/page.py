"""Put the page for a clinic visit together."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version

from painstats.findings.catalogue import clinic as say
from painstats.frame.overuse import AcuteUse, acute_use
from painstats.frame.period_means import period_mean
from painstats.language import decimal, plain_number
from painstats.questions.date_words import date_words
from painstats.questions.phrases import whole
from painstats.reports.clinic.content import ClinicPage, Header, LookUp
from painstats.reports.clinic.course import course
from painstats.reports.clinic.firmest import firmest
from painstats.reports.clinic.look_up import medicine_table, spells_table
from painstats.reports.clinic.notice import notices
from painstats.reports.clinic.period import ClinicDays, clinic_days
from painstats.reports.clinic.since import since_visit
from painstats.reports.pages import named, rendered
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.robustness import read_robustness_checks
from painstats.store.connection import Store

LEAST_SCORES = 10
"""Days with a score that the mean of four weeks needs, and that of the eight weeks before."""

RECENT, BEFORE = timedelta(weeks=4), timedelta(weeks=12)
DAY = timedelta(days=1)


def clinic_page(store: Store, record: ParticipantRecord) -> ClinicPage:
    """Write the page for a clinic visit of one participant (docs/reference/clinic_page.md).

    Parameters
    ----------
    store
        The open study.
    record
        What is stored about the participant.
    """
    days = clinic_days(record, store.study)
    use = acute_use(days.phases, days.logged, days.first_month, days.last)
    rows, others = firmest(days, read_robustness_checks(store, record.participant_id))
    spells = spells_table(days, use)
    return ClinicPage(
        header=_header(store, days),
        notices=notices(days, use),
        course=course(days),
        since=since_visit(days),
        firmest=rows,
        others=others,
        medicines=medicine_table(use) if use else None,
        spells=spells,
        quality=_quality(days),
        last_lines=_last_lines(use, spells, has_daily=any(row.is_daily for row in rows)),
    )


def clinic_bytes(page: ClinicPage) -> bytes:
    """Put the page into HTML. The same page gives the same bytes."""
    return rendered("clinic.html.j2", page=page, say=say)


def _header(store: Store, days: ClinicDays) -> Header:
    recent = period_mean(days.scores, days.last - RECENT + DAY, days.last, LEAST_SCORES)
    before = period_mean(days.scores, days.last - BEFORE + DAY, days.last - RECENT, LEAST_SCORES)
    low, high = days.outcome.scale
    about = say.ABOUT_FILLED.get(_filled(store, days), say.ABOUT).format(
        first=date_words(days.first),
        last=date_words(days.last),
        outcome=days.words.label,
        low=plain_number(low),
        high=plain_number(high),
    )
    return Header(
        title=say.TITLE_PAIN if days.outcome.item == "pain" else say.TITLE,
        code="" if store.study.is_own else named(days.record.participant_id),
        about=about,
        mean=say.NO_NUMBER if recent.mean is None else decimal(recent.mean),
        mean_words=say.TOO_FEW.format(known=recent.known) if recent.mean is None else say.MEAN,
        before=say.TOO_FEW_BEFORE if before.mean is None else say.MEAN_BEFORE.format(mean=decimal(before.mean)),
    )


def _filled(store: Store, days: ClinicDays) -> str:
    """Return when the diary is filled in; empty where that differs."""
    found = store.connection.execute(
        "SELECT DISTINCT filled FROM self_report WHERE participant_id = ? AND item = ?",
        [days.record.participant_id, days.outcome.item],
    ).fetchall()
    return str(found[0][0]) if len(found) == 1 else ""


def _quality(days: ClinicDays) -> str:
    """Count the known days of the outcome, nights and steps, and name the last day with a score."""
    parts = [say.PART.format(what=days.words.label, days=len(days.scores_of_period))]
    for measure, what in (("total_sleep_time_min", say.NIGHTS), ("step_count", say.STEPS_PART)):
        known = sum(days.first <= day <= days.last for day in days.known(measure))
        parts += [say.PART.format(what=what, days=known)] if known else []
    last = say.LAST_SCORE.format(date=date_words(max(days.scores))) if days.scores else say.NO_SCORE
    in_all = whole((days.last - days.first).days + 1)
    return say.OF_DAYS.format(days=in_all, parts=", ".join(parts), last=last)


def _last_lines(use: AcuteUse | None, spells: LookUp | None, *, has_daily: bool) -> tuple[str, ...]:
    origin = say.ORIGIN.format(version=version("painstats"))
    notes = (
        *((say.OVERUSE_NOTE,) if use else ()),
        *((say.LOOKS_NOTE,) if has_daily else ()),
        *((say.SPELLS_NOTE,) if spells else ()),
    )
    return (*notes, origin)

"""The personal report: answers on the first screen, a card behind each, and everything else folded below."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from painstats.findings.catalogue import participants as words_of
from painstats.findings.catalogue import personal_page as say
from painstats.findings.catalogue import reading
from painstats.findings.clearer import clearer_words, next_answer_day
from painstats.findings.lead import lead
from painstats.findings.plan_record import plan_record
from painstats.findings.since import (
    news_of_change,
    news_of_experiment,
    news_of_finding,
    news_words,
    since_date,
)
from painstats.language import plain_number
from painstats.plan.ledger_chain import Standing
from painstats.plan.study import Study
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital
from painstats.questions.question import outcome_of
from painstats.questions.recent_level import recent_level
from painstats.reports.data_used import zone_doubts
from painstats.reports.pages import Card, Cell, Chart, Part, linked, named
from painstats.reports.personal.answers import answer_cards, daily_card
from painstats.reports.personal.exploratory import exploratory_lines
from painstats.reports.personal.medicines import medicine_days, safety_notice
from painstats.reports.personal.page_type import PersonalPage
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.recorded import recent_share, recorded
from painstats.reports.personal.rules import rules_parts
from painstats.reports.robustness import read_robustness_checks
from painstats.store.connection import Store


def personal_page(
    store: Store,
    record: ParticipantRecord,
    charts: tuple[Chart, ...],
    choices: Sequence[str],
    clinic: str | None = None,
) -> PersonalPage:
    """Put one participant's report together.

    Parameters
    ----------
    store
        The open study.
    record
        What is stored about the participant.
    charts
        The course, the calendar where there is one, and each chart of a card.
    choices
        What to say of days whose outcome hangs on a choice of the plan
        (:func:`painstats.reports.outcome_choices.outcome_choices`).
    clinic
        Name of the file of the page for a doctor; None where there is none.
    """
    study, last = store.study, record.summary.last_date
    outcome = outcome_of(study.plan.outcome)
    label, leading = outcome_words(outcome).label, _lead(record, study)
    checks = read_robustness_checks(store, record.participant_id)
    of_days = tuple(chart for chart in charts if not chart.card)
    return PersonalPage(
        title=say.TITLE.format(outcome=capital(label)),
        heading=say.HEADING.format(outcome=label),
        about=_about(record, study),
        running=f"painstats, {say.WRITTEN.format(date=words_of.date_words(last))}",
        notices=(*safety_notice(record), *_zone_doubts(store, record)),
        lead=leading,
        answers=answer_cards(record, study, charts, checks, " ".join(map(str, leading))),
        course=of_days[:1],
        since_heading=since_date(last),
        since=_since(record),
        clearer=clearer_words(recorded(record, study)),
        next_day=next_answer_day(record.findings, last, recent_share(record)),
        more=exploratory_lines(record, study, _exploratory_daily(record, charts)),
        doctor=_doctor(label, clinic),
        doctor_parts=medicine_days(record),
        days=of_days[1:],
        method=_method(record, store),
        rules=rules_parts(store, record, checks, choices),
        has_index=not study.is_own,
    )


def _about(record: ParticipantRecord, study: Study) -> tuple[Cell, ...]:
    first, last = (words_of.date_words(day) for day in (record.summary.first_date, record.summary.last_date))
    code = () if study.is_own else (Markup(say.PARTICIPANT).format(code=named(record.participant_id)),)
    return *code, say.WRITTEN.format(date=last), say.PERIOD.format(first=first, last=last)


def _zone_doubts(store: Store, record: ParticipantRecord) -> tuple[Part, ...]:
    """Say before any finding that the time zone may be wrong: then steps and nights are on the wrong days."""
    doubts = zone_doubts(store, record.participant_id)
    english = (Markup('<span lang="en">{}</span>').format(doubt) for doubt in doubts)
    return (Part(reading.ZONE, paragraphs=(reading.WRONG_ZONE, *english)),) if doubts else ()


def _lead(record: ParticipantRecord, study: Study) -> tuple[str, ...]:
    scored = record.days.filter(record.days["outcome_score"].is_not_null())
    dates, scores = scored["date"].to_list(), scored["outcome_score"].to_list()
    level = recent_level(dates, scores, record.summary.first_date, record.summary.last_date)
    return lead(level, outcome_of(study.plan.outcome))


def _since(record: ParticipantRecord) -> tuple[str, ...]:
    """Say what changed in the last month; questions to watch are no answers."""
    found = (
        *(news_of_finding(one, record.looks) for one in record.findings if one.question.is_confirmatory),
        *(news_of_change(change) for change in record.changes),
        *(news_of_experiment(experiment) for experiment in record.experiments),
    )
    return news_words([news for news in found if news], record.summary.last_date)


def _exploratory_daily(record: ParticipantRecord, charts: Sequence[Chart]) -> tuple[Card, ...]:
    return tuple(
        daily_card(finding, record, charts, ()) for finding in record.findings if not finding.question.is_confirmatory
    )


def _doctor(label: str, clinic: str | None) -> Cell:
    if clinic is None:
        return say.NO_CLINIC.format(outcome=label)
    return Markup(say.CLINIC).format(link=linked(clinic, say.CLINIC_LINK), outcome=label)


def _method(record: ParticipantRecord, store: Store) -> tuple[str, ...]:
    low, high = outcome_of(store.study.plan.outcome).scale
    came_first = plan_record(store).standing is Standing.BEFORE_DATA
    is_pooled = any(finding.judged and finding.judged.basis == "pooled" for finding in record.findings)
    return (
        say.OWN_DAYS_AND_OTHERS if is_pooled else say.OWN_DAYS,
        say.POINT.format(low=plain_number(low), high=plain_number(high)),
        say.MISSING,
        *((say.FIXED,) if came_first else ()),
    )

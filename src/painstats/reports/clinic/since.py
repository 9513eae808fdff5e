"""What happened since the last visit: the outcome by month, what started, ended or changed, sleep and steps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from painstats.findings.catalogue import clinic as say
from painstats.findings.change_names import dose_words
from painstats.frame.period_means import PeriodMean, month_means, period_mean
from painstats.frame.phase import Phase
from painstats.language import decimal
from painstats.plan.treatment_names import same_name
from painstats.questions.date_words import MONTHS
from painstats.questions.phrases import capital, listed, whole
from painstats.reports.clinic.content import Since
from painstats.reports.clinic.names import day_words, filled, short_list, short_name
from painstats.reports.clinic.period import ClinicDays

LEAST_DAYS = 5
"""Known days that a mean needs here."""

MOST_MONTHS = 4
"""Months by which the outcome is shown, the newest."""

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class _Event:
    """A treatment that started, ended, or has a new dose."""

    what: str
    phase: Phase
    date: date
    before: Phase | None = None


def since_visit(days: ClinicDays) -> Since:
    """Describe the days since the last visit, or of the last three months."""
    visit = days.visit
    heading = say.SINCE.format(date=day_words(visit, days.first)) if visit else say.SINCE_MONTHS
    if days.since > days.last:
        return Since(heading, "", (say.NO_DATA,))
    points = [_by_month(days), *_treatments(days), *_nights_and_steps(days)]
    has_before = any(days.before[0] <= day <= days.before[1] for day in days.record.days["date"])
    return Since(heading, say.SINCE_NOTE if has_before else "", tuple(points))


def _by_month(days: ClinicDays) -> str:
    outcome = capital(days.words.label)
    months = [each for each in month_means(days.scores, days.since, days.last, LEAST_DAYS) if each.mean is not None]
    if not months:
        known = period_mean(days.scores, days.since, days.last)
        return say.FEW_SCORES.format(outcome=days.words.label, known=known.known, days=known.days)
    written = listed([_months_words(same) for same in _alike(months[-MOST_MONTHS:])])
    before = period_mean(days.scores, *days.before, LEAST_DAYS).mean
    if before is None:
        return say.BY_MONTH.format(outcome=outcome, months=written)
    return say.BY_MONTH_BEFORE.format(outcome=outcome, months=written, before=decimal(before))


def _alike(months: Sequence[PeriodMean]) -> Iterator[list[PeriodMean]]:
    """Group months in a row whose means are written alike."""
    for _, group in itertools.groupby(months, key=lambda month: f"{month.mean:.1f}"):
        yield list(group)


def _months_words(months: Sequence[PeriodMean]) -> str:
    names = listed([MONTHS[month.first.month - 1] for month in months])
    return say.IN_MONTHS.format(mean=decimal(months[0].mean or 0.0), months=names)


def _treatments(days: ClinicDays) -> Iterator[Markup | str]:
    """Say what started and ended, then what has a new dose and what stayed the same."""
    if not days.phases:
        return
    events = [event for event in _events(days.phases, days.last) if days.since <= event.date <= days.last]
    by_kind = {what: [_event_words(each, days.first) for each in events if each.what == what] for what in WHAT}
    started = [
        filled(WHAT[what], list=short_list(by_kind[what], MOST_NAMES)) for what in ("start", "stop") if by_kind[what]
    ]
    yield Markup(" ").join(started) if started else say.NOTHING_CHANGED
    unchanged = [_with_dose(phase) for phase in _unchanged(days, events)]
    doses = [
        *([filled(say.DOSE_CHANGED, list=short_list(by_kind["dose"], MOST_NAMES))] if by_kind["dose"] else []),
        *([filled(say.UNCHANGED, list=short_list(unchanged, MOST_NAMES))] if unchanged else []),
    ]
    if doses:
        yield Markup(" ").join(doses)


WHAT = {"start": say.STARTED, "stop": say.ENDED, "dose": say.DOSE_CHANGED}


def _events(phases: Sequence[Phase], last: date) -> list[_Event]:
    """Find starts, ends and new doses by date. What an event of one day did wears off and does not end."""
    found: list[_Event] = []
    for own in _by_name(phases).values():
        for before, phase, after in zip([None, *own], own, [*own[1:], None], strict=False):
            if before is None or (phase.start_date - before.last_day).days > 1:
                found.append(_Event("start", phase, phase.start_date))
            elif (before.dose, before.dose_unit) != (phase.dose, phase.dose_unit):
                found.append(_Event("dose", phase, phase.start_date, before))
            goes_on = after is not None and (after.start_date - phase.last_day).days <= 1
            if not goes_on and phase.acts_days is None and phase.end_date is not None and phase.end_date < last:
                found.append(_Event("stop", phase, phase.end_date))
    return sorted(found, key=lambda event: (event.date, same_name(event.phase.name)))


def _by_name(phases: Sequence[Phase]) -> Mapping[str, list[Phase]]:
    own: dict[str, list[Phase]] = {}
    for phase in sorted(phases, key=lambda each: each.start_date):
        own.setdefault(same_name(phase.name), []).append(phase)
    return own


def _event_words(event: _Event, first: date) -> Markup:
    name, day = short_name(event.phase.name), day_words(event.date, first)
    if event.what == "dose" and event.before is not None:
        after = dose_words(event.phase.dose, event.phase.dose_unit)
        both = event.before.dose is not None and event.before.dose_unit == event.phase.dose_unit
        if both:
            before = dose_words(event.before.dose, None)
            return filled(say.FROM_TO, name=name, before=before, after=after, date=day)
        return filled(say.NOW, name=name, after=after or say.NO_NUMBER, date=day)
    return filled(say.ON_DAY, name=_with_dose(event.phase) if event.what == "start" else name, date=day)


def _with_dose(phase: Phase) -> Markup:
    dose = dose_words(phase.dose, phase.dose_unit)
    return filled(say.NAME_DOSE, name=short_name(phase.name), dose=dose) if dose else short_name(phase.name)


def _unchanged(days: ClinicDays, events: Sequence[_Event]) -> list[Phase]:
    """Return what goes on at the end without any event, by first start."""
    changed = {same_name(event.phase.name) for event in events}
    on = [own[-1] for own in _by_name(days.phases).values() if own[-1].start_date <= days.last <= own[-1].last_day]
    return [phase for phase in on if same_name(phase.name) not in changed]


def _nights_and_steps(days: ClinicDays) -> Iterator[str]:
    """Give the means of sleep and steps in one sentence each, with those before the visit in brackets."""
    sentences = []
    for measure, alone, compared, write in MEASURES:
        values = days.known(measure)
        mean = period_mean(values, days.since, days.last, LEAST_DAYS).mean
        before = period_mean(values, *days.before, LEAST_DAYS).mean
        if mean is not None:
            entry = alone if before is None else compared
            sentences.append(entry.format(mean=write(mean), before="" if before is None else write(before)))
    if sentences:
        yield " ".join(sentences)


def hours_words(minutes: float) -> str:
    """Write minutes as hours with one decimal."""
    return decimal(minutes / 60)


def steps_words(steps: float) -> str:
    """Write steps to the nearest hundred."""
    return whole(100 * round(steps / 100))


MEASURES = (
    ("total_sleep_time_min", say.SLEEP, say.SLEEP_BEFORE, hours_words),
    ("step_count", say.STEPS, say.STEPS_BEFORE, steps_words),
)
"""A column, its sentences without and with the mean before, and how a mean is written."""

"""One change of one participant as a row of ``change_finding``; this file loads statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from painstats.plan.study import Study
from painstats.questions.treatment.changes import Change
from painstats.questions.treatment.compared import Reasons, compared_days
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.looks import look_at
from painstats.questions.treatment.phases import DAY, Phase
from painstats.questions.treatment.rows import BEFORE_FIRST_LOOK, DaysCompared, after_looks, not_judged, span
from painstats.questions.treatment.windows import WINDOW_DAYS, Window, is_between

NEXT_TOO_SOON = ("next_change_too_soon",)


def is_in_diary(change: Change, phases: Sequence[Phase], diary: Diary) -> bool:
    """Whether a change is one of the diary's: it has happened, and is later than the first score or acts beyond it."""
    if change.first_date > diary.last_date:
        return False
    return change.last_date > diary.first_date or any(
        phase.last_date is None or phase.last_date >= diary.first_date for phase in _new_phases(change, phases)
    )


def _new_phases(change: Change, phases: Sequence[Phase]) -> list[Phase]:
    """Return the phases that a change begins and that last beyond it."""
    levels = [one.after for one in change.alterations]
    return [
        phase
        for phase in phases
        if phase.level in levels
        and phase.start_date <= change.last_date
        and (phase.last_date is None or phase.last_date >= change.last_date)
    ]


def judge_change(
    participant: str, window: Window, phases: Sequence[Phase], diary: Diary, study: Study
) -> ChangeFinding:
    """Judge one change by the looks that the diary has reached; its ``number`` is 0 until it is stored."""
    refused = _refused_at_once(window, phases, diary, study.plan.rules.min_days_phase)
    look_dates = () if refused else window.look_dates
    days = partial(compared_days, window, diary)
    reached = [on for on in look_dates if on <= diary.last_date]
    looks = [look_at(days, number, on, study.plan.rules) for number, on in enumerate(reached, start=1)]
    coming = next((on for on in look_dates if on > diary.last_date), None)
    reasons = refused or (BEFORE_FIRST_LOOK,)
    to_now = None if reasons == NEXT_TOO_SOON else diary.last_date  # all days there will ever be, or those until now
    compared = _days_compared(window, diary, looks[-1].date if looks else to_now)
    finding = replace(not_judged(participant, window.change, compared, reasons), next_look_date=coming)
    return after_looks(finding, looks, study, is_complete=_is_complete(window, diary))


def _refused_at_once(window: Window, phases: Sequence[Phase], diary: Diary, least_days: int) -> Reasons:
    """Return why no later day can bring a verdict: too few days before, or a state that does not last."""
    first = window.change.first_date
    if first <= diary.first_date and _covers_all_days(window.change, phases, diary):
        return ("covers_all_days",)
    if not window.change.is_lasting:
        return ("over_within_two_weeks",)
    if is_between(diary.day, *window.before(week_before=False)).sum() < least_days:
        return ("too_few_days_before",)
    return NEXT_TOO_SOON if window.days_at_last_look < least_days else ()


def _covers_all_days(change: Change, phases: Sequence[Phase], diary: Diary) -> bool:
    """Whether what the change began was never stopped or altered until the last day with a score."""
    new = _new_phases(change, phases)
    return len(new) == len(change.alterations) and all(
        phase.last_date is None or phase.last_date >= diary.last_date for phase in new
    )


def _days_compared(window: Window, diary: Diary, until: date | None) -> DaysCompared:
    """Return the days compared; of a state that does not last, the days that it did last are those after."""
    change, compared = window.change, compared_days(window, diary, week_before=False, until=until)
    begins, last_before = window.before(week_before=False)
    short = (change.first_date, change.last_date - DAY)
    return DaysCompared(
        before=span(max(begins, diary.first_date), last_before),
        after=span(*(window.after(until=until) if change.is_lasting else short)),
        days_before=compared.days_before,
        days_after=compared.days_after if change.is_lasting else int(is_between(diary.day, *short).sum()),
    )


def _is_complete(window: Window, diary: Diary) -> bool:
    """Whether the diary has all 84 days before the change, and no other change is among them."""
    begins, last = window.before(week_before=False)
    return begins >= diary.first_date and (last - begins).days + 1 == WINDOW_DAYS

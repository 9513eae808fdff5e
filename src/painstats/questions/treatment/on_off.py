"""Days on a treatment against days off it, where it came and went without a lot; this file loads statistics.

Each start and stop is a change of its own as well. Together they are judged here: one fit with a column for each
treatment and dose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from painstats.plan.study import Study
from painstats.questions.treatment.changes import Alteration, Change, alterations
from painstats.questions.treatment.columns import Days, Floats, treatment_columns
from painstats.questions.treatment.compared import (
    LEAST_SCORED,
    Compared,
    Reasons,
    reasons_of,
    unexplained,
    without_repeats,
)
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.looks import look_at
from painstats.questions.treatment.phases import DAY, Level, Phase
from painstats.questions.treatment.rows import BEFORE_FIRST_LOOK, DaysCompared, Span, after_looks, not_judged
from painstats.questions.treatment.windows import LOOK_DAYS, WEEK_BEFORE, WINDOW_DAYS, Mask, is_between

UNLIKE_OTHERS = 0.25
"""Share of the variance of a treatment's column that the other treatments do not explain, at least."""

HALF = 0.5
"""Days with at least this share of the treatment are days on."""


@dataclass(frozen=True, slots=True)
class OnOff:
    """A treatment at one dose that came and went.

    Parameters
    ----------
    level
        The treatment and dose.
    phases
        All phases of the participant, from ``in_order``.
    """

    level: Level
    phases: tuple[Phase, ...]

    @property
    def own(self) -> tuple[Phase, ...]:
        """The phases of this treatment and dose, by date."""
        return tuple(phase for phase in self.phases if phase.level == self.level)

    def change(self, until: date) -> Change:
        """Return the start of the treatment as a change, with the date of the last phase that began until a date."""
        first = self.own[0]
        last = max(phase.start_date for phase in self.own if phase.start_date <= until)
        start = Alteration(first.start_date, first.name, None, self.level, first.ramp_days)
        return Change(first.start_date, last, first.ramp_days, 0, (start,))

    def look_dates(self) -> tuple[date, ...]:
        """Dates of the looks: days 28, 56 and 84, counted from the day on which the second phase acts in full.

        Days without it that follow are compared as well, so they count. Where phases are short, the count begins with
        the first later phase that makes it 28 days on in all; there are no looks where none does.
        """
        days_on = 0
        for place, phase in enumerate(self.own):
            days_on += _days_on(phase)
            if place and days_on >= LOOK_DAYS[0]:
                in_full = phase.start_date + timedelta(days=phase.ramp_days)
                return tuple(in_full + timedelta(days=days - 1) for days in LOOK_DAYS)
        return ()

    def compared(self, diary: Diary, *, week_before: bool, until: date) -> Compared:
        """Return the days with a score until a date, less wash-outs and, where asked, the week before each change."""
        begins = self.own[0].start_date - timedelta(days=WINDOW_DAYS + WEEK_BEFORE)
        kept = is_between(diary.day, begins, until) & ~self._left_out(diary, week_before, until)
        day = diary.day[kept]
        columns = treatment_columns(self.phases, day)
        share = columns.pop(self.level)
        others = tuple(column for column in columns.values() if _varies(column))
        on = share >= HALF
        return Compared(day, diary.score[kept], diary.sleep_h[kept], share, share == 0, on, without_repeats(others))

    def _left_out(self, diary: Diary, week_before: bool, until: date) -> Mask:
        left_out = np.zeros(len(diary.day), dtype=bool)
        for one in (each for each in alterations(self.phases) if each.date <= until):
            first = one.date if week_before else one.date - timedelta(days=WEEK_BEFORE)
            left_out |= is_between(diary.day, first, one.date - DAY)
            left_out |= is_between(diary.day, one.date, one.date + timedelta(days=one.wash_out_days - 1))
        return left_out

    def refusals(self, compared: Compared, diary: Diary, least_days: int) -> Reasons:
        """Return why the days may not be judged, by name; that of the treatment with the same days is part of it."""
        if compared.days_before < least_days:
            return ("too_few_days_without",)
        if compared.days_after < least_days:
            return ("too_few_days_with",)
        if compared.others and unexplained(compared.share, compared.others) < UNLIKE_OTHERS:
            return (f"same_days_as:{self._most_alike(compared)}",)
        last = date.fromordinal(int(compared.day[-1]))
        possible = self.compared(diary.every_day(), week_before=False, until=last)
        shares = (compared.days_before / possible.days_before, compared.days_after / possible.days_after)
        return reasons_of(compared, is_sparse=min(shares) < LEAST_SCORED)

    def _most_alike(self, compared: Compared) -> str:
        """Return the name of the treatment with the days that are most alike."""
        columns = treatment_columns(self.phases, compared.day)
        share = columns.pop(self.level)
        alike = {level: _correlation(share, column) for level, column in columns.items() if _varies(column)}
        closest = max(alike, key=lambda level: alike[level])
        return next(phase.name for phase in self.phases if phase.level == closest)


def _days_on(phase: Phase) -> int:
    """Return on how many days a phase has at least half of its share; any number of days while it goes on."""
    if phase.last_date is None:
        return LOOK_DAYS[-1]
    return max((phase.last_date - phase.start_date).days + 1 - phase.ramp_days // 2, 0)


def _varies(column: Floats) -> bool:
    return np.unique(column).size > 1


def _correlation(first: Floats, second: Floats) -> float:
    return abs(float(np.corrcoef(first, second)[0, 1]))


def repeated(phases: tuple[Phase, ...], diary: Diary) -> tuple[OnOff, ...]:
    """Return each treatment and dose of which at least two phases have begun."""
    counts = Counter(phase.level for phase in phases if phase.start_date <= diary.last_date)
    return tuple(OnOff(level, phases) for level, count in counts.items() if count > 1)


def judge_on_off(participant: str, on_off: OnOff, diary: Diary, study: Study) -> ChangeFinding:
    """Judge days on against days off by the looks that the diary has reached.

    References
    ----------
    docs/method/treatments.md, "Days on against days off".
    """
    dates = on_off.look_dates()

    def days(*, week_before: bool, until: date) -> Compared:
        return on_off.compared(diary, week_before=week_before, until=until)

    def refuse(compared: Compared, least_days: int) -> Reasons:
        return on_off.refusals(compared, diary, least_days)

    looks = [
        look_at(days, number, on, study.plan.rules, refuse)
        for number, on in enumerate(dates, start=1)
        if on <= diary.last_date
    ]
    until = looks[-1].date if looks else diary.last_date
    compared = _days_compared(days(week_before=False, until=until))
    not_yet = BEFORE_FIRST_LOOK if dates else "too_few_days_with"
    finding = replace(
        not_judged(participant, on_off.change(until), compared, (not_yet,)),
        change="on_off",
        in_full_date=on_off.own[0].start_date + timedelta(days=on_off.own[0].ramp_days),
        next_look_date=next((on for on in dates if on > diary.last_date), None),
    )
    return after_looks(finding, looks, study, is_complete=False)


def _days_compared(compared: Compared) -> DaysCompared:
    before, after = compared.day[compared.is_before], compared.day[compared.is_full]
    return DaysCompared(_span(before), _span(after), compared.days_before, compared.days_after)


def _span(day: Days) -> Span:
    if not len(day):
        return None, None
    return date.fromordinal(int(day[0])), date.fromordinal(int(day[-1]))

"""Days on a treatment against days off it, where it came and went without a lot; this file loads statistics.

Each start and stop is a change of its own as well. Together they are judged here: one fit with a column for each
treatment and dose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from painstats.plan.study import Study
from painstats.questions.treatment.changes import alterations
from painstats.questions.treatment.columns import Floats, treatment_columns
from painstats.questions.treatment.compared import LEAST_SCORED, Compared, Reasons, reasons_of, unexplained
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.looks import look_at
from painstats.questions.treatment.one_change import BEFORE_FIRST_LOOK, after_looks, before_looks
from painstats.questions.treatment.phases import DAY, Level, Phase
from painstats.questions.treatment.windows import LOOK_DAYS, WEEK_BEFORE, WINDOW_DAYS, Mask, is_between

UNLIKE_OTHERS = 0.25
"""Share of the variance of a treatment's column that the other treatments do not explain, at least."""

REPEATED = 1e-6
"""A column of which the others leave a smaller share repeats them."""

FOREVER = sum(LOOK_DAYS)
"""More days than any look counts."""

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

    def look_dates(self) -> tuple[date, ...]:
        """Dates of the looks: day 28, 56 and 84 in full effect, counted from the second phase on.

        Where it was stopped before one of these, the next look is 28 days after the last phase acts no more.
        """
        found, passed = list[date](), 0
        for phase in self.own[1:]:
            first = phase.start_date + timedelta(days=phase.ramp_days)
            length = FOREVER if phase.last_date is None else max((phase.last_date - first).days + 1, 0)
            within = [days for days in LOOK_DAYS[len(found) :] if days <= passed + length]
            found += [first + timedelta(days=days - passed - 1) for days in within]
            passed += length
        last = self.own[-1]
        if len(found) < len(LOOK_DAYS) and last.last_date is not None:
            found.append(last.last_date + timedelta(days=last.wash_out_days + LOOK_DAYS[0]))
        return tuple(found)

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


def _varies(column: Floats) -> bool:
    return np.unique(column).size > 1


def _correlation(first: Floats, second: Floats) -> float:
    return abs(float(np.corrcoef(first, second)[0, 1]))


def without_repeats(columns: Sequence[Floats]) -> tuple[Floats, ...]:
    """Return columns less those that the ones before them explain: their coefficients could not be distinguished."""
    kept: list[Floats] = []
    for column in columns:
        if unexplained(column, kept) > REPEATED:
            kept.append(column)
    return tuple(kept)


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
    coming = next((on for on in dates if on > diary.last_date), None)
    not_yet = (BEFORE_FIRST_LOOK,)
    return ChangeFinding(
        participant_id=participant,
        number=0,
        **_declared(on_off, until),
        **_days_compared(days(week_before=False, until=until)),
        next_look_date=coming,
        **(after_looks(looks, study, is_complete=False) if looks else before_looks(not_yet)),
    )


def _declared(on_off: OnOff, until: date) -> dict[str, Any]:
    own = [phase for phase in on_off.own if phase.start_date <= until]
    return {
        "change": "on_off",
        "names": (own[0].name,),
        "actions": ("start",),
        "doses_before": (None,),
        "doses_after": (on_off.level.dose,),
        "dose_units": (on_off.level.dose_unit,),
        "first_date": own[0].start_date,
        "last_date": own[-1].start_date,
        "in_full_date": own[0].start_date + timedelta(days=own[0].ramp_days),
    }


def _days_compared(compared: Compared) -> Mapping[str, Any]:
    found: dict[str, Any] = {"days_before": compared.days_before, "days_after": compared.days_after}
    for side, mask in (("before", compared.is_before), ("after", compared.is_full)):
        days = [date.fromordinal(int(day)) for day in compared.day[mask]]
        found |= {f"{side}_from": min(days, default=None), f"{side}_until": max(days, default=None)}
    return found

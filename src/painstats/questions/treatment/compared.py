"""The days that are compared for one change, or for days on against days off, and why they may not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np

from painstats.frame.variation import scores_vary
from painstats.questions.treatment.columns import Days, Floats, ramp
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.windows import Mask, Window, is_between

LEAST_SCORED = 0.5
"""Share of the days on each side that have a score, at least."""

UNLIKE_TIME = 0.15
"""Share of the variance of a change's column that a straight line does not explain, at least."""

REPEATED = 1e-6
"""A column of which the others leave a smaller share repeats them."""

SCALE = (0.0, 10.0)
LEAST_LEFT_SD = 1e-6
"""Scores that the two levels explain to the last digit leave nothing to judge by, in points."""

Reasons: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Days with a score and their columns.

    Parameters
    ----------
    day, score, sleep_h
        (n,) each, as in ``Diary``.
    share
        (n,) share of the new state, or of the treatment, on each day.
    is_before, is_full
        (n,) whether the day is one before (off), and one in full effect after (on).
    others
        Columns (n,) of other treatments.
    """

    day: Days
    score: Floats
    sleep_h: Floats
    share: Floats
    is_before: Mask
    is_full: Mask
    others: tuple[Floats, ...] = ()

    @property
    def columns(self) -> Floats:
        """The columns (n, p): intercept, share, other treatments."""
        return np.column_stack([np.ones(len(self.day)), self.share, *self.others])

    @property
    def days_before(self) -> int:
        """Days with a score before the change, or off."""
        return int(self.is_before.sum())

    @property
    def days_after(self) -> int:
        """Days with a score in full effect after the change, or on."""
        return int(self.is_full.sum())


def compared_days(window: Window, diary: Diary, *, week_before: bool, until: date | None = None) -> Compared:
    """Return the days with a score that a change is judged on.

    Parameters
    ----------
    window, diary
        Of the change and its participant.
    week_before
        Whether the week before the change is compared too.
    until
        Date of the look; later days are not used.

    References
    ----------
    docs/method/treatments.md, "Windows" and "The model of one change".
    """
    change = window.change
    before = is_between(diary.day, *window.before(week_before=week_before))
    after = is_between(diary.day, *window.after(until=until))
    kept = before | after
    day = diary.day[kept]
    return Compared(
        day,
        diary.score[kept],
        diary.sleep_h[kept],
        np.where(after[kept], ramp(day, change.last_date.toordinal(), change.ramp_days), 0.0),
        before[kept],
        after[kept] & (day >= change.in_full_date.toordinal()),
    )


def refusals(compared: Compared, least_days: int) -> Reasons:
    """Return why the days may not be judged, by name; ``compared`` leaves out the week before."""
    if compared.days_before < least_days:
        return ("too_few_days_before",)
    if compared.days_after < least_days:
        return ("too_few_days_after",)
    sides = (compared.day[compared.is_before], compared.day[compared.is_full])
    return reasons_of(compared, is_sparse=any(len(day) / (np.ptp(day) + 1) < LEAST_SCORED for day in sides))


def reasons_of(compared: Compared, *, is_sparse: bool) -> Reasons:
    """Return why enough days may not be judged; ``is_sparse`` is whether too few of the days have a score."""
    found = {
        "too_many_days_missing": is_sparse,
        "outcome_hardly_varies": not _varies(compared),
        "same_course_as_time": unexplained(compared.share, [compared.day]) < UNLIKE_TIME,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _varies(compared: Compared) -> bool:
    """Whether the scores vary, and not only from one level to the other."""
    if not scores_vary(compared.score, SCALE):
        return False
    levels = compared.columns @ np.linalg.lstsq(compared.columns, compared.score, rcond=None)[0]
    return float(np.std(compared.score - levels)) > LEAST_LEFT_SD


def unexplained(column: Floats, others: Sequence[Floats | Days]) -> float:
    """Return the share of a column's variance that other columns and an intercept do not explain; 0 for a constant."""
    centred = column - column.mean()
    total = float(centred @ centred)
    design = np.column_stack([np.ones(len(column)), *(other - other.mean() for other in others)])
    left = centred - design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    return float(left @ left) / total if total else 0.0


def without_repeats(columns: Sequence[Floats]) -> tuple[Floats, ...]:
    """Return columns less those that the ones before them explain: their coefficients could not be distinguished."""
    kept: list[Floats] = []
    for column in columns:
        if unexplained(column, kept) > REPEATED:
            kept.append(column)
    return tuple(kept)

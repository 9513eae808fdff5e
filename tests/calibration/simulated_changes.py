"""Scores of people who start something on a day, the rule of the product on them, and CAR(1) alone for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy import stats

from painstats.mixedlm import coefficient, fit_one_participant, model_rows
from painstats.mixedlm.integrated import fit_integrated
from painstats.questions.treatment.changes import changes
from painstats.questions.treatment.compared import Compared, compared_days
from painstats.questions.treatment.diary import Diary
from painstats.questions.treatment.fit import CHANGE, coefficient_of
from painstats.questions.treatment.phases import Phase, in_order
from painstats.questions.treatment.rule import direction
from painstats.questions.treatment.windows import WEEK_BEFORE, Window, windows

Floats = npt.NDArray[np.float64]

SIDE_DAYS = 42
"""Days compared on each side."""

START = date(2026, 3, 1)
SD, LEVEL, ALL_DAYS = 1.2, 5.0, 400


@dataclass(frozen=True)
class Residuals:
    """Residuals of one person: correlation of the slow part one day apart, and share of white noise."""

    rho: float
    white: float = 0.0

    def drawn(self, rng: np.random.Generator, days: int, people: int) -> Floats:
        """Return residuals of variance 1, (days, people)."""
        steps = rng.standard_normal((days, people)) * np.sqrt(1 - self.rho**2)
        slow = np.empty_like(steps)
        slow[0] = rng.standard_normal(people)
        for place in range(1, days):
            slow[place] = self.rho * slow[place - 1] + steps[place]
        return np.asarray(np.sqrt(1 - self.white) * slow + np.sqrt(self.white) * rng.standard_normal((days, people)))


AR6, SLOW = Residuals(0.6), Residuals(0.9, 0.6)


def scored(values: Floats) -> Floats:
    """Return scores as written down: whole numbers from 0 to 10."""
    return np.asarray(np.clip(np.rint(values), 0, 10))


def scores_around_start(
    residuals: Residuals, people: int, seed: int, *, change: float = 0.0, worst: float | None = None,
    after_days: int = SIDE_DAYS,
) -> Floats:  # fmt: skip
    """Return scores (49 + ``after_days``, people): seven weeks before a start, and the days after it.

    Parameters
    ----------
    residuals
        Of each person.
    people, seed
        How many people, and the seed.
    change
        True change from the first day on, in points.
    worst
        None for a start by chance. Else people start on the first day before which the mean of seven days rises above
        this share of their own means: they start when it is bad.
    after_days
        Days after the start.
    """
    rng = np.random.default_rng(seed)
    before = SIDE_DAYS + WEEK_BEFORE
    if worst is None:
        values = LEVEL + SD * residuals.drawn(rng, before + after_days, people)
    else:
        all_days = LEVEL + SD * residuals.drawn(rng, ALL_DAYS, people)
        starts = [_start_when_bad(scored(own), worst, before, after_days) for own in all_days.T]
        values = np.column_stack(
            [own[start - before : start + after_days] for own, start in zip(all_days.T, starts, strict=True)]
        )
    values[before:] += change
    return scored(values)


def _start_when_bad(scores: Floats, worst: float, before: int, after_days: int) -> int:
    week = np.convolve(scores, np.ones(WEEK_BEFORE) / WEEK_BEFORE, mode="valid")[:-1]  # of the days before each start
    limit = np.quantile(week, worst)
    rises = np.flatnonzero((week[1:] >= limit) & (week[:-1] < limit)) + 1 + WEEK_BEFORE
    possible = rises[(rises >= before) & (rises <= len(scores) - after_days)]
    return int(possible[0]) if possible.size else before


def window_of(start: date = START, begins: date | None = None) -> Window:
    """Return the window of a single start, 42 days and the week before on its left side."""
    [window] = windows(changes(in_order([Phase("it", start)])))
    return Window(window.change, begins or start - timedelta(days=SIDE_DAYS + WEEK_BEFORE), None)


@dataclass(frozen=True)
class Judged:
    """Of each person, probabilities of a lower score without the week before and with it, and what CAR(1) says."""

    without_week: Floats
    with_week: Floats

    @property
    def lower(self) -> npt.NDArray[np.bool_]:
        """For whom scores are called lower."""
        return self._called("lower")

    @property
    def higher(self) -> npt.NDArray[np.bool_]:
        """For whom scores are called higher."""
        return self._called("higher")

    def _called(self, verdict: str) -> npt.NDArray[np.bool_]:
        pairs = zip(self.without_week, self.with_week, strict=True)
        return np.array([direction(first) == direction(second) == verdict for first, second in pairs])


def judged(scores: Floats, after_days: int = SIDE_DAYS) -> Judged:
    """Judge a start as the product does, from scores (49 + ``after_days`` or more, people)."""
    day = START.toordinal() + np.arange(len(scores)) - SIDE_DAYS - WEEK_BEFORE
    until = START + timedelta(days=after_days - 1)
    diary = Diary(day, scores[:, 0], np.full(len(day), np.nan))
    below = [
        _below_zero(compared_days(window_of(), diary, week_before=week, until=until), day, scores)
        for week in (False, True)
    ]
    return Judged(*below)


def _below_zero(compared: Compared, day: npt.NDArray[np.int64], scores: Floats) -> Floats:
    """Return the probability of a lower score for each person; a hundred are fitted together."""
    kept = scores[np.isin(day, compared.day)]
    parts = np.array_split(kept, -(-kept.shape[1] // 100), axis=1)
    fits = [fit_integrated(compared.columns, part, compared.day.astype(float)) for part in parts]
    return np.concatenate([coefficient_of(fit, CHANGE).below(0.0) for fit in fits])


def car1_interval(day: npt.NDArray[np.int64], scores: Floats, share: Floats) -> tuple[float, float]:
    """Return the 95% interval of a change with CAR(1) residuals and Satterthwaite's degrees of freedom."""
    who = np.full(len(day), "a")
    own = fit_one_participant(model_rows(y=scores, predictors={"share": share}, participant=who, day=day))
    row = coefficient(own.table, "share")
    half = float(stats.t.ppf(0.975, row.df) * row.se)
    return row.estimate - half, row.estimate + half


def car1_is_sure(day: npt.NDArray[np.int64], scores: Floats, share: Floats) -> bool:
    """Whether CAR(1) residuals alone call a change two-sided at 5%."""
    low, high = car1_interval(day, scores, share)
    return low > 0 or high < 0


def car1_calls(scores: Floats) -> npt.NDArray[np.bool_]:
    """Return for whom CAR(1) alone, on all days, calls a change."""
    day = np.arange(len(scores))
    share = (day >= SIDE_DAYS + WEEK_BEFORE).astype(float)
    return np.array([car1_is_sure(day, own, share) for own in scores.T])


def percent(hits: Sequence[bool] | npt.NDArray[np.bool_]) -> float:
    """Return a share in per cent."""
    return 100 * float(np.mean(hits))

"""Diaries in which pain goes with sleep by a slope that stays, flips or fades, and the looks at which a change is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.frame import Exposure
from painstats.frame.regimes import TREATMENTS
from painstats.plan.rules import RulesPlan
from painstats.questions.change.columns import by_time
from painstats.questions.change.judge import is_change
from painstats.questions.change.looks import DAYS_BETWEEN_LOOKS, FIRST_LOOK, last_monthly_look
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.own_fit import own_contrasts
from tests.calibration.simulated_changes import Residuals

Floats = npt.NDArray[np.float64]

SLEEP = Exposure("total_sleep_time_min", 0)
DESIGN = DailyDesign((SLEEP,), (0, 10), RulesPlan())
FIRST_DAY = date(2026, 1, 5)
SD, LEVEL, MISSING = 1.2, 5.0, 0.1
"""Residual SD in points, the level of pain, and the share of days without a score."""

YEAR = tuple(range(FIRST_LOOK, 361, DAYS_BETWEEN_LOOKS))
"""The looks of a year, in days with a score."""


@dataclass(frozen=True)
class Course:
    """The slope of pain on an hour of sleep: from one value to another, evenly between two calendar days."""

    before: float
    since: float
    first: int = 0
    last: int = 1

    def slopes(self, days: int) -> Floats:
        """Return the slope of each day (days,)."""
        share = np.clip((np.arange(days) - self.first) / max(self.last - self.first, 1), 0, 1)
        return np.asarray(self.before + (self.since - self.before) * share)


def flip(day: int, before: float = -0.6, since: float = 0.6) -> Course:
    """Return a slope that is another one from a calendar day on."""
    return Course(before, since, day - 1, day)


def diaries(course: Course, residuals: Residuals, people: int, days: int, seed: int) -> Iterator[pl.DataFrame]:
    """Yield one person's rows of the model frame after the other: scores in whole numbers from 0 to 10."""
    rng = np.random.default_rng(seed)
    for _ in range(people):
        sleep, noise = rng.standard_normal(days), SD * residuals.drawn(rng, days, 1)[:, 0]
        pain = np.clip(np.round(LEVEL + course.slopes(days) * sleep + noise), 0, 10)
        kept = np.flatnonzero(rng.random(days) >= MISSING)
        yield pl.DataFrame(
            {
                "participant_id": "p01",
                "date": [FIRST_DAY + timedelta(days=int(day)) for day in kept],
                "outcome_score": pain[kept],
                "sleep": sleep[kept],
                SLEEP.unknown: 0.0,
                "treatments": pl.Series([[]] * kept.size, dtype=TREATMENTS),
            }
        )


def until(diary: pl.DataFrame, days: int) -> pl.DataFrame:
    """Return the first rows of a diary as they are at a look: no later day enters any column."""
    rows = diary.head(days)
    day = (rows["date"] - FIRST_DAY).dt.total_days().to_numpy()
    return rows.with_columns(
        pl.Series("time_30d", (day - (day[0] + day[-1]) / 2) / 30),
        (pl.col("sleep") - pl.col("sleep").mean()).alias(SLEEP.within),
    )


def is_found(diary: pl.DataFrame, days: int) -> bool:
    """Return whether the rule finds a change at the look after so many days with a score."""
    laid = by_time(until(diary, days), DESIGN, SLEEP)
    found = own_contrasts(laid.rows, laid.contrasts)
    return found is not None and is_change(found.tests[0])


def first_found(diary: pl.DataFrame, looks: Sequence[int]) -> int | None:
    """Return the first look that finds a change; None where none does."""
    return next((look for look in looks if look <= diary.height and is_found(diary, look)), None)


def last_look(diary: pl.DataFrame, calendar_day: int) -> int:
    """Return the days with a score at the last look before a calendar day."""
    scored = [day for day in diary["date"].to_list() if (day - FIRST_DAY).days < calendar_day]
    look = last_monthly_look(scored, RulesPlan())
    return look.days if look else 0


def look_after(diary: pl.DataFrame, calendar_day: int) -> int:
    """Return the days with a score at the first look on a calendar day or later."""
    dates = diary["date"].to_list()
    return next(look for look in YEAR if (dates[look - 1] - FIRST_DAY).days >= calendar_day)

"""Days of activity before each row: what questions about steps and exercise of earlier days are asked of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows
from painstats.questions.daily.columns import EPOCH_DAYS, within_participants
from painstats.questions.exploratory.own_days import OwnDays
from painstats.vocabulary import MEASURES

THE_DAY_BEFORE = Exposure("step_count", 1)
"""Any activity of the day before has its place in time."""


@dataclass(frozen=True, slots=True, eq=False)
class ActivityDays:
    """One participant's activity by calendar day.

    Parameters
    ----------
    first
        The day of the first value, as days since 1970.
    value : (n,)
        In units of an effect, without gaps; NaN where unknown.
    """

    first: int
    value: Floats

    def before(self, day: Integers, nearest: int, furthest: int) -> Floats:
        """Return the values ``nearest`` to ``furthest`` days before each day (m,): (m, days); NaN where unknown."""
        at = day[:, None] - np.arange(nearest, furthest + 1) - self.first
        inside = (at >= 0) & (at < len(self.value))
        return np.where(inside, self.value[np.where(inside, at, 0)], np.nan)


def activity_days(own: OwnDays, measure: str) -> ActivityDays:
    """Return departures from the participant's mean over all observed days until the look, also before the first score.

    If the plan adjusts for devices, the mean is over the days with the same usual devices.
    """
    value = pl.col(measure) / MEASURES[measure].per
    mean = value.mean().over("device_era") if own.design.rules.adjust_for_device else value.mean()
    known = own.daily.select(EPOCH_DAYS, (value - mean).alias("departure"))
    day = known["date"].to_numpy()
    values = np.full(day.max() - day.min() + 1, np.nan)
    values[day - day.min()] = known["departure"].to_numpy()
    return ActivityDays(int(day.min()), values)


def known_days(own: OwnDays, columns: Mapping[str, Floats]) -> pl.DataFrame:
    """Return the usable days with further columns (n,), where all of these are known."""
    frame = own.usable.with_columns(pl.Series(name, values) for name, values in columns.items())
    return frame.filter(pl.all_horizontal(pl.col(name).is_not_nan() for name in columns))


def rows_of(own: OwnDays, frame: pl.DataFrame, names: Sequence[str]) -> ModelRows:
    """Lay out some usable days: the columns with these names, calendar, time and treatments.

    No exposure of the daily questions is in the model: the night after activity can be a part of what it leads to.
    Covariates are those that come before the activity of the day before.
    """
    alone = own.design.preceding(THE_DAY_BEFORE).only(())
    return within_participants(frame, alone, also=names)


def days_of_rows(own: OwnDays) -> Integers:
    """Return the calendar days (n,) of the usable days."""
    return np.asarray(own.usable.select(EPOCH_DAYS).to_series().to_numpy(), dtype=np.int64)

"""Minutes of each kind of exercise on the day before a score, from the daily table.

A kind is known where the time of exercise is: the device was worn, and exercise was recorded within four weeks. A known
day without a kind is a day off it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.frame.guard import ExposureDays
from painstats.mixedlm.engine.rows import Floats
from painstats.questions.daily.columns import EPOCH_DAYS
from painstats.questions.daily.guards import DaysOf
from painstats.questions.exercise.plan import LEAST_MINUTES, MINUTES_PER_UNIT
from painstats.questions.exploratory.own_days import OwnDays

UNNAMED = "other"
"""The kind of sessions whose kind no export names."""


@dataclass(frozen=True, slots=True, eq=False)
class KindDays:
    """Kinds of exercise on n days.

    Parameters
    ----------
    known : (n,)
        Whether exercise is known.
    minutes
        Kind to its counted minutes (n,), 0 where exercise is unknown; every kind with at least one known day.
    """

    known: npt.NDArray[np.bool_]
    minutes: Mapping[str, Floats]

    @property
    def done(self) -> dict[str, Floats]:
        """Kind to 1 on days with at least 5 minutes of it, else 0, each (n,); kinds without such a day are left out."""
        done = {kind: (minutes >= LEAST_MINUTES).astype(np.float64) for kind, minutes in self.minutes.items()}
        return {kind: values for kind, values in done.items() if values.any()}

    def amounts(self, *, by_minutes: bool) -> dict[str, Floats]:
        """Return what an effect is per, each (n,): done or not, or the minutes in units of 30."""
        done = self.done
        return {kind: self.minutes[kind] / MINUTES_PER_UNIT for kind in done} if by_minutes else done


def before_scores(days: OwnDays) -> KindDays:
    """Return the kinds on the day before each usable row."""
    return _on(days.usable.select("date"), days.daily)


def known_days(days: OwnDays, names: Mapping[str, str], *, by_minutes: bool) -> DaysOf:
    """Return all known days of kinds, also those before days without a score; the outcome can move each of them.

    Parameters
    ----------
    names
        Kind to the name of its column.
    """
    dates = days.daily.select(pl.col("date").dt.offset_by("1d")).filter(pl.col("date") <= days.when.date)
    kinds, day = _on(dates, days.daily), dates.select(EPOCH_DAYS).to_series().to_numpy()
    known, amounts = kinds.known, kinds.amounts(by_minutes=by_minutes)
    participant = np.full(int(known.sum()), days.participant_id)
    return {
        column: ExposureDays(participant, day[known], amounts[kind][known])
        for kind, column in names.items()
        if kind in amounts
    }


def _on(dates: pl.DataFrame, daily: pl.DataFrame) -> KindDays:
    """Return the kinds on the day before each date."""
    known = pl.col("exercise_time_min").is_not_null()
    before = daily.select(pl.col("date").dt.offset_by("1d"), "exercise_kinds", known=known)
    rows = dates.with_row_index("row").join(before, on="date", how="left", maintain_order="left")
    sessions = rows.filter("known").select("row", "exercise_kinds").explode("exercise_kinds").unnest("exercise_kinds")
    minutes = {
        str(kind): _at(own["row"].to_numpy(), own["minutes"].to_numpy(), rows.height)
        for (kind,), own in sessions.drop_nulls().partition_by("exercise_type", as_dict=True).items()
    }
    is_known = rows["known"].fill_null(value=False).to_numpy()
    return KindDays(is_known, {kind: minutes[kind] for kind in sorted(minutes)})


def _at(rows: npt.NDArray[np.uint32], values: Floats, height: int) -> Floats:
    filled = np.zeros(height)
    filled[rows] = values
    return filled

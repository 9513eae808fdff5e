"""Participants' series on their calendars, one row each, and back to the rows of the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.cohort.missing_days.imputation import Booleans, Floats
from painstats.frame.exposure import Exposure
from painstats.questions.daily.columns import EPOCH_DAYS, TIME

OUTCOME = "outcome_score"
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Calendars:
    """Series (N, T) of the participants of a frame; column t of each is day t of their own record.

    Parameters
    ----------
    frame
        The rows from each participant's first to last day with a score.
    participant, day : (n,)
        The place of each row of the frame.
    series
        The outcome, and the departures of each exposure at the day on which it was measured; NaN where unknown.
    known
        The weekend and time.
    inside : (N, T)
        The days of a participant's record.
    """

    frame: pl.DataFrame
    participant: Integers
    day: Integers
    series: dict[str, Floats]
    known: tuple[Floats, ...]
    inside: Booleans

    def at_rows(self, values: Floats, lag: int = 0) -> Floats:
        """Return (n,) the value of a series ``lag`` days before each row; NaN before the first day."""
        place = self.day - lag
        return np.where(place >= 0, values[self.participant, np.maximum(place, 0)], np.nan)


def calendars_of(every_day: pl.DataFrame, participants: Sequence[str], exposures: Sequence[Exposure]) -> Calendars:
    """Put the days of some participants on calendars.

    Parameters
    ----------
    every_day
        The rows of ``model_frame``.
    participants
        Those who are analysed.
    exposures
        Those of the model; the values of days before the first one are not used.
    """
    scored = pl.col("date").filter(pl.col(OUTCOME).is_not_null())
    within = pl.col("date").is_between(scored.min(), scored.max()).over("participant_id")
    frame = every_day.filter(pl.col("participant_id").is_in(participants)).filter(within).sort("participant_id", "date")
    names = frame["participant_id"].to_numpy()
    participant = np.unique(names, return_inverse=True)[1].astype(np.int64)
    number = frame.select(EPOCH_DAYS).to_series().to_numpy().astype(np.int64)
    starts = np.flatnonzero(np.append(True, participant[1:] != participant[:-1]))
    day = number - number[starts][participant]
    shape = (participant.max() + 1, day.max() + 1)
    inside = np.zeros(shape, dtype=bool)
    for own, last in enumerate([*day[starts[1:] - 1], day[-1]]):
        inside[own, : last + 1] = True
    series = {OUTCOME: _grid(shape, participant, day, frame[OUTCOME].to_numpy())}
    for exposure in exposures:
        values = np.where(frame[exposure.unknown].to_numpy() == 0, frame[exposure.within].to_numpy(), np.nan)
        series[exposure.within] = _grid(shape, participant, day - exposure.lag_days, values)
    weekend = ((number[starts][:, None] + np.arange(shape[1]) + 3) % 7 >= 5).astype(float)  # 1970-01-01: a Thursday
    time = np.nan_to_num(_grid(shape, participant, day, frame[TIME].to_numpy()))
    return Calendars(frame, participant, day, series, (weekend, time), inside)


def completed_columns(
    calendars: Calendars, completed: Mapping[str, Floats], exposures: Sequence[Exposure]
) -> dict[str, Floats]:
    """Return the completed outcome and departures (n,) at the rows of the frame.

    An exposure of the day before the first one stays at the participant's usual level, or at what is known of it.
    """
    columns = {OUTCOME: calendars.at_rows(completed[OUTCOME])}
    for exposure in exposures:
        within = calendars.at_rows(completed[exposure.within], exposure.lag_days)
        known = calendars.frame[exposure.within].to_numpy()
        columns[exposure.within] = np.where(np.isfinite(within), within, known)
    return columns


def completed_frame(
    calendars: Calendars, completed: Mapping[str, Floats], exposures: Sequence[Exposure]
) -> pl.DataFrame:
    """Return the frame with completed exposures and scores; nothing is unknown in it."""
    columns = completed_columns(calendars, completed, exposures)
    nothing = [pl.Series(exposure.unknown, np.zeros(len(calendars.day))) for exposure in exposures]
    return calendars.frame.with_columns(*(pl.Series(name, values) for name, values in columns.items()), *nothing)


def _grid(shape: tuple[int, int], participant: Integers, day: Integers, values: Floats) -> Floats:
    grid = np.full(shape, np.nan)
    inside = day >= 0
    grid[participant[inside], day[inside]] = values[inside]
    return grid

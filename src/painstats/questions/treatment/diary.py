"""A participant's scores as changes are judged on them, and the phases that the participant declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from painstats.frame.phase import Phase as DeclaredPhase
from painstats.frame.phase import read_phases
from painstats.questions.treatment.columns import Days, Floats
from painstats.questions.treatment.phases import Phase, in_order
from painstats.store.connection import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

SCALE_POINTS = 10
"""Length of the scale that changes are judged on, from 0, whatever the scale of the outcome."""

LONG_AGO, FAR_OFF = date(1900, 1, 1), date(2200, 1, 1)
"""Tables write days outside these for "always": years 1 and 9999, from which no day can be subtracted or added."""


@dataclass(frozen=True, slots=True)
class Diary:
    """A participant's days with a score, by date.

    Parameters
    ----------
    day
        (n,) dates as ordinals.
    score
        (n,) scores on a scale from 0 to 10, whatever the scale of the outcome.
    sleep_h
        (n,) hours of sleep of the night before; NaN where not known.
    """

    day: Days
    score: Floats
    sleep_h: Floats

    @property
    def first_date(self) -> date:
        """The first day with a score."""
        return date.fromordinal(int(self.day[0]))

    @property
    def last_date(self) -> date:
        """The last day with a score: looks after it have not been reached."""
        return date.fromordinal(int(self.day[-1]))

    def every_day(self) -> Diary:
        """Return a diary with every day from the first score to the last, without scores."""
        day = np.arange(self.day[0], self.day[-1] + 1)
        return Diary(day, np.full(len(day), np.nan), np.full(len(day), np.nan))


@dataclass(frozen=True, slots=True)
class _DayRow:
    participant_id: str
    date: date
    outcome_score: float
    total_sleep_time_min: float | None


def declared_phases(store: Store) -> Mapping[str, tuple[Phase, ...]]:
    """Return the phases of each participant who declared any, as ``in_order`` returns them.

    The end of an event of one day that acts for some days is the last day on which it acts, as in the table.
    """
    if not table_exists(store, "treatment_phase"):
        return {}
    rows = groupby(read_phases(store), key=lambda row: row.participant_id)
    return {own: in_order(filter(None, map(_bounded, phases))) for own, phases in rows}


def _bounded(row: DeclaredPhase) -> Phase | None:
    """Return a phase with days that can be counted from; None for one that lies outside all of them."""
    if row.start_date >= FAR_OFF or (row.end_date and row.end_date < LONG_AGO):
        return None
    last = row.end_date if row.end_date and row.end_date < FAR_OFF else None
    start = max(row.start_date, LONG_AGO)
    return Phase(row.name, start, last, row.dose, row.dose_unit, row.ramp_days, row.wash_out_days)


def diaries(store: Store, participants: Sequence[str]) -> Mapping[str, Diary]:
    """Return the diary of each of the participants who has a score."""
    rows = select(
        store,
        _DayRow,
        "SELECT participant_id, date, outcome_score, total_sleep_time_min FROM daily_summary "
        "WHERE outcome_score IS NOT NULL AND list_contains(?, participant_id) ORDER BY participant_id, date",
        [list(participants)],
    )
    scale = store.study.plan.outcome.scale
    return {own: _diary(list(days), scale) for own, days in groupby(rows, key=lambda row: row.participant_id)}


def _diary(rows: Sequence[_DayRow], scale: tuple[float, float]) -> Diary:
    low, high = scale
    scores = np.array([row.outcome_score for row in rows])
    sleep = np.array([np.nan if row.total_sleep_time_min is None else row.total_sleep_time_min for row in rows])
    return Diary(
        np.array([row.date.toordinal() for row in rows]), (scores - low) * SCALE_POINTS / (high - low), sleep / 60
    )

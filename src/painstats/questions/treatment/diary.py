"""A participant's scores as changes are judged on them, and the phases that the participant declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from painstats.questions.treatment.columns import Days, Floats
from painstats.questions.treatment.phases import Phase, in_order
from painstats.store.connection import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

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
class _PhaseRow:
    participant_id: str
    name: str
    start_date: date
    end_date: date | None
    dose: float | None
    dose_unit: str | None
    ramp_days: int
    wash_out_days: int


@dataclass(frozen=True, slots=True)
class _DayRow:
    participant_id: str
    date: date
    outcome_score: float
    total_sleep_time_min: float | None


def declared_phases(store: Store) -> Mapping[str, tuple[Phase, ...]]:
    """Return the phases of each participant who declared any, as ``in_order`` returns them.

    The end of an event of one day that acts for some days is the last day on which it acts.
    """
    if not table_exists(store, "treatment_phase"):
        return {}
    rows = select(store, _PhaseRow, _phase_query(store))
    return {
        participant: in_order(
            Phase(row.name, row.start_date, row.end_date, row.dose, row.dose_unit, row.ramp_days, row.wash_out_days)
            for row in own
        )
        for participant, own in groupby(rows, key=lambda row: row.participant_id)
    }


def _phase_query(store: Store) -> str:
    columns = {row[0] for row in store.connection.execute("DESCRIBE treatment_phase").fetchall()}
    acts = "start_date + acts_days::INTEGER - 1" if "acts_days" in columns else "NULL::DATE"
    return f"""
SELECT participant_id, name, greatest(start_date, DATE '{LONG_AGO}') AS start_date,
       CASE WHEN last_date < DATE '{FAR_OFF}' THEN last_date END AS end_date,
       dose, dose_unit, ramp_days::BIGINT AS ramp_days, wash_out_days::BIGINT AS wash_out_days
FROM (SELECT *, coalesce({acts}, end_date) AS last_date FROM treatment_phase)
WHERE start_date < DATE '{FAR_OFF}' AND coalesce(last_date >= DATE '{LONG_AGO}', true)
ORDER BY ALL"""


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
    return Diary(np.array([row.date.toordinal() for row in rows]), (scores - low) * 10 / (high - low), sleep / 60)

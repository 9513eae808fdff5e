"""One participant's days until a look: what the exploratory kinds are fitted to. No later day enters any column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.frame.build import DAYS_UNTIL, USABLE, frame_until
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guards import DaysOf, by_participant, days_of, known_until, of_participant
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome, outcome_of
from painstats.store.connection import Store

BATCH = 200
"""Participants that are read at once."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnDays:
    """One participant's days until a look.

    Parameters
    ----------
    participant_id, when
        The participant and the look.
    outcome, design
        The study's outcome, and the design of its daily questions.
    frame
        All rows of ``model_frame`` as they were on the day of the look, by date; also days without a score.
    daily
        All rows of ``daily_summary`` until the look, by date; also those before the first score.
    guard_days
        Known days of the exposures that the outcome can move.
    each_site
        Whether the plan asks about each site of the outcome too.
    """

    participant_id: str
    when: LookDay
    outcome: Outcome
    design: DailyDesign
    frame: pl.DataFrame
    daily: pl.DataFrame
    guard_days: DaysOf
    each_site: bool = False

    @property
    def usable(self) -> pl.DataFrame:
        """The rows of the frame with a score."""
        return self.frame.filter(pl.sql_expr(USABLE))


def scored_dates(store: Store) -> dict[str, list[date]]:
    """Return each participant's dates with a score, in order."""
    query = f"SELECT participant_id, list(date ORDER BY date) FROM model_frame WHERE {USABLE} GROUP BY participant_id"
    return dict(sorted(store.connection.execute(query).fetchall()))


def own_days(store: Store, design: DailyDesign, looks: Mapping[str, LookDay]) -> Iterator[OwnDays]:
    """Yield the days of each participant until their look, by participant.

    Parameters
    ----------
    store
        The open study, with its daily table and model frame.
    design
        That of the daily questions.
    looks
        Participant to look.
    """
    outcome, each_site = outcome_of(store.study.plan.outcome), store.study.plan.outcome.each_site
    everyone = sorted(looks)
    for names in (everyone[start : start + BATCH] for start in range(0, len(everyone), BATCH)):
        frame = frame_until(store, design.exposures, {name: looks[name].date for name in names})
        frames = frame.partition_by("participant_id", as_dict=True, maintain_order=True)
        query = f"SELECT * FROM {DAYS_UNTIL.daily} ORDER BY participant_id, date"
        daily = store.connection.execute(query).pl().partition_by("participant_id", as_dict=True, maintain_order=True)
        guard_days = days_of(store, design, DAYS_UNTIL)
        split = by_participant(guard_days)
        for name in names:
            known = known_until(of_participant(split, guard_days, name), looks[name].date)
            yield OwnDays(name, looks[name], outcome, design, frames[(name,)], daily[(name,)], known, each_site)

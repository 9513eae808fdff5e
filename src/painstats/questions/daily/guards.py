"""The guard columns of a study: from which days, and which fits get them (docs/method/real_diaries.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.frame.exposure_days import EVERY_DAY, exposure_days
from painstats.frame.guard import (
    ExposureDays,
    GuardColumns,
    Integers,
    Texts,
    day_after_name,
    guard_columns,
    sum_name,
)
from painstats.frame.regimes import Days
from painstats.mixedlm.inference.one_participant import ParticipantFit
from painstats.questions.daily.columns import EPOCH_DAYS
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guarded import Guarded, guarded
from painstats.store.connection import Store

OWN_DAYS = 180
"""Usable days from which a model of a participant's own days has guard columns: with fewer they cost as much precision
as they remove bias."""

EPOCH = date(1970, 1, 1)

DaysOf = Mapping[str, ExposureDays]
"""The within column of a guarded exposure to its known days."""


def days_of(store: Store, design: DailyDesign, days: Days = EVERY_DAY) -> DaysOf:
    """Read the known days of every exposure that the outcome can move; ``days`` are those of ``exposure_days``."""
    return {exposure.within: exposure_days(store, exposure, days) for exposure in design.guarded}


def known_until(days: DaysOf, last: date) -> DaysOf:
    """Return the known days that enter rows up to a date."""
    return {name: known.until((last - EPOCH).days) for name, known in days.items()}


def by_participant(days: DaysOf) -> Mapping[str, DaysOf]:
    """Split known days by participant, in one pass: one for each participant costs the square of their number."""
    found: dict[str, dict[str, ExposureDays]] = {}
    for name, known in days.items():
        order = np.argsort(known.participant, kind="stable")
        names, starts = np.unique(known.participant[order], return_index=True)
        for participant, own in zip(names, np.split(order, starts[1:]), strict=bool(len(names))):
            split = ExposureDays(known.participant[own], known.day[own], known.value[own])
            found.setdefault(str(participant), {})[name] = split
    return found


def of_participant(split: Mapping[str, DaysOf], days: DaysOf, participant: str) -> DaysOf:
    """Return one participant's known days, from :func:`by_participant`; empty ones where they have none."""
    own = split.get(participant, {})
    return {name: own.get(name) or _of(np.array([participant]), known) for name, known in days.items()}


def of_design(days: DaysOf, design: DailyDesign) -> DaysOf:
    """Return the known days of the exposures that a model guards."""
    return {name: known for name, known in days.items() if name in {exposure.within for exposure in design.guarded}}


def columns_for(participant: Texts, day: Integers, days: DaysOf, rho: float) -> dict[str, GuardColumns]:
    """Return the guard columns of some rows; none for an exposure that a participant of the rows lacks.

    Parameters
    ----------
    participant, day : (m,)
        The rows.
    days
        Known days of any participants; only those of the rows count.
    rho
        Of the fit without guard columns.
    """
    own = {name: _of(participant, known) for name, known in days.items()}
    return {
        name: guard_columns(known, participant, day, rho)
        for name, known in own.items()
        if np.isin(participant, known.participant).all()
    }


def guarded_alone(fit: ParticipantFit, days: DaysOf) -> Guarded | None:
    """Protect the model of a participant's own days, from ``OWN_DAYS`` on; None before, or without convergence."""
    if fit.n_rows < OWN_DAYS:
        return None
    try:
        found = guarded(fit.rows, fit.fit, fit.table, _within(fit, days))
    except (NotEnoughData, np.linalg.LinAlgError):
        return None
    return found if found.converged else None


def with_guard(fit: ParticipantFit, guard: Guarded | None) -> ParticipantFit:
    """Return a participant's fit with the protected coefficients."""
    return replace(fit, table=guard.table) if guard else fit


def with_guard_columns(frame: pl.DataFrame, days: DaysOf, guard: Guarded) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Add the guard columns of the last fit to rows of ``model_frame``; return their names too.

    Fitted freely they protect as well as held ones, with less precision: enough for checks.
    """
    participant = frame["participant_id"].to_numpy()
    kept = {name: days[name] for name in guard.exposures}
    found = columns_for(participant, frame.select(EPOCH_DAYS).to_series().to_numpy(), kept, guard.rho)
    values = {sum_name(name): both.decaying_sum for name, both in found.items()}
    if guard.with_both:
        values |= {day_after_name(name): both.day_after for name, both in found.items()}
    return frame.with_columns(pl.Series(name, column) for name, column in values.items()), tuple(values)


def _within(fit: ParticipantFit, days: DaysOf) -> dict[str, GuardColumns]:
    """Return the guard columns of the exposures that a participant's model has."""
    kept = {name: known for name, known in days.items() if name in fit.fit.names}
    return columns_for(fit.rows.participant, fit.rows.day, kept, fit.rho)


def _of(participant: Texts, known: ExposureDays) -> ExposureDays:
    own = np.isin(known.participant, np.unique(participant))
    return ExposureDays(known.participant[own], known.day[own], known.value[own])

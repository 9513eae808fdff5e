"""The days on which an exposure is known, at the day of the row that each value enters."""

from __future__ import annotations

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.guard import ExposureDays
from painstats.frame.regimes import Days, at_level, levels
from painstats.store.connection import Store

EVERY_DAY = Days("daily_summary", "model_frame")


def exposure_days(store: Store, exposure: Exposure, days: Days = EVERY_DAY) -> ExposureDays:
    """Read all known values of an exposure, also those of days without a score, less what the frame compares them with.

    Steps of the last day are at the day after it, which has no row.

    Parameters
    ----------
    store
        The open study, with its model frame.
    exposure
        The exposure.
    days
        All days, or those that the last ``frame_until`` used (``DAYS_UNTIL``): no later day enters any mean then.
    """
    rules = store.study.plan.rules
    level = at_level(rules, "level", "d.participant_id", "l.regime", "d.device_era")
    query = f"""
        SELECT d.participant_id, d.date + {exposure.lag_days} AS date,
               d.{exposure.measure} / {exposure.definition.per} - level.{exposure.name}_mean AS value
        FROM {days.daily} AS d JOIN {days.lagged} AS l ON l.participant_id = d.participant_id AND l.date = d.date
        JOIN ({levels(rules, [exposure], days)}) AS level ON {level}
        WHERE d.{exposure.measure} IS NOT NULL ORDER BY d.participant_id, d.date"""
    known = store.connection.execute(query).pl()
    day = known["date"].cast(pl.Date).cast(pl.Int32).to_numpy()
    return ExposureDays(known["participant_id"].to_numpy(), day, known["value"].to_numpy())

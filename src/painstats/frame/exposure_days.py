"""The days on which an exposure is known, at the day of the row that each value enters."""

from __future__ import annotations

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.guard import ExposureDays
from painstats.store.connection import Store


def exposure_days(store: Store, exposure: Exposure) -> ExposureDays:
    """Read all known values of an exposure from ``daily_summary``, also those of days without a score.

    Steps of the last day are at the day after it, which has no row.
    """
    query = f"""
        SELECT participant_id, date + {exposure.lag_days} AS date,
               {exposure.measure} / {exposure.definition.per} AS value
        FROM daily_summary WHERE {exposure.measure} IS NOT NULL ORDER BY participant_id, date"""
    known = store.connection.execute(query).pl()
    day = known["date"].cast(pl.Date).cast(pl.Int32).to_numpy()
    return ExposureDays(known["participant_id"].to_numpy(), day, known["value"].to_numpy())

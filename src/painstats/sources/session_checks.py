"""Check the units of exercise sessions by whether their speeds and durations are possible."""

from __future__ import annotations

import polars as pl

SPEED_M_PER_S = (0.2, 20.0)
"""Possible median speeds of sessions with a distance."""

SHARE_ACTIVE = (0.3, 1.05)
"""Possible median ratios of duration without pauses to the time from start to end."""


def median_of(rows: pl.DataFrame, value: pl.Expr) -> float | None:
    """Return the median of the finite values, or None if there are none."""
    found = rows.select(value.cast(pl.Float64).alias("value"))["value"]
    median = found.filter(found.is_finite()).median()
    return float(median) if isinstance(median, float) else None


def checked_sessions(sessions: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Correct durations and drop distances if they are impossible, for all sessions of a file alike.

    Parameters
    ----------
    sessions
        With ``start_at``, ``end_at``, ``duration_min`` and ``distance_m``.

    Returns
    -------
    The sessions, with the time from start to end as duration if the durations do not fit it, and without distances if
    the speed is impossible; and a note about both.
    """
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    share = median_of(sessions.filter(lasted > 0), pl.col("duration_min") / lasted)
    note = "durations fit the time from start to end"
    if share is not None and not SHARE_ACTIVE[0] <= share <= SHARE_ACTIVE[1]:
        sessions = sessions.with_columns(lasted.alias("duration_min"))
        note = "durations do not fit the time from start to end, which was used instead"
    moved = sessions.filter((pl.col("distance_m") > 0) & (pl.col("duration_min") > 0))
    speed = median_of(moved, pl.col("distance_m") / (pl.col("duration_min") * 60))
    if speed is None:
        return sessions, note
    if SPEED_M_PER_S[0] <= speed <= SPEED_M_PER_S[1]:
        return sessions, f"{note}; distances were read as metres, judging by the resulting speed"
    unknown = pl.lit(None, pl.Float64).alias("distance_m")
    return sessions.with_columns(unknown), f"{note}; distances were not read: in metres the speed would be impossible"

"""Whether the sessions of an export have the units that they are read in, by what is possible."""

from __future__ import annotations

import polars as pl

SPEED_M_PER_S = (0.2, 20.0)
"""What the typical speed of sessions with a distance can be."""

SHARE_ACTIVE = (0.3, 1.05)
"""What the typical share of a session without its pauses can be of the time from start to end."""


def median_of(rows: pl.DataFrame, value: pl.Expr) -> float | None:
    """Return the median of the finite values, or None without any."""
    found = rows.select(value.cast(pl.Float64).alias("value"))["value"]
    median = found.filter(found.is_finite()).median()
    return float(median) if isinstance(median, float) else None


def checked_sessions(sessions: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Leave out what no session can have, for all sessions of a file alike.

    Parameters
    ----------
    sessions
        With ``start_at``, ``end_at``, ``duration_min`` and ``distance_m``.

    Returns
    -------
    The sessions, with the time from start to end where durations do not fit it, and without distances where the speed
    is impossible; and what was concluded, in a sentence.
    """
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    share = median_of(sessions.filter(lasted > 0), pl.col("duration_min") / lasted)
    told = "durations fit the time from start to end"
    if share is not None and not SHARE_ACTIVE[0] <= share <= SHARE_ACTIVE[1]:
        sessions = sessions.with_columns(lasted.alias("duration_min"))
        told = "durations do not fit the time from start to end, which was read in their place"
    moved = sessions.filter((pl.col("distance_m") > 0) & (pl.col("duration_min") > 0))
    speed = median_of(moved, pl.col("distance_m") / (pl.col("duration_min") * 60))
    if speed is None:
        return sessions, told
    if SPEED_M_PER_S[0] <= speed <= SPEED_M_PER_S[1]:
        return sessions, f"{told}; distances were read as metres, by the speed that follows"
    unknown = pl.lit(None, pl.Float64).alias("distance_m")
    return sessions.with_columns(unknown), f"{told}; distances were not read: in metres no such speed is possible"

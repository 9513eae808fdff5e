"""What tables of sleep in local time share: lengths written as clocks, instants, dates, a check of the time zone."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.parsing.duration_units import NEAR_MIN
from painstats.sources.contract import ReadSettings

_CLOCK = r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?$"
_HOUR_MIN = 60


def clock_minutes(column: str) -> pl.Expr:
    """Read lengths such as ``8:05`` or ``13:45:00`` as minutes; null for any other text."""
    hours, minutes, seconds = (pl.col(column).str.extract(_CLOCK, part).cast(pl.Float64) for part in (1, 2, 3))
    return hours * 60 + minutes + seconds.fill_null(0) / 60


def placed(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Add instants, the date of waking and the minutes that passed between the local times of a participant.

    Parameters
    ----------
    rows
        With ``start_local`` and ``end_local``, naive.

    Returns
    -------
    The rows with ``start_at``, ``end_at``, ``date`` and ``elapsed_min``; null where a local time does not exist.
    """
    zones, participant = settings.time_zones, settings.participant_id
    instants = (zones.to_utc(participant, rows[f"{side}_local"]).alias(f"{side}_at") for side in ("start", "end"))
    return rows.with_columns(*instants).with_columns(
        pl.col("end_local").dt.date().alias("date"),
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("elapsed_min"),
    )


def length_notes(rows: pl.DataFrame, stated_min: pl.Expr, settings: ReadSettings) -> Iterator[str]:
    """Say how many stated lengths are the time from start to end, and whether the clocks changed in the same nights.

    A night in which the clocks change lasts an hour more or less than its local times say: lengths that were measured
    show whether they changed where the plan says that the participant was.
    """
    local = (pl.col("end_local") - pl.col("start_local")).dt.total_seconds() / 60
    nights = rows.select(stated_min.alias("stated"), "elapsed_min", local.alias("local")).drop_nulls()
    off = (pl.col("stated") - pl.col("elapsed_min")).abs()
    agrees, is_hour_off = off <= NEAR_MIN, (off - _HOUR_MIN).abs() <= NEAR_MIN
    changed = (pl.col("local") - pl.col("elapsed_min")).abs() > NEAR_MIN
    n_agreeing, n_confirmed, n_against = nights.select(
        agrees.sum().alias("agreeing"),
        (changed & agrees).sum().alias("confirmed"),
        ((changed | ((pl.col("stated") - pl.col("local")).abs() > NEAR_MIN)) & is_hour_off).sum().alias("against"),
    ).row(0)
    yield f"times in bed are the time from start to end of {n_agreeing} of {nights.height} sleeps"
    zone = settings.time_zones.of(settings.participant_id)
    if n_confirmed or n_against:
        yield (
            f"lengths of nights in which the clocks changed: {n_confirmed} fit the time zone {zone}, {n_against} do not"
            + ("; check the participant's time zone" if n_against > n_confirmed else "")
        )

"""Convert clock times of many participants to instants and back to local dates, each in the participant's time zone."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from painstats.plan.time_zones import TimeZones
from painstats.records import INSTANT


def instants_of(participants: pl.Series, local: pl.Series, time_zones: TimeZones) -> pl.Series:
    """Turn local clock times into UTC; null for a time that clocks skipped.

    Parameters
    ----------
    participants, local
        Participant ids and the naive local times: two series of equal length.
    time_zones
        Home zones and journeys.
    """
    return _for_each(participants, local, lambda participant, clock: time_zones.to_utc(participant, clock), INSTANT)


def local_dates_of(participants: pl.Series, instants: pl.Series, time_zones: TimeZones) -> pl.Series:
    """Turn UTC instants into local dates."""
    return _for_each(
        participants, instants, lambda participant, times: _local_dates(participant, times, time_zones), pl.Date()
    )


def clock_note(n_recorded: int, n_times: int, times: str = "times") -> str:
    """Say which clock was used: how many of the times have a UTC offset of their own."""
    if n_recorded == n_times > 0:
        return f"{times} were read with their own UTC offsets"
    others = f"{times} have no local offset and" if not n_recorded else "the others"
    recorded = "" if not n_recorded else f"{n_recorded} of {n_times} {times} were read with their own UTC offsets; "
    return f"{recorded}{others} were read in the participant's time zone"


def _local_dates(participant_id: str, instants: pl.Series, time_zones: TimeZones) -> pl.Series:
    dates = pl.repeat(None, len(instants), dtype=pl.Date, eager=True)
    for period in time_zones.periods(participant_id):
        there = (instants >= period.starts_at) & (instants < period.ends_at)
        dates = instants.dt.convert_time_zone(period.time_zone).dt.date().zip_with(there.fill_null(False), dates)
    return dates


def _for_each(
    participants: pl.Series, times: pl.Series, place: Callable[[str, pl.Series], pl.Series], dtype: pl.DataType
) -> pl.Series:
    frame = pl.DataFrame({"participant": participants, "time": times}).with_row_index("row")
    placed = [
        rows.select("row", place(str(participant), rows["time"]).alias("placed"))
        for (participant,), rows in frame.group_by("participant")
    ]
    return pl.concat(placed).sort("row")["placed"] if placed else pl.Series("placed", [], dtype)

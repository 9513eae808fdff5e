"""Clock times of many participants to instants and back to local dates, each in the zone where the person was."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from painstats.plan.time_zones import TimeZones
from painstats.records import INSTANT


def instants_of(participants: pl.Series, local: pl.Series, time_zones: TimeZones) -> pl.Series:
    """Turn local clock times into UTC; null where the clock time never happened.

    Parameters
    ----------
    participants, local
        Whose clock, and what it showed: equally long series of ids and naive datetimes.
    time_zones
        Zones and journeys.
    """
    return _for_each(participants, local, lambda who, clock: time_zones.to_utc(who, clock), INSTANT)


def local_dates_of(participants: pl.Series, instants: pl.Series, time_zones: TimeZones) -> pl.Series:
    """Turn UTC instants into the local dates on which they fell."""
    return _for_each(participants, instants, lambda who, times: _local_dates(who, times, time_zones), pl.Date())


def clock_told(n_recorded: int, n_times: int, times: str = "times") -> str:
    """Say which clock was used: of so many times so many carried the offset of the place where they were recorded."""
    if n_recorded == n_times > 0:
        return f"{times} were read by the offset that each of them carries"
    others = f"{times} carry no local offset and" if not n_recorded else "the others"
    recorded = "" if not n_recorded else f"{n_recorded} of {n_times} {times} were read by the offset that they carry, "
    return f"{recorded}{others} were read on the clock of the person's zone"


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
        person.select("row", place(str(participant), person["time"]).alias("placed"))
        for (participant,), person in frame.group_by("participant")
    ]
    return pl.concat(placed).sort("row")["placed"] if placed else pl.Series("placed", [], dtype)

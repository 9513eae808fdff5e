"""Decide whether step minutes and exercise logs of a Fitbit export are UTC or local time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from painstats.plan.time_zones import TimeZones

MIN_NIGHTS = 10
"""Least number of nights for which the two readings differ."""

MIN_SHARE = 0.75
"""Least share of those nights that must support the same reading."""

MIN_MATCHES = 5
"""Least number of times that must occur in another table under the right reading."""

_NAMES = {"utc": "UTC", "local": "local time"}


@dataclass(frozen=True, slots=True)
class Clock:
    """How to read times, whether the data show it, and the reason as a note for the operator."""

    reading: Literal["utc", "local"]
    is_shown: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Activity:
    """Something done while awake: its ``name`` (step), what is ``counted`` (minutes with steps), naive ``times``."""

    name: str
    counted: str
    times: pl.Series


def decide_fitbit_clock(
    activity: Activity,
    nights: pl.DataFrame,
    time_zones: TimeZones,
    participant_id: str | None,
    beside: Clock | None = None,
) -> Clock:
    """Decide by the rule that participants hardly ever walk while asleep.

    Under the right reading, activity during main sleep is rare. Each night votes for the reading with less activity in
    it; three quarters of at least ten nights decide. Otherwise the clock of the steps is used if the data show it, or
    else UTC, which is what Fitbit writes.

    Parameters
    ----------
    activity
        The times to read.
    nights
        Naive local ``start`` and ``end`` of main sleeps.
    time_zones, participant_id
        The participant and their time zones.
    beside
        The clock of the steps of the same export.
    """
    windows = pl.DataFrame(
        {side: time_zones.to_utc(participant_id, nights[side]) for side in ("start", "end")}
    ).drop_nulls()
    if windows.is_empty():
        return _assumed(activity, beside, "there are no nights to check this")
    as_utc = instants_in(activity.times.dt.replace_time_zone("UTC"), windows)
    as_local = instants_in(time_zones.to_utc(participant_id, activity.times), windows)
    for_utc, for_local = int((as_utc < as_local).sum()), int((as_local < as_utc).sum())
    counts = (
        f"read as UTC, {as_utc.sum()} {activity.counted} fall into {windows.height} main sleeps; read as local time, "
        f"{as_local.sum()} do; {for_utc} nights support UTC, {for_local} local time"
    )
    clear = max(for_utc, for_local) >= MIN_SHARE * (for_utc + for_local) and for_utc + for_local >= MIN_NIGHTS
    if not clear:
        return _assumed(activity, beside, f"the nights do not settle it: {counts}")
    reading: Literal["utc", "local"] = "utc" if for_utc > for_local else "local"
    return Clock(reading, True, f"{activity.name} times are {_NAMES[reading]}: {counts}")


def decide_by_table(
    activity: Activity, instants: pl.Series, time_zones: TimeZones, participant_id: str | None
) -> Clock | None:
    """Decide by a table of the same activity in UTC: its minutes occur among the times if these are read correctly.

    Parameters
    ----------
    activity
        The times to read.
    instants
        Some times of the table.
    time_zones, participant_id
        The participant and their time zones.

    Returns
    -------
    None unless the minutes of one reading are at least three quarters of those of both, and ``MIN_MATCHES``.
    """
    wanted = instants.drop_nulls().dt.truncate("1m").unique()
    found: dict[Literal["utc", "local"], int] = {}
    for reading in ("utc", "local"):
        read = instants_by(Clock(reading, False, ""), activity.times, time_zones, participant_id)
        found[reading] = int(wanted.is_in(read.dt.truncate("1m").unique().implode()).sum())
    best, other = sorted(found, key=lambda reading: found[reading], reverse=True)
    if found[best] < max(MIN_MATCHES, MIN_SHARE * (found[best] + found[other])):
        return None
    counts = f"read this way, {found[best]} of {len(wanted)} minutes in Google's table occur in the JSON files"
    reason = f"{activity.name} times are {_NAMES[best]}: {counts}; read as {_NAMES[other]}, {found[other]} do"
    return Clock(best, True, reason)


def instants_by(clock: Clock, naive: pl.Series, time_zones: TimeZones, participant_id: str | None) -> pl.Series:
    """Turn naive times into instants; null for a local time that clocks skipped."""
    return naive.dt.replace_time_zone("UTC") if clock.reading == "utc" else time_zones.to_utc(participant_id, naive)


def _assumed(activity: Activity, beside: Clock | None, why: str) -> Clock:
    """Return the clock to use if the nights do not decide."""
    if beside is not None and beside.is_shown:
        like = f"{_NAMES[beside.reading]}, like the steps of the export"
        return Clock(beside.reading, False, f"{activity.name} times were read as {like}; {why}")
    return Clock("utc", False, f"{activity.name} times were read as UTC, as Fitbit writes them; {why}")


def instants_in(instants: pl.Series, windows: pl.DataFrame) -> pl.Series:
    """Count the instants in each window from ``start`` to ``end``."""
    ordered = instants.drop_nulls().sort()
    before_end = ordered.search_sorted(windows["end"], side="left").cast(pl.Int64)
    before_start = ordered.search_sorted(windows["start"], side="left").cast(pl.Int64)
    return before_end - before_start

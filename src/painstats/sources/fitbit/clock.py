"""Whether a Fitbit export's step minutes and exercise logs are UTC or clock time, found from what lies beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from painstats.plan.time_zones import TimeZones

MIN_NIGHTS = 10
"""Least nights in which the two readings put different numbers of times."""

MIN_SHARE = 0.75
"""Least share of those nights that must favour the same reading."""

MIN_MATCHES = 5
"""Least number of times that another table holds too under the right reading."""

_NAMES = {"utc": "UTC", "local": "local time"}


@dataclass(frozen=True, slots=True)
class Clock:
    """How times are to be read, whether the data show it, and why, in a sentence for the operator."""

    reading: Literal["utc", "local"]
    is_shown: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What people do awake: naive ``times`` of it, ``name`` (steps) and what is counted (minutes with steps)."""

    name: str
    counted: str
    times: pl.Series


def decide_clock(
    activity: Activity,
    nights: pl.DataFrame,
    time_zones: TimeZones,
    participant_id: str | None,
    beside: Clock | None = None,
) -> Clock:
    """Decide by the rule that people hardly walk while they sleep.

    Under the right reading activity inside main sleep is rare. Each night votes for the reading that puts less of it
    into the night; three quarters of at least ten nights decide. Otherwise the clock that is shown for what lies beside
    it stands, or else UTC, which is what Fitbit writes.

    Parameters
    ----------
    activity
        Times to be read.
    nights
        Naive local ``start`` and ``end`` of main sleeps.
    time_zones, participant_id
        Where the person was.
    beside
        The clock of the steps of the same export.
    """
    windows = pl.DataFrame(
        {side: time_zones.to_utc(participant_id, nights[side]) for side in ("start", "end")}
    ).drop_nulls()
    if windows.is_empty():
        return _assumed(activity, beside, "there are no nights to check it by")
    as_utc = _inside(activity.times.dt.replace_time_zone("UTC"), windows)
    as_local = _inside(time_zones.to_utc(participant_id, activity.times), windows)
    for_utc, for_local = int((as_utc < as_local).sum()), int((as_local < as_utc).sum())
    counts = (
        f"read as UTC, {as_utc.sum()} {activity.counted} fall into {windows.height} main sleeps, read as local time "
        f"{as_local.sum()}; {for_utc} nights speak for UTC, {for_local} for local time"
    )
    clear = max(for_utc, for_local) >= MIN_SHARE * (for_utc + for_local) and for_utc + for_local >= MIN_NIGHTS
    if not clear:
        return _assumed(activity, beside, f"the nights do not decide it: {counts}")
    reading: Literal["utc", "local"] = "utc" if for_utc > for_local else "local"
    return Clock(reading, True, f"{activity.name} times are {_NAMES[reading]}: {counts}")


def decide_by_table(
    activity: Activity, instants: pl.Series, time_zones: TimeZones, participant_id: str | None
) -> Clock | None:
    """Decide by a table of the same activity in UTC: read rightly, its minutes are found among the times.

    Parameters
    ----------
    activity
        Times to be read.
    instants
        Some times of the table.
    time_zones, participant_id
        Where the person was.

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
    counts = (
        f"read so, {found[best]} of {len(wanted)} minutes of Google's table, which is UTC, are found in the JSON files"
    )
    reason = f"{activity.name} times are {_NAMES[best]}: {counts}, read as {_NAMES[other]} {found[other]}"
    return Clock(best, True, reason)


def instants_by(clock: Clock, naive: pl.Series, time_zones: TimeZones, participant_id: str | None) -> pl.Series:
    """Turn naive times into instants by a clock; null for a local time that never happened."""
    return naive.dt.replace_time_zone("UTC") if clock.reading == "utc" else time_zones.to_utc(participant_id, naive)


def _assumed(activity: Activity, beside: Clock | None, why: str) -> Clock:
    """Return the clock that stands where the activity's own nights do not decide."""
    if beside is not None and beside.is_shown:
        like = f"{_NAMES[beside.reading]}, as is shown for the steps of the export"
        return Clock(beside.reading, False, f"{activity.name} times were read as {like}; {why}")
    return Clock("utc", False, f"{activity.name} times were read as UTC, as Fitbit writes them; {why}")


def _inside(instants: pl.Series, windows: pl.DataFrame) -> pl.Series:
    """Count the instants in each window."""
    ordered = instants.drop_nulls().sort()
    before_end = ordered.search_sorted(windows["end"], side="left").cast(pl.Int64)
    before_start = ordered.search_sorted(windows["start"], side="left").cast(pl.Int64)
    return before_end - before_start

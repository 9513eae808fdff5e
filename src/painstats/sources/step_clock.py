"""Whether a Fitbit export's step minutes are UTC or clock time, found from the nights of the same export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from painstats.time_zones import TimeZones

MIN_NIGHTS = 10
"""Least nights in which the two readings put different numbers of walking minutes."""

MIN_SHARE = 0.75
"""Least share of those nights that must favour the same reading."""


@dataclass(frozen=True, slots=True)
class StepClock:
    """How step times are to be read, and why, in a sentence for the operator."""

    reading: Literal["utc", "local"]
    reason: str


def decide_step_clock(
    times: pl.Series, nights: pl.DataFrame, time_zones: TimeZones, participant_id: str | None
) -> StepClock:
    """Decide by the rule that people hardly walk while they sleep.

    Under the right reading minutes with steps inside main sleep are rare. Each night votes for the reading that puts
    fewer of them into it; three quarters of at least ten nights decide, otherwise UTC stands, which is what Fitbit
    writes.

    Parameters
    ----------
    times
        Naive times of minutes with steps.
    nights
        Naive local ``start`` and ``end`` of main sleeps.
    time_zones, participant_id
        Where the person was.
    """
    windows = pl.DataFrame(
        {side: time_zones.to_utc(participant_id, nights[side]) for side in ("start", "end")}
    ).drop_nulls()
    if windows.is_empty() or times.is_empty():
        return StepClock(
            "utc", "step times were read as UTC, as Fitbit writes them; there are no nights to check it by"
        )
    as_utc = _walked(times.dt.replace_time_zone("UTC"), windows)
    as_local = _walked(time_zones.to_utc(participant_id, times), windows)
    for_utc, for_local = int((as_utc < as_local).sum()), int((as_local < as_utc).sum())
    counts = (
        f"read as UTC, {as_utc.sum()} minutes with steps fall into {windows.height} main sleeps, read as local time "
        f"{as_local.sum()}; {for_utc} nights speak for UTC, {for_local} for local time"
    )
    clear = max(for_utc, for_local) >= MIN_SHARE * (for_utc + for_local) and for_utc + for_local >= MIN_NIGHTS
    if clear:
        reading: Literal["utc", "local"] = "utc" if for_utc > for_local else "local"
        return StepClock(reading, f"step times are {'UTC' if reading == 'utc' else 'local time'}: {counts}")
    return StepClock(
        "utc", f"step times were read as UTC, as Fitbit writes them; the nights do not decide it: {counts}"
    )


def _walked(instants: pl.Series, windows: pl.DataFrame) -> pl.Series:
    """Count the minutes with steps in each window."""
    ordered = instants.drop_nulls().sort()
    before_end = ordered.search_sorted(windows["end"], side="left").cast(pl.Int64)
    before_start = ordered.search_sorted(windows["start"], side="left").cast(pl.Int64)
    return before_end - before_start

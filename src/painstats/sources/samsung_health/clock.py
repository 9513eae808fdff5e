"""Decide from the hours of sleep whether Samsung Health's times are UTC or local time."""

from __future__ import annotations

from typing import Literal

import polars as pl

from painstats.parsing.text import local_times
from painstats.sources.vendor_rows import offset_minutes

Reading = Literal["utc", "local"]

LEAST_HOURS = 3
NIGHT_HOURS = (0, 7)
"""Local hours that contain the middle of a night's sleep: midnight to 7:59."""

MIN_SLEEPS = 10
"""Least number of sleeps that are at night under exactly one reading."""

MIN_SHARE = 0.75
"""Least share of votes for the winning reading."""

SLEEPS_BESIDE_CHANGE = 5
"""Number of sleeps compared on each side of a change of offset."""

MIN_JUMP_MIN = 30
"""A change of offset votes only if the jumps under the two readings differ by at least this much."""


def decide_samsung_clock(sleeps: pl.DataFrame | None) -> tuple[Reading, str]:
    """Decide by two rules: sleep is at night, and does not shift by an hour because the clocks changed.

    Far from Greenwich, the middle of long sleeps is at night under one reading only. Near it, changes of the offset
    decide: under the right reading the local time of sleep stays the same, under the other it jumps by the change.
    If neither decides, UTC is used, as users who checked their own exports have found.

    Parameters
    ----------
    sleeps
        ``start_time``, ``end_time`` and ``time_offset`` as text; None if the export has no sleep.

    Returns
    -------
    The reading, and the reason as a note.
    """
    if sleeps is None or sleeps.is_empty():
        return "utc", "times were read as UTC; there are no sleeps to check this"
    middles = _middles(sleeps)
    for votes, least, rule in (
        (_by_night(middles), MIN_SLEEPS, "of {} long sleeps with the middle at night under one reading only"),
        (
            _by_changes(middles),
            1,
            "of {} changes of the UTC offset with a jump in the hours of sleep under one reading only",
        ),
    ):
        for_utc, for_local = votes.count("utc"), votes.count("local")
        if len(votes) >= least and max(for_utc, for_local) >= MIN_SHARE * len(votes):
            reading: Reading = "utc" if for_utc > for_local else "local"
            reason = f"{rule.format(len(votes))}, {for_utc} support UTC and {for_local} local time"
            return reading, f"times are {'UTC' if reading == 'utc' else 'local time'}: {reason}"
    return "utc", "times were read as UTC; the hours of sleep do not settle it"


def _middles(sleeps: pl.DataFrame) -> pl.DataFrame:
    """Return the local time of the middle of long sleeps under each reading, in order."""
    length = local_times("end_time") - local_times("start_time")
    written = local_times("start_time") + length / 2
    offset_min = offset_minutes(pl.col("time_offset"))
    return (
        sleeps.select(
            written.alias("local"),
            (written + pl.duration(minutes=offset_min)).alias("utc"),
            offset_min.alias("offset_min"),
            length.alias("length"),
        )
        .filter(pl.col("length") >= pl.duration(hours=LEAST_HOURS))
        .drop_nulls()
        .unique()
        .sort("local")
    )


def _by_night(middles: pl.DataFrame) -> list[str]:
    at_night = middles.select(pl.col("local", "utc").dt.hour().is_between(*NIGHT_HOURS))
    return [
        reading
        for reading, other in (("utc", "local"), ("local", "utc"))
        for _ in range(int((at_night[reading] & ~at_night[other]).sum()))
    ]


def _by_changes(middles: pl.DataFrame) -> list[str]:
    changed = (middles["offset_min"].diff().fill_null(0) != 0).arg_true().to_list()
    votes = []
    for place in changed:
        if place < SLEEPS_BESIDE_CHANGE or place + SLEEPS_BESIDE_CHANGE > middles.height:
            continue
        before = middles.slice(place - SLEEPS_BESIDE_CHANGE, SLEEPS_BESIDE_CHANGE)
        after = middles.slice(place, SLEEPS_BESIDE_CHANGE)
        jumps = {reading: abs(_minute(after, reading) - _minute(before, reading)) for reading in ("utc", "local")}
        if abs(jumps["utc"] - jumps["local"]) >= MIN_JUMP_MIN:
            votes.append(min(jumps, key=lambda reading: jumps[reading]))
    return votes


def _minute(middles: pl.DataFrame, reading: str) -> float:
    """Return the median minute after noon; counting from noon keeps nights in one piece."""
    shifted = pl.col(reading).dt.offset_by("12h")
    median = middles.select(shifted.dt.hour().cast(pl.Int64) * 60 + shifted.dt.minute()).to_series().median()
    return float(median) if isinstance(median, float | int) else 0.0

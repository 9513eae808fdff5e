"""Whether Samsung Health's times are UTC or the clock of the person, told from the hours at which sleeps lie."""

from __future__ import annotations

from typing import Literal

import polars as pl

from painstats.parsing.text import local_times
from painstats.sources.vendor_rows import offset_minutes

Reading = Literal["utc", "local"]

LEAST_HOURS = 3
NIGHT_HOURS = (0, 7)
"""Local hours in which the middle of a night's sleep lies: midnight to 7:59."""

MIN_SLEEPS = 10
"""Least sleeps of which exactly one reading lies at night."""

MIN_SHARE = 0.75
"""Least share of votes that must favour the same reading."""

SLEEPS_BESIDE_CHANGE = 5
"""Sleeps on each side of a change of offset that are compared."""

MIN_JUMP_MIN = 30
"""Least difference between the jumps of the two readings at a change of offset for it to vote."""


def decide_clock(sleeps: pl.DataFrame | None) -> tuple[Reading, str]:
    """Decide by two rules: people sleep at night, and they do not sleep an hour later because the clocks changed.

    Far from Greenwich the middle of long sleeps lies at night under one reading only. Near it the changes of the offset
    decide: under the right reading the clock time of sleep stays what it was, under the other it jumps by the change.
    Where neither decides, UTC stands, as those found who checked their own exports.

    Parameters
    ----------
    sleeps
        ``start_time``, ``end_time`` and ``time_offset`` as text; None where the export has no sleep.

    Returns
    -------
    What the written times are, and why in a sentence for people.
    """
    if sleeps is None or sleeps.is_empty():
        return "utc", "times were read as UTC; there are no sleeps to check it by"
    middles = _middles(sleeps)
    for votes, least, rule in (
        (_by_night(middles), MIN_SLEEPS, "of {} long sleeps whose middle lies at night under one reading only"),
        (
            _by_changes(middles),
            1,
            "of {} changes of the offset at which the hours of sleep jump under one reading only",
        ),
    ):
        for_utc, for_local = votes.count("utc"), votes.count("local")
        if len(votes) >= least and max(for_utc, for_local) >= MIN_SHARE * len(votes):
            reading: Reading = "utc" if for_utc > for_local else "local"
            told = f"{rule.format(len(votes))}, {for_utc} speak for UTC and {for_local} for local time"
            return reading, f"times are {'UTC' if reading == 'utc' else 'local clock times'}: {told}"
    return "utc", "times were read as UTC; the hours of sleep do not decide it"


def _middles(sleeps: pl.DataFrame) -> pl.DataFrame:
    """Return the middle of long sleeps as the person's clock showed it under either reading, in order."""
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
    """Return the typical minute after noon, so that midnight cuts no night in two."""
    shifted = pl.col(reading).dt.offset_by("12h")
    median = middles.select(shifted.dt.hour().cast(pl.Int64) * 60 + shifted.dt.minute()).to_series().median()
    return float(median) if isinstance(median, float | int) else 0.0

"""The time covered by the JSON files of a Fitbit export, so that data repeated in Google's tables are read once."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from painstats.records import INSTANT

NOTHING = pl.DataFrame(schema={"start_at": INSTANT, "end_at": INSTANT})
"""An empty set of intervals."""

_TOUCHING = timedelta()


def joined_time(intervals: pl.DataFrame, gap: timedelta = _TOUCHING) -> pl.DataFrame:
    """Join intervals that overlap, touch, or are separated by no more than a gap.

    Parameters
    ----------
    intervals
        ``start_at`` and ``end_at``, in any order; other columns and rows with nulls are ignored.
    gap
        The longest time between two intervals that still counts as covered.

    Returns
    -------
    ``start_at`` and ``end_at`` of separate intervals, in order.
    """
    ordered = intervals.select(pl.col("start_at", "end_at").cast(INSTANT)).drop_nulls().sort("start_at")
    latest_us = pl.col("end_at").to_physical().cum_max().shift(1)
    begins = (pl.col("start_at").to_physical() > latest_us + gap // timedelta(microseconds=1)).fill_null(True)
    joined = ordered.with_columns(begins.cum_sum().alias("stretch")).group_by("stretch", maintain_order=True)
    return joined.agg(pl.col("start_at").first(), pl.col("end_at").max()).drop("stretch")


def lies_in(joined: pl.DataFrame, instants: pl.Series) -> pl.Series:
    """Whether each instant lies in one of the joined intervals; False for null."""
    if joined.is_empty() or instants.is_empty():
        return pl.repeat(False, len(instants), dtype=pl.Boolean, eager=True)
    known = instants.cast(INSTANT).fill_null(strategy="zero")
    n_begun = joined["start_at"].search_sorted(known, side="right").cast(pl.Int64)
    inside = (n_begun > 0) & (known < joined["end_at"].gather((n_begun - 1).clip(0)))
    return inside & instants.is_not_null()

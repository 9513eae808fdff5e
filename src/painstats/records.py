"""The record tables: the columns, units and natural keys of everything that exports are read into.

Words follow IEEE 1752.1 and Open mHealth where they exist. Instants end in ``_at`` and are UTC; ``date`` is the local
calendar date where the export itself gives one.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One record table.

    Parameters
    ----------
    name
        Name of the table in DuckDB.
    columns
        Column name to polars type, in order.
    key
        The natural key: columns that name one fact, whatever export it came in. Instants are UTC, so that the same
        data exported in another season has the same keys.
    """

    name: str
    columns: dict[str, pl.DataType | type[pl.DataType]]
    key: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that a later export may correct."""
        return tuple(column for column in self.columns if column not in self.key)


_ORIGIN: dict[str, pl.DataType | type[pl.DataType]] = {
    "participant_id": pl.String,
    "source": pl.String,
    "device": pl.String,
    "device_kind": pl.String,
}

STEP_COUNT = RecordTable(
    "step_count",
    {**_ORIGIN, "start_at": INSTANT, "end_at": INSTANT, "step_count": pl.Int64},
    ("participant_id", "source", "device", "start_at", "end_at"),
)

SLEEP_SEGMENT = RecordTable(
    "sleep_segment",
    {**_ORIGIN, "start_at": INSTANT, "end_at": INSTANT, "stage": pl.String},
    ("participant_id", "source", "device", "start_at", "end_at", "stage"),
)

SLEEP_EPISODE = RecordTable(
    "sleep_episode",
    {
        **_ORIGIN,
        "episode_id": pl.String,
        "date": pl.Date,  # the date of waking, as the source gives it
        "start_at": INSTANT,
        "end_at": INSTANT,
        "total_sleep_time_min": pl.Float64,
        "time_in_bed_min": pl.Float64,
        "is_main_sleep": pl.Boolean,
    },
    ("participant_id", "source", "device", "episode_id"),
)

DAILY_TOTAL = RecordTable(
    "daily_total",
    {**_ORIGIN, "date": pl.Date, "measure": pl.String, "value": pl.Float64},
    ("participant_id", "source", "device", "measure", "date"),
)
"""Sums that the source itself made for a local date: ``measure`` is ``step_count``, ``total_sleep_time_min``,
``time_in_bed_min``, ``sedentary_time_min``, ``lightly_active_time_min``, ``moderately_active_time_min`` or
``very_active_time_min``."""

SELF_REPORT = RecordTable(
    "self_report",
    {
        "participant_id": pl.String,
        "source": pl.String,
        "date": pl.Date,  # the local date on which the report was made
        "reported_at": INSTANT,  # null when the diary keeps no time
        "item": pl.String,
        "site": pl.String,
        "recall": pl.String,
        "filled": pl.String,
        "entry_number": pl.Int64,  # 1, 2, … for several entries that nothing else tells apart
        "value": pl.Float64,
        "scale_low": pl.Float64,
        "scale_high": pl.Float64,
        "higher_is_worse": pl.Boolean,
    },
    ("participant_id", "source", "date", "reported_at", "item", "site", "recall", "filled", "entry_number"),
)

RECORD_TABLES: dict[str, RecordTable] = {
    table.name: table for table in (STEP_COUNT, SLEEP_SEGMENT, SLEEP_EPISODE, DAILY_TOTAL, SELF_REPORT)
}

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

_INTERVAL: dict[str, pl.DataType | type[pl.DataType]] = {
    **_ORIGIN,
    "start_at": INSTANT,
    "end_at": INSTANT,
    # Minutes east of UTC of the participant's clock, where the source recorded them reliably; else null.
    "utc_offset_min": pl.Int32,
}

STEP_COUNT = RecordTable(
    "step_count",
    {**_INTERVAL, "step_count": pl.Int64},
    ("participant_id", "source", "device", "start_at", "end_at"),
)

SLEEP_SEGMENT = RecordTable(
    "sleep_segment",
    {**_INTERVAL, "stage": pl.String},
    ("participant_id", "source", "device", "start_at", "end_at", "stage"),
)

SLEEP_EPISODE = RecordTable(
    "sleep_episode",
    {
        **_INTERVAL,
        "episode_id": pl.String,
        "date": pl.Date,  # the date of waking, as the source gives it
        "total_sleep_time_min": pl.Float64,
        "time_in_bed_min": pl.Float64,
        "wake_after_sleep_onset_min": pl.Float64,  # null when the source does not say, as the next two
        "deep_sleep_min": pl.Float64,
        "rem_sleep_min": pl.Float64,
        "is_main_sleep": pl.Boolean,
    },
    ("participant_id", "source", "device", "episode_id"),
)

EXERCISE_SESSION = RecordTable(
    "exercise_session",
    {
        **_INTERVAL,
        "session_id": pl.String,  # the source's own, or its start in UTC where it has none
        "exercise_type": pl.String,  # one of vocabulary.EXERCISE_TYPES
        "duration_min": pl.Float64,  # without pauses where the source knows them
        "distance_m": pl.Float64,  # null where not measured, as the next two
        "energy_kcal": pl.Float64,
        "heart_rate_bpm": pl.Float64,  # mean over the session
    },
    ("participant_id", "source", "device", "session_id"),
)

MEASUREMENT = RecordTable(
    "measurement",
    {**_INTERVAL, "measure": pl.String, "value": pl.Float64},
    ("participant_id", "source", "device", "measure", "start_at", "end_at"),
)
"""Samples of what is neither steps nor sleep: ``measure`` is one of ``vocabulary.SAMPLED``. Minutes of exercise are
summed up over a local date, the others averaged."""

DAILY_TOTAL = RecordTable(
    "daily_total",
    {**_ORIGIN, "date": pl.Date, "measure": pl.String, "value": pl.Float64},
    ("participant_id", "source", "device", "measure", "date"),
)
"""What the source itself gives for a local date: ``measure`` is one of ``vocabulary.DAILY_LIMITS``."""

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

TREATMENT = RecordTable(
    "treatment",
    {
        "participant_id": pl.String,
        "source": pl.String,
        "kind": pl.String,  # one of vocabulary.TREATMENT_KINDS
        "name": pl.String,
        "start_date": pl.Date,
        "end_date": pl.Date,  # the last day of it; null while it goes on
        "dose": pl.Float64,  # null where there is none
        "dose_unit": pl.String,
        "ramp_days": pl.Int64,  # days from the start until the full dose, 0 for at once
        "wash_out_days": pl.Int64,  # days after the end during which it may still act
    },
    ("participant_id", "source", "kind", "name", "start_date"),
)
"""Dated medicines, exercise programmes and therapies. A change of dose ends one row and starts another."""

OPTIONAL = (
    "reported_at", "utc_offset_min", "wake_after_sleep_onset_min", "deep_sleep_min", "rem_sleep_min", "distance_m",
    "energy_kcal", "heart_rate_bpm",
    "end_date", "dose", "dose_unit",
)  # fmt: skip
"""Columns that may be null in an accepted row."""

RECORD_TABLES: dict[str, RecordTable] = {
    table.name: table
    for table in (
        STEP_COUNT,
        SLEEP_SEGMENT,
        SLEEP_EPISODE,
        EXERCISE_SESSION,
        MEASUREMENT,
        DAILY_TOTAL,
        SELF_REPORT,
        TREATMENT,
    )
}

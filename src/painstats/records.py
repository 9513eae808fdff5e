"""The record tables: the columns, units, limits and natural keys of everything that exports are read into.

Words follow IEEE 1752.1 and Open mHealth where they exist. Instants end in ``_at`` and are UTC; ``date`` is the local
calendar date where the export itself gives one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.vocabulary import EXERCISE_TYPES, SLEEP_STAGES, TREATMENT_KINDS

INSTANT = pl.Datetime("us", "UTC")


DATE_RANGE = "date_range"
"""Rule of a row that lies in the future, or before anything could have been measured."""

EARLIEST_DATE = date(1990, 1, 1)
DAYS_AHEAD = 1
"""How many days after today a date may lie: it can be tomorrow already where the participant is."""

MINUTES_IN_A_DAY = 1440
MAX_STEPS_IN_ONE_RECORD = 30_000


@dataclass(frozen=True, slots=True)
class Limit:
    """What a value of a column must satisfy; null satisfies every limit.

    Parameters
    ----------
    rule
        Short name, kept with a row that was rejected because of it.
    text
        The limit in words, after "a value": "is not negative".
    lowest, highest
        The least and greatest value; None for no such end.
    words
        The values that are known; empty for any.
    is_finite
        Whether NaN and infinity are refused.
    is_day
        Whether it is a date, or an instant, that lies between ``EARLIEST_DATE`` and ``DAYS_AHEAD`` after today.
    """

    rule: str
    text: str
    lowest: float | None = None
    highest: float | None = None
    words: tuple[str, ...] = ()
    is_finite: bool = False
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a record table; it may be null in an accepted row only if it is ``optional``."""

    type: pl.DataType | type[pl.DataType]
    limits: tuple[Limit, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One record table.

    Parameters
    ----------
    name
        Name of the table in DuckDB.
    described
        Column name to column, in order.
    key
        The natural key: columns that name one fact, whatever export it came in. Instants are UTC, so that the same
        data exported in another season has the same keys.
    """

    name: str
    described: dict[str, Column]
    key: tuple[str, ...]

    @property
    def columns(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Column name to polars type, in order."""
        return {name: column.type for name, column in self.described.items()}

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that a later export may correct."""
        return tuple(column for column in self.described if column not in self.key)


def _between(rule: str, lowest: float, highest: float) -> tuple[Limit, ...]:
    return (Limit(rule, f"lies between {lowest:,} and {highest:,}", lowest, highest),)


def _one_of(rule: str, text: str, words: tuple[str, ...]) -> tuple[Limit, ...]:
    return (Limit(rule, text, words=words),)


TEXT = Column(pl.String)
NUMBER = Column(pl.Float64)
_DAY = (Limit(DATE_RANGE, f"lies between {EARLIEST_DATE} and {DAYS_AHEAD} day after today", is_day=True),)
DATE = Column(pl.Date, _DAY)  # the local calendar date

_MINUTES = (Limit("minutes_implausible", f"lies between 0 and {MINUTES_IN_A_DAY} minutes", 0, MINUTES_IN_A_DAY),)
_COURSE_DAYS = _between("days_implausible", 0, 3650)
_NOT_NEGATIVE = "is not negative"

_ORIGIN = {"participant_id": TEXT, "source": TEXT, "device": TEXT, "device_kind": TEXT}

_INTERVAL = {
    **_ORIGIN,
    "start_at": Column(INSTANT, _DAY),
    "end_at": Column(INSTANT),
    # Minutes east of UTC of the participant's clock, where the source recorded them reliably; else null.
    "utc_offset_min": Column(pl.Int32, _between("offset_implausible", -14 * 60, 14 * 60), optional=True),
}

STEP_COUNT = RecordTable(
    "step_count",
    {
        **_INTERVAL,
        "step_count": Column(
            pl.Int64,
            (
                Limit("steps_negative", _NOT_NEGATIVE, lowest=0),
                Limit(
                    "steps_implausible",
                    f"holds at most {MAX_STEPS_IN_ONE_RECORD} steps",
                    highest=MAX_STEPS_IN_ONE_RECORD,
                ),
            ),
        ),
    },
    ("participant_id", "source", "device", "start_at", "end_at"),
)

SLEEP_SEGMENT = RecordTable(
    "sleep_segment",
    {
        **_INTERVAL,
        "stage": Column(pl.String, _one_of("unknown_stage", "is one of the known sleep stages", SLEEP_STAGES)),
    },
    ("participant_id", "source", "device", "start_at", "end_at", "stage"),
)

SLEEP_EPISODE = RecordTable(
    "sleep_episode",
    {
        **_INTERVAL,
        "episode_id": TEXT,
        "date": DATE,  # the date of waking, as the source gives it
        "total_sleep_time_min": Column(pl.Float64, _MINUTES),
        "time_in_bed_min": Column(pl.Float64, _MINUTES),
        # null when the source does not say, as the next two
        "wake_after_sleep_onset_min": Column(pl.Float64, _MINUTES, optional=True),
        "deep_sleep_min": Column(pl.Float64, _MINUTES, optional=True),
        "rem_sleep_min": Column(pl.Float64, _MINUTES, optional=True),
        "is_main_sleep": Column(pl.Boolean),
    },
    ("participant_id", "source", "device", "episode_id"),
)

EXERCISE_SESSION = RecordTable(
    "exercise_session",
    {
        **_INTERVAL,
        "session_id": TEXT,  # the source's own, or its start in UTC where it has none
        "exercise_type": Column(pl.String, _one_of("unknown_exercise", "is a known kind", EXERCISE_TYPES)),
        # without pauses where the source knows them
        "duration_min": Column(pl.Float64, _between("minutes_implausible", 0, MINUTES_IN_A_DAY)),
        # null where not measured, as the next two
        "distance_m": Column(pl.Float64, _between("distance_implausible", 0, 1_000_000), optional=True),
        "energy_kcal": Column(pl.Float64, _between("energy_implausible", 0, 20_000), optional=True),
        # mean over the session
        "heart_rate_bpm": Column(pl.Float64, _between("heart_rate_implausible", 20, 250), optional=True),
    },
    ("participant_id", "source", "device", "session_id"),
)

MEASUREMENT = RecordTable(
    "measurement",
    {**_INTERVAL, "measure": TEXT, "value": NUMBER},
    ("participant_id", "source", "device", "measure", "start_at", "end_at"),
)
"""Samples of what is neither steps nor sleep: ``measure`` is one of ``vocabulary.SAMPLED``, which has the limits of
``value``. Minutes of exercise are summed up over a local date, the others averaged."""

DAILY_TOTAL = RecordTable(
    "daily_total",
    {**_ORIGIN, "date": DATE, "measure": TEXT, "value": NUMBER},
    ("participant_id", "source", "device", "measure", "date"),
)
"""What the source itself gives for a local date: ``measure`` is one of ``vocabulary.DAILY_LIMITS``, which has the
limits of ``value``."""

SELF_REPORT = RecordTable(
    "self_report",
    {
        "participant_id": TEXT,
        "source": TEXT,
        "date": DATE,  # the local date on which the report was made
        "reported_at": Column(INSTANT, optional=True),  # null when the diary keeps no time
        "item": TEXT,
        "site": TEXT,
        "recall": TEXT,
        "filled": TEXT,
        "entry_number": Column(pl.Int64),  # 1, 2, … for several entries that nothing else tells apart
        "value": Column(pl.Float64, (Limit("not_finite", "is a finite number", is_finite=True),)),
        "scale_low": NUMBER,
        "scale_high": NUMBER,
        "higher_is_worse": Column(pl.Boolean),
    },
    ("participant_id", "source", "date", "reported_at", "item", "site", "recall", "filled", "entry_number"),
)

TREATMENT = RecordTable(
    "treatment",
    {
        "participant_id": TEXT,
        "source": TEXT,
        "kind": Column(pl.String, _one_of("unknown_treatment", "is a known kind of treatment", TREATMENT_KINDS)),
        "name": TEXT,
        "start_date": Column(pl.Date),
        "end_date": Column(pl.Date, optional=True),  # the last day of it; null while it goes on
        "dose": Column(  # null where there is none
            pl.Float64, (Limit("dose_implausible", _NOT_NEGATIVE, lowest=0, is_finite=True),), optional=True
        ),
        "dose_unit": Column(pl.String, optional=True),
        "ramp_days": Column(pl.Int64, _COURSE_DAYS),  # days from the start until the full dose, 0 for at once
        "wash_out_days": Column(pl.Int64, _COURSE_DAYS),  # days after the end during which it may still act
        # of an event of one day, such as an injection: for how many days it acts, the first one included
        "acts_days": Column(pl.Int64, _between("days_implausible", 1, 3650), optional=True),
    },
    ("participant_id", "source", "kind", "name", "start_date"),
)
"""Dated medicines, exercise programmes and therapies. A change of dose ends one row and starts another. A row of a
single day without ``acts_days`` is a dose or a session of that day, as diaries log them."""

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

OPTIONAL = tuple(
    dict.fromkeys(
        name for table in RECORD_TABLES.values() for name, column in table.described.items() if column.optional
    )
)
"""Columns that may be null in an accepted row; a name means the same in every table."""

"""Oura's columns: the kinds of table, what is read from each, and by which columns it is recognised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, RecordTable
from painstats.sources.vendor_rows import SECONDS, DailyColumn

ACTIVE = (
    DailyColumn("steps", "step_count"),
    DailyColumn("sedentary_time", "sedentary_time_min", SECONDS),
    DailyColumn("low_activity_time", "lightly_active_time_min", SECONDS),
    DailyColumn("medium_activity_time", "moderately_active_time_min", SECONDS),
    DailyColumn("high_activity_time", "very_active_time_min", SECONDS),
)
WEAR = DailyColumn("wear_time", "wear_time_min")
"""What the day has besides Oura's non-wear time."""

VITALS = (
    DailyColumn("lowest_heart_rate", "resting_heart_rate_bpm"),
    DailyColumn("average_hrv", "heart_rate_variability_rmssd_ms"),
)
"""Oura's resting heart rate is the lowest of the night; its heart rate variability is the RMSSD of the whole night."""

SLEEP = (
    "day", "type", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed", "awake_time", "latency",
    "deep_sleep_duration", "rem_sleep_duration", "lowest_heart_rate", "average_hrv",
)  # fmt: skip
PARTS_OF_DAY = (*(column.column for column in ACTIVE[1:]), "resting_time", "non_wear_time")
ACTIVITY = ("day", "steps", *PARTS_OF_DAY)
WORKOUT = ("activity", "start_datetime", "end_datetime", "distance", "calories")

TRENDS = {
    "day": ("date",),
    "steps": ("Steps",),
    "sedentary_time": ("Inactive Time",),
    "low_activity_time": ("Low Activity Time",),
    "medium_activity_time": ("Medium Activity Time",),
    "high_activity_time": ("High Activity Time",),
    "resting_time": ("Rest Time",),
    "non_wear_time": ("Non-wear Time",),
    "bedtime_start": ("Bedtime Start",),
    "bedtime_end": ("Bedtime End",),
    "total_sleep_duration": ("Total Sleep Duration", "Total Sleep Time"),
    "time_in_bed": ("Total Bedtime",),
    "awake_time": ("Awake Time",),
    "latency": ("Sleep Latency",),
    "deep_sleep_duration": ("Deep Sleep Duration", "Deep Sleep Time"),
    "rem_sleep_duration": ("REM Sleep Duration", "REM Sleep Time"),
    "lowest_heart_rate": ("Lowest Resting Heart Rate",),
    "average_hrv": ("Average HRV",),
}
"""Columns of the trends CSV, today's name before an older one, by the names that other Oura exports use."""

MISSING = ("", "None", "NaN", "nan", "null")
"""Cells of a CSV without a value: Oura's own files and those that scripts make of the API's answers write ``None``."""


@dataclass(frozen=True, slots=True)
class OuraTable:
    """One kind of table: its columns, those by which it is recognised, and the record table of its rows.

    ``names`` are the alternative names of each column in the file, where these differ.
    """

    name: str
    columns: tuple[str, ...]
    known_by: tuple[str, ...]
    table: RecordTable
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def in_file(self, column: str, given: Collection[str]) -> str:
        """Return the name of a column in a file with these columns; any name if the file lacks it."""
        names = self.names.get(column, (column,))
        return next((name for name in names if name in given), names[0])

    def is_known_by(self, given: Collection[str]) -> bool:
        """Whether a file with these columns is of this kind."""
        return all(self.in_file(column, given) in given for column in self.known_by)


TIMED_SLEEP = ("bedtime_start", "bedtime_end", "total_sleep_duration")
KINDS = (
    OuraTable("trends", tuple(TRENDS), ("day", *TIMED_SLEEP), SLEEP_EPISODE, TRENDS),
    OuraTable("sleep", SLEEP, (*TIMED_SLEEP, "time_in_bed"), SLEEP_EPISODE),
    OuraTable("activity", ACTIVITY, ("day", "steps", "high_activity_time", "low_activity_time"), DAILY_TOTAL),
    OuraTable("workout", WORKOUT, ("activity", "start_datetime", "end_datetime"), EXERCISE_SESSION),
)
UNUSED = (("contributors", "score", "day"), ("tag_type_code", "start_time"))
"""Columns of files that are known but not read: daily scores, and tags."""

AGAIN = "nothing was read; export again from Oura and do not open the file before importing it"
"""What to do about a file that contradicts itself."""

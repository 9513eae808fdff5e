"""Oura's columns: the kinds of table, what is read from each, and by which columns it is recognised."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, RecordTable
from painstats.sources.vendor_rows import SECONDS, DailyColumn

ACTIVE = (
    DailyColumn("steps", "step_count"),
    DailyColumn("sedentary_time", "sedentary_time_min", SECONDS),
    DailyColumn("low_activity_time", "lightly_active_time_min", SECONDS),
    DailyColumn("medium_activity_time", "moderately_active_time_min", SECONDS),
    DailyColumn("high_activity_time", "very_active_time_min", SECONDS),
)
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
    "day": "date",
    "steps": "Steps",
    "sedentary_time": "Inactive Time",
    "low_activity_time": "Low Activity Time",
    "medium_activity_time": "Medium Activity Time",
    "high_activity_time": "High Activity Time",
    "resting_time": "Rest Time",
    "non_wear_time": "Non-wear Time",
    "bedtime_start": "Bedtime Start",
    "bedtime_end": "Bedtime End",
    "total_sleep_duration": "Total Sleep Time",
    "time_in_bed": "Total Bedtime",
    "awake_time": "Awake Time",
    "latency": "Sleep Latency",
    "deep_sleep_duration": "Deep Sleep Time",
    "rem_sleep_duration": "REM Sleep Time",
    "lowest_heart_rate": "Lowest Resting Heart Rate",
    "average_hrv": "Average HRV",
}
"""Columns of the trends CSV, by the names that other Oura exports use."""


@dataclass(frozen=True, slots=True)
class OuraTable:
    """One kind of table: its columns, those by which it is recognised, and the record table of its rows."""

    name: str
    columns: tuple[str, ...]
    known_by: tuple[str, ...]
    table: RecordTable


KINDS = (
    OuraTable(
        "trends", tuple(TRENDS.values()), ("date", "Total Sleep Time", "Bedtime Start", "Bedtime End"), SLEEP_EPISODE
    ),
    OuraTable(
        "sleep", SLEEP, ("day", "bedtime_start", "bedtime_end", "total_sleep_duration", "time_in_bed"), SLEEP_EPISODE
    ),
    OuraTable("activity", ACTIVITY, ("day", "steps", "high_activity_time", "low_activity_time"), DAILY_TOTAL),
    OuraTable("workout", WORKOUT, ("activity", "start_datetime", "end_datetime"), EXERCISE_SESSION),
)
UNUSED = (("contributors", "score", "day"), ("tag_type_code", "start_time"))
"""Columns of files that are known but not read: daily scores, and tags."""

AGAIN = "nothing was read; export again from Oura and do not open the file before importing it"
"""What to do about a file that contradicts itself."""

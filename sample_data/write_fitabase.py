"""Write several participants' days as Fitabase CSVs: one row for each ``Id`` and local date, month first, CRLF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sample_data.days import UNWORN_MINUTES, Day, active_minutes, days_of
from sample_data.simulate import Life
from sample_data.truth import Truth

KM_PER_STEP = 0.00065
ACTIVITY_HEADER = (
    "Id,ActivityDate,TotalSteps,TotalDistance,TrackerDistance,LoggedActivitiesDistance,VeryActiveDistance,"
    "ModeratelyActiveDistance,LightActiveDistance,SedentaryActiveDistance,VeryActiveMinutes,FairlyActiveMinutes,"
    "LightlyActiveMinutes,SedentaryMinutes,Calories"
)
SLEEP_HEADER = "Id,SleepDay,TotalSleepRecords,TotalMinutesAsleep,TotalTimeInBed"
REPEATED_NIGHTS = 3


def write_fitabase(folder: Path, truth: Truth, lives: Sequence[Life], seed: int) -> None:
    """Write ``dailyActivity_merged.csv`` and ``sleepDay_merged.csv``.

    A day without the device is a row of 0 steps and 1,440 sedentary minutes, and no row of sleep. A participant with
    repeated rows has the first three nights twice, word for word.

    Parameters
    ----------
    folder
        Where the two files go.
    truth, lives, seed
        The true parameters, the participants in the files with their true days, and their seed.
    """
    activity, sleep = [ACTIVITY_HEADER], [SLEEP_HEADER]
    for life in lives:
        days = days_of(truth, life, seed)
        activity += _activity_rows(life, days)
        nights = list(_sleep_rows(life, days))
        sleep += nights[:REPEATED_NIGHTS] * life.person.has_repeated_rows + nights
    for name, rows in (("dailyActivity_merged.csv", activity), ("sleepDay_merged.csv", sleep)):
        (folder / name).write_text("".join(f"{row}\r\n" for row in rows), encoding="utf-8", newline="")


def _activity_rows(life: Life, days: Sequence[Day]) -> Iterator[str]:
    for day, counted, unworn in zip(days, life.step_count, life.unworn, strict=True):
        steps = 0 if unworn else int(counted)
        minutes = UNWORN_MINUTES if unworn else active_minutes(steps, day.night.time_in_bed_min)
        km = round(steps * KM_PER_STEP, 2)
        cells = (life.person.participant_id, _us_date(day.date), steps, km, km, 0, 0, 0, km, 0, *minutes.values())
        yield ",".join(f"{cell}" for cell in (*cells, 1500 + steps // 25))


def _sleep_rows(life: Life, days: Sequence[Day]) -> Iterator[str]:
    for day, asleep, unworn in zip(days, life.total_sleep_time_min, life.unworn, strict=True):
        if not unworn:
            date_text = f"{_us_date(day.date)} 12:00:00 AM"
            yield f"{life.person.participant_id},{date_text},1,{asleep},{day.night.time_in_bed_min}"


def _us_date(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"

"""Write a participant's days as a Fitbit account export: steps and exercise in UTC, sleep logs in local time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sample_data.archive import write_zip
from sample_data.days import UNWORN_MINUTES, Day, Night, Stretch, active_minutes, at_local, days_of
from sample_data.simulate import Life
from sample_data.truth import Truth

CHUNK_DAYS = 30
FIRST_SESSION_MIN, BETWEEN_SESSIONS_MIN = 1020, 75
"""Minute of the day at which the first exercise begins, and from one session to the next."""
README = "Fitbit account archive of an invented person.\nEach folder holds one kind of data.\n"


class DayAsCounted(NamedTuple):
    """A day with the steps that the tracker counted on it and its exercise by name, unless it was not worn."""

    day: Day
    step_count: int
    unworn: bool
    exercise_min: dict[str, int]


def write_fitbit(path: Path, truth: Truth, life: Life, seed: int) -> None:
    """Write ``MyFitbitData.zip``.

    The entries are ``<Name>/Global Export Data/steps-*.json`` and ``sleep-*.json`` in chunks of 30 local days, the
    four ``*_minutes-*.json`` with one row for each local day, ``exercise-*.json`` where there is exercise, one small
    ``heart_rate-*.json`` and a ``README.txt``.

    Parameters
    ----------
    path
        The zip to write.
    truth, life, seed
        The true parameters, this participant's true days, and their seed.
    """
    days = days_of(truth, life, seed)
    last_synced = max((index for index, unworn in enumerate(life.unworn) if not unworn), default=-1)
    # After a tracker is given up for good, its account has no more days, not even empty ones.
    kept = [
        DayAsCounted(day, int(steps), bool(unworn), _exercise(life, index))
        for index, (day, steps, unworn) in enumerate(zip(days, life.step_count, life.unworn, strict=True))
    ][: last_synced + 1]
    name = life.person.first_name
    folder = f"{name}/Global Export Data"
    entries = {f"{name}/README.txt": README}
    for first in range(0, len(kept), CHUNK_DAYS):
        for entry, text in _chunk(kept[first : first + CHUNK_DAYS]):
            entries[f"{folder}/{entry}"] = text
    entries[f"{folder}/heart_rate-{days[0].date}.json"] = _json(_heart_rates(days[0]))
    write_zip(path, entries, truth.start + timedelta(days=truth.days))


def _chunk(days: Sequence[DayAsCounted]) -> Iterator[tuple[str, str]]:
    """Yield name and text of the files of some local days; they are named after the first."""
    begins = days[0].day.date
    worn = [counted.day for counted in days if not counted.unworn]
    yield f"steps-{begins}.json", _json([row for day in worn for row in _step_rows(day)])
    yield f"sleep-{begins}.json", _json([log for day in reversed(worn) for log in _sleep_logs(day)])
    exercise = [log for counted in days if not counted.unworn for log in _exercise_logs(counted)]
    if exercise:
        yield f"exercise-{begins}.json", _json(exercise)
    for intensity in UNWORN_MINUTES:
        kind = "sedentary_minutes" if intensity == "sedentary" else f"{intensity}_active_minutes"
        yield f"{kind}-{begins}.json", _json([_minutes_row(counted, intensity) for counted in days])


def _exercise(life: Life, index: int) -> dict[str, int]:
    """Return the minutes of each kind of exercise on a day, by Fitbit's name."""
    kinds = life.person.exercise.kinds if life.person.exercise else ()
    minutes = {kind.fitbit_name: int(life.exercise_min[kind.name][index]) for kind in kinds}
    return {name: length for name, length in minutes.items() if length}


def _exercise_logs(counted: DayAsCounted) -> Iterator[dict[str, object]]:
    """Yield a log for each session of a day, the first in the early evening."""
    day = counted.day
    for place, (name, minutes) in enumerate(counted.exercise_min.items()):
        start_at = at_local(day.date, day.zone, FIRST_SESSION_MIN + place * BETWEEN_SESSIONS_MIN)
        yield {
            "logId": 50_000_000_000 + int(start_at.timestamp()),
            "activityName": name,
            "startTime": _us_utc(start_at),
            "duration": minutes * 60_000,
            "activeDuration": minutes * 60_000,
            "logType": "manual",
        }


def _json(rows: Sequence[object]) -> str:
    return json.dumps(rows, separators=(",", ":"))


def _us_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%m/%d/%y %H:%M:%S")


def _step_rows(day: Day) -> Iterator[dict[str, str]]:
    """Yield one row for each minute of a walk, and a zero when it is over, as trackers write them."""
    for walk in day.walks:
        least, more = divmod(walk.step_count, walk.minutes)
        for minute in range(walk.minutes):
            instant = walk.start_at + timedelta(minutes=minute)
            yield {"dateTime": _us_utc(instant), "value": str(least + (minute < more))}
        yield {"dateTime": _us_utc(walk.start_at + timedelta(minutes=walk.minutes)), "value": "0"}


def _minutes_row(counted: DayAsCounted, intensity: str) -> dict[str, str]:
    day, steps, unworn, _ = counted
    minutes = UNWORN_MINUTES if unworn else active_minutes(steps, day.night.time_in_bed_min)
    return {"dateTime": day.date.strftime("%m/%d/%y 00:00:00"), "value": str(minutes[intensity])}


def _sleep_logs(day: Day) -> Iterator[dict[str, object]]:
    """Yield the sleep logs that end on a date, newest first."""
    if day.nap is not None:
        yield _nap_log(day, day.nap)
    yield _night_log(day)


def _night_log(day: Day) -> dict[str, object]:
    night = day.night
    minutes = _minutes_by_level(night)
    awake = minutes["wake"]
    return {
        **_log_head(day, night.start_at, night.end_at, awake),
        "type": "stages",
        "infoCode": 0,
        "logType": "auto_detected",
        "levels": {
            "summary": {
                level: {"count": _count(night, level), "minutes": minutes[level], "thirtyDayAvgMinutes": minutes[level]}
                for level in ("deep", "wake", "light", "rem")
            },
            "data": [_level_row(day, stretch, stretch.stage) for stretch in night.stretches],
            "shortData": [_level_row(day, spell, "wake") for spell in night.stirrings],
        },
        "mainSleep": True,
    }


def _nap_log(day: Day, nap: Stretch) -> dict[str, object]:
    minutes = nap.seconds // 60
    return {
        **_log_head(day, nap.start_at, nap.end_at, awake=0),
        "type": "classic",
        "infoCode": 2,
        "logType": "auto_detected",
        "levels": {
            "summary": {
                "restless": {"count": 0, "minutes": 0},
                "awake": {"count": 0, "minutes": 0},
                "asleep": {"count": 0, "minutes": minutes},
            },
            "data": [_level_row(day, nap, "asleep")],
        },
        "mainSleep": False,
    }


def _log_head(day: Day, start_at: datetime, end_at: datetime, awake: int) -> dict[str, object]:
    in_bed = round((end_at - start_at).total_seconds() / 60)
    return {
        "logId": 40_000_000_000 + int(start_at.timestamp()),
        "dateOfSleep": day.date.isoformat(),
        "startTime": _local(day, start_at),
        "endTime": _local(day, end_at),
        "duration": in_bed * 60_000,
        "minutesToFallAsleep": 0,
        "minutesAsleep": in_bed - awake,
        "minutesAwake": awake,
        "minutesAfterWakeup": 0,
        "timeInBed": in_bed,
        "efficiency": round(100 * (in_bed - awake) / in_bed),
    }


def _local(day: Day, instant: datetime) -> str:
    return instant.astimezone(day.zone).strftime("%Y-%m-%dT%H:%M:%S.000")


def _level_row(day: Day, stretch: Stretch, level: str) -> dict[str, object]:
    return {"dateTime": _local(day, stretch.start_at), "level": level, "seconds": stretch.seconds}


def _minutes_by_level(night: Night) -> dict[str, int]:
    """Count the minutes of each stage after the short spells awake are laid over the light sleep."""
    seconds = dict.fromkeys(("deep", "wake", "light", "rem"), 0)
    for stretch in night.stretches:
        seconds[stretch.stage] += stretch.seconds
    for spell in night.stirrings:
        seconds["wake"] += spell.seconds
        seconds["light"] -= spell.seconds
    return {level: total // 60 for level, total in seconds.items()}


def _count(night: Night, level: str) -> int:
    return sum(stretch.stage == level for stretch in (*night.stretches, *night.stirrings))


def _heart_rates(day: Day) -> list[dict[str, object]]:
    return [
        {"dateTime": _us_utc(walk.start_at), "value": {"bpm": 70 + walk.step_count % 50, "confidence": 3}}
        for walk in day.walks
    ]

"""Make a Fitbit account archive of many years: minutes of steps, nights, and the many files that are skipped."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

FIRST_DAY = date(2014, 1, 1)
CHUNK_DAYS = 30
UNUSED_BY_DAY = ("heart_rate", "time_in_heart_rate_zones", "estimated_oxygen_variation", "demographic_vo2_max")
UNUSED_CSVS_BY_DAY = (
    "Heart Rate Variability/Heart Rate Variability Details", "Oxygen Saturation (SpO2)/Minute SpO2",
    "Temperature/Device Temperature", "Stress Score/Stress Score",
)  # fmt: skip
UNUSED_BY_CHUNK = ("calories", "distance", "altitude")
MINUTES_BY_LEVEL = {"sedentary": 700, "lightly_active": 220, "moderately_active": 25, "very_active": 20}
BEATS_A_DAY = 2000


def write_archive(path: Path, years: int, seed: int = 1) -> tuple[int, int]:
    """Write an archive, and return how many files and how many bytes it holds."""
    chance = np.random.default_rng(seed)
    n_files, n_bytes = 0, 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _files(chance, round(years * 365.25)):
            archive.writestr(f"MyFitbitData/Ann/{name}", text)
            n_files, n_bytes = n_files + 1, n_bytes + len(text)
    return n_files, n_bytes


def _files(chance: np.random.Generator, n_days: int) -> Iterator[tuple[str, str]]:
    beats = _json(
        {"dateTime": f"01/01/14 {beat // 100:02}:{beat % 60:02}:00", "value": {"bpm": bpm, "confidence": 3}}
        for beat, bpm in enumerate(chance.integers(50, 140, BEATS_A_DAY).tolist())
    )
    table = "timestamp,value\n" + "".join(f"2014-01-01T{hour:02}:00:00Z,{36 + hour / 7:.3f}\n" for hour in range(24))
    for offset in range(n_days):
        day = FIRST_DAY + timedelta(days=offset)
        for name in UNUSED_BY_DAY:
            yield f"Global Export Data/{name}-{day}.json", beats if name == "heart_rate" else "[]"
        for name in UNUSED_CSVS_BY_DAY:
            yield f"{name} - {day}.csv", table
        if offset % CHUNK_DAYS == 0:
            yield from _chunk(chance, day)


def _chunk(chance: np.random.Generator, first: date) -> Iterator[tuple[str, str]]:
    days = [first + timedelta(days=offset) for offset in range(CHUNK_DAYS)]
    folder = "Global Export Data"
    steps = "[{\n" + "\n},{\n".join(_minutes(chance, days)) + "\n}]"
    yield f"{folder}/steps-{first}.json", steps
    yield f"{folder}/sleep-{first}.json", _json(_night(chance, day) for day in reversed(days))
    for level, minutes in MINUTES_BY_LEVEL.items():
        rows = [{"dateTime": day.strftime("%m/%d/%y 00:00:00"), "value": str(minutes + day.day)} for day in days]
        yield f"{folder}/{level}_minutes-{first}.json", _json(rows)
    for name in UNUSED_BY_CHUNK:
        yield f"{folder}/{name}-{first}.json", steps


def _minutes(chance: np.random.Generator, days: list[date]) -> Iterator[str]:
    clock = [f"{minute // 60:02}:{minute % 60:02}:00" for minute in range(1440)]
    for day in days:
        walking = chance.random(1440) < 0.12
        walking[: 7 * 60] = False
        steps = np.where(walking, chance.integers(3, 120, 1440), 0).tolist()
        dated = day.strftime("%m/%d/%y")
        for time, count in zip(clock, steps, strict=True):
            yield f'  "dateTime" : "{dated} {time}",\n  "value" : "{count}"'


def _night(chance: np.random.Generator, day: date) -> dict[str, object]:
    end = datetime(day.year, day.month, day.day, 6) + timedelta(minutes=int(chance.integers(0, 90)))
    minutes, awake = int(chance.integers(360, 520)), int(chance.integers(15, 70))
    start = end - timedelta(minutes=minutes)
    stages = [
        {
            "dateTime": (start + timedelta(minutes=10 * at)).strftime("%Y-%m-%dT%H:%M:%S.000"),
            "level": level,
            "seconds": 600,
        }
        for at, level in enumerate(chance.choice(["wake", "light", "deep", "rem"], minutes // 10).tolist())
    ]
    return {
        "logId": int(start.timestamp()),
        "dateOfSleep": str(day),
        "startTime": start.strftime("%Y-%m-%dT%H:%M:%S.000"),
        "endTime": end.strftime("%Y-%m-%dT%H:%M:%S.000"),
        "duration": minutes * 60_000,
        "minutesToFallAsleep": 0,
        "minutesAsleep": minutes - awake,
        "minutesAwake": awake,
        "minutesAfterWakeup": 0,
        "timeInBed": minutes,
        "efficiency": 93,
        "type": "stages",
        "infoCode": 0,
        "logType": "auto_detected",
        "levels": {"summary": {}, "data": stages, "shortData": []},
        "mainSleep": True,
    }


def _json(rows: object) -> str:
    return json.dumps(list(rows), indent=1)  # type: ignore[call-overload]

"""The files of a Fitbit export as its tests write them: values by time, sleep logs, walks and nights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.sources.reading import settings

NEW_YORK = settings(zone="America/New_York")
FIRST = datetime(2024, 3, 1)
US, ISO = "%m/%d/%y %H:%M:%S", "%Y-%m-%d %H:%M:%S"


def values(rows: Iterable[tuple[str, object]]) -> str:
    return json.dumps([{"dateTime": at, "value": value} for at, value in rows])


def sleep_log(number: int, start: datetime, hours: float, **changes: object) -> dict[str, object]:
    end = start + timedelta(hours=hours)
    return {
        "logId": number,
        "dateOfSleep": str(end.date()),
        "startTime": start.isoformat() + ".000",
        "endTime": end.isoformat() + ".000",
        "minutesAsleep": int(hours * 60) - 30,
        "timeInBed": int(hours * 60),
        "levels": {"data": []},
        "mainSleep": True,
    } | changes


def walks(days: int, clock: str, utc: bool = False) -> list[tuple[str, object]]:
    """Write a minute with steps at each hour from 8 to 22 on the clock of New York, as it is or in UTC."""
    hours = [FIRST + timedelta(days=day, hours=hour) for day in range(days) for hour in range(8, 23)]
    if utc:
        hours = [at.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC) for at in hours]
    return [(at.strftime(clock), "60") for at in hours]


def nights(days: int) -> list[dict[str, object]]:
    return [sleep_log(day, FIRST + timedelta(days=day, hours=-1), 8.5) for day in range(days)]


EXERCISE = json.dumps([{"logId": 1, "activityName": "Walk", "startTime": "03/01/24 10:00:00", "duration": 60_000}])
RESTING = json.dumps([{"dateTime": "03/01/24 00:00:00", "value": {"date": "03/01/24", "value": 61.5, "error": 6}}])
GOOGLE_RESTING = "timestamp,beats per minute,data source\n2024-03-01T00:00:00Z,62,x\n2024-03-02T00:00:00Z,61,x\n"

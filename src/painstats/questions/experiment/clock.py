"""The clock of experiments: the only place that asks what day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from painstats.plan.study import Study


def now() -> datetime:
    """Return the present instant, in UTC."""
    return _system_clock()


def _system_clock() -> datetime:
    return datetime.now(UTC)


def date_at(study: Study, participant: str, instant: datetime) -> date:
    """Return the date on which a participant lives at an instant: that of their home zone, or of their journey."""
    zones = study.time_zones
    home = instant.astimezone(ZoneInfo(zones.of(participant))).date()
    away = next(
        (stay for stay in zones.journeys.get(participant, ()) if stay.first_date <= home <= stay.last_date), None
    )
    return instant.astimezone(ZoneInfo(away.time_zone)).date() if away else home

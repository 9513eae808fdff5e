"""Each participant's time zones over time: the only module that turns local times into instants.

A participant has a home zone and dated journeys. Days begin at midnight where the participant was, so that an
evening walk stays on its evening and a night has its true length across a clock change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl


@dataclass(frozen=True, slots=True)
class Journey:
    """A stay in another time zone, from the first to the last local date spent there."""

    first_date: date
    last_date: date
    time_zone: str


@dataclass(frozen=True, slots=True)
class ZonePeriod:
    """A period in one zone: ``starts_at`` (UTC, inclusive) to ``ends_at`` (exclusive)."""

    participant_id: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """A period with one offset: ``offset_min`` minutes east of UTC from ``starts_at`` until ``ends_at``."""

    time_zone: str
    starts_at: datetime
    ends_at: datetime
    offset_min: int


BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeZones:
    """The zones of all participants.

    Parameters
    ----------
    default
        IANA zone of participants without a home zone.
    home
        Participant to home zone.
    journeys
        Participant to journeys, sorted by date.
    """

    default: str
    home: Mapping[str, str]
    journeys: Mapping[str, tuple[Journey, ...]]

    def of(self, participant_id: str | None) -> str:
        """Return the home zone of a participant."""
        return self.home.get(participant_id or "", self.default)

    def described(self, participant_id: str | None) -> str:
        """Return zones and journeys as text: everything that the conversion of local times depends on."""
        return f"{self.of(participant_id)} {self.journeys.get(participant_id or '', ())}"

    def to_utc(self, participant_id: str | None, local: pl.Series) -> pl.Series:
        """Turn local times into instants.

        Parameters
        ----------
        participant_id
            The participant who recorded the times.
        local
            Naive datetimes, any length.

        Returns
        -------
        UTC instants, null where the local time does not exist (the hour skipped in spring). In the hour that occurs
        twice in autumn, the first is taken.
        """

        def in_zone(zone: str) -> pl.Series:
            placed = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            return placed.dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))

        instants = in_zone(self.of(participant_id))
        for journey in self.journeys.get(participant_id or "", ()):
            away = local.dt.date().is_between(journey.first_date, journey.last_date)
            instants = in_zone(journey.time_zone).zip_with(away, instants)
        return instants

    def periods(self, participant_id: str) -> list[ZonePeriod]:
        """List the periods that one participant spent in each zone, without gaps or overlaps.

        A move from one zone to another happens at midnight between the two dates, at the later of the two zones'
        midnights: the evening of the last date is spent in the earlier place. This makes one date longer or shorter
        than 24 hours. Across the date line, a date is skipped or occurs twice.
        """
        home = self.of(participant_id)
        moves: dict[date, str] = {}
        for journey in self.journeys.get(participant_id, ()):
            moves[journey.first_date] = journey.time_zone
            moves[journey.last_date + timedelta(days=1)] = home
        zones = [home, *(zone for _, zone in sorted(moves.items()))]
        starts = [BEGINNING] + [
            _later_midnight(day, stay=before if after == home else after, other=after if after == home else before)
            for day, before, after in zip(sorted(moves), zones, zones[1:], strict=False)
        ]
        return [
            ZonePeriod(participant_id, starts_at, ends_at, zone)
            for starts_at, ends_at, zone in zip(starts, [*starts[1:], END], zones, strict=True)
        ]


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _later_midnight(day: date, *, stay: str, other: str) -> datetime:
    """Return the later of the midnights that begin a date in two zones.

    The date is from the calendar of the place of the journey. If the two midnights are more than twelve hours apart,
    the date line is between the zones, and the nearest midnight in the other zone begins a different date.
    """
    midnight = _midnight(day, stay)
    others = [_midnight(day + timedelta(days=shift), other) for shift in (-1, 0, 1)]
    return max(midnight, min(others, key=lambda instant: abs(instant - midnight)))


@lru_cache(maxsize=64)
def clock_offsets(time_zone: str) -> tuple[ClockOffset, ...]:
    """List the periods in which a zone had one offset from UTC, without gaps or overlaps.

    Changes before 1990, the earliest date of a record, and after 2100 are omitted.
    """
    zone = ZoneInfo(time_zone)
    days = [datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(365 * 110)]
    offsets = [_offset_min(zone, day) for day in days]
    changes = [
        _change(zone, earlier, later)
        for earlier, later, before, after in zip(days, days[1:], offsets, offsets[1:], strict=False)
        if before != after
    ]
    starts = [BEGINNING, *changes]
    return tuple(
        ClockOffset(time_zone, starts_at, ends_at, _offset_min(zone, ends_at - timedelta(minutes=1)))
        for starts_at, ends_at in zip(starts, [*changes, END], strict=True)
    )


def _offset_min(zone: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None else 0


def _change(zone: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    """Find the minute between two instants at which the offset of the later one begins."""
    after = _offset_min(zone, later)
    while later - earlier > timedelta(minutes=1):
        middle = earlier + timedelta(minutes=(later - earlier) // timedelta(minutes=2))
        earlier, later = (earlier, middle) if _offset_min(zone, middle) == after else (middle, later)
    return later

"""Segments of a Google Fit sleep session: pieces of sleep, awake or of a stage, as the app that recorded them wrote."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]

_AWAKE = "sleep.awake"
_STAGES = ("sleep.deep", "sleep.rem")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SegmentSums:
    """Minutes of a session by its segments; all null where it has none, and ``is_read`` is False if one is unreadable.

    ``wake_min`` is the time awake between the first and the last sleep.
    """

    asleep_min: float | None = None
    wake_min: float | None = None
    deep_min: float | None = None
    rem_min: float | None = None
    is_read: bool = True


def segment_sums(segments: object) -> SegmentSums:
    """Add up the segments of a session; one without a name counts as sleep, and overlapping ones count once."""
    if not isinstance(segments, list) or not segments:
        return SegmentSums()
    named = [_named(segment) for segment in segments]
    known = [segment for segment in named if segment is not None]
    if len(known) < len(named):
        return SegmentSums(is_read=False)
    asleep = _joined(interval for name, interval in known if name != _AWAKE)
    stages = {stage: _minutes(_joined(found for name, found in known if name == stage)) for stage in _STAGES}
    asleep_min = _minutes(asleep)
    between = (asleep[-1][1] - asleep[0][0]) / _MINUTE if asleep else 0.0
    is_staged = any(stages.values())
    deep_min, rem_min = (stages[stage] if is_staged else None for stage in _STAGES)
    return SegmentSums(asleep_min, between - asleep_min, deep_min, rem_min)


def _named(segment: object) -> tuple[str, Interval] | None:
    """Return what a segment is, from when to when; None if that cannot be read."""
    if not isinstance(segment, dict):
        return None
    with suppress(ValueError, TypeError):
        start, end = (datetime.fromisoformat(segment[key]) for key in ("startTime", "endTime") if key in segment)
        if start.tzinfo and end.tzinfo and start <= end:
            return str(segment.get("fitnessActivity", "sleep")), (start, end)
    return None


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    """Join intervals that overlap or touch, in order."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _minutes(intervals: Iterable[Interval]) -> float:
    return sum((end - start) / _MINUTE for start, end in intervals)

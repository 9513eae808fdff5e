"""The time zone that an export names itself: in Apple Health's metadata, or in Sleep as Android's column ``Tz``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.plan.zone_names import is_place

MIN_SHARE = 0.9
"""Least share of the records with a zone that must name the same one: fewer are not one home with some journeys."""

_CHUNK_BYTES = 1 << 22
_OVERLAP_BYTES = 256
_APPLE = re.compile(rb'key="HKTimeZone"\s+value="([\w/+-]{1,64})"')
_SLEEP_AS_ANDROID = re.compile(rb'^"\d{9,}","([\w/+-]{1,64})",', re.MULTILINE)


def zones_named(archives: Iterable[Archive]) -> Counter[str]:
    """Count the zones that the records of exports name; empty if they name none.

    Raises
    ------
    ExportRefused
        An archive is damaged.
    """
    return Counter(zone for archive in archives for entry in archive.entries for zone in _zones_in(entry))


def home_of(named: Counter[str]) -> str | None:
    """Return the zone that nearly all records name; None if there is no such zone."""
    if not named:
        return None
    zone, records = named.most_common(1)[0]
    return zone if records >= MIN_SHARE * named.total() else None


def _zones_in(entry: Entry) -> Iterator[str]:
    pattern = _pattern_of(entry)
    if pattern is None:
        return
    with entry.open() as stream:
        kept = b""
        while chunk := stream.read(_CHUNK_BYTES):
            text = kept + chunk
            end = 0
            for match in pattern.finditer(text):
                end = match.end()
                zone = match[1].decode()
                if is_place(zone):
                    yield zone
            kept = text[max(end, len(text) - _OVERLAP_BYTES) :]


def _pattern_of(entry: Entry) -> re.Pattern[bytes] | None:
    head = entry.head(4096)
    if b"<HealthData" in head or b"<!DOCTYPE HealthData" in head:
        return _APPLE
    return _SLEEP_AS_ANDROID if head.startswith(b"Id,Tz,From,To") else None

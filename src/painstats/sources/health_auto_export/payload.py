"""The JSON of Health Auto Export: its objects as rows, and its clock times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.parsing.strict_json import read_documents
from painstats.sources.contract import ReadSettings
from painstats.sources.vendor_rows import object_rows, with_origin

SOURCE_NAME = "health_auto_export"
DEVICE = "health-auto-export"
"""The device of what the app has already merged from all devices: it stays the same when a watch joins the phone during
the day, so that a later file corrects an earlier one."""

PARTS = (
    "metrics", "workouts", "symptoms", "medications", "stateOfMind", "cycleTracking", "ecg", "heartRateNotifications",
)  # fmt: skip

MINUTES_IN = {"hr": 60.0, "h": 60.0, "min": 1.0, "s": 1 / 60, "sec": 1 / 60}
"""Minutes in the units of durations."""

Object = Mapping[str, object]

_HEAD_BYTES = 1 << 12
_OPENING = re.compile(rb'\s*\{\s*"data"\s*:\s*\{\s*(?:\}|"(?:%s)"\s*:\s*\[)' % "|".join(PARTS).encode())
_TWELVE_HOURS = re.compile(r"(\d{4}-\d\d-\d\d) (\d{1,2})(:\d\d:\d\d)\s*([ap])\.?\s*m\.?\s*([+-]\d{4})", re.IGNORECASE)


def is_payload(entry: Entry) -> bool:
    """Whether a file begins as the app's files do; one of a day without data has no parts."""
    return _OPENING.match(entry.head(_HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")) is not None


def parts_of(entry: Entry) -> dict[str, list[Object]]:
    """Return the objects of each part of a file.

    Raises
    ------
    ExportRefused
        ``json_shape``: it is not one object with ``data``, or a part is not an array; and all of ``read_documents``.
    """
    documents = read_documents(entry)
    data = documents[0].get("data") if len(documents) == 1 else None
    if not isinstance(data, dict):
        raise refused("json_shape", entry, 'one JSON object with "data" was expected; export the file again')
    return {part: objects_in(found) for part, found in data.items()}


def objects_in(found: object) -> list[Object]:
    """Return the elements of a JSON array as objects; an empty one for an element that is not an object."""
    return [element if isinstance(element, dict) else {} for element in found] if isinstance(found, list) else []


def points_of(metrics: Sequence[Object]) -> Iterator[tuple[str, list[Object]]]:
    """Yield each metric with its points; a point has the ``units`` of its metric."""
    points: dict[str, list[Object]] = {}
    for metric in metrics:
        found = objects_in(metric.get("data"))
        points.setdefault(str(metric.get("name")), []).extend({"units": metric.get("units"), **each} for each in found)
    yield from points.items()


def rows_of(entry: Entry, objects: Sequence[Object], keys: Sequence[str], settings: ReadSettings) -> pl.DataFrame:
    """Return keys of objects as text, with the origin of what the app merged."""
    plain = [{key: _plain(found) for key, found in each.items()} for each in objects]
    return with_origin(object_rows(entry, plain, keys), settings, SOURCE_NAME, DEVICE, "app")


def source_names(objects: Sequence[Object]) -> pl.Series:
    """Return the names of devices, which can contain those of participants: they are never kept."""
    named = [each.get("source") for each in objects]
    return pl.Series("source_name", [name if isinstance(name, str) and name else None for name in named], pl.String)


def _plain(value: object) -> object:
    """Turn a time of a phone with a 12-hour clock into one of 24 hours; everything else stays as it is."""
    if not isinstance(value, str):
        return value
    clock = _TWELVE_HOURS.fullmatch(value.replace("\u202f", " "))
    if clock is None:
        return value
    day, hour, rest, half, offset = clock.groups()
    return f"{day} {int(hour) % 12 + 12 * (half in 'pP'):02d}{rest} {offset}"

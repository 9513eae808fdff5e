"""Kinds of files in a Fitbit export: by name in an archive of thousands, by content where that is clear."""

from __future__ import annotations

import re

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import header_of

DAILY_MEASURES = {
    "sedentary_minutes": "sedentary_time_min",
    "lightly_active_minutes": "lightly_active_time_min",
    "moderately_active_minutes": "moderately_active_time_min",
    "very_active_minutes": "very_active_time_min",
}
"""Files with one total for each local date, and their measures."""

UNUSED = (
    "altitude", "calories", "demographic_vo2_max", "distance", "estimated_oxygen_variation", "heart_rate",
    "run_vo2_max", "swim_lengths_data", "time_in_heart_rate_zones", "water_logs", "weight",
)  # fmt: skip
"""Files of a Fitbit export that are known but not read."""

SCORES = "sleep_score"
"""Fitbit's own scores of nights (``sleep_score.csv``), which are not read."""

EMPTY, UNCLEAR = "empty", "unclear"
"""A file without data, and a file with timed values of which neither name nor content says what they are."""

GOOGLE_HEADERS = {
    "google_steps": {"timestamp", "steps"},
    "google_sleep_stages": {"sleep_id", "sleep_stage_type", "sleep_stage_start", "sleep_stage_end"},
    "google_sleep": {
        "sleep_id",
        "minutes_asleep",
        "minutes_awake",
        "sleep_start",
        "sleep_end",
        "start_utc_offset",
        "end_utc_offset",
    },
    "google_exercise": {"exercise_start", "exercise_end", "utc_offset"},
    "google_resting_heart_rate": {"timestamp", "beats per minute"},
}
"""Google's tables that are read, in this order, and the columns by which each is recognised."""

MAX_LOOKED_INTO = 300
"""In an archive of at most this many files, those without a known name are opened."""

_USED = ("steps", "sleep", "exercise", *DAILY_MEASURES, "resting_heart_rate")
_BY_TIME = ("steps", *DAILY_MEASURES, "calories", "distance", "altitude")
_NAME = re.compile(
    rf"(?:^|_)(?P<kind>{'|'.join((*_USED, *UNUSED))})(?:-\d+(?:-\d\d-\d\d)?[^/]*)?(?: ?\(\d+\))?\.json$", re.IGNORECASE
)
_WORD = re.compile(rf"(?<![a-z])(?:{'|'.join(_BY_TIME)})(?![a-z])")
_CONTENT = {
    "exercise": re.compile(rb'"logId"\s*:'),
    "resting_heart_rate": re.compile(rb'"dateTime"\s*:\s*".*?"value"\s*:\s*\{', re.DOTALL),
}
_MINUTES = re.compile(rb'"dateTime"\s*:\s*".*?"value"\s*:\s*["\d-]', re.DOTALL)
_SLEEP_LOG = re.compile(rb'"(logId|dateOfSleep)"\s*:')
_ANY_LOG = re.compile(rb'"(dateTime|logId)"\s*:')
_EMPTY = re.compile(rb"\A(\xef\xbb\xbf)?\s*(\[\s*\]|no data)?\s*\Z", re.IGNORECASE)
_FIRST_OBJECT = rb"\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"
_TIMED = (
    _FIRST_OBJECT
    + rb'"dateTime"\s*:\s*"(?:\d\d/\d\d/\d\d|\d{4}-\d\d-\d\d)[ T]\d\d:\d\d:\d\d(?:\.\d+)?"\s*,\s*"value"\s*:\s*'
)
_SHAPES = {
    "exercise": re.compile(_FIRST_OBJECT + rb'"logId"\s*:.*?"activityName"\s*:', re.DOTALL),
    "resting_heart_rate": re.compile(_TIMED + rb'\{\s*"date"\s*:'),
    "heart_rate": re.compile(_TIMED + rb'\{\s*"bpm"\s*:'),
    UNCLEAR: re.compile(_TIMED + rb'["\d-]'),
}
"""How files begin that can be recognised by content alone."""

_SCORES = b"sleep_log_entry_id,"
_HEAD_BYTES = 4096
_FIRST_LINE = re.compile(rb'\s*[^\s"\xef][^"\r\n]*[\r\n]')  # not where it is quoted or begins with a mark
_TYPICAL = re.compile(rb"steps|sleep_id|exercise_start|beats per minute")
"""Words in the headers of these tables; an archive has thousands of other CSVs, which they skip quickly."""

_REPEATED = "distance millimeters"
_TIMED_ROW = re.compile(rb'^"?\d{4}-\d\d-\d\d[T ](\d\d:\d\d:\d\d)', re.MULTILINE)


def recognises(archive: Archive) -> bool:
    """Whether an export contains anything to read; a bare file is also recognised if its kind is not used."""
    worth = {*_USED, *GOOGLE_HEADERS}
    if not archive.is_packed:
        return fitbit_kind(archive.entries[0], archive) in {*worth, *UNUSED, SCORES, EMPTY, UNCLEAR}
    kinds = [fitbit_kind(entry, archive) for entry in archive.entries]
    return not worth.isdisjoint(kinds) or (bool(kinds) and set(kinds) == {UNCLEAR})


def is_usual_file(archive: Archive) -> bool:
    """Whether a bare file has the name and the content of a file of an export."""
    [entry] = archive.entries
    has_usual_name = entry.label.lower().endswith(".csv") or _NAME.search(entry.label)
    return bool(has_usual_name) and fitbit_kind(entry, archive) not in {None, UNCLEAR}


def fitbit_kind(entry: Entry, archive: Archive) -> str | None:
    """Say what an entry is: a kind of JSON file, one of ``GOOGLE_HEADERS``, ``EMPTY`` or ``UNCLEAR``."""
    label = entry.label.lower()
    is_bare = entry.member is None
    if label.endswith(".csv") or is_bare:
        if label.endswith(".csv") and entry.head(_HEAD_BYTES).lstrip(b"\xef\xbb\xbf").startswith(_SCORES):
            return SCORES
        table = google_table(entry, looks_inside=len(archive.entries) <= MAX_LOOKED_INTO)
        if table or label.endswith(".csv"):
            return table
    named = _NAME.search(label)
    kind = named["kind"] if named else None
    if is_bare or kind in _USED:
        return _by_name(entry.head(_HEAD_BYTES), kind, label)
    # An archive has thousands of files that are not read, and opening each would take too long.
    if kind or not label.endswith(".json") or len(archive.entries) > MAX_LOOKED_INTO:
        return None
    try:
        return _by_content(entry.head(_HEAD_BYTES), label)
    except ExportRefused:  # a file without a known name, perhaps of another source
        return None


def google_table(entry: Entry, *, looks_inside: bool) -> str | None:
    """Say which of Google's tables a CSV is, by its header."""
    head = entry.head(_HEAD_BYTES)
    first_line = _FIRST_LINE.match(head)
    if first_line and not _TYPICAL.search(first_line[0]):
        return None
    header = set(header_of(entry))
    if "local_date_time" in header or _REPEATED in header:
        return None  # a RAPIDS stream, or the steps of walks (Live Pace), which the table of steps also contains
    kind = next((kind for kind, columns in GOOGLE_HEADERS.items() if columns <= header), None)
    # Heart rate samples have the same columns as daily resting heart rates, but are not all at midnight.
    if kind == "google_resting_heart_rate" and "resting" not in entry.label.lower():
        return kind if looks_inside and set(_TIMED_ROW.findall(head)) == {b"00:00:00"} else None
    return kind


def _by_name(head: bytes, kind: str | None, label: str) -> str | None:
    """Say what a file is by its name if the content fits the name, else by its content."""
    if kind and _EMPTY.match(head):
        return EMPTY
    content = _CONTENT.get(kind or "", _MINUTES) if kind in _USED else _ANY_LOG
    if kind and kind != "sleep" and b"dateOfSleep" not in head and content.search(head):
        return kind
    return _by_content(head, label)


def _by_content(head: bytes, label: str) -> str | None:
    """Say what a file is by its content; timed values all look alike, so there any known word in the name decides."""
    if b"dateOfSleep" in head and _SLEEP_LOG.search(head):
        return "sleep"
    shape = next((kind for kind, pattern in _SHAPES.items() if pattern.match(head)), None)
    words = set(_WORD.findall(re.sub(r"[^a-z]+", "_", label)))
    return words.pop() if shape == UNCLEAR and len(words) == 1 else shape

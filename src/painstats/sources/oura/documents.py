"""JSON of Oura's API: the answer of one endpoint, pages of answers, or the answers of many endpoints under one root."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from painstats.archive.entries import Entry, shown
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.strict_json import read_documents, read_objects
from painstats.sources.contract import NOT_READ
from painstats.sources.oura.columns import KINDS, OuraTable

JsonObject = dict[str, object]

_KEYS = {kind.name: re.compile("|".join(rf'"{key}"\s*:' for key in kind.known_by).encode()) for kind in KINDS[1:]}
_ENDPOINT = re.compile(rb'"daily_(?:activity|readiness|sleep|spo2|stress|resilience)"\s*:\s*[\[{]')
_BLANK = b"\xef\xbb\xbf \t\r\n"
_CONTRIBUTORS = b'"contributors"'
_GLANCE_BYTES, _HEAD_BYTES = 1 << 12, 1 << 16


def is_json(entry: Entry) -> bool:
    """Whether a file begins as JSON does."""
    return entry.head(_GLANCE_BYTES).lstrip(_BLANK).startswith((b"[", b"{"))


def is_document(entry: Entry) -> bool:
    """Whether the beginning of a JSON file has the keys of a kind that is read, or the name of a daily endpoint."""
    glance = entry.head(_GLANCE_BYTES)
    likely = [kind for kind in KINDS[1:] if _KEYS[kind.name].search(glance)]
    is_daily = bool(_ENDPOINT.search(glance))
    if not likely and not is_daily:
        return False
    head = entry.head(_HEAD_BYTES)
    return (is_daily and _CONTRIBUTORS in head) or any(_has_keys(head, kind) for kind in likely)


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one endpoint; its name is empty where the file holds only one."""

    name: str
    records: list[JsonObject]

    @property
    def kind(self) -> OuraTable | None:
        """What the records are, by the keys of all of them; None if they are not read."""
        keys = {key for record in self.records for key in record}
        return next((kind for kind in KINDS[1:] if kind.is_known_by(keys)), None)


def sections(entry: Entry) -> list[Section]:
    """Return the records of each endpoint that has any.

    Raises
    ------
    ExportRefused
        As :func:`painstats.parsing.strict_json.read_objects`.
    """
    if entry.head(_GLANCE_BYTES).lstrip(_BLANK).startswith(b"["):
        return [Section("", _records(read_objects(entry)))]
    documents = read_documents(entry)
    if any("data" in document for document in documents) or len(documents) > 1:
        return [Section("", _records(documents))]
    named = (Section(name, _records(answer)) for document in documents for name, answer in document.items())
    return [section for section in named if section.records]


def unread(entry: Entry, found: list[Section]) -> Iterator[Batch]:
    """Count the records of endpoints that are not read, and say what scores of sleep lack."""
    for section in found:
        if not section.kind:
            name = f"{shown(section.name)}: an" if section.name else "an"
            yield Ignored(entry.label, len(section.records), f"{name} Oura table that is not used")
    names = {section.name for section in found}
    if "daily_sleep" in names and "sleep" not in names:
        yield Note(
            entry.label, f"{NOT_READ}daily_sleep has scores but no times of sleep; export the endpoint sleep too"
        )


def once_each(entry: Entry, records: list[JsonObject]) -> tuple[list[JsonObject], list[Batch]]:
    """Return the last record of each id: pages that were requested again repeat days, first half full, later whole."""
    last = {str(record.get("id") or place): record for place, record in enumerate(records)}
    n_repeated = len(records) - len(last)
    reason = "records that occur again later in the file"
    return list(last.values()), [Ignored(entry.label, n_repeated, reason)] if n_repeated else []


def _records(answer: object) -> list[JsonObject]:
    """Return the objects of an answer: an array of them, one page ``{"data": […]}``, or an array of pages."""
    if isinstance(answer, list):
        return [record for element in answer for record in _records_of(element)]
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        return _records(answer["data"])
    return []


def _records_of(element: object) -> list[JsonObject]:
    if not isinstance(element, dict):
        return [{}]
    return _records(element) if isinstance(element.get("data"), list) else [element]


def _has_keys(head: bytes, kind: OuraTable) -> bool:
    return len({found.split(b'"')[1] for found in _KEYS[kind.name].findall(head)}) == len(kind.known_by)

"""The format that an unrecognised file resembles most, and what it lacks of it, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, shown
from painstats.parsing.csv_text import header_of
from painstats.sources.contract import Source
from painstats.sources.vendor_rows import delimiter_of

LEAST_SHARE = 0.6
LEAST_COMMON = 2
"""Share and number of a format's names that a file must have to resemble it."""

MOST_ENTRIES = 20
"""So many files of an archive are compared."""

COMMON_NAMES = frozenset(
    {
        "activity", "category", "data", "date", "day", "detail", "end", "end_time", "from", "id", "kind", "metrics",
        "mood", "name", "start", "start_date", "start_time", "steps", "time", "timestamp", "to", "type", "units",
        "value",
    }
)  # fmt: skip
"""Names that any table can have; together they make no format."""

_JSON_KEY = re.compile(rb'"([^"\\\r\n]{1,80})"\s*:')
_HEAD_BYTES = 1 << 16
_KNOWN = (
    (
        re.compile(rb"<ClinicalDocument"),
        "it is the export_cda.xml of an Apple Health export, in which there is nothing that painstats reads; give "
        "export.zip, or the larger XML file beside it",
    ),
    (
        re.compile(rb"Date.*(?:Step Count \(count\)|Sleep Analysis \[)"),
        "it is a CSV of Health Auto Export; choose JSON as its export format in the app",
    ),
)
"""How files begin that other formats come with, and what to give instead."""


@dataclass(frozen=True, slots=True)
class _Near:
    """How much of a format a file has: the share of its names, and those that it lacks or spells differently."""

    share: float
    title: str
    label: str
    lacking: tuple[str, ...]
    is_json: bool


def nearest_format(archive: Archive, sources: Sequence[Source]) -> str | None:
    """Return a sentence about the nearest format; None if no format, or more than one, is near.

    Parameters
    ----------
    sources
        Their ``telltales`` are compared with the columns or keys of the files, whatever the case of letters.
    """
    entries = archive.entries[:MOST_ENTRIES]
    for pattern, instead in _KNOWN:
        if any(pattern.search(entry.head(_HEAD_BYTES)) for entry in entries):
            return instead
    found = [near for entry in entries for near in _near(entry, sources)]
    best = max((near.share for near in found), default=0.0)
    nearest = [near for near in found if near.share == best]
    if len({near.title for near in nearest}) != 1:
        return None
    near = nearest[0]
    where = f" of {shown(near.label)}" if archive.is_packed else ""
    what = "key" if near.is_json else "column"
    lacks = f"{what}{'s' if len(near.lacking) > 1 else ''} {', '.join(near.lacking)}"
    return f"the nearest format{where} is {near.title}, but it lacks the {lacks}; give the file as it came from the app"


def _near(entry: Entry, sources: Sequence[Source]) -> list[_Near]:
    is_json = entry.head(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"[", b"{"))
    names = _keys(entry) if is_json else header_of(entry, delimiter=delimiter_of(entry))
    folded = {name.casefold(): name for name in names}
    near = []
    for source in sources:
        for telltale in source.telltales:
            common = {name.casefold() for name in telltale} & folded.keys()
            share = len(common) / len(telltale)
            lacking = tuple(_lacking(name, folded) for name in telltale if name not in names)
            if len(common) >= LEAST_COMMON and share >= LEAST_SHARE and lacking and not common <= COMMON_NAMES:
                near.append(_Near(share, source.title, entry.label, lacking, is_json))
    return near


def _lacking(name: str, folded: dict[str, str]) -> str:
    other = folded.get(name.casefold())
    return f"{name} (here {shown(other)})" if other else name


def _keys(entry: Entry) -> tuple[str, ...]:
    found = _JSON_KEY.findall(entry.head(_HEAD_BYTES))
    return tuple(dict.fromkeys(key.decode(errors="replace") for key in found))

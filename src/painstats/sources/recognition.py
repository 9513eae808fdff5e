"""An archive that holds more than one export: which format takes which of its entries, each looked at on its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

from painstats.archive.archive import Entry, Export, alone
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import is_utf16
from painstats.sources.contract import NOT_READ, Noted, ReadSettings, Source
from painstats.sources.diaries.advice import undeclared_form

_NUMBERS = re.compile(r"[0-9A-Fa-f]{8,}|\d+")
_TABLES = (".csv", ".tsv", ".txt")

UTF16 = "it is UTF-16 text, which nothing that painstats reads is written in; save it as UTF-8 and give that"
"""What is said of a text in an encoding that no format recognises it in."""


def taken_entries(
    export: Export, sources: Sequence[Source], settings: ReadSettings
) -> dict[Source | None, list[Entry]]:
    """Sort the entries of an archive by the first format that takes each; under None stand those that none takes.

    Of entries whose names differ in numbers alone three are looked at, and the others only if these differ.
    """
    taken: defaultdict[Source | None, list[Entry]] = defaultdict(list)
    for family in _families(export, settings):
        takers = {taker_of(export, family[place], sources, settings) for place in (0, len(family) // 2, -1)}
        if len(takers) == 1:
            taken[takers.pop()] += family
            continue
        for entry in family:
            taken[taker_of(export, entry, sources, settings)].append(entry)
    return dict(taken)


def taker_of(export: Export, entry: Entry, sources: Sequence[Source], settings: ReadSettings) -> Source | None:
    """Return the first format that recognises one entry of an archive on its own."""
    with suppress(ExportRefused):
        return next((source for source in sources if source.recognises(alone(export, entry), settings)), None)
    return None


def unread_tables(export: Export, whole: Source, settings: ReadSettings) -> Iterator[Noted]:
    """Note the tables of an archive that its format does not know, and that look like diaries or are in UTF-16."""
    if len(export.entries) < 2:
        return
    for first, *others in _families(export, settings):
        if not first.label.lower().endswith(_TABLES) or taker_of(export, first, (whole,), settings):
            continue
        more = f" (like {len(others)} more of such a name)" if others else ""
        if undeclared_form(first):
            yield Noted(
                first.label,
                f"{NOT_READ}it looks like a diary{more}, and study.toml declares none of that name; if it is one, put "
                "it into the inbox by itself, and the next run says what to write into study.toml",
            )
        elif is_utf16(first):
            yield Noted(first.label, f"{NOT_READ}{UTF16}{more}")


def _families(export: Export, settings: ReadSettings) -> Iterator[list[Entry]]:
    """Group entries whose names differ in numbers alone, as thousands of files of one kind do.

    What the pattern of a declared diary fits stands alone, because there the name decides.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in export.entries:
        is_declared = any(plan.matches(entry.label) for plan in settings.diaries)
        found[entry.name if is_declared else _NUMBERS.sub("#", entry.name)].append(entry)
    yield from found.values()

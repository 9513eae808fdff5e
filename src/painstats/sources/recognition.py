"""Which source reads an archive, and an archive that holds several exports: which source takes which of its entries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Note
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import is_utf16
from painstats.sources.contract import NOT_READ, ReadSettings, Source
from painstats.sources.diaries.conclusion import conclude

_NUMBERS = re.compile(r"[0-9A-Fa-f]{8,}|\d+")
_TABLES = (".csv", ".tsv", ".txt")

UTF16 = "it is UTF-16 text, an encoding that painstats reads only where study.toml declares it; save it as UTF-8"
"""What a message says of a text in an encoding in which no source recognises it."""


def recognises_once(source: Source, archive: Archive, settings: ReadSettings) -> bool:
    """Whether a source recognises an archive; it is asked only once, since the archive keeps its answer.

    Of the settings only the declared diaries decide.
    """
    kept = archive.answers.get(source.name)
    if kept is None or kept[0] != settings.diaries:
        kept = archive.answers[source.name] = (settings.diaries, source.recognises(archive, settings))
    return kept[1]


def first_taker(archive: Archive, sources: Sequence[Source], settings: ReadSettings) -> Source | None:
    """Return the first source that recognises an archive."""
    return next((source for source in sources if recognises_once(source, archive, settings)), None)


def taken_entries(
    archive: Archive, sources: Sequence[Source], settings: ReadSettings
) -> dict[Source | None, list[Entry]]:
    """Sort the entries of an archive by the first source that takes each; entries that none takes are under None.

    Of entries whose names differ in numbers alone three are looked at, and the others only if these differ.
    """
    taken: defaultdict[Source | None, list[Entry]] = defaultdict(list)
    for family in _families(archive, settings):
        looked_at = {0, len(family) // 2, len(family) - 1}
        takers = {taker_of(archive, family[place], sources, settings) for place in looked_at}
        if len(takers) == 1:
            taken[takers.pop()] += family
            continue
        for entry in family:
            taken[taker_of(archive, entry, sources, settings)].append(entry)
    return dict(taken)


def taker_of(archive: Archive, entry: Entry, sources: Sequence[Source], settings: ReadSettings) -> Source | None:
    """Return the first source that recognises one entry of an archive on its own."""
    with suppress(ExportRefused):
        return first_taker(archive.single(entry), sources, settings)
    return None


def unread_tables(archive: Archive, whole: Source, settings: ReadSettings) -> Iterator[Note]:
    """Note the tables of an archive that its source does not know, and that look like diaries or are in UTF-16."""
    if len(archive.entries) < 2:
        return
    for first, *others in _families(archive, settings):
        if not first.label.lower().endswith(_TABLES) or taker_of(archive, first, (whole,), settings):
            continue
        more = f" (like {len(others)} more with such a name)" if others else ""
        if _is_diary(first, settings):
            yield Note(
                first.label,
                f"{NOT_READ}it looks like a diary{more}, but study.toml declares none with that name; if it is one, "
                "put it into the inbox by itself",
            )
        elif is_utf16(first):
            yield Note(first.label, f"{NOT_READ}{UTF16}{more}")


def _is_diary(entry: Entry, settings: ReadSettings) -> bool:
    with suppress(ExportRefused):
        return conclude(entry, {}, settings.today).is_diary
    return False


def _families(archive: Archive, settings: ReadSettings) -> Iterator[list[Entry]]:
    """Group entries whose names differ in numbers alone, as thousands of files of one kind do.

    An entry that matches the pattern of a declared diary is not grouped, because there the name decides.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in archive.entries:
        is_declared = any(plan.matches(entry.label) for plan in settings.diaries)
        found[entry.name if is_declared else _NUMBERS.sub("#", entry.name)].append(entry)
    yield from found.values()

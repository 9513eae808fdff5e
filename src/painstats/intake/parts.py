"""Which exports an archive holds: an unpacked folder or a zip can hold some of their own beside what it is itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from painstats.archive.archive import Archive, open_archive
from painstats.archive.entries import ZIP_MAGIC, Entry
from painstats.errors import ExportRefused
from painstats.sources import SOURCES
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.recognition import first_taker, recognises_once, taken_entries


@dataclass(frozen=True, slots=True)
class Parts:
    """An archive without the exports of their own in it, and these by name: an entry's, or that of their source.

    An ignored file of a folder is left out of the whole; it has no archive.
    """

    whole: Archive
    own: Mapping[str, Archive | None]


# --- folders ---


def parts_of_folder(
    folder: Path, settings: ReadSettings, is_ignored: Callable[[Path], bool] = lambda _: False
) -> Parts | None:
    """Return the exports that an unpacked folder holds; None if the folder is no export as a whole.

    A file is part of the whole if the source of the whole takes it, or if no source does, unless the plan ignores it.
    """
    try:
        archive = open_archive(folder)
        source = first_taker(archive, SOURCES, settings)
        if source is None:
            return None
        own: dict[str, Archive | None] = {}
        for entry in archive.entries:
            if is_ignored(folder / entry.name):
                own[entry.name] = None
            elif (file := _own_export(archive, entry, source, settings)) is not None:
                own[entry.name] = file
        parts = Parts(archive.without(own), own)
        return parts if recognises_once(source, parts.whole, settings) else None
    except Exception:  # whatever is wrong with one of its files is reported when that file is read
        return None


def _own_export(archive: Archive, entry: Entry, whole: Source, settings: ReadSettings) -> Archive | None:
    """Return a file of an unpacked folder that is an export of its own."""
    with suppress(ExportRefused):
        if entry.head(len(ZIP_MAGIC[0])).startswith(ZIP_MAGIC):
            packed = open_archive(archive.file(entry).path)
            return packed if first_taker(packed, SOURCES, settings) or parts_of_zip(packed, settings).own else None
        file = archive.file(entry)
        return file if first_taker(file, _with_first(whole), settings) not in (None, whole) else None
    return None


# --- zips ---


def parts_of_zip(archive: Archive, settings: ReadSettings) -> Parts:
    """Return the exports that a zip holds.

    The whole is what the source that recognises the zip takes, and what none takes. The entries of another source are
    one export if it can read them together, as all but diaries can.
    """
    if archive.is_folder or len(archive.entries) < 2:
        return Parts(archive, {})
    whole = first_taker(archive, SOURCES, settings)
    taken = taken_entries(archive, _with_first(whole), settings)
    rest = taken.pop(whole, []) + taken.pop(None, [])
    parts = [named for source, entries in taken.items() for named in _archives(archive, source, entries, settings)]
    own = dict(parts if rest else parts[1:])  # where every entry is taken, the first export is the zip itself
    names = {entry.name for part in own.values() for entry in part.entries}
    return Parts(archive.without(names), own)


def _archives(
    archive: Archive, source: Source | None, entries: list[Entry], settings: ReadSettings
) -> list[tuple[str, Archive]]:
    """Return the entries that a source takes as one archive, or as one each."""
    part = archive.part({entry.name for entry in entries})
    if len(entries) > 1 and source and recognises_once(source, part, settings):
        return [(source.name, part)]
    return [(entry.name, archive.single(entry)) for entry in entries]


def _with_first(whole: Source | None) -> tuple[Source, ...]:
    """Return all sources in the order in which they are tried, but one before the others."""
    return SOURCES if whole is None else (whole, *(source for source in SOURCES if source is not whole))

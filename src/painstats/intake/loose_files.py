"""Loose files of one export in a folder of the inbox, such as those of a Fitbit archive, read together.

Only together do they show which time zone they want, which night was staged, and which steps are covered twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from painstats.archive.archive import Archive, FileState, open_archive
from painstats.archive.entries import Entry, FolderFile
from painstats.errors import ExportRefused
from painstats.intake.inbox_file import InboxFile
from painstats.sources import SOURCES
from painstats.sources.contract import Source

_SUFFIXES = (".json", ".csv")


def with_loose_files_joined(files: Sequence[InboxFile]) -> list[InboxFile]:
    """Return files, with those of one folder and format that belong together as one, in place of the last of them.

    Files directly in the inbox stay single: an erasure finds them by their own content, as they are in no folder of
    the participant.
    """
    by_folder: defaultdict[Path, list[InboxFile]] = defaultdict(list)
    for file in files:
        if file.participant_id and not file.archive and file.has_utf8_name and file.path.suffix.lower() in _SUFFIXES:
            by_folder[file.path.parent].append(file)
    places: dict[InboxFile, InboxFile | None] = {}
    for loose in by_folder.values():
        places |= _joined(loose) if len(loose) > 1 else {}
    return [kept for file in files if (kept := places.get(file, file)) is not None]


def _joined(loose: Sequence[InboxFile]) -> dict[InboxFile, InboxFile | None]:
    """Return files opened, and an export of several in place of the last of them and nothing in place of the others."""
    members: defaultdict[str, list[InboxFile]] = defaultdict(list)
    opened: dict[InboxFile, InboxFile | None] = {}
    for file in loose:
        try:
            found = replace(file, archive=open_archive(file.path))
            source = _source_of_several(found)
        except ExportRefused:  # reported when the file is read
            continue
        opened[file] = found
        if source:
            members[source.name].append(found)
    for name, several in members.items():
        if len(several) > 1:
            opened |= dict.fromkeys(several, None)
            opened[several[-1]] = _together(f"{name} files", several)
    return opened


def _source_of_several(file: InboxFile) -> Source | None:
    archive = file.archive
    if archive is None or archive.is_packed:
        return None
    return next((each for each in SOURCES if each.belongs_with_others and each.belongs_with_others(archive)), None)


def _together(name: str, files: Sequence[InboxFile]) -> InboxFile:
    """Return one export of several bare files, as if they were a folder of their own."""
    heads: dict[str, bytes] = {}
    entries: list[Entry] = []
    states: dict[Path, FileState] = {}
    for archive in sorted((file.archive for file in files if file.archive), key=lambda each: each.path.name):
        [entry] = archive.entries
        heads |= entry.heads
        entries.append(Entry(entry.name, entry.size_bytes, archive.path.parent, FolderFile(archive.path), heads))
        states |= archive.states
    last = files[-1]
    folder = last.path.parent
    whole = Archive(folder, name, tuple(entries), states=states)
    return replace(last, path=folder, name=str(Path(last.name).parent / name), archive=whole, is_joined=True)

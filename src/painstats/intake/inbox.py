"""List the inbox: each file, or each folder that is one unpacked export, with the participant its folder names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from painstats.archive.archive import part_of
from painstats.archive.entries import ZIP_MAGIC, Entry, FolderFile, is_utf8, shown, utf8
from painstats.errors import ExportRefused, StudyError
from painstats.plan.study import Study
from painstats.sources import SOURCES, Export, ReadSettings, Source, open_export
from painstats.sources.recognition import taken_entries, taker_of


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox, or a folder that is one export, and whose it is (None where only it itself can say).

    ``without`` names files in a folder or zip that are exports of their own; ``only`` names the entries of a zip that
    are this one, and is empty for all of them. ``has_utf8_name`` is False for a file or folder whose name is not UTF-8:
    ``name`` has those bytes escaped, and nothing of it can be read.
    """

    path: Path
    name: str
    participant_id: str | None
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    has_utf8_name: bool = True


def list_inbox(study: Study) -> list[InboxFile]:
    """List what is in the inbox, the oldest first, with the participant that its folder names."""
    if not study.inbox.is_dir():
        raise StudyError(f"{study.inbox} is missing; make it and put the exported files in")
    unpacked = _unpacked_exports(study)
    paths = [
        path for path in _walked(study.inbox, unpacked) if not any(map(is_hidden, path.relative_to(study.inbox).parts))
    ]
    # What is read first has the lower number; which of two contradicting files counts does not depend on it.
    paths.sort(key=lambda path: (path.lstat().st_mtime_ns, str(path)))
    files = []
    for path in paths:
        below = path.relative_to(study.inbox)
        if _is_ignored(study, path):
            continue
        participant = utf8(below.parts[0]) if len(below.parts) > 1 else None
        name = str(below)
        files.append(
            InboxFile(path, utf8(name), participant, unpacked.get(path, frozenset()), has_utf8_name=is_utf8(name))
        )
    return files


def refuse_unusable_name(file: InboxFile) -> None:
    """Refuse a file whose name cannot be stored or printed.

    Raises
    ------
    ExportRefused
        ``name_not_utf8``.
    """
    if not file.has_utf8_name:
        raise ExportRefused(
            "name_not_utf8",
            f"{shown(file.path.name)}: the name is not UTF-8 (the bytes written as \\x… here); rename it and run again",
        )


def _is_ignored(study: Study, path: Path) -> bool:
    below = str(path.relative_to(study.inbox))
    return any(fnmatch(path.name, pattern) or fnmatch(below, pattern) for pattern in study.plan.inbox.ignore)


def is_hidden(name: str) -> bool:
    """Whether a file or folder belongs to the system or a synchroniser, not to a person."""
    return name.startswith((".", "@", "__MACOSX"))


def participant_folders(study: Study) -> list[str]:
    """Name the folders of the inbox that can belong to a participant, in order."""
    names = (path.name for path in study.inbox.iterdir() if path.is_dir() and not is_hidden(path.name))
    return sorted(filter(is_utf8, names))


def _walked(folder: Path, unpacked: dict[Path, frozenset[str]]) -> Iterator[Path]:
    """Walk a folder, also through links to folders, each once; what is no file is found too, to be refused.

    A folder whose name is not UTF-8 is found instead of what is in it.
    """
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        unusable = [name for name in folders if not is_utf8(name)]
        folders[:] = [name for name in folders if is_utf8(name)]
        if Path(parent) in unpacked:
            folders.clear()
            yield Path(parent)
            yield from (Path(parent) / name for name in sorted(unpacked[Path(parent)]))
            continue
        yield from (Path(parent) / name for name in (*names, *unusable))


# --- unpacked archives ---


def _unpacked_exports(study: Study) -> dict[Path, frozenset[str]]:
    """Find the folders directly below a participant's that are one export, each with its files that are not part."""
    found = {}
    for person in (study.inbox / name for name in participant_folders(study)):
        settings = ReadSettings(person.name, study.time_zones, study.plan.diaries)
        for folder in sorted(path for path in person.iterdir() if path.is_dir() and not is_hidden(path.name)):
            if not is_utf8(folder.name):
                continue
            without = own_exports_in(folder, settings, lambda path: _is_ignored(study, path))
            if without is not None:
                found[folder] = without
    return found


def own_exports_in(
    folder: Path, settings: ReadSettings, is_ignored: Callable[[Path], bool] = lambda _: False
) -> frozenset[str] | None:
    """Return the files of an unpacked export that are exports of their own; None if the folder is no export as a whole.

    A file is part of the whole if the format of the whole takes it, or if no format does, unless the plan ignores it.
    """
    try:
        export = open_export(folder)
        source = next((source for source in SOURCES if source.recognises(export, settings)), None)
        if source is None:
            return None
        own = frozenset(
            entry.name
            for entry in export.entries
            if is_ignored(folder / entry.name) or _stands_alone(entry, source, settings)
        )
        return own if not own or source.recognises(open_export(folder, own), settings) else None
    except Exception:  # whatever is wrong with one of its files is said when that file is read
        return None


def _stands_alone(entry: Entry, whole: Source, settings: ReadSettings) -> bool:
    if not isinstance(entry.member, FolderFile):
        return False
    path = entry.member.path
    with suppress(ExportRefused):
        if entry.head(len(ZIP_MAGIC[0])).startswith(ZIP_MAGIC):
            packed = open_export(path)
            return any(source.recognises(packed, settings) for source in SOURCES) or len(split(packed, settings)) > 1
        heads = {path.name: entry.heads[entry.name]} if entry.name in entry.heads else {}
        bare = Entry(path.name, entry.size_bytes, path, None, heads)
        return taker_of(Export(path, (bare,)), bare, _first(whole), settings) not in (None, whole)
    return False


# --- zips ---


def exports_in_zip(file: InboxFile, settings: ReadSettings) -> tuple[InboxFile, ...]:
    """Return the exports that a file is, if it is a zip that holds several: the zip without the others comes last."""
    if file.path.is_dir():
        return (file,)
    try:
        parts = split(open_export(file.path), settings)
    except Exception:  # whatever is wrong with one of its entries is said when that entry is read
        return (file,)
    own = [replace(file, name=f"{file.name}/{name}", only=entries) for name, entries in parts[1:]]
    return (*own, replace(file, without=frozenset(name for each in own for name in each.only)))


def split(export: Export, settings: ReadSettings) -> list[tuple[str, frozenset[str]]]:
    """Say which exports an archive holds: a name for each, and the names of its entries.

    The first stands for the archive itself: what the format that recognises the archive takes, and what none takes.
    The entries of another format are one export if it can read them together, as it can read all but diaries.
    """
    if len(export.entries) < 2:
        return [("", frozenset())]
    whole = next((source for source in SOURCES if source.recognises(export, settings)), None)
    taken = taken_entries(export, _first(whole), settings)
    rest = taken.pop(whole, []) + taken.pop(None, [])
    parts = [("", frozenset(entry.name for entry in rest))] if rest else []
    for source, entries in taken.items():
        names = frozenset(entry.name for entry in entries)
        if len(names) > 1 and source and source.recognises(part_of(export, names), settings):
            parts.append((source.name, names))
        else:
            parts += [(entry.name, frozenset({entry.name})) for entry in entries]
    return parts


def _first(whole: Source | None) -> tuple[Source, ...]:
    """Return all formats in the order in which they are tried, but one before the others."""
    return SOURCES if whole is None else (whole, *(source for source in SOURCES if source is not whole))

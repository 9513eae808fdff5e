"""List the inbox: each file, or each folder that is one unpacked export, with the participant its folder names."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from painstats.archive.archive import Archive
from painstats.archive.entries import is_utf8, utf8
from painstats.errors import StudyError
from painstats.intake.inbox_file import InboxFile
from painstats.intake.loose_files import with_loose_files_joined
from painstats.intake.parts import Parts, parts_of_folder
from painstats.intake.read_settings import settings_of
from painstats.parsing.participant_ids import folded
from painstats.plan.study import Study

MOST_OPEN_ENTRIES = 50_000
"""About so many entries of archives are held open at a time; an entry takes about 0.6 kB."""


def list_inbox(study: Study) -> list[InboxFile]:
    """List what is in the inbox, the oldest first, with the participant that its folder names.

    Folders that may be one unpacked export are opened for it; everything else is opened when it is read. For a shard,
    this is what is in the folders of its participants, and the files of several participants.

    Raises
    ------
    StudyError
        The inbox is missing.
    """
    if not study.inbox.is_dir():
        raise StudyError(f"{study.inbox} is missing; create it and put the exported files into it")
    unpacked = _unpacked_exports(study)
    paths = [
        path
        for path in _walked(study.inbox, unpacked.left_out)
        if not any(map(is_hidden, path.relative_to(study.inbox).parts))
    ]
    # What is read first has the lower number; which of two contradicting files counts does not depend on it.
    paths.sort(key=lambda path: (path.lstat().st_mtime_ns, str(path)))
    files = []
    for path in paths:
        below = path.relative_to(study.inbox)
        if _is_ignored(study, path):
            continue
        participant = utf8(below.parts[0]) if len(below.parts) > 1 else None
        if not is_dealt_to(study, participant):
            continue
        name = str(below)
        left_out = unpacked.left_out.get(path, frozenset[str]())
        archive = unpacked.archives.get(path)
        files.append(InboxFile(path, utf8(name), participant, is_utf8(name), left_out, archive))
    return with_loose_files_joined(files)


def _is_ignored(study: Study, path: Path) -> bool:
    below = str(path.relative_to(study.inbox))
    return any(fnmatch(path.name, pattern) or fnmatch(below, pattern) for pattern in study.plan.inbox.ignore)


def is_dealt_to(study: Study, participant: str | None) -> bool:
    """Whether a study or shard reads a participant's files; None for files of several participants, which all read."""
    return study.shard is None or participant is None or study.shard.holds(folded(participant))


def is_hidden(name: str) -> bool:
    """Whether a file or folder belongs to the system or a synchroniser, not to a participant."""
    return name.startswith((".", "@", "__MACOSX"))


def participant_folders(study: Study) -> list[str]:
    """Name the folders of the inbox that can belong to a participant, in order."""
    names = (path.name for path in study.inbox.iterdir() if path.is_dir() and not is_hidden(path.name))
    return sorted(filter(is_utf8, names))


def _walked(folder: Path, unpacked: Mapping[Path, Collection[str]]) -> Iterator[Path]:
    """Walk a folder, also through links to folders, each once; pipes and devices are found too, to be refused.

    A folder with a name that is not UTF-8 is found instead of what is in it.
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


# --- unpacked folders ---


@dataclass(slots=True)
class _Unpacked:
    """The folders that are one export: what each leaves out, and the archives that were opened, by path."""

    left_out: dict[Path, frozenset[str]] = field(default_factory=dict)
    archives: dict[Path, Archive] = field(default_factory=dict)
    n_entries: int = 0

    def add(self, folder: Path, parts: Parts) -> None:
        """Add a folder; its archives are kept unless too many entries are open already."""
        self.left_out[folder] = frozenset(parts.own)
        archives = {folder: parts.whole} | {folder / name: file for name, file in parts.own.items() if file}
        self.n_entries += sum(len(archive.entries) for archive in archives.values())
        if self.n_entries <= MOST_OPEN_ENTRIES:
            self.archives |= archives


def _unpacked_exports(study: Study) -> _Unpacked:
    """Find the folders directly below a participant's that are one export."""
    found = _Unpacked()
    for owner in (study.inbox / name for name in participant_folders(study) if is_dealt_to(study, name)):
        settings = settings_of(study, owner.name)
        for folder in sorted(path for path in owner.iterdir() if path.is_dir() and not is_hidden(path.name)):
            parts = parts_of_folder(folder, settings, partial(_is_ignored, study)) if is_utf8(folder.name) else None
            if parts is not None:
                found.add(folder, parts)
    return found

"""List the inbox: each file, or each folder that is one unpacked export, with the participant its folder names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from painstats.archive.archive import Archive, open_archive
from painstats.archive.entries import is_utf8, shown, utf8
from painstats.errors import ExportRefused, StudyError
from painstats.intake.parts import Parts, parts_of_folder
from painstats.plan.study import Study
from painstats.sources.contract import ReadSettings


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox, a folder that is one export, or some entries of a zip that are one.

    Parameters
    ----------
    path
        The file or folder.
    name
        Its path below the inbox; bytes that are not UTF-8 are escaped.
    participant_id
        The participant whom its folder names; None where only the file itself can say.
    has_utf8_name
        False for a file or folder with a name that is not UTF-8, of which nothing can be read.
    archive
        It, where it has been opened already.
    """

    path: Path
    name: str
    participant_id: str | None
    has_utf8_name: bool = True
    archive: Archive | None = field(default=None, compare=False, repr=False)

    def open(self) -> Archive:
        """Return it opened.

        Raises
        ------
        ExportRefused
            ``name_not_utf8``, or as :func:`painstats.archive.archive.open_archive` does.
        """
        if not self.has_utf8_name:
            raise ExportRefused(
                "name_not_utf8",
                f"{shown(self.path.name)}: the name is not UTF-8 (the bytes written as \\x… here); rename it and run "
                "again",
            )
        return self.archive or open_archive(self.path)


def list_inbox(study: Study) -> list[InboxFile]:
    """List what is in the inbox, the oldest first, with the participant that its folder names.

    Folders that may be one unpacked export are opened for it; everything else is opened when it is read.

    Raises
    ------
    StudyError
        The inbox is missing.
    """
    if not study.inbox.is_dir():
        raise StudyError(f"{study.inbox} is missing; create it and put the exported files into it")
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
        files.append(InboxFile(path, utf8(name), participant, is_utf8(name), _opened(path, unpacked)))
    return files


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


def _walked(folder: Path, unpacked: dict[Path, Parts]) -> Iterator[Path]:
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
            yield from (Path(parent) / name for name in sorted(unpacked[Path(parent)].own))
            continue
        yield from (Path(parent) / name for name in (*names, *unusable))


# --- unpacked folders ---


def _unpacked_exports(study: Study) -> dict[Path, Parts]:
    """Find the folders directly below a participant's that are one export, with the exports of their own in each."""
    found = {}
    for person in (study.inbox / name for name in participant_folders(study)):
        settings = ReadSettings(person.name, study.time_zones, study.plan.diaries)
        for folder in sorted(path for path in person.iterdir() if path.is_dir() and not is_hidden(path.name)):
            if not is_utf8(folder.name):
                continue
            parts = parts_of_folder(folder, settings, lambda path: _is_ignored(study, path))
            if parts is not None:
                found[folder] = parts
    return found


def _opened(path: Path, unpacked: dict[Path, Parts]) -> Archive | None:
    """Return a folder, or a file in one, as it was opened while the folder was looked at."""
    if path in unpacked:
        return unpacked[path].whole
    for folder, parts in unpacked.items():
        if path.is_relative_to(folder):
            return parts.own.get(path.relative_to(folder).as_posix())
    return None

"""Permanently remove files of a study; the only module that does.

No path is built from an id: a participant's folder is found by listing the inbox, so ``..``, an absolute path or an
empty id match nothing. Every removal is checked again: the folder that contains the path, with all links resolved, must
be inside the inbox, the reports, or the study's own hidden folders. Links are removed, never followed; targets outside
are not ours to remove, and are reported.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.connection import SPILL_FOLDER, STAGING_FOLDER
from painstats.store.file_list import FILE_LIST, listed_files
from painstats.store.run_log import RUN_LOG_FILE

PAGE_MARK = b'<meta name="generator" content="painstats">'
"""In the head of every page that painstats writes."""

HEAD_BYTES = 2048

EARLIER_DATABASES = ("backup", "set-aside")
"""What painstats appends to the name of the database for copies that it keeps, before a hyphen."""

NO_PARTICIPANTS = (".", "@", "__MACOSX")
"""Folders with names that begin like this belong to the system or to a synchronisation program."""


@dataclass(slots=True)
class Removal:
    """What was removed, and the participant's files outside the study to which links led, which were not removed."""

    study: Study
    removed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def remove_from_inbox(removal: Removal, participant_id: str, contents: Collection[str]) -> None:
    """Remove a participant's folder from the inbox, and files elsewhere in it that belong to them alone.

    Parameters
    ----------
    contents
        SHA-256 of these files, which may have been moved or renamed.
    """
    inbox = removal.study.inbox.resolve()
    own = folder_in_inbox(removal.study, participant_id)
    if own is not None:
        removal.outside += _linked_outside(own, inbox)
        _remove(removal, own, inbox)
    for path in regular_files(inbox):
        if contents and content_of(path) in contents:
            removal.outside += _linked_outside(path, inbox)
            if _is_inside(path, inbox):
                _remove(removal, path, inbox)


def folder_in_inbox(study: Study, participant_id: str) -> Path | None:
    """Return the folder directly in the inbox with exactly this name; it may be a link."""
    inbox = study.inbox.resolve()
    if not inbox.is_dir() or participant_id.startswith(NO_PARTICIPANTS):
        return None
    return next((path for path in inbox.iterdir() if path.name == participant_id and _is_folder(path)), None)


def remove_results(removal: Removal) -> None:
    """Remove all pages and published files that painstats wrote, in this and earlier runs; other files stay."""
    for folder in _report_folders(removal.study):
        real = folder.resolve()
        for path in [path for path in _entries(real) if _is_result(removal.study, path)]:
            _remove(removal, path, real)
        _remove_empty_folders(real)
        if not folder.is_symlink():
            with suppress(OSError):
                folder.rmdir()
    _remove_analyses(removal)


def _remove_analyses(removal: Removal) -> None:
    """Remove what cohort analyses and exports wrote in the study folder, as their lists say; other files stay.

    A hidden folder with a list is an export that a killed process did not finish; all of it is removed.
    """
    study = removal.study.folder.resolve()
    for folder in [path.parent for path in sorted(study.glob(f"*/{FILE_LIST}"))]:
        if folder.name.startswith(".") and not folder.is_symlink():
            _remove(removal, folder, study)
            continue
        names = listed_files(folder)
        for name in [*names, FILE_LIST] if names else []:
            path = folder / name
            if path.is_file() or path.is_symlink():
                _remove(removal, path, folder.resolve())
        if names:
            _remove_empty_folders(folder)
            with suppress(OSError):
                folder.rmdir()


def remove_copies(removal: Removal) -> None:
    """Remove earlier databases, the log of runs, and what a killed run left: spill files, staged rows, a copy."""
    folder, database = removal.study.folder.resolve(), removal.study.database.name
    ours = (unfinished_copy(removal.study).name, replacement_of(removal.study).name, f"{database}.unfinished")
    copies = (*ours, *(f"{database}.{kind}-" for kind in EARLIER_DATABASES))
    for path in sorted(folder.iterdir()):
        if path.name in (SPILL_FOLDER, STAGING_FOLDER, RUN_LOG_FILE) or path.name.startswith(copies):
            _remove(removal, path, folder)


def unfinished_copy(study: Study) -> Path:
    """Return the path of the copy that will replace the database."""
    return study.database.with_suffix(".rewritten")


def replacement_of(study: Study) -> Path:
    """Return the path of the database that a restore or a rebuild prepares; only a killed one leaves it."""
    return study.database.with_suffix(".restored")


def regular_files(folder: Path, *, through_links: bool = True) -> Iterator[Path]:
    """Yield the regular files below a folder, each folder once; no devices or pipes."""
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=through_links):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        paths = [Path(parent) / name for name in sorted(names)]
        yield from (path for path in paths if _is_regular(path) and (through_links or not path.is_symlink()))


def content_of(path: Path) -> str | None:
    """Return the SHA-256 of a file, None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


# --- removing ---


def _remove(removal: Removal, path: Path, root: Path) -> None:
    """Remove a file, a link or a whole folder inside a resolved root folder."""
    if not _is_inside(path, root):
        raise StudyError(f"{path} is not inside {root}; it was not removed")
    removal.removed += [_named(removal.study, each) for each in _entries(path, itself=True)]
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_inside(path: Path, root: Path) -> bool:
    """Whether the folder that contains a path is the root folder or below it, with all links resolved."""
    return path.name not in ("", ".", "..") and path.parent.resolve().is_relative_to(root)


def _remove_empty_folders(folder: Path) -> None:
    for parent, folders, _ in os.walk(folder, topdown=False):
        for name in folders:
            with suppress(OSError):
                os.rmdir(os.path.join(parent, name))


def _entries(path: Path, *, itself: bool = False) -> list[Path]:
    """List files and links below a folder without following links; ``itself`` also allows a file or link as path."""
    if itself and (path.is_symlink() or not path.is_dir()):
        return [path]
    found = []
    for parent, folders, names in os.walk(path):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        found += [Path(parent) / name for name in sorted((*names, *links))]
    return found


def _linked_outside(path: Path, inbox: Path) -> list[str]:
    """List the targets outside the inbox to which links lead or by which files are reached."""
    reached = [path] if not _is_inside(path, inbox) else _entries(path, itself=True)
    targets = (each.resolve() for each in reached if each.is_symlink() or not _is_inside(each, inbox))
    return [str(target) for target in targets if target.exists() and not target.is_relative_to(inbox)]


# --- our own files ---


def _report_folders(study: Study) -> list[Path]:
    """List the folders of reports: the current one, and hidden ones left by an exchange of folders."""
    hidden = (f".{study.reports.name}", f".{study.published.name}")
    folders = [path for path in sorted(study.folder.iterdir()) if path.is_dir()]
    return [path for path in folders if path.name == study.reports.name or path.name.startswith(hidden)]


def _is_result(study: Study, path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.name.startswith(".") or path.suffix == ".parquet" or path.parent.name == study.published.name:
        return True
    if path.suffix == ".ics" and path.parent.name == "experiments":
        return True
    if path.suffix != ".html" or not path.is_file():
        return False
    with path.open("rb") as file:
        return PAGE_MARK in file.read(HEAD_BYTES)


def _is_folder(path: Path) -> bool:
    return path.is_dir() or (path.is_symlink() and not path.exists())


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _named(study: Study, path: Path) -> str:
    """Return the path of a file in the study, even if the inbox is a link to a folder elsewhere."""
    for root, name in ((study.inbox.resolve(), "inbox"), (study.folder, "")):
        if path.is_relative_to(root):
            return str(name / path.relative_to(root))
    return str(path)

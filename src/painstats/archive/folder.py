"""List the files of an unpacked archive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from painstats.archive.entries import MAX_ENTRIES, Entry, FolderFile, Skipped, shown, unreadable
from painstats.errors import ExportRefused


def list_folder(folder: Path) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    """List the files below a folder in the order of their names; hidden files, links and devices are skipped.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``folder_entries`` or ``empty_folder``.
    """
    files: list[tuple[str, os.DirEntry[str]]] = []
    skipped: list[Skipped] = []
    for name, file in _files_below(folder, ""):
        if file.is_symlink():
            skipped.append(Skipped(name, "a link, not a file"))
        elif not file.is_file(follow_symlinks=False):
            skipped.append(Skipped(name, "a pipe, socket or device, not a file"))
        else:
            files.append((name, file))
    if len(files) > MAX_ENTRIES:
        raise ExportRefused("folder_entries", f"{shown(folder.name)}: the folder has more than {MAX_ENTRIES:,} files")
    if not files:
        raise ExportRefused("empty_folder", f"{shown(folder.name)} is a folder without files; give the export itself")
    heads: dict[str, bytes] = {}
    entries = (
        Entry(name, file.stat().st_size, folder, FolderFile(Path(file.path)), heads)
        for name, file in sorted(files, key=_name)
    )
    return tuple(entries), tuple(sorted(skipped, key=lambda each: each.name))


def _name(file: tuple[str, os.DirEntry[str]]) -> str:
    return file[0]


def _files_below(folder: str | Path, above: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as found:
            listed = [each for each in found if not each.name.startswith((".", "@", "__MACOSX"))]
    except OSError as error:
        raise unreadable(Path(folder), error) from None
    for each in listed:
        if each.is_dir(follow_symlinks=False):
            yield from _files_below(each.path, f"{above}{each.name}/")
        else:
            yield above + each.name, each

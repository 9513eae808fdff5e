"""Exports as they came: a zip, an unpacked archive or a bare file, read as streams and never unpacked to disk."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from painstats.archive.entries import (
    LOCAL_HEADER,
    MAX_RATIO,
    ZIP_MAGIC,
    Entry,
    Export,
    FolderFile,
    Skipped,
    name_parts,
    open_file,
    read_whole,
    refused,
    shown,
    unreadable,
)
from painstats.errors import ExportRefused

MAX_ENTRIES = 100_000

EARLIEST_EXPORT = datetime(1990, 1, 1, tzinfo=UTC)
"""Dates before it in a zip say only that none was written."""

ZIP_IN_ZIP = "a zip inside the zip, not opened"
"""Why an entry is passed over that may hold a whole export."""

_ENCRYPTED = 0x1
_CRAFTED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, struct.error)

__all__ = [
    "MAX_ENTRIES",
    "MAX_RATIO",
    "ZIP_IN_ZIP",
    "Entry",
    "Export",
    "Skipped",
    "alone",
    "content_hash",
    "export_date",
    "open_export",
    "part_of",
    "read_whole",
    "refused",
    "shown",
]


def open_export(path: Path, without: Collection[str] = (), only: Collection[str] = ()) -> Export:
    """Look at a file or folder and list what it holds.

    Parameters
    ----------
    path
        A zip, a bare file, or the folder of an unpacked archive.
    without
        Names of files in it that are exports of their own.
    only
        Names of the entries of a zip that are the export; empty for all.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``not_a_file``, ``empty_file``, ``empty_folder``, ``zip_empty``, ``zip_broken``,
        ``zip_entries``, ``zip_encrypted``, ``zip_compression``, ``zip_duplicate`` or ``zip_overlap``.
    """
    if path.is_dir():
        return _open_folder(path, without)
    with open_file(path) as file:
        magic = file.read(4)
        size_bytes = file.seek(0, io.SEEK_END)
    if not magic:
        raise ExportRefused("empty_file", f"{shown(path.name)} is empty (0 bytes); export it again")
    if not magic.startswith(ZIP_MAGIC):
        return Export(path, (Entry(path.name, size_bytes, path),))
    export = _open_zip(path)
    if only:
        return part_of(export, only)
    return replace(export, entries=tuple(entry for entry in export.entries if entry.name not in without))


def part_of(export: Export, names: Collection[str]) -> Export:
    """Return some entries of an archive as an export of their own."""
    entries = tuple(entry for entry in export.entries if entry.name in names)
    return alone(export, entries[0]) if len(entries) == 1 else Export(export.path, entries)


def alone(export: Export, entry: Entry) -> Export:
    """Return one entry of an archive as an export that goes by the entry's name, as a bare file would."""
    return Export(export.path / name_parts(entry.name)[-1], (entry,))


def content_hash(path: Path, without: Collection[str] = (), only: Collection[str] = ()) -> str:
    """Return the SHA-256 of an export in hex, read as a stream.

    A file's is that of its bytes, also that of one entry of a zip, whatever else is in the zip; a zip's own is that of
    the whole file. That of a folder, or of several entries, is made of their names and contents.
    """
    if path.is_dir():
        return _contents_hash(_open_folder(path, without))
    if only:
        part = open_export(path, only=only)
        return _entry_hash(part.entries[0]) if len(part.entries) == 1 else _contents_hash(part)
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from None


def export_date(path: Path, without: Collection[str] = (), only: Collection[str] = ()) -> tuple[datetime, bool]:
    """Return when an export was made, and whether it says so itself: by the latest entry of a zip, else by its changes.

    Clock times in a zip have no zone and are taken as UTC. They are not believed if they lie after both today and the
    last change of the zip: this machine's clock alone, which can be set back, does not decide.
    """
    export = open_export(path, without, only)
    members = (entry.member for entry in export.entries)
    stated = [member.date_time for member in members if isinstance(member, zipfile.ZipInfo)]
    latest = EARLIEST_EXPORT
    for numbers in stated:
        with suppress(ValueError):
            latest = max(latest, datetime(*numbers, tzinfo=UTC))
    files = [entry.member.path for entry in export.entries if isinstance(entry.member, FolderFile)] or [path]
    changed = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
    if EARLIEST_EXPORT < latest < max(changed, datetime.now(UTC)) + timedelta(days=1):
        return latest, True
    return changed, False


# --- opening a folder ---


def _open_folder(folder: Path, without: Collection[str]) -> Export:
    """List the files of an unpacked archive, in the order of their names; whatever is hidden or no file is skipped."""
    files: list[tuple[str, os.DirEntry[str]]] = []
    skipped: list[Skipped] = []
    for name, file in _files_below(folder, ""):
        if file.is_symlink():
            skipped.append(Skipped(name, "a link, not a file"))
        elif not file.is_file(follow_symlinks=False):
            skipped.append(Skipped(name, "a pipe, socket or device, not a file"))
        elif name not in without:
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
    return Export(folder, tuple(entries), tuple(sorted(skipped, key=lambda each: each.name)))


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


def _contents_hash(export: Export) -> str:
    whole = hashlib.sha256()
    for entry in export.entries:
        encoded = entry.name.encode(errors="surrogateescape")
        whole.update(f"{len(encoded)} {_entry_hash(entry)} ".encode() + encoded)
    return whole.hexdigest()


def _entry_hash(entry: Entry) -> str:
    with entry.open() as stream:
        return hashlib.file_digest(cast(io.BufferedReader, stream), "sha256").hexdigest()


# --- opening a zip ---


def _open_zip(path: Path) -> Export:
    try:
        with zipfile.ZipFile(path) as archive:
            members, directory_start = archive.infolist(), archive.start_dir
    except OSError as error:
        raise unreadable(path, error) from None
    except _CRAFTED:
        raise ExportRefused(
            "zip_broken", f"{shown(path.name)}: the zip is damaged or cut off; copy or export it again"
        ) from None
    if len(members) > MAX_ENTRIES:
        raise ExportRefused("zip_entries", f"{shown(path.name)}: the zip has more than {MAX_ENTRIES:,} entries")
    _refuse_overlaps(path, members, directory_start)
    reasons = {id(member): _reason_to_skip(member) for member in members}
    kept = [member for member in members if not reasons[id(member)]]
    _refuse_duplicates(path, kept)
    heads: dict[str, bytes] = {}
    entries = tuple(Entry(member.filename, member.file_size, path, member, heads) for member in kept)
    for entry, member in zip(entries, kept, strict=True):
        _refuse_unreadable(entry, member)
    named = (Skipped(member.filename, reasons[id(member)]) for member in members if not member.is_dir())
    skipped = tuple(entry for entry in named if entry.reason)
    if not entries:
        raise ExportRefused("zip_empty", f"{shown(path.name)}: the zip holds no file to read{_instead(skipped)}")
    return Export(path, entries, skipped)


def _instead(skipped: tuple[Skipped, ...]) -> str:
    """Say what a zip holds instead of files, and what to do."""
    found = [f"{shown(name_parts(entry.name)[-1])} ({entry.reason})" for entry in skipped[:3]]
    if not found:
        return "; export it again"
    advice = "give the files themselves"
    if any(entry.reason == ZIP_IN_ZIP for entry in skipped):
        advice = "unpack it and put what was in it into the inbox"
    return f", only {', '.join(found)}{', …' if len(skipped) > 3 else ''}; {advice}"


def _reason_to_skip(member: zipfile.ZipInfo) -> str:
    parts = name_parts(member.filename)
    if member.is_dir():
        return "a folder"
    if "__MACOSX" in parts:
        return "written by a Mac for itself"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, not a file"
    return ZIP_IN_ZIP if parts[-1].lower().endswith(".zip") else ""


def _refuse_unreadable(entry: Entry, member: zipfile.ZipInfo) -> None:
    advice = "unzip it with your system's own tool and give the file that was in it"
    if member.flag_bits & _ENCRYPTED:
        raise refused("zip_encrypted", entry, f"the zip is locked with a password; {advice}")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused("zip_compression", entry, f"the zip is packed by an unusual method; {advice}")


def _refuse_duplicates(path: Path, members: list[zipfile.ZipInfo]) -> None:
    repeated = [name for name, count in Counter(member.filename for member in members).items() if count > 1]
    if repeated:
        raise ExportRefused(
            "zip_duplicate",
            f"{shown(path.name)}: {len(repeated)} entry names stand twice in the zip (such as "
            f"{shown(name_parts(repeated[0])[-1])}), so it is unclear which one holds; export it again",
        )


def _refuse_overlaps(path: Path, members: list[zipfile.ZipInfo], directory_start: int) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise ExportRefused(
                "zip_overlap", f"{shown(path.name)}: entries of the zip share bytes; it is not an export"
            )
        end = member.header_offset + LOCAL_HEADER.size + member.compress_size
    if end > directory_start:
        raise ExportRefused("zip_overlap", f"{shown(path.name)}: an entry reaches into the zip's own directory")

"""List the entries of a zip, and refuse a zip that is damaged or crafted."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections import Counter
from pathlib import Path

from painstats.archive.entries import (
    LOCAL_HEADER,
    MAX_ENTRIES,
    ZIP_MAGIC,
    Entry,
    Skipped,
    name_parts,
    open_file,
    refused,
    shown,
    unreadable,
)
from painstats.errors import ExportRefused

ZIP_IN_ZIP = "a zip inside the zip, not opened"
"""Why an entry is skipped that may hold a whole export."""

_ENCRYPTED = 0x1
_CRAFTED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, struct.error)


def is_zip_file(path: Path) -> bool:
    """Whether a file is a zip, by its first bytes.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``not_a_file`` or ``empty_file``.
    """
    with open_file(path) as file:
        magic = file.read(4)
    if not magic:
        raise ExportRefused("empty_file", f"{shown(path.name)} is empty (0 bytes); export it again")
    return magic.startswith(ZIP_MAGIC)


def list_zip(path: Path) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
    """List the entries of a zip in its own order; folders, links and zips inside it are skipped.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``zip_broken``, ``zip_entries``, ``zip_overlap``, ``zip_duplicate``, ``zip_encrypted``,
        ``zip_compression`` or ``zip_empty``.
    """
    members, directory_start = _directory(path)
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
    return entries, skipped


def _directory(path: Path) -> tuple[list[zipfile.ZipInfo], int]:
    """Return the members that the zip's directory lists, and where the directory starts (bytes)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist(), archive.start_dir
    except OSError as error:
        raise unreadable(path, error) from None
    except _CRAFTED:
        raise ExportRefused(
            "zip_broken", f"{shown(path.name)}: the zip is damaged or cut off; copy or export it again"
        ) from None


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
        return "written by macOS for itself"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, not a file"
    return ZIP_IN_ZIP if parts[-1].lower().endswith(".zip") else ""


def _refuse_unreadable(entry: Entry, member: zipfile.ZipInfo) -> None:
    advice = "unzip it with your system's own tool and give the file that was in it"
    if member.flag_bits & _ENCRYPTED:
        raise refused("zip_encrypted", entry, f"the zip is protected by a password; {advice}")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused("zip_compression", entry, f"the zip uses an unusual compression method; {advice}")


def _refuse_duplicates(path: Path, members: list[zipfile.ZipInfo]) -> None:
    repeated = [name for name, count in Counter(member.filename for member in members).items() if count > 1]
    if repeated:
        raise ExportRefused(
            "zip_duplicate",
            f"{shown(path.name)}: {len(repeated)} entry names occur twice in the zip (such as "
            f"{shown(name_parts(repeated[0])[-1])}), so it is unclear which one counts; export it again",
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

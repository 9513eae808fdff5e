"""An archive is an export as it came, opened once: its entries, its content hash and its date, read as streams."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipInfo

from painstats.archive.content_hash import hash_of_entries, hash_of_entry, hash_of_file
from painstats.archive.entries import Entry, FolderFile, Skipped, name_parts, unreadable
from painstats.archive.folder import list_folder
from painstats.archive.zip_file import is_zip_file, list_zip
from painstats.errors import ExportRefused

_OFFICE = ("[Content_Types].xml", "META-INF/manifest.xml")
"""Entries of the zips that Office files are (.xlsx, .ods): these are opened as the one file that they are."""

EARLIEST_EXPORT = datetime(1990, 1, 1, tzinfo=UTC)
"""Dates before it in a zip mean only that none was written."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What shows that a file was written to: its size, its times of change (nanoseconds) and its inode."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An export: a file, a zip, an unpacked folder, or some entries of one of these.

    It is opened once (:func:`open_archive`) and handed on, also to other processes; whoever needs its hash or asks
    whether a source recognises it gets what was found out before.

    Parameters
    ----------
    path
        The file or folder on disk.
    name
        The name it goes by: that of the file or folder; for a single entry of a zip, the entry's own.
    entries
        The files in it; a bare file is its own only entry.
    skipped
        What is in it and is never read.
    states
        The state of each file on disk when it was opened.
    is_part
        Whether it is only some entries of what is at ``path``, with a hash of its own.
    left_out
        Names of entries at ``path`` that are archives of their own, and not part of this one.
    hashes, singles, answers
        What has been found out so far: hashes by entry name ("" for the file itself), entries as archives of their
        own, and which sources recognise it.
    """

    path: Path
    name: str
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()
    states: dict[Path, FileState] = field(default_factory=dict, compare=False, repr=False)
    is_part: bool = False
    left_out: frozenset[str] = frozenset()
    hashes: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    singles: dict[str, Archive] = field(default_factory=dict, compare=False, repr=False)
    answers: dict[str, tuple[object, bool]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_packed(self) -> bool:
        """Whether it is a zip or an unpacked folder rather than a bare file."""
        return not self.entries or self.entries[0].member is not None

    @property
    def is_folder(self) -> bool:
        """Whether it is an unpacked folder."""
        return not self.is_part and bool(self.entries) and isinstance(self.entries[0].member, FolderFile)

    @property
    def content_hash(self) -> str:
        """The SHA-256 in hex: of the bytes of a file or a single entry, else of the names and contents of all entries.

        Raises
        ------
        ExportRefused
            The file has gone, or an entry is damaged.
        """
        if not self.is_part and not self.is_folder:
            return self._remembered("", lambda: hash_of_file(self.path))
        if self.is_part and len(self.entries) == 1:
            return self._entry_hash(self.entries[0])
        return hash_of_entries((entry.name, self._entry_hash(entry)) for entry in self.entries)

    def _entry_hash(self, entry: Entry) -> str:
        return self._remembered(entry.name, lambda: hash_of_entry(entry))

    def _remembered(self, name: str, compute: Callable[[], str]) -> str:
        if name not in self.hashes:
            self.hashes[name] = compute()
        return self.hashes[name]

    def part(self, names: Collection[str]) -> Archive:
        """Return some of its entries as an archive; a single one goes by its own name, as a bare file would."""
        entries = tuple(entry for entry in self.entries if entry.name in names)
        if len(entries) == 1:
            return self.single(entries[0])
        return Archive(self.path, self.name, entries, states=self.states, is_part=True, hashes=self.hashes)

    def single(self, entry: Entry) -> Archive:
        """Return one of its entries as an archive that goes by the entry's name, as a bare file would."""
        if entry.name not in self.singles:
            name = name_parts(entry.name)[-1]
            self.singles[entry.name] = Archive(
                self.path, name, (entry,), states=self.states, is_part=True, hashes=self.hashes
            )
        return self.singles[entry.name]

    def without(self, names: Collection[str]) -> Archive:
        """Return it without some entries, which are archives of their own; the hash of a zip stays that of its file."""
        if not names:
            return self
        kept = tuple(entry for entry in self.entries if entry.name not in names)
        files = {entry.member.path for entry in kept if isinstance(entry.member, FolderFile)}
        states = {path: state for path, state in self.states.items() if path in files} if files else self.states
        left_out = self.left_out.union(names)
        return replace(self, entries=kept, states=states, left_out=left_out, singles={}, answers={})

    def file(self, entry: Entry) -> Archive:
        """Return a file of an unpacked folder as the archive that it would be outside the folder, without opening it.

        It is taken for a bare file: a zip in a folder is opened with :func:`open_archive`.
        """
        if not isinstance(entry.member, FolderFile):
            raise TypeError(f"{entry.label} is not a file in a folder")
        path = entry.member.path
        heads = {path.name: entry.heads[entry.name]} if entry.name in entry.heads else {}
        bare = Entry(path.name, entry.size_bytes, path, None, heads)
        return Archive(path, path.name, (bare,), states={path: self.states[path]})


def open_archive(path: Path) -> Archive:
    """Open a file or folder and list what it holds.

    Parameters
    ----------
    path
        A zip, a bare file, or the folder of an unpacked archive.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``not_a_file``, ``empty_file``, ``empty_folder``, ``zip_empty``, ``zip_broken``,
        ``zip_entries``, ``zip_encrypted``, ``zip_compression``, ``zip_duplicate`` or ``zip_overlap``.
    """
    if path.is_dir():
        entries, skipped = list_folder(path)
        files = [entry.member.path for entry in entries if isinstance(entry.member, FolderFile)]
        return Archive(path, path.name, entries, skipped, states_of(files))
    states = states_of([path])  # before anything is read: what changes from now on is noticed
    if is_zip_file(path):
        entries, skipped = list_zip(path)
        if not any(entry.name in _OFFICE for entry in entries):
            return Archive(path, path.name, entries, skipped, states)
    size_bytes = states[path].size_bytes
    return Archive(path, path.name, (Entry(path.name, size_bytes, path),), states=states)


def states_of(paths: Iterable[Path]) -> dict[Path, FileState]:
    """Return the state of files, by path.

    Raises
    ------
    ExportRefused
        ``file_unreadable``.
    """
    return {path: _state_of(path) for path in paths}


def _state_of(path: Path) -> FileState:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def has_changed(archive: Archive) -> bool:
    """Whether a file of an archive was written to, replaced or removed since the archive was opened."""
    try:
        return states_of(archive.states) != archive.states
    except ExportRefused:
        return True


def export_date(archive: Archive) -> tuple[datetime, bool]:
    """Return when an export was made, and whether it says so itself: by the latest entry of a zip.

    Without that it is the time of the last change on disk. Clock times in a zip have no zone and are taken as UTC.
    They are not believed if they lie after both today and the last change of the zip: this machine's clock alone, which
    can be set back, does not decide.
    """
    members = (entry.member for entry in archive.entries)
    latest = max((_date_of(member) for member in members if isinstance(member, ZipInfo)), default=EARLIEST_EXPORT)
    changed = datetime.fromtimestamp(_last_change_ns(archive) / 1e9, UTC)
    if EARLIEST_EXPORT < latest < max(changed, datetime.now(UTC)) + timedelta(days=1):
        return latest, True
    return changed, False


def _date_of(member: ZipInfo) -> datetime:
    try:
        return datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return EARLIEST_EXPORT


def _last_change_ns(archive: Archive) -> int:
    files = [entry.member.path for entry in archive.entries if isinstance(entry.member, FolderFile)]
    return max(archive.states[file].modified_ns for file in files or archive.states)

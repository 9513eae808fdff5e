"""Exports as they came: a zip or a bare file, read as streams and never unpacked to disk."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from painstats.errors import ExportRefused

MAX_ENTRIES = 100_000
MAX_RATIO = 200
"""Greatest accepted ratio of unpacked to packed bytes; real exports reach about 30, deflate could reach 1 030."""

_CHUNK_BYTES = 1 << 18
_SHOWN_CHARACTERS = 100
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_CRAFTED = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OverflowError, struct.error)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file inside an export (or the bare file itself).

    Parameters
    ----------
    name
        Its name in the archive, as it came. It is shown and compared, never used as a path.
    size_bytes
        Its unpacked size, as declared.
    path
        The export that holds it.
    member
        Where it lies in the zip; None for a bare file.
    """

    name: str
    size_bytes: int
    path: Path
    member: zipfile.ZipInfo | None = None

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders above it, outermost first."""
        return tuple(_parts(self.name)[:-1])

    @property
    def label(self) -> str:
        """Its last name part, printable. Folders are left out because they can hold the name of a person."""
        return shown(_parts(self.name)[-1])

    @property
    def place(self) -> str:
        """Where it is, for messages: ``export.zip › export.xml``, or the file's own name."""
        return self.label if self.member is None else f"{shown(self.path.name)} › {self.label}"

    def open(self) -> BinaryIO:
        """Open it as a stream of bytes; use it in a ``with`` block.

        Raises
        ------
        ExportRefused
            Now or while reading: the file has gone, or the packed bytes are damaged or not what they claim to be. The
            last bytes are handed out only after size and checksum have been found right.
        """
        if self.member is None:
            return _open_file(self.path)
        if self.size_bytes > MAX_RATIO * max(self.member.compress_size, 1):
            raise refused("zip_ratio", self, f"it unpacks to more than {MAX_RATIO} times its size, as no export does")
        return cast(BinaryIO, io.BufferedReader(_ChunkStream(_verified(self, self.member)), _CHUNK_BYTES))

    def head(self, n_bytes: int) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(n_bytes)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry of a zip that is never looked at, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Export:
    """One exported file: a zip with its entries, or a bare file with itself as the only entry."""

    path: Path
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def name(self) -> str:
        """File name of the export."""
        return self.path.name

    @property
    def is_zip(self) -> bool:
        """Whether it is an archive."""
        return not self.entries or self.entries[0].member is not None


def open_export(path: Path) -> Export:
    """Look at a file and list what it holds.

    Parameters
    ----------
    path
        A zip or a bare file.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, ``empty_file``, ``zip_broken``, ``zip_entries``, ``zip_encrypted``, ``zip_compression``,
        ``zip_duplicate`` or ``zip_overlap``.
    """
    if path.is_dir():
        raise ExportRefused("file_unreadable", f"{shown(path.name)} is a folder; give the export as one file")
    with _open_file(path) as file:
        magic = file.read(4)
        size_bytes = file.seek(0, io.SEEK_END)
    if not magic:
        raise ExportRefused("empty_file", f"{shown(path.name)} is empty (0 bytes); export it again")
    if not magic.startswith(_ZIP_MAGIC):
        return Export(path, (Entry(path.name, size_bytes, path),))
    return _open_zip(path)


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hex, read as a stream."""
    try:
        with _open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from None


def read_whole(entry: Entry, limit_bytes: int) -> bytes:
    """Return all bytes of an entry; refused as ``too_large`` above a limit."""
    with entry.open() as stream:
        content = stream.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise refused(
            "too_large", entry, f"it is larger than {limit_bytes >> 20} MB, more than a file of its kind can be"
        )
    return content


def refused(rule: str, entry: Entry, sentence: str, line: int | None = None) -> ExportRefused:
    """Return the refusal of an export, naming file, entry and line."""
    place = entry.place if line is None else f"{entry.place}, line {line}"
    return ExportRefused(rule, f"{place}: {sentence}")


def shown(name: str) -> str:
    """Return a name from outside as it may be printed: control characters escaped, long names cut."""
    printable = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in name)
    return printable if len(printable) <= _SHOWN_CHARACTERS else printable[:_SHOWN_CHARACTERS] + "…"


# --- opening a zip ---


def _open_zip(path: Path) -> Export:
    try:
        with zipfile.ZipFile(path) as archive:
            members, directory_start = archive.infolist(), archive.start_dir
    except OSError as error:
        raise _unreadable(path, error) from None
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
    entries = tuple(Entry(member.filename, member.file_size, path, member) for member in kept)
    for entry, member in zip(entries, kept, strict=True):
        _refuse_unreadable(entry, member)
    skipped = (Skipped(member.filename, reasons[id(member)]) for member in members if not member.is_dir())
    return Export(path, entries, tuple(entry for entry in skipped if entry.reason))


def _reason_to_skip(member: zipfile.ZipInfo) -> str:
    parts = _parts(member.filename)
    if member.is_dir():
        return "a folder"
    if "__MACOSX" in parts:
        return "written by a Mac for itself"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, not a file"
    return "a zip inside the zip, not opened" if parts[-1].lower().endswith(".zip") else ""


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
            f"{shown(_parts(repeated[0])[-1])}), so it is unclear which one holds; export it again",
        )


def _refuse_overlaps(path: Path, members: list[zipfile.ZipInfo], directory_start: int) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise ExportRefused(
                "zip_overlap", f"{shown(path.name)}: entries of the zip share bytes; it is not an export"
            )
        end = member.header_offset + _LOCAL_HEADER.size + member.compress_size
    if end > directory_start:
        raise ExportRefused("zip_overlap", f"{shown(path.name)}: an entry reaches into the zip's own directory")


# --- reading an entry ---


class _ChunkStream(io.RawIOBase):
    """A raw stream over byte chunks: what ``io.BufferedReader`` asks for."""

    def __init__(self, chunks: Generator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        n_bytes = min(len(buffer), len(self._left))
        buffer[:n_bytes], self._left = self._left[:n_bytes], self._left[n_bytes:]
        return n_bytes

    def close(self) -> None:
        self._chunks.close()
        super().close()


def _verified(entry: Entry, member: zipfile.ZipInfo) -> Generator[bytes]:
    """Yield unpacked chunks; the last one only when size and checksum are right."""
    n_bytes, checksum, held = 0, 0, b""
    for chunk in _inflated(entry, member):
        n_bytes += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
        if n_bytes > member.file_size:
            raise refused("zip_size", entry, "it unpacks to more bytes than the zip declares; export it again")
        yield held
        held = chunk
    if n_bytes < member.file_size:
        raise refused("zip_size", entry, "it unpacks to fewer bytes than the zip declares; export it again")
    if checksum != member.CRC:
        raise _damaged(entry)
    yield held


def _inflated(entry: Entry, member: zipfile.ZipInfo) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _packed(entry, member):
            if member.compress_type == zipfile.ZIP_STORED:
                yield packed
                continue
            while packed and not inflater.eof:
                yield inflater.decompress(packed, _CHUNK_BYTES)
                packed = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error:
        raise _damaged(entry) from None


def _packed(entry: Entry, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the packed bytes of a zip member."""
    with _open_file(entry.path) as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_ZIP_MAGIC[0]):
            raise _damaged(entry)
        _, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
        file.seek(name_bytes + extra_bytes, io.SEEK_CUR)
        left = member.compress_size
        while left:
            chunk = file.read(min(_CHUNK_BYTES, left))
            if not chunk:
                raise _damaged(entry)
            left -= len(chunk)
            yield chunk


def _damaged(entry: Entry) -> ExportRefused:
    return refused("zip_crc", entry, "its bytes in the zip are damaged; copy or export it again")


def _open_file(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> ExportRefused:
    reason = getattr(error, "strerror", None) or "no such name is possible"
    return ExportRefused("file_unreadable", f"{shown(path.name)} cannot be read: {reason}")


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").rstrip("/").split("/")

"""The files inside an export, read as streams: out of a zip with every byte checked, from a folder, or bare."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from isal import isal_zlib

from painstats.errors import ExportRefused
from painstats.progress import CountedFile

MAX_ENTRIES = 100_000
"""A zip or folder with more files is refused."""

MAX_RATIO = 200
"""Greatest accepted ratio of unpacked to packed bytes; real exports reach about 30, deflate could reach 1,030."""

LOCAL_HEADER = struct.Struct("<4s22xHH")
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_NOT_DEFLATED = cast(type[Exception], isal_zlib.error)
_CHUNK_BYTES = 1 << 18
_HEAD_BYTES = 4096
_MAX_HEADS = 1 << 15
_SHOWN_CHARACTERS = 100

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class FolderFile:
    """Where an entry lies in an unpacked archive."""

    path: Path


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
        Where it lies in the zip or unpacked archive; None for a bare file.
    heads
        The first bytes of the export's entries that have been looked at: every format wants to see them.
    """

    name: str
    size_bytes: int
    path: Path
    member: zipfile.ZipInfo | FolderFile | None = None
    heads: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders above it, outermost first."""
        return tuple(name_parts(self.name)[:-1])

    @property
    def label(self) -> str:
        """Its last name part, printable. Folders are left out because they can hold a participant's name."""
        return shown(name_parts(self.name)[-1])

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
            return open_file(self.path)
        if isinstance(self.member, FolderFile):
            return open_file(self.member.path)
        if self.size_bytes > MAX_RATIO * max(self.member.compress_size, 1):
            raise refused("zip_ratio", self, f"it unpacks to more than {MAX_RATIO} times its size, as no export does")
        return cast(BinaryIO, io.BufferedReader(_ChunkStream(_verified(self, self.member)), _CHUNK_BYTES))

    def head(self, n_bytes: int) -> bytes:
        """Return its first bytes."""
        head = self.heads.get(self.name)
        if head is None or len(head) < min(n_bytes, self.size_bytes):
            with self.open() as stream:
                head = stream.read(max(n_bytes, _HEAD_BYTES))
            if len(self.heads) < _MAX_HEADS:
                self.heads[self.name] = head[:_HEAD_BYTES]
        return head[:n_bytes]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry of an archive that is never looked at, and why."""

    name: str
    reason: str


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
    return ExportRefused(rule, f"{place}: {sentence}", entry.name if entry.member else None)


def shown(name: str) -> str:
    """Return a name from outside as it may be printed: control characters escaped, long names cut."""
    printable = utf8(name)
    if not printable.isprintable():
        printable = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in printable)
    return printable if len(printable) <= _SHOWN_CHARACTERS else printable[:_SHOWN_CHARACTERS] + "…"


# --- reading an entry ---


class _ChunkStream(io.RawIOBase):
    """A raw stream over byte chunks: what ``io.BufferedReader`` asks for."""

    def __init__(self, chunks: Generator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
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
        checksum = isal_zlib.crc32(chunk, checksum)
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
    inflater = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
    try:
        for packed in _packed(entry, member):
            if member.compress_type == zipfile.ZIP_STORED:
                yield packed
                continue
            while packed and not inflater.eof:
                yield inflater.decompress(packed, _CHUNK_BYTES)
                packed = inflater.unconsumed_tail
        yield inflater.flush()
    except _NOT_DEFLATED:
        raise _damaged(entry) from None


def _packed(entry: Entry, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the packed bytes of a zip member."""
    with open_file(entry.path) as file:
        file.seek(member.header_offset)
        header = file.read(LOCAL_HEADER.size)
        if len(header) < LOCAL_HEADER.size or not header.startswith(ZIP_MAGIC[0]):
            raise _damaged(entry)
        _, name_bytes, extra_bytes = LOCAL_HEADER.unpack(header)
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


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file for reading.

    Raises
    ------
    ExportRefused
        ``file_unreadable``, or ``not_a_file`` for anything else that has a name: opening a pipe or a device can wait
        for ever, so it is not opened at all.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _not_a_file(path, mode)
        return io.BufferedReader(CountedFile(path))
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> ExportRefused:
    """Return the refusal of a file that cannot be read."""
    reason = getattr(error, "strerror", None) or "no such name is possible"
    return ExportRefused("file_unreadable", f"{shown(path.name)} cannot be read: {reason}")


def _not_a_file(path: Path, mode: int) -> ExportRefused:
    kind = next((word for is_kind, word in _KINDS if is_kind(mode)), "something else")
    link = "a link to " if path.is_symlink() else ""
    return ExportRefused(
        "not_a_file",
        f"{shown(path.name)} is {link}{kind}, not a file, so it was not opened; put the export itself there",
    )


def is_utf8(name: str) -> bool:
    """Whether a name from the file system is UTF-8; the database, JSON and terminals take no other."""
    try:
        name.encode()
    except UnicodeEncodeError:  # Python keeps the bytes of such a name as lone surrogates
        return False
    return True


def utf8(name: str) -> str:
    r"""Return a name with the bytes that are not UTF-8 escaped, such as ``caf\xe9.csv``."""
    return name if is_utf8(name) else os.fsencode(name).decode(errors="backslashreplace")


def name_parts(name: str) -> list[str]:
    """Split an entry's name at its folders, whatever system wrote it."""
    return name.replace("\\", "/").rstrip("/").split("/")

"""The search for what must not leave a study: ids, identifying values and dates, in the decoded content of every file.

A Parquet file is read as its values, the names of its columns, its statistics and its metadata; an archive is
unpacked. Ids are searched as they are and as hex, MD5 and SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pyarrow as pa
import pyarrow.parquet as pq

from painstats.errors import StudyError

SHORTEST = 3
"""Shorter words are found by chance everywhere."""

SHORT_NUMBER = 6
"""Numbers with fewer digits are found by chance among values: they are searched in cells of text only."""

DATE = re.compile(r"(?<![\w.])(?:19|20)\d\d([-/.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![\w.])")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text: all of it, and the different texts of its cells where it is a table."""

    text: str
    cells: frozenset[str]


@dataclass(frozen=True, slots=True)
class Leak:
    """What was found in which file; never the word itself."""

    file: str
    what: str


def decoded(name: str, content: bytes) -> Decoded:
    """Decode the content of a file; an archive's with the names and contents of what is in it."""
    if content[:4] == b"PAR1":
        return _of_parquet(content)
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as archive:
            parts = [(inner, decoded(inner, archive.read(inner))) for inner in archive.namelist()]
        text = "\n".join(f"{inner}\n{part.text}" for inner, part in parts)
        return Decoded(text, frozenset().union(*(part.cells for _, part in parts)))
    text = content.decode("utf-8", errors="replace")
    cells = re.split(r"[\t\n\r]", text) if name.endswith(".tsv") else []
    return Decoded(text, frozenset(cells))


def leaks(
    folder: Path, words: Mapping[str, Collection[str]], allowed: Mapping[str, Collection[str]] | None = None
) -> list[Leak]:
    """Search every file below a folder.

    Parameters
    ----------
    folder
        The folder of an export.
    words
        What they are, such as "a participant's id", to the words that must not be there.
    allowed
        Name of a file to the dates that may be in it.
    """
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        content = decoded(name, path.read_bytes())
        found += [Leak(name, what) for what in _found(name, content, words, (allowed or {}).get(name, ()))]
    return found


def check_leaks(
    folder: Path, words: Mapping[str, Collection[str]], allowed: Mapping[str, Collection[str]] | None = None
) -> None:
    """Refuse an export that contains what must not leave the study; see ``leaks``.

    Raises
    ------
    StudyError
        Naming the file and what it contains.
    """
    for leak in leaks(folder, words, allowed):
        raise StudyError(f"{leak.file} contains {leak.what}; nothing was written. Please report it, without the file")


def _found(name: str, content: Decoded, words: Mapping[str, Collection[str]], dates: Collection[str]) -> Iterator[str]:
    text, in_name = _plain(content.text), _plain(name)
    cells = {_plain(cell) for cell in content.cells}
    for what, each in words.items():
        plain = {_plain(word) for word in each if len(word) >= SHORTEST}
        if any(_contains(text, cells, word) for word in plain):
            yield what
        if any(_is_in(in_name, word) for word in plain):
            yield f"{what} in its name"
    if any(match.group() not in dates for match in DATE.finditer(content.text)):
        yield "a date"


def _contains(text: str, cells: Collection[str], word: str) -> bool:
    raw = word.encode()
    hashed = (raw.hex(), hashlib.sha256(raw).hexdigest(), hashlib.md5(raw, usedforsecurity=False).hexdigest())
    is_short_number = word.isdecimal() and len(word) < SHORT_NUMBER
    as_it_is = word in cells if is_short_number else _is_in(text, word)
    return as_it_is or any(_is_in(text, form) for form in hashed)


def _is_in(text: str, word: str) -> bool:
    return word in text and re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


def _of_parquet(content: bytes) -> Decoded:
    file = pq.ParquetFile(BytesIO(content))
    table, schema = file.read(), file.schema_arrow
    values = {name: [str(value) for value in table[name].to_pylist() if value is not None] for name in schema.names}
    cells = {value for field in schema if _is_text(field.type) for value in values[field.name]}
    parts = [str(file.metadata.to_dict()), *values, *(value for column in values.values() for value in column)]
    for key, value in {**(file.metadata.metadata or {}), **(schema.metadata or {})}.items():
        parts += [key.decode(errors="replace"), *_readings(value)]
    for field in schema:
        parts += [f"{key!r} {value!r}" for key, value in (field.metadata or {}).items()]
    return Decoded("\n".join(parts), frozenset(cells))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _readings(value: bytes) -> Iterator[str]:
    """Yield metadata as text, and decoded where it is base64, as Arrow's own schema is."""
    yield value.decode(errors="replace")
    try:
        yield base64.b64decode(value, validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return

"""Decode the text of a diary, in the encodings that spreadsheets and editors have written over the years."""

from __future__ import annotations

import re

from painstats.archive.entries import Entry, refused

_CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "latin-1": "latin-1", "cp1252": "cp1252", "mac_roman": "mac_roman"}
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LETTERS = re.compile(r"(?<=[A-Za-z])[äöüßéèêàâçñóòíìáúùûôïëãõ]|[äöüéèêàâçñóíáúôãõÄÖÜÉ](?=[a-z])")


def decoded(entry: Entry, content: bytes, encoding: str) -> str:
    """Return the text with line feeds at the ends of lines and without NUL characters.

    Raises
    ------
    ExportRefused
        ``encoding``.
    """
    try:
        text = content.decode(_CODECS[encoding])
    except UnicodeError:
        raise refused("encoding", entry, f"it is not valid {encoding}; save it as UTF-8") from None
    return text.removeprefix("\ufeff").replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(content: bytes) -> str:
    """Find the encoding of a text: UTF-8 and UTF-16 by their form, others by the accented letters that they give."""
    if content.startswith(_MARKS) or _is_utf16(content):
        return "utf-16"
    if _accents(content, "utf-8-sig") >= 0:
        return "utf-8"
    found = {codec: _accents(content, codec) for codec in ("cp1252", "mac_roman", "latin-1")}
    return max(found, key=lambda codec: found[codec])


def _is_utf16(content: bytes) -> bool:
    """Whether every other byte of a text without a byte order mark is zero, as in UTF-16 of this machine's order."""
    return len(content) > 3 and content[1:200:2].count(0) > 0.8 * len(content[1:200:2])


def _accents(content: bytes, codec: str) -> int:
    try:
        return len(_LETTERS.findall(content.decode(codec)))
    except UnicodeError:
        return -1

"""Recognise a participant id in text and bytes, in every spelling and encoding that it may have."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

SHORT_ID_LENGTH = 8
"""A shorter id may be part of other words, so it counts only without a letter or digit on either side."""

LEAST_BYTES_IN_BINARY = 4
"""A shorter id occurs by chance in large binary files, and as an ordinary number or word in text."""

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class IdPattern:
    """A pattern to search for a participant id, from :func:`pattern_of`."""

    needles: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    sql: str
    overlap: int

    @property
    def is_distinctive(self) -> bool:
        """Whether the id is long enough not to occur by chance."""
        return min(map(len, self.needles)) >= LEAST_BYTES_IN_BINARY

    def is_in(self, content: bytes, *, from_start: bool = True, to_end: bool = True) -> bool:
        """Whether bytes name the participant.

        ``from_start`` and ``to_end`` are False if the bytes are part of more, so that the neighbours of a match at that
        end are unknown; parts must overlap.
        """
        if not any(needle in content for needle in self.needles):
            return False
        margin = 2  # bytes of one neighbouring character in UTF-16
        first = 0 if from_start else margin
        last = len(content) - (0 if to_end else margin)
        return any(
            match.lastgroup == "id" and match.start() >= first and match.end() <= last
            for match in self.pattern.finditer(content)
        )

    def is_in_text(self, text: str) -> bool:
        """Whether text names the participant."""
        return self.is_in(text.encode(errors="surrogateescape"))

    def is_in_stream(self, stream: BinaryIO) -> bool:
        """Whether the content of a stream names the participant; it is read a megabyte at a time."""
        kept, is_first = b"", True
        chunk = stream.read(_CHUNK_BYTES)
        while chunk:
            following = stream.read(_CHUNK_BYTES)
            content = kept + chunk
            if self.is_in(content, from_start=is_first, to_end=not following):
                return True
            kept, chunk, is_first = content[-self.overlap :], following, False
        return False


def pattern_of(participant_id: str, others: Iterable[str] = ()) -> IdPattern:
    """Make the pattern of an id; it does not match inside the ids of ``others``.

    For example, ``anna-2`` contains ``anna`` but is a different participant.
    """
    spelled = sorted(_spellings(participant_id))
    longer = sorted((other for other in others if other != participant_id and participant_id in other), key=len)
    masks = [re.escape(form.encode()) for other in reversed(longer) for form in sorted(_spellings(other))]
    needles = [form.encode() for form in spelled]
    wide = [participant_id.encode("utf-16-le"), participant_id.encode("utf-16-be")]
    is_short = len(participant_id) < SHORT_ID_LENGTH
    found = [*(_alone(each, is_short) for each in needles), *_wide(participant_id, is_short)]
    pattern = b"|".join([*masks, b"(?P<id>" + b"|".join(found) + b")"])
    longest = max(len(each) for each in (*needles, *wide, *masks))
    sql = "|".join(re.escape(form) for form in spelled)
    return IdPattern((*needles, *wide), re.compile(pattern), sql, longest + 8)


def _spellings(participant_id: str) -> Iterator[str]:
    composed = (unicodedata.normalize(form, participant_id) for form in ("NFC", "NFD"))
    forms = (participant_id, *composed)
    return iter(
        {each for form in forms for each in (form, json.dumps(form)[1:-1], html.escape(form), quote(form, safe=""))}
    )


def _alone(needle: bytes, is_short: bool) -> bytes:
    escaped = re.escape(needle)
    return rb"(?<![A-Za-z0-9_])" + escaped + rb"(?![A-Za-z0-9_])" if is_short else escaped


def _wide(participant_id: str, is_short: bool) -> Iterator[bytes]:
    little, big = (re.escape(participant_id.encode(f"utf-16-{end}")) for end in ("le", "be"))
    yield rb"(?<![A-Za-z0-9_]\x00)" + little + rb"(?![A-Za-z0-9_]\x00)" if is_short else little
    yield rb"(?<!\x00[A-Za-z0-9_])" + big + rb"(?!\x00[A-Za-z0-9_])" if is_short else big

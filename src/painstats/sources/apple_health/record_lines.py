"""Recognise, by columns of bytes, the lines that open a record in Health's own form, most lines of an export."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import numpy as np
import polars as pl

from painstats.parsing.byte_columns import Block, Bytes, Flags, Places, begin_with, have_shape, shape, texts, texts_at

LONGEST_BYTES = 4096
"""Longer lines are left to the XML parser; lines of real exports have at most a kilobyte."""

# Characters and references with the same meaning for every XML reader. All others are left to the XML parser.
_PLAIN = '[^<&"\x00-\x1f\ufffe\uffff]'
_NUMBERED = "9|10|13|3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]|1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3}"
TEXT = f"{_PLAIN}*(?:&(?:lt|gt|amp|quot|apos|#(?:{_NUMBERED}));{_PLAIN}*)*"
"""Pattern of what may appear between quotes."""

# A record has three parts: attributes that thousands of lines share, dates, and a value up to the end of the line.
_RECORD_OPENS, _DATES_OPEN = b'<Record type="', b' creationDate="'
_WHAT = (
    rf'[ \t]*<Record type="({TEXT})" sourceName="({TEXT})"(?: sourceVersion="{TEXT}")?'
    rf'(?: device="({TEXT})")?(?: unit="({TEXT})")?'
)
_ATTRIBUTES = ("type", "source_name", "device", "unit")
_DATE = "9999-99-99 99:99:99 ±9999"
_DATES = shape(f' creationDate="{_DATE}" startDate="{_DATE}" endDate="{_DATE}" value="')
_START, _END = slice(53, 78), slice(89, 114)
_QUOTE, _SLASH, _GREATER = b'"/>'
_IS_PLAIN = np.array([chr(byte) not in '"&<' and 32 <= byte < 127 for byte in range(256)])
_LONGEST_VALUE = 80
_MOST_KINDS = 64


@dataclass(frozen=True, slots=True)
class RecordHead:
    """The attributes before the dates, which thousands of records share."""

    type: str
    source_name: str
    device: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class RecordLines:
    """The lines that open a record in Health's form.

    Parameters
    ----------
    row
        The number of each line.
    opens
        Whether it has children.
    dates
        The text from ``creationDate`` up to the value.
    value, value_length
        The bytes from the value on, and how many of them belong to the value.
    kind
        The index in ``kinds`` of each line.
    kinds
        The distinct attributes before the dates; None for a text that is not plain.
    """

    row: Places
    opens: Flags
    dates: Bytes
    value: Bytes
    value_length: Places
    kind: Places
    kinds: list[RecordHead | None]


def record_lines(block: Block, starts: Places, ends: Places) -> RecordLines:
    """Find the lines that open a record in Health's form."""
    row, dates_at, kind, whats = _openings(block, starts, ends)
    kinds = [_kind(what) for what in whats]
    is_known = np.array([kind is not None for kind in kinds], np.bool_)[kind]
    chosen = np.flatnonzero(is_known & (dates_at + _DATES.width < len(block)))
    row, dates_at, kind = row[chosen], dates_at[chosen], kind[chosen]
    dates, value_at = texts_at(block, dates_at, _DATES.width), dates_at + _DATES.width
    value_length, opens, is_plain = _ends_of_values(block, value_at, ends[row])
    is_plain &= have_shape(dates, _DATES)
    width = int(value_length.max(initial=0, where=is_plain))
    is_plain &= value_at + width <= len(block)
    plain = np.flatnonzero(is_plain)
    value, value_length = texts_at(block, value_at[plain], width), value_length[plain]
    is_text = (_IS_PLAIN[value] | (np.arange(width) >= value_length[:, None])).all(axis=1)
    kept = plain if is_text.all() else plain[is_text]
    return RecordLines(row[kept], opens[kept], dates[kept], value[is_text], value_length[is_text], kind[kept], kinds)


def _openings(block: Block, starts: Places, ends: Places) -> tuple[Places, Places, Places, list[bytes]]:
    """Find the text before the dates of records.

    Records of one kind come in runs of thousands: all lines that begin with the same text are found at once.

    Returns
    -------
    The line numbers, ascending; where in the block their dates begin; the index of the text before; and the texts.
    """
    at, kind = np.full(len(starts), -1, np.int64), np.zeros(len(starts), np.int64)
    whats: dict[bytes, int] = {}
    left = _maybe_records(block, starts)
    while len(left) and len(whats) < _MOST_KINDS:
        what = _before_dates(block, starts[left[0]], ends[left[0]])
        same = np.zeros(len(left), np.bool_)
        same[0] = True
        if what:
            same = begin_with(block, starts[left], what)
            at[left[same]], kind[left[same]] = starts[left[same]] + len(what), whats.setdefault(what, len(whats))
        left = left[~same]
    for row in left.tolist():
        if what := _before_dates(block, starts[row], ends[row]):
            at[row], kind[row] = starts[row] + len(what), whats.setdefault(what, len(whats))
    rows = np.flatnonzero(at >= 0)
    return rows, at[rows], kind[rows], list(whats)


def _maybe_records(block: Block, starts: Places) -> Places:
    """Return the lines that begin with the same bytes as the first record."""
    first = block.find(_RECORD_OPENS)
    if first < 0:
        return np.empty(0, np.int64)
    begins = block.rfind(b"\n", 0, first) + 1
    opening = np.frombuffer(block, np.uint8)[begins : first + len(_RECORD_OPENS)]
    rows = np.flatnonzero(starts + len(opening) <= len(block))
    words = texts_at(block, starts[rows], 8).view(np.uint64)[:, 0]
    begins_alike: Flags = words == opening[:8].view(np.uint64)[0]
    return rows[begins_alike]


def _before_dates(block: Block, start: int, end: int) -> bytes:
    """Return the text before a record's dates; empty if the line has none."""
    return bytes(block[start : max(block.find(_DATES_OPEN, start, end), start)])


def _ends_of_values(block: Block, value_at: Places, line_ends: Places) -> tuple[Places, Flags, Flags]:
    """Return the lengths of values, whether their lines leave a record open, and whether they end in Health's form."""
    text = np.frombuffer(block, np.uint8)
    opens = text[line_ends - 2] != _SLASH
    quote_at = line_ends - np.where(opens, 2, 3)
    value_length = quote_at - value_at
    is_plain = (value_length >= 0) & (value_length <= _LONGEST_VALUE)
    return value_length, opens, is_plain & (text[quote_at] == _QUOTE) & (text[line_ends - 1] == _GREATER)


def counts_by_type(records: RecordLines, chosen: Flags) -> Counter[str]:
    """Count chosen records by type."""
    counts: Counter[str] = Counter()
    of_kind = np.bincount(records.kind[chosen], minlength=len(records.kinds)).tolist()
    for kind, count in zip(records.kinds, of_kind, strict=True):
        if kind and count:
            counts[kind.type] += count
    return counts


@lru_cache(maxsize=4096)
def _kind(what: bytes) -> RecordHead | None:
    try:
        match = re.fullmatch(_WHAT, what.decode()) if len(what) <= LONGEST_BYTES else None
    except UnicodeDecodeError:
        return None
    return RecordHead(*(text and unescape(text) for text in match.groups())) if match else None


def record_rows(records: RecordLines, chosen: Places) -> pl.DataFrame:
    """Return records as text: their attributes, ``start``, ``end`` and ``value``."""
    dates, value_length = records.dates[chosen], records.value_length[chosen]
    is_value = np.arange(records.value.shape[1]) < value_length[:, None]
    rows = pl.DataFrame(
        {
            "start": texts(dates[:, _START]),
            "end": texts(dates[:, _END]),
            "value": texts(records.value[chosen][is_value], value_length),
        }
    )
    kinds = pl.DataFrame(
        {name: [kind and getattr(kind, name) for kind in records.kinds] for name in _ATTRIBUTES},
        schema=dict.fromkeys(_ATTRIBUTES, pl.String),
    )
    return rows.hstack(kinds[records.kind[chosen]])

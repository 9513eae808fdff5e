"""Records of an Apple Health document read by whole lines, as Health writes them: the way of the bulk of an export.

A block of lines is taken only where every line is one tag of plain XML, so that its structure is known. Records in the
form that Health gives them are read here; every other element is handed back for the XML parser, and so is a block that
holds anything else. Both ways give the same rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import numpy as np
import polars as pl

from painstats.sources.apple_health_elements import ENTERED, NO_RECORDS, RECORD_COLUMNS, ZONE
from painstats.sources.byte_rows import Bytes, Flags, Places, begin_with, have_shape, places_of, shape, texts, texts_at

LONGEST_BYTES = 4096
"""Longer lines, a kilobyte at most in real exports, are the parser's."""

# Characters and references that mean the same to every reader of XML. All else is the parser's.
_PLAIN = '[^<&"\x00-\x1f\ufffe\uffff]'
_NUMBERED = "9|10|13|3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]|1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3}"
_TEXT = f"{_PLAIN}*(?:&(?:lt|gt|amp|quot|apos|#(?:{_NUMBERED}));{_PLAIN}*)*"
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_ANY_TAG = rf'^[ \t]*(?:<(?:/{_NAME}|{_NAME}(?: {_NAME}="{_TEXT}")* ?/?)>)?$'
_CLOSING_TAG, _TAG_OF_NOTHING = r"^[ \t]*</", r"/>$|^[ \t]*$"

# A record in three parts: what is the same in thousands of lines, the dates, and a value up to the end of the line.
_RECORD_OPENS, _DATES_OPEN = b'<Record type="', b' creationDate="'
_WHAT = (
    rf'[ \t]*<Record type="({_TEXT})" sourceName="({_TEXT})"(?: sourceVersion="{_TEXT}")?'
    rf'(?: device="({_TEXT})")?(?: unit="({_TEXT})")?'
)
_ATTRIBUTES = ("type", "source_name", "device", "unit")
_DATE = "9999-99-99 99:99:99 ±9999"
_DATES = shape(f' creationDate="{_DATE}" startDate="{_DATE}" endDate="{_DATE}" value="')
_START, _END = slice(53, 78), slice(89, 114)
_QUOTE, _SLASH, _GREATER, _NEWLINE = b'"/>\n'
_IS_PLAIN = np.array([chr(byte) not in '"&<' and 32 <= byte < 127 for byte in range(256)])
_LONGEST_VALUE = 80
_MOST_KINDS, _MOST_ALIKE = 64, 16

_METADATA = rf'^[ \t]*<MetadataEntry key="({_TEXT})" value="({_TEXT})" ?/>$'
_OTHER, _BLANK, _ENTRY, _LIST, _BEAT, _LIST_END, _RECORD_END, _RECORD = range(8)
_ROLES = {
    _BLANK: r"^[ \t]*$",
    _ENTRY: _METADATA,
    _LIST: r"^[ \t]*<HeartRateVariabilityMetadataList>$",
    _BEAT: rf'^[ \t]*<InstantaneousBeatsPerMinute bpm="{_TEXT}" time="{_TEXT}" ?/>$',
    _LIST_END: r"^[ \t]*</HeartRateVariabilityMetadataList>$",
    _RECORD_END: r"^[ \t]*</Record>$",
}
_DEPTHS = {_RECORD: 1, _ENTRY: 2, _LIST: 2, _BEAT: 3, _LIST_END: 3, _RECORD_END: 2}


@dataclass(frozen=True, slots=True)
class ReadLines:
    """What a block of lines gives.

    Parameters
    ----------
    n_lines
        How many lines it has.
    records
        Wanted records, with ``RECORD_COLUMNS``; ``line`` counts from 0 at the start of the block.
    unwanted
        Other records by type.
    elements
        Whole elements that the XML parser must read, each run of lines with the place where it starts.
    """

    n_lines: int
    records: pl.DataFrame
    unwanted: Counter[str]
    elements: list[tuple[int, bytes]]


def read_lines(block: bytes, wanted: Collection[str]) -> ReadLines | None:
    """Read a block that begins and ends between two elements below the root.

    Parameters
    ----------
    block
        Whole lines.
    wanted
        Record types to yield; the others are counted.

    Returns
    -------
    None where the block holds anything that is not one plain tag in a line, or does not end where an element ends.
    """
    if not block.endswith(b"\n"):
        return None
    ends = places_of(block, _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    records = _records(block, starts, ends)
    others = _others(block, starts, ends, records.row)
    if others is None:
        return None
    structure = _structure(len(starts), records, others)
    if structure is None:
        return None
    element, left_over = structure
    is_kept = ~left_over[records.row]
    is_wanted = np.array([kind is not None and kind.type in wanted for kind in records.kinds], np.bool_)
    chosen = np.flatnonzero(is_kept & is_wanted[records.kind])
    return ReadLines(
        len(starts),
        _wanted_records(records, chosen, others, element) if len(chosen) else NO_RECORDS,
        _counted(records, is_kept & ~is_wanted[records.kind]),
        _runs(block, starts, ends, left_over),
    )


# --- records ---


@dataclass(frozen=True, slots=True)
class _Kind:
    """What thousands of records share: the attributes before their dates."""

    type: str
    source_name: str
    device: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class _Records:
    """The lines that open a record in the form of Health.

    Parameters
    ----------
    row
        Which line each is.
    opens
        Whether it has children.
    dates
        Its text from ``creationDate`` up to the value.
    value, value_length
        The bytes from its value on, and how many of them are the value.
    kind
        Which of ``kinds`` it is.
    kinds
        The texts before the dates, each different one once; None for one that is not plain.
    """

    row: Places
    opens: Flags
    dates: Bytes
    value: Bytes
    value_length: Places
    kind: Places
    kinds: list[_Kind | None]


def _records(block: bytes, starts: Places, ends: Places) -> _Records:
    """Find the lines that open a record in the form of Health."""
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
    return _Records(row[kept], opens[kept], dates[kept], value[is_text], value_length[is_text], kind[kept], kinds)


def _openings(block: bytes, starts: Places, ends: Places) -> tuple[Places, Places, Places, list[bytes]]:
    """Find what comes before the dates of records.

    Records of one kind follow each other by the thousand: whatever begins like one of them is found at once.

    Returns
    -------
    The lines, ascending, where in the block their dates begin, which text comes before, and the texts.
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


def _maybe_records(block: bytes, starts: Places) -> Places:
    """Return the lines whose first bytes are those of the first record's."""
    first = block.find(_RECORD_OPENS)
    if first < 0:
        return np.empty(0, np.int64)
    begins = block.rfind(b"\n", 0, first) + 1
    opening = np.frombuffer(block, np.uint8)[begins : first + len(_RECORD_OPENS)]
    rows = np.flatnonzero(starts + len(opening) <= len(block))
    words = texts_at(block, starts[rows], 8).view(np.uint64)[:, 0]
    begins_alike: Flags = words == opening[:8].view(np.uint64)[0]
    return rows[begins_alike]


def _before_dates(block: bytes, start: int, end: int) -> bytes:
    """Return what stands before the dates of a record; nothing where a line has none."""
    return block[start : max(block.find(_DATES_OPEN, start, end), start)]


def _ends_of_values(block: bytes, value_at: Places, line_ends: Places) -> tuple[Places, Flags, Flags]:
    """Return how long values are, whether their lines leave a record open, and whether they end as Health ends them."""
    text = np.frombuffer(block, np.uint8)
    opens = text[line_ends - 2] != _SLASH
    quote_at = line_ends - np.where(opens, 2, 3)
    value_length = quote_at - value_at
    is_plain = (value_length >= 0) & (value_length <= _LONGEST_VALUE)
    return value_length, opens, is_plain & (text[quote_at] == _QUOTE) & (text[line_ends - 1] == _GREATER)


def _counted(records: _Records, chosen: Flags) -> Counter[str]:
    """Count chosen records by type."""
    counts: Counter[str] = Counter()
    of_kind = np.bincount(records.kind[chosen], minlength=len(records.kinds)).tolist()
    for kind, count in zip(records.kinds, of_kind, strict=True):
        if kind and count:
            counts[kind.type] += count
    return counts


@lru_cache(maxsize=4096)
def _kind(what: bytes) -> _Kind | None:
    try:
        match = re.fullmatch(_WHAT, what.decode()) if len(what) <= LONGEST_BYTES else None
    except UnicodeDecodeError:
        return None
    return _Kind(*(text and unescape(text) for text in match.groups())) if match else None


def _wanted_records(records: _Records, chosen: Places, others: _Others, element: Places) -> pl.DataFrame:
    """Tell of records what they say, and what their metadata say."""
    row, dates, value_length = records.row[chosen], records.dates[chosen], records.value_length[chosen]
    is_value = np.arange(records.value.shape[1]) < value_length[:, None]
    rows = pl.DataFrame(
        {
            "line": row,
            "element": element[row],
            "start": texts(dates[:, _START]),
            "end": texts(dates[:, _END]),
            "value": texts(records.value[chosen][is_value], value_length),
        }
    )
    kinds = pl.DataFrame(
        {name: [kind and getattr(kind, name) for kind in records.kinds] for name in _ATTRIBUTES},
        schema=dict.fromkeys(_ATTRIBUTES, pl.String),
    )
    return (
        rows.hstack(kinds[records.kind[chosen]])
        .join(_metadata(others, element), on="element", how="left", maintain_order="left")
        .with_columns(pl.col("user_entered").fill_null(False))
        .select(pl.col(name).cast(dtype) for name, dtype in RECORD_COLUMNS.items())
    )


def _metadata(others: _Others, element: Places) -> pl.DataFrame:
    """Return which elements say that they were entered by hand, or in which zone."""
    says: Flags = others.known["key"].is_in([ENTERED, ZONE]).fill_null(False).to_numpy()[others.like]
    said: pl.DataFrame = others.known[others.like[says]].with_columns(element=element[others.row[says]])
    zone = pl.col("value").filter(pl.col("key") == ZONE).last()
    return said.group_by("element").agg(
        ((pl.col("key") == ENTERED) & (pl.col("value") == "1")).any().alias("user_entered"),
        zone.map_elements(unescape, return_dtype=pl.String).alias("time_zone"),
    )


# --- other lines ---


@dataclass(frozen=True, slots=True)
class _Others:
    """The lines that open no record in the form of Health.

    Parameters
    ----------
    row
        Which line each is.
    like
        Which row of ``known`` says what it is.
    known
        ``is_tag`` (whether it is one plain tag, or blank), ``role``, ``step`` (by how much the depth changes after it),
        and ``key`` and ``value`` of metadata.
    """

    row: Places
    like: Places
    known: pl.DataFrame


def _others(block: bytes, starts: Places, ends: Places, records: Places) -> _Others | None:
    """Tell of the lines that open no such record what they are; of many that are the same one is looked at.

    Returns
    -------
    None where the block is no UTF-8 text.
    """
    is_other = np.ones(len(starts), np.bool_)
    is_other[records] = False
    row = np.flatnonzero(is_other)
    seen, like = _alike(block, starts[row], ends[row])
    bounds = zip(starts[row[seen]].tolist(), ends[row[seen]].tolist(), strict=True)
    try:
        lines = [block[start:end].decode() for start, end in bounds]
    except UnicodeDecodeError:
        return None
    known = _told_once(tuple(lines[:_MOST_ALIKE]))
    return _Others(row, like, known.vstack(_told(lines[_MOST_ALIKE:])) if lines[_MOST_ALIKE:] else known)


def _alike(block: bytes, starts: Places, ends: Places) -> tuple[Places, Places]:
    """Return lines enough to know all the others by, and for each line the number of the one that it is like."""
    like, lengths = np.full(len(starts), -1, np.int64), ends - starts
    left, seen = np.arange(len(starts)), list[int]()
    while len(left) and len(seen) < _MOST_ALIKE:
        first = left[0]
        same = lengths[left] == lengths[first]
        known = block[starts[first] : ends[first]]
        same[same] = begin_with(block, starts[left[same]], known)
        like[left[same]] = len(seen)
        seen.append(int(first))
        left = left[~same]
    like[left] = len(seen) + np.arange(len(left))
    return np.concatenate((np.array(seen, np.int64), left)), like


@lru_cache(maxsize=64)
def _told_once(lines: tuple[str, ...]) -> pl.DataFrame:
    return _told(lines)


def _told(lines: Sequence[str]) -> pl.DataFrame:
    """Tell what lines are, as ``_Others.known`` says it."""
    text = pl.col("line")
    role = pl.coalesce(
        *(pl.when(text.str.contains(pattern)).then(pl.lit(role, pl.Int8)) for role, pattern in _ROLES.items()),
        pl.lit(_OTHER, pl.Int8),
    )
    step = pl.when(text.str.contains(_CLOSING_TAG)).then(-1).when(text.str.contains(_TAG_OF_NOTHING)).then(0)
    return pl.DataFrame({"line": lines}, schema={"line": pl.String}).select(
        (text.str.contains(_ANY_TAG) & (text.str.len_bytes() <= LONGEST_BYTES)).alias("is_tag"),
        role.alias("role"),
        step.otherwise(1).cast(pl.Int8).alias("step"),
        text.str.extract(_METADATA, 1).alias("key"),
        text.str.extract(_METADATA, 2).alias("value"),
    )


def _structure(n_lines: int, records: _Records, others: _Others) -> tuple[Places, Flags] | None:
    """Find the elements below the root, and the lines of those that are no record in the form of Health.

    Returns
    -------
    For each line the number of its element, and whether it is left over; None where the lines are no whole elements.
    """
    known = others.known
    if not known["is_tag"].all():
        return None
    role, step = np.full(n_lines, _RECORD, np.int8), np.zeros(n_lines, np.int8)
    role[others.row] = known["role"].to_numpy()[others.like]
    step[others.row] = known["step"].to_numpy()[others.like]
    step[records.row] = records.opens
    after = 1 + np.cumsum(step, dtype=np.int64)
    before = after - step
    if before.min() < 1 or after.min() < 1 or after[-1] != 1:
        return None
    element = np.cumsum(before == 1) - 1
    depth = np.zeros(len(_DEPTHS) + 2, np.int64)
    depth[list(_DEPTHS)] = list(_DEPTHS.values())
    strange = (depth[role] != before) & (role != _BLANK)
    is_strange = np.zeros(element[-1] + 1, np.bool_)
    is_strange[element[strange]] = True
    return element, is_strange[element]


def _runs(block: bytes, starts: Places, ends: Places, left_over: Flags) -> list[tuple[int, bytes]]:
    """Cut the lines that are left over into unbroken runs."""
    rows = np.flatnonzero(left_over)
    if not len(rows):
        return []
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [(int(run[0]), block[starts[run[0]] : ends[run[-1]] + 1]) for run in runs]

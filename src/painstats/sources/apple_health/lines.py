"""Fast path for an Apple Health document: read records by whole lines, as Health writes most of an export.

A block of lines is read here only if every line is one plain XML tag, so that its structure is known. Records in the
form that Health writes are read here; every other element, and every block with anything else in it, goes to the XML
parser. Both paths give the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import numpy as np
import polars as pl

from painstats.parsing.byte_columns import Block, Flags, Places, begin_with, places_of
from painstats.sources.apple_health.elements import ENTERED, NO_RECORDS, RECORD_COLUMNS, ZONE
from painstats.sources.apple_health.record_lines import (
    LONGEST_BYTES,
    TEXT,
    RecordLines,
    counts_by_type,
    record_lines,
    record_rows,
)

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_ANY_TAG = rf'^[ \t]*(?:<(?:/{_NAME}|{_NAME}(?: {_NAME}="{TEXT}")* ?/?)>)?$'
_CLOSING_TAG, _TAG_OF_NOTHING = r"^[ \t]*</", r"/>$|^[ \t]*$"

_NEWLINE = ord("\n")
_MOST_ALIKE = 16

_METADATA = rf'^[ \t]*<MetadataEntry key="({TEXT})" value="({TEXT})" ?/>$'
_OTHER, _BLANK, _ENTRY, _LIST, _BEAT, _LIST_END, _RECORD_END, _RECORD = range(8)
_ROLES = {
    _BLANK: r"^[ \t]*$",
    _ENTRY: _METADATA,
    _LIST: r"^[ \t]*<HeartRateVariabilityMetadataList>$",
    _BEAT: rf'^[ \t]*<InstantaneousBeatsPerMinute bpm="{TEXT}" time="{TEXT}" ?/>$',
    _LIST_END: r"^[ \t]*</HeartRateVariabilityMetadataList>$",
    _RECORD_END: r"^[ \t]*</Record>$",
}
_DEPTHS = {_RECORD: 1, _ENTRY: 2, _LIST: 2, _BEAT: 3, _LIST_END: 3, _RECORD_END: 2}


@dataclass(frozen=True, slots=True)
class ReadLines:
    """What was read from a block of lines.

    Parameters
    ----------
    n_lines
        Number of lines.
    records
        Wanted records, with ``RECORD_COLUMNS``; ``line`` counts from 0 at the start of the block.
    unwanted
        Other records by type.
    elements
        Complete elements for the XML parser: runs of lines, each with the line at which it starts.
    """

    n_lines: int
    records: pl.DataFrame
    unwanted: Counter[str]
    elements: list[tuple[int, bytes]]


def read_lines(block: Block, wanted: Collection[str]) -> ReadLines | None:
    """Read a block that begins and ends between two elements below the root.

    Parameters
    ----------
    block
        Whole lines.
    wanted
        Record types to yield; the others are counts_by_type.

    Returns
    -------
    None if a line is anything but one plain tag, or the block does not end where an element ends.
    """
    if not block.endswith(b"\n"):
        return None
    ends = places_of(block, _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    records = record_lines(block, starts, ends)
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
        _wanted(records, chosen, others, element) if len(chosen) else NO_RECORDS,
        counts_by_type(records, is_kept & ~is_wanted[records.kind]),
        _runs(block, starts, ends, left_over),
    )


def _wanted(records: RecordLines, chosen: Places, others: _Others, element: Places) -> pl.DataFrame:
    row = records.row[chosen]
    rows = record_rows(records, chosen).with_columns(line=row, element=element[row])
    return _with_metadata(rows, others, element).select(
        pl.col(name).cast(dtype) for name, dtype in RECORD_COLUMNS.items()
    )


def _with_metadata(rows: pl.DataFrame, others: _Others, element: Places) -> pl.DataFrame:
    """Add whether elements were entered by hand, and the time zone that they name."""
    is_relevant: Flags = others.known["key"].is_in([ENTERED, ZONE]).fill_null(False).to_numpy()[others.like]
    if not is_relevant.any():
        return rows.with_columns(pl.lit(False).alias("user_entered"), pl.lit(None, pl.String).alias("time_zone"))
    entries: pl.DataFrame = others.known[others.like[is_relevant]].with_columns(
        element=element[others.row[is_relevant]]
    )
    zone = pl.col("value").filter(pl.col("key") == ZONE).last()
    metadata = entries.group_by("element").agg(
        ((pl.col("key") == ENTERED) & (pl.col("value") == "1")).any().alias("user_entered"),
        zone.map_elements(unescape, return_dtype=pl.String).alias("time_zone"),
    )
    return rows.join(metadata, on="element", how="left", maintain_order="left").with_columns(
        pl.col("user_entered").fill_null(False)
    )


# --- other lines ---


@dataclass(frozen=True, slots=True)
class _Others:
    """The lines that do not open a record in Health's form.

    Parameters
    ----------
    row
        The number of each line.
    like
        The row of ``known`` that describes each line.
    known
        ``is_tag`` (whether the line is one plain tag, or blank), ``role``, ``step`` (the change of depth after it), and
        ``key`` and ``value`` of metadata.
    """

    row: Places
    like: Places
    known: pl.DataFrame


def _others(block: Block, starts: Places, ends: Places, records: Places) -> _Others | None:
    """Describe the lines that do not open such a record; identical lines are examined once.

    Returns
    -------
    None if the block is not valid UTF-8.
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
    known = _described_once(tuple(lines[:_MOST_ALIKE]))
    return _Others(row, like, known.vstack(_described(lines[_MOST_ALIKE:])) if lines[_MOST_ALIKE:] else known)


def _alike(block: Block, starts: Places, ends: Places) -> tuple[Places, Places]:
    """Return a sample of different lines, and for each line the index in the sample of the one it equals."""
    like, lengths = np.full(len(starts), -1, np.int64), ends - starts
    left, seen = np.arange(len(starts)), list[int]()
    while len(left) and len(seen) < _MOST_ALIKE:
        first = left[0]
        same = lengths[left] == lengths[first]
        known = bytes(block[starts[first] : ends[first]])
        same[same] = begin_with(block, starts[left[same]], known)
        like[left[same]] = len(seen)
        seen.append(int(first))
        left = left[~same]
    like[left] = len(seen) + np.arange(len(left))
    return np.concatenate((np.array(seen, np.int64), left)), like


@lru_cache(maxsize=64)
def _described_once(lines: tuple[str, ...]) -> pl.DataFrame:
    return _described(lines)


def _described(lines: Sequence[str]) -> pl.DataFrame:
    """Describe lines with the columns of ``_Others.known``."""
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


def _structure(n_lines: int, records: RecordLines, others: _Others) -> tuple[Places, Flags] | None:
    """Find the elements below the root, and the lines of those that are not a record in Health's form.

    Returns
    -------
    For each line the number of its element, and whether it is left over; None if the lines are not whole elements.
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


def _runs(block: Block, starts: Places, ends: Places, left_over: Flags) -> list[tuple[int, bytes]]:
    """Cut the lines that are left over into contiguous runs."""
    rows = np.flatnonzero(left_over)
    if not len(rows):
        return []
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [(int(run[0]), bytes(block[starts[run[0]] : ends[run[-1]] + 1])) for run in runs]

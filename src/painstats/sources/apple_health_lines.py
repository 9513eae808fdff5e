"""Records of an Apple Health document read by whole lines, as Health writes them: the way of the bulk of an export.

A block of lines is taken only where every line is one tag of plain XML, so that its structure is known. Records in the
form that Health gives them are read here; every other element is handed back for the XML parser, and so is a block that
holds anything else. Both ways give the same rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.sources.apple_health_elements import ENTERED, RECORD_COLUMNS, ZONE

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LONGEST_BYTES = 4096
"""Longer lines, a kilobyte at most in real exports, are the parser's."""

# Characters and references that mean the same to every reader of XML. All else is the parser's.
_PLAIN = '[^<&"\x00-\x1f\ufffe\uffff]'
_NUMBERED = "9|10|13|3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]|1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3}"
_TEXT = f"{_PLAIN}*(?:&(?:lt|gt|amp|quot|apos|#(?:{_NUMBERED}));{_PLAIN}*)*"
_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_ANY_TAG = rf'^[ \t]*(?:<(?:/{_NAME}|{_NAME}(?: {_NAME}="{_TEXT}")* ?/?)>)?$'
_CLOSING_TAG, _TAG_OF_NOTHING = r"^[ \t]*</", r"/>$|^[ \t]*$"

# A record in two parts: what is the same in thousands of lines, and when and how much.
_SPLIT = ' creationDate="'
_WHAT = (
    rf'[ \t]*<Record type="({_TEXT})" sourceName="({_TEXT})"(?: sourceVersion="{_TEXT}")?'
    rf'(?: device="({_TEXT})")?(?: unit="({_TEXT})")?'
)
_ATTRIBUTES = ("type", "source_name", "device", "unit")
_DATE = r"[ !#-%'-;=-~]{25}"
_WHEN = rf'^{_SPLIT}{_DATE}" startDate="{_DATE}" endDate="{_DATE}"(?: value="{_PLAIN}*")? ?/?>$'
_DATE_LENGTH, _START_AT, _END_AT, _VALUE_AT = 25, 53, 89, 114

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
_NO_RECORDS = pl.DataFrame(schema=RECORD_COLUMNS)
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
    try:
        lines = pl.read_lines(block, name="line")
    except pl.exceptions.ComputeError:  # not UTF-8
        return None
    records = _records(lines)
    others = _others(lines, records.row)
    structure = _structure(lines.height, records, others)
    if structure is None:
        return None
    element, left_over = structure
    is_kept = ~left_over[records.row]
    is_wanted = np.array([kind is not None and kind.type in wanted for kind in records.kinds], np.bool_)
    chosen = np.flatnonzero(is_kept & is_wanted[records.kind])
    return ReadLines(
        lines.height,
        _wanted_records(records, chosen, others, element) if len(chosen) else _NO_RECORDS,
        _counted(records, is_kept & ~is_wanted[records.kind]),
        _runs(lines["line"], left_over),
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
    when
        Its text from the dates on.
    kind
        Which of ``kinds`` it is.
    kinds
        The texts before the dates, one for each run of the same; None for one that is not plain.
    """

    row: Numbers
    opens: Flags
    when: pl.Series
    kind: Numbers
    kinds: list[_Kind | None]


def _records(lines: pl.DataFrame) -> _Records:
    """Find the lines that open a record in the form of Health."""
    line, when = pl.col("line").cast(pl.Binary), pl.col("when")
    parts = (
        lines.lazy()
        .with_row_index("row")
        .with_columns(pl.col("line").str.find(_SPLIT, literal=True).alias("at"))
        .filter(pl.col("at").is_not_null())
        .select(
            pl.col("row").cast(pl.Int64),
            line.bin.slice(0, pl.col("at")).alias("what"),
            line.bin.slice(pl.col("at")).cast(pl.String).alias("when"),
        )
        .with_columns(
            pl.col("what").ne_missing(pl.col("what").shift()).alias("differs"),
            (when.str.contains(_WHEN) & (when.str.len_bytes() <= LONGEST_BYTES)).alias("is_plain"),
            when.str.ends_with("/>").not_().alias("opens"),
        )
        .collect()
    )
    kinds = [_kind(what) for what in parts["what"].filter(parts["differs"]).to_list()]
    kind = np.cumsum(parts["differs"].to_numpy()) - 1
    is_known = np.array([kind is not None for kind in kinds], np.bool_)
    plain = np.flatnonzero(parts["is_plain"].to_numpy() & is_known[kind])
    chosen = parts if len(plain) == parts.height else parts[plain]
    return _Records(chosen["row"].to_numpy(), chosen["opens"].to_numpy(), chosen["when"], kind[plain], kinds)


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
    match = re.fullmatch(_WHAT, what.decode()) if len(what) <= LONGEST_BYTES else None
    return _Kind(*(text and unescape(text) for text in match.groups())) if match else None


def _wanted_records(records: _Records, chosen: Numbers, others: pl.DataFrame, element: Numbers) -> pl.DataFrame:
    """Read dates and value of records, and what their metadata say."""
    when, row = pl.col("when"), records.row[chosen]
    # Slices of a text keep the whole block in memory; concat_str makes texts of their own.
    rows = pl.DataFrame({"when": records.when.gather(chosen), "line": row, "element": element[row]}).with_columns(
        pl.concat_str(when.str.slice(_START_AT, _DATE_LENGTH)).alias("start"),
        pl.concat_str(when.str.slice(_END_AT, _DATE_LENGTH)).alias("end"),
        pl.concat_str(when.str.slice(_VALUE_AT).str.extract(r'^" value="([^"]*)"')).alias("value"),
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


def _metadata(others: pl.DataFrame, element: Numbers) -> pl.DataFrame:
    """Return which elements say that they were entered by hand, or in which zone."""
    said = others.filter(pl.col("key").is_in([ENTERED, ZONE]))
    zone = pl.col("value").filter(pl.col("key") == ZONE).last()
    return (
        said.with_columns(pl.Series("element", element[said["row"].to_numpy()]))
        .group_by("element")
        .agg(
            ((pl.col("key") == ENTERED) & (pl.col("value") == "1")).any().alias("user_entered"),
            zone.map_elements(unescape, return_dtype=pl.String).alias("time_zone"),
        )
    )


# --- other lines ---


def _others(lines: pl.DataFrame, records: Numbers) -> pl.DataFrame:
    """Tell of the lines that open no such record what they are; each different text is looked at once.

    Returns
    -------
    ``row``, ``is_tag`` (whether it is one plain tag, or blank), ``role``, ``step`` (by how much the depth changes after
    it), and ``key`` and ``value`` of metadata.
    """
    is_other = np.ones(lines.height, np.bool_)
    is_other[records] = False
    others = lines.with_row_index("row").filter(pl.Series(is_other))
    text = pl.col("line")
    role = pl.coalesce(
        *(pl.when(text.str.contains(pattern)).then(pl.lit(role, pl.Int8)) for role, pattern in _ROLES.items()),
        pl.lit(_OTHER, pl.Int8),
    )
    step = pl.when(text.str.contains(_CLOSING_TAG)).then(-1).when(text.str.contains(_TAG_OF_NOTHING)).then(0)
    known = (
        others.select("line")
        .unique()
        .with_columns(
            (text.str.contains(_ANY_TAG) & (text.str.len_bytes() <= LONGEST_BYTES)).alias("is_tag"),
            role.alias("role"),
            step.otherwise(1).cast(pl.Int8).alias("step"),
            text.str.extract(_METADATA, 1).alias("key"),
            text.str.extract(_METADATA, 2).alias("value"),
        )
    )
    return others.join(known, on="line", how="left", maintain_order="left").drop("line")


def _structure(n_lines: int, records: _Records, others: pl.DataFrame) -> tuple[Numbers, Flags] | None:
    """Find the elements below the root, and the lines of those that are no record in the form of Health.

    Returns
    -------
    For each line the number of its element, and whether it is left over; None where the lines are no whole elements.
    """
    if not others["is_tag"].all():
        return None
    role, step = np.full(n_lines, _RECORD, np.int8), np.zeros(n_lines, np.int8)
    rows = others["row"].to_numpy()
    role[rows], step[rows] = others["role"].to_numpy(), others["step"].to_numpy()
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


def _runs(lines: pl.Series, left_over: Flags) -> list[tuple[int, bytes]]:
    """Cut the lines that are left over into unbroken runs."""
    rows = np.flatnonzero(left_over)
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return [
        (int(run[0]), ("\n".join(lines[int(run[0]) : int(run[-1]) + 1].to_list()) + "\n").encode())
        for run in np.split(rows, breaks)
    ]

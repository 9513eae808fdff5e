"""Apple Health records that another program converted to CSV, one file for each record type."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from painstats.archive.entries import Entry, refused, shown
from painstats.batch import Ignored
from painstats.parsing.csv_text import header_of, read_csv
from painstats.sources.apple_health.elements import RECORD_COLUMNS
from painstats.sources.vendor_rows import csv_rows, is_csv

_COLUMNS = {
    "type": "type", "sourceName": "source_name", "device": "device", "unit": "unit", "startDate": "start",
    "endDate": "end", "value": "value",
}  # fmt: skip
"""Record attributes, which converters keep as column names."""

_NEEDED = {"type", "sourceName", "startDate", "endDate", "value"}
_HEAD_BYTES = 4096
_PREFIXES = ("HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier")


def is_rewritten(entry: Entry) -> bool:
    """Whether a CSV file has the attributes of Apple's records as columns."""
    # Every source looks at the first bytes, which are cached: an archive can contain thousands of other tables.
    return is_csv(entry) and b"startDate" in entry.head(_HEAD_BYTES) and set(header_of(entry)) >= _NEEDED


def read_rewritten(entry: Entry, wanted: Collection[str]) -> tuple[pl.DataFrame, list[Ignored]]:
    """Read the records of the wanted types as the XML would give them, and count the others.

    Some programs leave out the prefixes of types.

    Raises
    ------
    ExportRefused
        ``ragged_row``: a row has more or fewer cells than the header, so no row can be trusted.
    """
    table = read_csv(entry)
    if table.ragged.height:
        line = int(table.ragged["line"][0])
        raise refused("ragged_row", entry, "a row has more or fewer cells than the header; export the file again", line)
    full = {kind.removeprefix(prefix): kind for kind in wanted for prefix in _PREFIXES if kind.startswith(prefix)}
    rows = csv_rows(entry, table, _COLUMNS).rename(_COLUMNS)
    kinds = pl.col("type").replace(full)
    absent = {name: dtype for name, dtype in RECORD_COLUMNS.items() if name not in rows.columns}
    records = rows.with_columns(
        kinds, *(pl.lit(None, dtype).alias(name) for name, dtype in absent.items())
    ).with_columns(pl.col("user_entered").fill_null(False))
    unread = records.filter(~pl.col("type").is_in(list(wanted)).fill_null(False))
    return records.filter(pl.col("type").is_in(list(wanted))).select(list(RECORD_COLUMNS)), list(
        _ignored(entry, unread)
    )


def _ignored(entry: Entry, unread: pl.DataFrame) -> Iterator[Ignored]:
    for (kind,), rows in sorted(unread.group_by("type"), key=lambda pair: str(pair[0])):
        yield Ignored(entry.label, rows.height, f"{shown(str(kind))}: not used")

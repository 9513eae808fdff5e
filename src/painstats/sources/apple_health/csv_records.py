"""Apple Health records and workouts that another program converted to CSV, one file for each type."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from painstats.archive.entries import Entry, refused, shown
from painstats.batch import Ignored
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.sources.apple_health.elements import RECORD_COLUMNS, WORKOUT_COLUMNS
from painstats.sources.apple_health.workouts import PREFIX as WORKOUT_PREFIX
from painstats.sources.vendor_rows import csv_rows, is_csv

_COLUMNS = {
    "type": "type", "sourceName": "source_name", "device": "device", "unit": "unit", "startDate": "start",
    "endDate": "end", "value": "value",
}  # fmt: skip
"""Record attributes, which converters keep as column names."""

_WORKOUT_COLUMNS = {
    "workoutActivityType": "type", "sourceName": "source_name", "device": "device", "startDate": "start",
    "endDate": "end", "duration": "duration", "durationUnit": "duration_unit", "totalDistance": "distance",
    "totalDistanceUnit": "distance_unit", "totalEnergyBurned": "energy", "totalEnergyBurnedUnit": "energy_unit",
}  # fmt: skip
"""The same of workouts."""

NEEDED = ("type", "sourceName", "startDate", "endDate", "value")
NEEDED_OF_WORKOUTS = ("workoutActivityType", "sourceName", "startDate", "endDate")
"""Columns by which tables of records and of workouts are recognised."""

_HEAD_BYTES = 4096
_PREFIXES = ("HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier")


def is_rewritten(entry: Entry) -> bool:
    """Whether a CSV file has the attributes of Apple's records as columns."""
    return _columns_of(entry).issuperset(NEEDED)


def is_rewritten_workouts(entry: Entry) -> bool:
    """Whether a CSV file has the attributes of Apple's workouts as columns."""
    return _columns_of(entry).issuperset(NEEDED_OF_WORKOUTS)


def _columns_of(entry: Entry) -> set[str]:
    # Every source looks at the first bytes, which are cached: an archive can contain thousands of other tables.
    if is_csv(entry) and b"startDate" in entry.head(_HEAD_BYTES):
        return set(header_of(entry))
    return set()


def read_rewritten(entry: Entry, wanted: Collection[str]) -> tuple[pl.DataFrame, list[Ignored]]:
    """Read the records of the wanted types as the XML would give them, and count the others.

    Some programs leave out the prefixes of types.

    Raises
    ------
    ExportRefused
        ``ragged_row``: a row has more or fewer cells than the header, so no row can be trusted.
    """
    full = {kind.removeprefix(prefix): kind for kind in wanted for prefix in _PREFIXES if kind.startswith(prefix)}
    records = _elements(entry, _COLUMNS, RECORD_COLUMNS).with_columns(pl.col("type").replace(full))
    unread = records.filter(~pl.col("type").is_in(list(wanted)).fill_null(False))
    return records.filter(pl.col("type").is_in(list(wanted))), list(_ignored(entry, unread))


def read_rewritten_workouts(entry: Entry) -> pl.DataFrame:
    """Read workouts as the XML would give them; raises as :func:`read_rewritten`."""
    workouts = _elements(entry, _WORKOUT_COLUMNS, WORKOUT_COLUMNS)
    name = pl.col("type").str.strip_prefix(WORKOUT_PREFIX)
    return workouts.with_columns(pl.concat_str(pl.lit(WORKOUT_PREFIX), name).alias("type"))


def _elements(entry: Entry, names: dict[str, str], columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the rows of a CSV with the columns of the elements of the XML."""
    rows = csv_rows(entry, _whole_table(entry), names).rename(names)
    absent = {name: dtype for name, dtype in columns.items() if name not in rows.columns}
    elements = rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in absent.items())
    return elements.with_columns(pl.col("user_entered").fill_null(False)).select(list(columns))


def _whole_table(entry: Entry) -> CsvTable:
    table = read_csv(entry)
    if table.ragged.height:
        line = int(table.ragged["line"][0])
        raise refused("ragged_row", entry, "a row has more or fewer cells than the header; export the file again", line)
    return table


def _ignored(entry: Entry, unread: pl.DataFrame) -> Iterator[Ignored]:
    for (kind,), rows in sorted(unread.group_by("type"), key=lambda pair: str(pair[0])):
        yield Ignored(entry.label, rows.height, f"{shown(str(kind))}: not used")

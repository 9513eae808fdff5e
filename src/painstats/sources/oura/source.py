"""Oura: the trends CSV of Oura on the Web, the CSVs of the data export, and JSON with the keys of API version 2."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.csv_text import header_of, read_csv
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.oura.columns import KINDS, MISSING, UNUSED, OuraTable
from painstats.sources.oura.days import read_activity, read_trends
from painstats.sources.oura.documents import is_document, is_json, once_each, sections, unread
from painstats.sources.oura.sleep import read_sleep
from painstats.sources.oura.workouts import read_workouts
from painstats.sources.vendor_rows import (
    broken_rows,
    csv_rows,
    delimiter_of,
    is_csv,
    object_rows,
    rows_below,
    with_origin,
)

_WORKOUTS = re.compile(r"workout", re.IGNORECASE)


def _kind(entry: Entry) -> OuraTable | str | None:
    """Return what an entry is: a kind of table that is read, ``json``, ``unused``, or None if it is not from Oura."""
    if is_json(entry):
        return "json" if is_document(entry) else None
    if not is_csv(entry):
        return None
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    known = next((kind for kind in KINDS if kind.is_known_by(header)), None)
    return known or ("unused" if any(header.issuperset(columns) for columns in UNUSED) else None)


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in archive.entries:
        kind = _kind(entry)
        kinds[kind.name if isinstance(kind, OuraTable) else kind or "other"].append(entry)
    for kind in KINDS:
        for entry in kinds[kind.name]:
            yield from _read_table(entry, kind, settings)
    for entry in kinds["json"]:
        yield from _read_document(entry, settings)
    for entry in (*kinds["unused"], *(entry for entry in kinds["other"] if is_csv(entry))):
        absent = _absent_of_workouts(entry)
        yield Ignored(entry.label, rows_below(entry), absent or "an Oura table that is not used")
        if absent:
            yield Note(entry.label, absent)
    if n_other := sum(not is_csv(entry) for entry in kinds["other"]):
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def _absent_of_workouts(entry: Entry) -> str | None:
    """Say which columns a table of workouts lacks; None for other tables."""
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    if not (_WORKOUTS.search(entry.label) or {"activity", "intensity"} <= header):
        return None
    absent = [name for name in KINDS[-1].known_by if name not in header]
    return f"workouts were not read: missing column {', '.join(absent)}" if absent else None


def _read_document(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    found = sections(entry)
    for section in found:
        if section.kind:
            last, repeated = once_each(entry, section.records)
            yield from repeated
            yield from _read_rows(entry, object_rows(entry, last, section.kind.columns), section.kind, settings)
    yield from unread(entry, found)


def _read_table(entry: Entry, kind: OuraTable, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry, delimiter=delimiter_of(entry), repeated_columns=True)
    named = {column: kind.in_file(column, table.header) for column in kind.columns}
    rows = csv_rows(entry, table, named.values(), MISSING).rename({name: column for column, name in named.items()})
    yield from _read_rows(entry, rows, kind, settings)
    yield from broken_rows(entry, table, kind.table)


def _read_rows(entry: Entry, rows: pl.DataFrame, kind: OuraTable, settings: ReadSettings) -> Iterator[Batch]:
    rows = with_origin(rows, settings, SOURCE.name, "oura", "tracker")
    if kind.name == "workout":
        yield from read_workouts(entry, rows, settings)
        return
    rows = rows.with_columns(pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("date"))
    if kind.name == "trends":
        yield from read_trends(entry, rows, settings)
    elif kind.name == "sleep":
        yield from read_sleep(entry, rows, settings)
    else:
        yield from read_activity(entry, rows)


SOURCE = Source(
    name="oura",
    version=3,
    title="Oura (trends CSV, data export, or JSON)",
    reads=(
        "steps, active, sedentary and worn minutes by day, sleep, resting heart rate, heart rate variability, workouts"
    ),
    how_to_export=(
        "On membership.ouraring.com choose Export Data, request your data, and download the zip; or on "
        "cloud.ouraring.com choose Trends and download the CSV."
    ),
    recognises=_recognises,
    read=_read,
    telltales=tuple(kind.known_by for kind in KINDS),
)

"""Turn rows of vendors' tables into record rows, and count unused rows by reason."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.csv_text import CsvTable, header_of
from painstats.parsing.text import first_problem, local_times, numbers
from painstats.records import DAILY_TOTAL, RecordTable
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.rejected_text import kept_texts

SECONDS = 1 / 60
MILLISECONDS = 1 / 60_000
HOURS = 60.0
"""Minutes in one unit of a vendor's column."""

_CHUNK_BYTES = 1 << 18
_LOOKED_AT_BYTES = 1 << 11
_DELIMITERS = (",", ";", "\t")
_HEADER = re.compile(rb"""(?![\[{<%]|PK)[^\0\x01-\x08]*[,;\t][^\0\x01-\x08]*\Z""")
_OFFSET = r"^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)$"
_ZERO_OFFSET = r"^(?:UTC|GMT)?Z?$"
_ISO = r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:[0-5]\d)(?:\.\d{1,9})?\s*(Z|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True, slots=True)
class DailyColumn:
    """A column with one measure of a local date; ``per_unit`` converts its unit to that of the measure."""

    column: str
    measure: str
    per_unit: float = 1.0


# --- rows ---


def csv_rows(entry: Entry, table: CsvTable, columns: Iterable[str], missing: Sequence[str] = ("",)) -> pl.DataFrame:
    """Return columns of a CSV as text, with nulls for missing cells, and ``entry``, ``line`` and ``text``.

    A column that the file does not have is all null. ``text`` is the row as :func:`kept_texts` returns it.
    """
    nothing = pl.repeat(None, table.n_rows, dtype=pl.String, eager=True)
    names = tuple(columns)
    trimmed = pl.DataFrame({name: table.cells.get(name, nothing) for name in names}).select(pl.all().str.strip_chars())
    known = trimmed.select(pl.when(~pl.all().is_in(list(missing))).then(pl.all()))
    return known.with_columns(pl.lit(entry.label).alias("entry"), table.lines, kept_texts(table, names))


def object_rows(entry: Entry, objects: Sequence[Mapping[str, object]], keys: Sequence[str]) -> pl.DataFrame:
    """Return keys of JSON objects as text, null if a value is missing or nested; ``text`` has only these keys."""
    cells = {key: pl.Series([_cell(found.get(key)) for found in objects], dtype=pl.String) for key in keys}
    texts = [json.dumps({key: found[key] for key in keys if key in found}) for found in objects]
    return pl.DataFrame(cells).with_columns(
        pl.lit(entry.label).alias("entry"),
        pl.Series("line", range(1, len(objects) + 1), pl.Int64),
        pl.Series("text", texts, pl.String),
    )


def _cell(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value.strip() or None
    return repr(value) if isinstance(value, int | float) else None


def with_origin(
    rows: pl.DataFrame, settings: ReadSettings, source: str, device: str | pl.Expr, device_kind: str
) -> pl.DataFrame:
    """Add the participant, the source and the device of rows."""
    return rows.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        pl.lit(source).alias("source"),
        (pl.lit(device) if isinstance(device, str) else device).alias("device"),
        pl.lit(device_kind).alias("device_kind"),
    )


def hashed_device(source: str, column: str, rows: pl.DataFrame) -> pl.Expr:
    """Name devices ``source-6f1a2b`` by a hash of their id, or only by the source if they have none."""
    tags = {name: hashlib.sha256(name.encode()).hexdigest()[:6] for name in rows[column].drop_nulls().unique()}
    tag = pl.col(column).replace_strict(tags, default=None, return_dtype=pl.String)
    return pl.concat_str(pl.lit(source), tag.fill_null(""), separator="-").str.strip_chars_end("-")


def split_unused(rows: pl.DataFrame, reasons: Mapping[str, pl.Expr]) -> tuple[pl.DataFrame, list[Ignored]]:
    """Split off unused rows and count them by reason; a row counts for the first reason that applies.

    Parameters
    ----------
    rows
        Rows of one entry, with ``entry``.
    reasons
        Why a row is not used, and the condition; null counts as False.
    """
    chosen = pl.coalesce(
        *(pl.when(applies.fill_null(False)).then(pl.lit(reason)) for reason, applies in reasons.items()),
        pl.lit(None, pl.String),
    )
    marked = rows.with_columns(chosen.alias("unused_because"))
    unused = marked.filter(pl.col("unused_because").is_not_null())
    counts = unused.group_by("entry", "unused_because", maintain_order=True).len()
    ignored = [Ignored(str(entry), int(rows), str(reason)) for entry, reason, rows in counts.rows()]
    return marked.filter(pl.col("unused_because").is_null()).drop("unused_because"), ignored


def daily_totals(rows: pl.DataFrame, columns: Iterable[DailyColumn], date_column: str) -> Iterator[Batch]:
    """Yield the values of several columns as daily totals; empty cells give none.

    Parameters
    ----------
    rows
        Rows with their origin, ``date`` (null if unreadable) and the columns as text.
    columns
        The columns and their measures.
    date_column
        The vendor's name for the date, for rows that are rejected because of it.
    """
    for column in columns:
        given = rows.filter(pl.col(column.column).is_not_null())
        yield from in_batches(
            DAILY_TOTAL,
            given.with_columns(
                pl.lit(column.measure).alias("measure"),
                (numbers(column.column) * column.per_unit).alias("value"),
                first_problem(
                    **{date_column: pl.col("date").is_null(), column.column: numbers(column.column).is_null()}
                ),
            ),
        )


def broken_rows(entry: Entry, table: CsvTable, record_table: RecordTable) -> Iterator[Batch]:
    """Yield the rows of a CSV with too many or too few cells as rejected, and note other oddities of the file.

    Their text is not kept, because any part of it may be a private note.
    """
    empty = (pl.lit(None, dtype).alias(name) for name, dtype in record_table.columns.items())
    yield from in_batches(
        record_table,
        table.ragged.with_columns(
            *empty,
            pl.lit(entry.label).alias("entry"),
            pl.lit("(not kept)").alias("text"),
            pl.lit("(whole row)").alias("column"),
            pl.lit("ragged_row").alias("rule"),
        ),
    )
    if not table.n_rows and table.ragged.is_empty():
        yield Note(entry.label, "it has a header but no rows")
    if table.n_nul:
        yield Note(entry.label, f"{table.n_nul} NUL characters were replaced by spaces")


def main_sleeps() -> pl.Expr:
    """Whether an episode is the longest of its participant, device and date (the first of equally long ones)."""
    place = pl.col("total_sleep_time_min").rank("ordinal", descending=True)
    return (place.over("participant_id", "device", "date") == 1).fill_null(False).alias("is_main_sleep")


def rows_below(entry: Entry, header_lines: int = 1, encoding: str = "utf-8") -> int:
    """Count the CSV rows below the header without keeping them.

    Blank lines do not count, and a line break in quotes does not end a row.
    """
    n_rows, in_quotes, has_begun = 0, False, False
    with entry.open() as stream, io.TextIOWrapper(stream, encoding, errors="replace") as text:
        while chunk := text.read(_CHUNK_BYTES):
            parts = chunk.split('"')
            lines = ("x" * has_begun + "x".join(parts[in_quotes::2])).split("\n")
            in_quotes ^= len(parts) % 2 == 0
            n_rows += sum(map(bool, lines[:-1]))
            has_begun = in_quotes or bool(lines[-1])
    return max(n_rows + has_begun - header_lines, 0)


def entries_by_kind(archive: Archive, kind_of: Callable[[Entry], str | None]) -> defaultdict[str | None, list[Entry]]:
    """Group the entries of an export by kind; unknown ones are under None."""
    kinds: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in archive.entries:
        kinds[kind_of(entry)].append(entry)
    return kinds


def read_by_kind(
    archive: Archive,
    settings: ReadSettings,
    kind_of: Callable[[Entry], str | None],
    readers: Mapping[str, Callable[[Entry, ReadSettings], Iterator[Batch]]],
) -> Iterator[Batch]:
    """Read the entries of each kind with its reader, in the order of ``readers``, and count the other files."""
    kinds = entries_by_kind(archive, kind_of)
    for kind, read in readers.items():
        for entry in kinds[kind]:
            yield from read(entry, settings)
    yield from other_files(archive, kinds[None])


def other_files(archive: Archive, entries: Sequence[Entry]) -> Iterator[Ignored]:
    """Count the unknown files of an archive: CSVs with their rows, all others only as files."""
    tables = [entry for entry in entries if entry.label.lower().endswith(".csv")]
    for entry in tables:
        yield Ignored(entry.label, rows_below(entry), "an unknown table")
    if n_other := len(entries) - len(tables):
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def is_csv(entry: Entry) -> bool:
    """Whether an entry may be a CSV: by its name, as a bare file, or as text with delimiters in the first line."""
    if entry.member is None or entry.label.lower().endswith(".csv"):
        return True
    first, *_ = entry.head(_LOOKED_AT_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().splitlines() or [b""]
    return bool(_HEADER.match(first))


def delimiter_of(entry: Entry) -> str:
    """Return the delimiter that gives the header the most columns."""
    return max(_DELIMITERS, key=lambda delimiter: len(header_of(entry, delimiter=delimiter)))


# --- times with a recorded UTC offset ---


def offset_minutes(text: pl.Expr) -> pl.Expr:
    """Read ``UTC-07:00``, ``UTC+0530``, ``+02:00``, ``UTCZ`` or ``Z`` as minutes east of UTC; null for other text."""
    sign = pl.when(text.str.contains("-", literal=True)).then(-1).otherwise(1)
    hours, minutes = (text.str.extract(_OFFSET, part).cast(pl.Int32, strict=False) for part in (2, 3))
    return (
        pl.when(text.str.contains(_ZERO_OFFSET) & (text != "")).then(0).otherwise(sign * (hours * 60 + minutes))
    ).cast(pl.Int32)


def instants_at(clock: pl.Expr, offset_min: pl.Expr) -> pl.Expr:
    """Turn naive local times at a UTC offset into instants."""
    return (clock - pl.duration(minutes=offset_min)).dt.replace_time_zone("UTC")


def zoned_instants(column: str) -> pl.Expr:
    """Read ``2026-03-01T22:10:00.000+01:00`` as an instant; null for anything else."""
    text = pl.col(column)
    clock = pl.concat_str(text.str.extract(_ISO, 1), pl.lit(" "), text.str.extract(_ISO, 2))
    return instants_at(clock.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False), zoned_offsets(column))


def zoned_offsets(column: str) -> pl.Expr:
    """Return the UTC offset of such a time, in minutes east of UTC."""
    return offset_minutes(pl.col(column).str.extract(_ISO, 3))


def zoned_or_local(rows: pl.DataFrame, column: str, settings: ReadSettings) -> pl.Series:
    """Read times with their UTC offset, and times without one in the participant's time zone."""
    read = rows.select(zoned_instants(column).alias("zoned"), local_times(column).alias("local"))
    there = settings.time_zones.to_utc(settings.participant_id, read["local"])
    return read.select(pl.col("zoned").fill_null(there))["zoned"]


def utc_label(instant: str) -> pl.Expr:
    """Name an episode or session by its start in UTC, for sources without ids."""
    return pl.col(instant).dt.strftime("%Y-%m-%dT%H:%M:%SZ")

"""Rows of a vendor's own tables turned into record rows; what holds nothing is counted with its reason."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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

SECONDS = 1 / 60
MILLISECONDS = 1 / 60_000
HOURS = 60.0
"""Minutes in one unit of a vendor's column."""

HIDDEN = "…"
"""What stands in the text of a rejected row for a cell that is not kept."""

_CHUNK_BYTES = 1 << 18
_LOOKED_AT_BYTES = 1 << 11
_DELIMITERS = (",", ";", "\t")
_HEADER = re.compile(rb"""(?![\[{<%]|PK)[^\0\x01-\x08]*[,;\t][^\0\x01-\x08]*\Z""")
_OFFSET = r"^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)$"
_ZERO_OFFSET = r"^(?:UTC|GMT)?Z?$"
_VALUE = r"^\s*[+-]?\d+(?:[.,:/-]\d+)*(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(?:\s?(?:Z|[+-]\d\d:?\d\d))?\s*$"
_PRIVATE = re.compile(r"lat(?:itude)?\b|lon(?:g|gitude)?\b|gps|place|location|birth", re.IGNORECASE)
_ISO = r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:[0-5]\d)(?:\.\d{1,9})?\s*(Z|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True, slots=True)
class DailyColumn:
    """A column that holds one measure of a local date, and how much of the measure one of its units is."""

    column: str
    measure: str
    per_unit: float = 1.0


# --- rows ---


def csv_rows(entry: Entry, table: CsvTable, columns: Iterable[str], missing: Sequence[str] = ("",)) -> pl.DataFrame:
    """Return columns of a CSV as text, null where a cell is missing, with ``entry``, ``line`` and ``text``.

    A column that the file does not have is null throughout. ``text`` is what :func:`kept_texts` keeps of the row.
    """
    nothing = pl.repeat(None, table.height, dtype=pl.String, eager=True)
    names = tuple(columns)
    trimmed = pl.DataFrame({name: table.cells.get(name, nothing) for name in names}).select(pl.all().str.strip_chars())
    known = trimmed.select(pl.when(~pl.all().is_in(list(missing))).then(pl.all()))
    return known.with_columns(pl.lit(entry.label).alias("entry"), table.lines, kept_texts(table, names))


def kept_texts(table: CsvTable, columns: Collection[str], private: Collection[str] = ()) -> pl.Series:
    """Return the rows of a CSV as they stood in the file, with ``…`` for cells that are not kept of a rejected row.

    Parameters
    ----------
    table
        The file.
    columns
        Columns whose cells are kept. Others can hold notes and places: their cells are kept only where they are empty,
        a number, a date or a clock time, and the name of the column does not speak of places or births.
    private
        Columns of which nothing is kept.
    """
    told = [
        cells if name in columns else _values(cells, is_private=name in private or bool(_PRIVATE.search(name)))
        for name, cells in table.cells.items()
    ]
    hidden = pl.DataFrame([cells.is_null().alias(str(place)) for place, cells in enumerate(told)])
    if not table.height or not told:
        return table.texts
    quoted = pl.DataFrame([_quoted(cells, table.delimiter).alias(str(place)) for place, cells in enumerate(told)])
    rows = quoted.select(pl.concat_str(pl.all(), separator=table.delimiter)).to_series()
    return table.texts.zip_with(~hidden.select(pl.any_horizontal(pl.all())).to_series(), rows).alias("text")


def _values(cells: pl.Series, is_private: bool) -> pl.Series:
    """Return the cells of a column that are empty or plain values, null for others."""
    is_value = pl.lit(False) if is_private else pl.col("cell").str.contains(_VALUE)
    kept = pl.when(is_value | (pl.col("cell").str.strip_chars() == "")).then("cell")
    return cells.alias("cell").to_frame().select(kept).to_series()


def _quoted(cells: pl.Series, delimiter: str) -> pl.Series:
    needed = pl.any_horizontal(pl.col("cell").str.contains(mark, literal=True) for mark in (delimiter, '"', "\n"))
    quoted = pl.concat_str(pl.lit('"'), pl.col("cell").str.replace_all('"', '""', literal=True), pl.lit('"'))
    whole = pl.when(needed).then(quoted).otherwise("cell").fill_null(HIDDEN)
    return cells.alias("cell").to_frame().select(whole.alias("cell")).to_series()


def object_rows(entry: Entry, objects: Sequence[Mapping[str, object]], keys: Sequence[str]) -> pl.DataFrame:
    """Return keys of JSON objects as text, null where a value is missing or nested; ``text`` holds these keys alone."""
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
    """Add whose the rows are and what recorded them."""
    return rows.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        pl.lit(source).alias("source"),
        (pl.lit(device) if isinstance(device, str) else device).alias("device"),
        pl.lit(device_kind).alias("device_kind"),
    )


def hashed_device(source: str, column: str, rows: pl.DataFrame) -> pl.Expr:
    """Name devices ``source-6f1a2b`` by a hash of their id; without an id the source alone."""
    tags = {name: hashlib.sha256(name.encode()).hexdigest()[:6] for name in rows[column].drop_nulls().unique()}
    tag = pl.col(column).replace_strict(tags, default=None, return_dtype=pl.String)
    return pl.concat_str(pl.lit(source), tag.fill_null(""), separator="-").str.strip_chars_end("-")


def put_aside(rows: pl.DataFrame, reasons: Mapping[str, pl.Expr]) -> tuple[pl.DataFrame, list[Ignored]]:
    """Split off the rows of which a reason holds; each is counted under the first of its reasons.

    Parameters
    ----------
    rows
        Rows of one entry, with ``entry``.
    reasons
        Sentence for people, and when it holds. Null counts as not.
    """
    chosen = pl.coalesce(
        *(pl.when(holds.fill_null(False)).then(pl.lit(reason)) for reason, holds in reasons.items()),
        pl.lit(None, pl.String),
    )
    sorted_out = rows.with_columns(chosen.alias("put_aside"))
    gone = sorted_out.filter(pl.col("put_aside").is_not_null())
    counts = gone.group_by("entry", "put_aside", maintain_order=True).len()
    ignored = [Ignored(str(entry), int(rows), str(reason)) for entry, reason, rows in counts.rows()]
    return sorted_out.filter(pl.col("put_aside").is_null()).drop("put_aside"), ignored


def daily_totals(rows: pl.DataFrame, columns: Iterable[DailyColumn], date_column: str) -> Iterator[Batch]:
    """Yield the values of several columns as daily totals; an empty cell gives none.

    Parameters
    ----------
    rows
        Rows with origin, ``date`` (null where unreadable) and the columns as text.
    columns
        Which column holds which measure.
    date_column
        The vendor's name of the date, for rows that are rejected because of it.
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
    """Yield the rows of a CSV with too many or too few cells, each rejected once, and what else is odd about it.

    Their text is not kept, because it is unknown which part of it is a note.
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
    if not table.height and table.ragged.is_empty():
        yield Note(entry.label, "it has a header and no rows")
    if table.n_nul:
        yield Note(entry.label, f"{table.n_nul} NUL characters were replaced by spaces")


def main_sleeps() -> pl.Expr:
    """Whether an episode is the longest of its date (the first of equally long ones) for one person and device."""
    place = pl.col("total_sleep_time_min").rank("ordinal", descending=True)
    return (place.over("participant_id", "device", "date") == 1).fill_null(False).alias("is_main_sleep")


def rows_below(entry: Entry, header_lines: int = 1, encoding: str = "utf-8") -> int:
    """Count the rows below the header without keeping them, as a CSV has them.

    A blank line is no row, and a line end in quotes ends none.
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
    """Sort the entries of an export by what each is; under None stand those that are nothing known."""
    kinds: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in archive.entries:
        kinds[kind_of(entry)].append(entry)
    return kinds


def other_files(archive: Archive, entries: Sequence[Entry]) -> Iterator[Ignored]:
    """Count the files of an archive that are nothing known: CSVs with their rows, all others together as files."""
    tables = [entry for entry in entries if entry.label.lower().endswith(".csv")]
    for entry in tables:
        yield Ignored(entry.label, rows_below(entry), "a table that is not known")
    if n_other := len(entries) - len(tables):
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def is_csv(entry: Entry) -> bool:
    """Whether an entry may be a CSV: one that is named so, a bare file, or text whose first line has delimiters."""
    if entry.member is None or entry.label.lower().endswith(".csv"):
        return True
    first, *_ = entry.head(_LOOKED_AT_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip().splitlines() or [b""]
    return bool(_HEADER.match(first))


def delimiter_of(entry: Entry) -> str:
    """Return the delimiter that gives the header most columns."""
    return max(_DELIMITERS, key=lambda delimiter: len(header_of(entry, delimiter=delimiter)))


# --- times with the offset that the source recorded ---


def offset_minutes(text: pl.Expr) -> pl.Expr:
    """Read ``UTC-07:00``, ``UTC+0530``, ``+02:00``, ``UTCZ`` or ``Z`` as minutes east of UTC; null for others."""
    sign = pl.when(text.str.contains("-", literal=True)).then(-1).otherwise(1)
    hours, minutes = (text.str.extract(_OFFSET, part).cast(pl.Int32, strict=False) for part in (2, 3))
    return (
        pl.when(text.str.contains(_ZERO_OFFSET) & (text != "")).then(0).otherwise(sign * (hours * 60 + minutes))
    ).cast(pl.Int32)


def instants_at(clock: pl.Expr, offset_min: pl.Expr) -> pl.Expr:
    """Turn what a clock showed, so many minutes east of UTC, into instants."""
    return (clock - pl.duration(minutes=offset_min)).dt.replace_time_zone("UTC")


def zoned_instants(column: str) -> pl.Expr:
    """Read ``2026-03-01T22:10:00.000+01:00`` as an instant; null for anything else."""
    text = pl.col(column)
    clock = pl.concat_str(text.str.extract(_ISO, 1), pl.lit(" "), text.str.extract(_ISO, 2))
    return instants_at(clock.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False), zoned_offsets(column))


def zoned_offsets(column: str) -> pl.Expr:
    """Return the offset that such a time was written with, in minutes east of UTC."""
    return offset_minutes(pl.col(column).str.extract(_ISO, 3))


def zoned_or_local(rows: pl.DataFrame, column: str, settings: ReadSettings) -> pl.Series:
    """Read times with an offset as they are, and times without one as clock times of the person's own zone."""
    read = rows.select(zoned_instants(column).alias("zoned"), local_times(column).alias("local"))
    there = settings.time_zones.to_utc(settings.participant_id, read["local"])
    return read.select(pl.col("zoned").fill_null(there))["zoned"]


def utc_label(instant: str) -> pl.Expr:
    """Name an episode or session by its start in UTC, for sources that give it no name of its own."""
    return pl.col(instant).dt.strftime("%Y-%m-%dT%H:%M:%SZ")

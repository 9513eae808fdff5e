"""Read CSV with a given delimiter and encoding, never guessed ones; every cell stays text.

DuckDB's ``read_csv(store_rejects = true)`` finds the same rows and the same ragged ones, but it cannot replace this
parser. It gives neither the line nor the text of the rows that it accepts, and a rule may reject any of them later; it
reads files, not entries of a zip; it needs an extension for cp1252 and fails at a mixture of line ends; and a process
that only reads exports must not load a database. Most files are as fast without it (:mod:`~.plain_csv`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

import polars as pl

from painstats.archive.entries import Entry, refused, shown
from painstats.errors import ExportRefused
from painstats.parsing.plain_csv import cut, plain_rows

MAX_BYTES = 256 << 20
_MAX_LINE_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_SHORT_HEAD_BYTES = 1 << 12
_CHUNK_BYTES = 1 << 18

WHOLE_BYTES = 8 << 20
PART_ROWS = 50_000
"""A CSV of more than ``WHOLE_BYTES`` is read ``PART_ROWS`` rows at a time."""

_CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "latin-1": "latin-1", "cp1252": "cp1252", "mac_roman": "mac_roman"}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a zip; in Excel choose Save As, CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; in Excel choose Save As, CSV"),
    (b"%pdf", "a PDF; export the table as CSV"),
    (b"<!doctype", "a web page, perhaps a login page that was saved; download the file again"),
    (b"<html", "a web page, perhaps a login page that was saved; download the file again"),
    (b"<?xml", "an XML file; export the table as CSV"),
    (b"{\\rtf", "a word-processing document; export the table as CSV"),
    (b"sqlite format 3", "a database; export the table as CSV"),
    (b"\x89png", "an image; export the table as CSV"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
)

_VALUE_LIKE = re.compile(r"[\s\d.,:;/+TZ-]*")


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV as text.

    Parameters
    ----------
    header
        Column names, trimmed, in order.
    cells
        The cells of each column, by its name: String series as long as ``lines``.
    lines, texts
        Line on which each row begins (1-based; the header is on line 1), and the row as it is in the file.
    ragged
        Rows with more or fewer cells than the header: ``line`` and ``text``.
    n_nul
        NUL characters that were replaced by spaces.
    delimiter
        The character between cells.
    """

    header: tuple[str, ...]
    cells: dict[str, pl.Series]
    lines: pl.Series
    texts: pl.Series
    ragged: pl.DataFrame
    n_nul: int = 0
    delimiter: str = ","

    @property
    def n_rows(self) -> int:
        """Number of rows with as many cells as the header; ragged rows are not counted."""
        return len(self.lines)


def header_of(entry: Entry, encoding: str = "utf-8", delimiter: str = ",") -> tuple[str, ...]:
    """Return the trimmed column names in the first line; empty if it cannot be read as CSV."""
    names, is_whole = _first_row(entry.head(_SHORT_HEAD_BYTES), encoding, delimiter)
    return names if is_whole else _first_row(entry.head(_HEAD_BYTES), encoding, delimiter)[0]


@lru_cache(maxsize=32)  # all formats ask in turn for the header of one file
def _first_row(head: bytes, encoding: str, delimiter: str) -> tuple[tuple[str, ...], bool]:
    """Return the trimmed cells of the first row, and whether the bytes contain that whole row."""
    try:
        lines = _lines(head.decode(_CODECS[encoding], errors="replace"))
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        names = _names(next((cells for cells in rows if cells), []))
        return names, rows.line_num < len(lines)
    except (csv.Error, UnicodeError):
        return (), False


def is_utf16(entry: Entry) -> bool:
    """Whether a file begins with the byte order mark of UTF-16."""
    return entry.head(2) in _UTF16_MARKS


def refuse_disguised(entry: Entry) -> None:
    """Refuse, as ``not_csv``, a file that is not a text table, whatever its name.

    Raises
    ------
    ExportRefused
        The first bytes are those of a workbook, a PDF, a web page or the like; the message says which, and what to do.
    """
    head = entry.head(256).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for magic, what in _MAGIC:
        if head.startswith(magic.lower()):
            raise refused("not_csv", entry, f"it is not a CSV but {what}")


def read_csv(
    entry: Entry,
    encoding: str = "utf-8",
    delimiter: str = ",",
    *,
    rows_above: int = 0,
    closing_comma: bool = False,
    repeated_columns: bool = False,
) -> CsvTable:
    """Read a whole CSV as text.

    Quoted cells may contain line breaks; CR, LF and CRLF are equivalent; blank lines are skipped.

    Parameters
    ----------
    entry, encoding, delimiter
        The file and its format.
    rows_above
        Rows above the header that are not part of the table.
    closing_comma
        Whether rows may end with a delimiter that the header does not have.
    repeated_columns
        Whether columns may have the same name; all but the first are renamed ``name (2)``, ``name (3)``.

    Raises
    ------
    ExportRefused
        ``not_csv``, ``encoding``, ``line_too_long``, ``too_large``, ``quote`` or ``duplicate_column``.
    """
    refuse_disguised(entry)
    text = _decoded(entry, _bytes(entry), encoding)
    n_nul = text.count("\0")
    text = text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")
    plain = None if '"' in text or closing_comma else plain_rows(text)
    if plain is not None and plain.height > rows_above:
        names = _names(plain["text"][rows_above].split(delimiter))
        header = _numbered(names) if repeated_columns else names
        _refuse_duplicates(entry, header)
        return replace(_plain_table(header, plain[rows_above + 1 :], delimiter), n_nul=n_nul)
    lines = text.split("\n")
    rows = islice(_rows(entry, (line + "\n" for line in lines), delimiter), rows_above, None)
    _, header_row = next(rows, (1, []))
    header = _numbered(_names(header_row)) if repeated_columns else _names(header_row)
    _refuse_duplicates(entry, header)
    kept = list(_without_closing(rows, len(header)) if closing_comma else rows)
    return replace(_table(header, _with_texts(kept, lines)), n_nul=n_nul, delimiter=delimiter)


@dataclass(frozen=True, slots=True)
class CsvParts:
    """A CSV as an iterable of tables of consecutive rows; there is at least one, which may have no rows.

    It can be iterated repeatedly. ``whole`` is the only table of a file small enough to be kept in memory.
    """

    entry: Entry
    encoding: str
    delimiter: str
    whole: CsvTable | None

    def __iter__(self) -> Iterator[CsvTable]:
        """Read the file from its beginning; raises what :func:`read_csv` raises."""
        if self.whole is not None:
            yield self.whole
            return
        with self.entry.open() as stream, io.TextIOWrapper(stream, _CODECS[self.encoding]) as text:
            yield from _parts(self.entry, text, self.delimiter)


def read_csv_parts(entry: Entry, encoding: str = "utf-8", delimiter: str = ",") -> CsvParts:
    """Read a CSV as :func:`read_csv` does; a large one is read in parts and is never in memory as a whole.

    Raises
    ------
    ExportRefused
        As :func:`read_csv`. Bytes are checked here; rows of a large file only when they are reached.
    """
    if entry.size_bytes <= WHOLE_BYTES:
        return CsvParts(entry, encoding, delimiter, read_csv(entry, encoding, delimiter))
    refuse_disguised(entry)
    _refuse_undecodable(entry, encoding)
    return CsvParts(entry, encoding, delimiter, None)


def shown_columns(header: tuple[str, ...]) -> str:
    """List column names for a message; names that look like values are left out, as there may be no header at all."""
    if not header:
        return "none"
    named = [shown(name) if not _VALUE_LIKE.fullmatch(name) else "(a number or date)" for name in header[:30]]
    return ", ".join(named) + (", …" if len(header) > 30 else "")


# --- bytes to lines ---


def _bytes(entry: Entry) -> bytes:
    return b"".join(_chunks(entry))


def _chunks(entry: Entry) -> Iterator[bytes]:
    """Read all of a file; stop as soon as one line is longer than 1 MB."""
    n_bytes, since_line_end = 0, 0
    with entry.open() as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since_line_end = since_line_end + len(chunk) if last < 0 else len(chunk) - last
            n_bytes += len(chunk)
            if since_line_end > _MAX_LINE_BYTES:
                raise refused("line_too_long", entry, "a line is longer than 1 MB; this is not a table of answers")
            if n_bytes > MAX_BYTES:
                raise refused("too_large", entry, f"it is larger than {MAX_BYTES >> 20} MB; split it by participant")
            yield chunk


def _refuse_undecodable(entry: Entry, encoding: str) -> None:
    """Check all bytes and refuse what :func:`_bytes` and :func:`_decoded` refuse."""
    decoder = codecs.getincrementaldecoder(_CODECS[encoding])()
    try:
        for chunk in _chunks(entry):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        is_text = encoding == "utf-16" or not is_utf16(entry)
    except UnicodeError:
        is_text = False
    if not is_text:
        _decoded(entry, _bytes(entry), encoding)  # raises an error that says where


def _decoded(entry: Entry, content: bytes, encoding: str) -> str:
    if encoding != "utf-16" and content.startswith(_UTF16_MARKS):
        raise refused("encoding", entry, 'it is UTF-16; save it as UTF-8, or for a diary set encoding = "utf-16"')
    try:
        return content.decode(_CODECS[encoding])
    except UnicodeError as error:
        position = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise refused(
            "encoding",
            entry,
            f"it is not valid {encoding} from byte {position} on; save it as CSV UTF-8, or for a diary set the "
            'encoding in study.toml, for example encoding = "cp1252"',
        ) from None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


# --- lines to rows ---


def _parts(entry: Entry, text: Iterable[str], delimiter: str) -> Iterator[CsvTable]:
    """Cut the lines of a CSV into tables."""
    recent = _RecentLines(text)
    rows = _rows(entry, recent, delimiter)
    _, header_row = next(rows, (1, []))
    header = _names(header_row)
    _refuse_duplicates(entry, header)
    recent.take()
    following = True
    while following:
        part = [(first, cells, recent.take()) for first, cells in islice(rows, PART_ROWS)]
        following = len(part) == PART_ROWS
        yield replace(_table(header, part), n_nul=recent.take_nul(), delimiter=delimiter)


@dataclass(slots=True, eq=False)
class _RecentLines:
    """Lines for a CSV reader; keeps the lines since the last row and the number of their NUL characters."""

    text: Iterable[str]
    lines: list[str] = field(default_factory=list)
    n_nul: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.text:
            self.n_nul += line.count("\0")
            whole = line.replace("\0", " ").removesuffix("\n") + "\n"
            self.lines.append(whole)
            yield whole

    def take(self) -> str:
        """Return the text of the row that was just read, without blank lines around it."""
        text = "".join(self.lines).strip("\n")
        self.lines.clear()
        return text

    def take_nul(self) -> int:
        n_nul, self.n_nul = self.n_nul, 0
        return n_nul


def _rows(entry: Entry, lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line and the cells of each row that is not blank."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first_line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable_row(entry, first_line, str(error)) from None
        if cells is None:
            return
        if cells:
            yield first_line, cells


def _unreadable_row(entry: Entry, line: int, problem: str) -> ExportRefused:
    if "field larger" in problem:
        return refused("line_too_long", entry, "a cell is longer than 131,072 characters", line)
    return refused("quote", entry, 'a quotation mark (") opens a cell in this row but is not closed correctly', line)


def _names(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in cells)


def _numbered(names: tuple[str, ...]) -> tuple[str, ...]:
    seen = [names[: place + 1].count(name) for place, name in enumerate(names)]
    return tuple(name if count == 1 else f"{name} ({count})" for name, count in zip(names, seen, strict=True))


def _without_closing(rows: Iterable[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    for line, cells in rows:
        yield line, cells[:-1] if len(cells) == width + 1 and not cells[-1].strip() else cells


def _refuse_duplicates(entry: Entry, header: tuple[str, ...]) -> None:
    folded = [name.casefold() for name in header if name]
    repeated = sorted({name for name in header if name and folded.count(name.casefold()) > 1})
    if repeated:
        raise refused(
            "duplicate_column",
            entry,
            f"these columns have the same name: {shown_columns(tuple(repeated))}; rename or remove one of them",
            1,
        )


def _with_texts(rows: list[tuple[int, list[str]]], lines: list[str]) -> list[tuple[int, list[str], str]]:
    ends = [*(first for first, _ in rows[1:]), len(lines) + 1]
    return [
        (first, cells, "\n".join(lines[first - 1 : end - 1]).rstrip("\n"))
        for (first, cells), end in zip(rows, ends, strict=False)
    ]


def _plain_table(header: tuple[str, ...], rows: pl.DataFrame, delimiter: str) -> CsvTable:
    kept, ragged = cut(rows, len(header), delimiter)
    cells = {name: kept.to_series(place + 2).alias(name) for place, name in enumerate(header)}
    return CsvTable(header, cells, kept["line"], kept["text"], ragged, delimiter=delimiter)


def _table(header: tuple[str, ...], rows: list[tuple[int, list[str], str]]) -> CsvTable:
    kept = [row for row in rows if len(row[1]) == len(header)]
    ragged = [(first, text) for first, cells, text in rows if len(cells) != len(header)]
    return CsvTable(
        header=header,
        cells={
            name: pl.Series(name, [cells[position] for _, cells, _ in kept], pl.String)
            for position, name in enumerate(header)
        },
        lines=pl.Series("line", [first for first, _, _ in kept], pl.Int64),
        texts=pl.Series("text", [text for _, _, text in kept], pl.String),
        ragged=pl.DataFrame(ragged, schema={"line": pl.Int64, "text": pl.String}, orient="row"),
    )

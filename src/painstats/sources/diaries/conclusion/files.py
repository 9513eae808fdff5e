"""In which form a file is kept: encoding, delimiter, sheet; every form that gives a table with dates is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from painstats.archive.entries import Entry, read_whole
from painstats.sources.diaries.conclusion.dates import is_date, is_date_without_year
from painstats.sources.diaries.forms.encodings import decoded, encoding_of
from painstats.sources.diaries.forms.json_rows import json_rows
from painstats.sources.diaries.forms.note import note_rows, title_of
from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.separated import SPACES, markdown_rows, named_delimiter, separated_rows
from painstats.sources.diaries.forms.tables import shared_header, sheet_rows
from painstats.sources.diaries.forms.workbook import ALL_SHEETS, is_spreadsheet, workbook_sheets

LARGEST_DIARY = 4 << 20
"""Bytes above which no file is a diary that was written by hand."""

HEAD_BYTES = 1 << 15
"""A file larger than this is first looked at by its beginning."""

_DELIMITERS = (",", ";", "\t", "|", SPACES)
_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", SPACES: "spaces"}
_BOOK: dict[str, object] = {"form": "workbook"}
_SAMPLE_ROWS = 300
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a]")


@dataclass(frozen=True, slots=True)
class File:
    """The rows of a file in one form, with the keys that describe it, what is said about it, and its title or sheet."""

    keys: dict[str, object]
    rows: list[TextRow]
    said: tuple[str, ...] = ()
    title: str = ""


def possible_files(entry: Entry, sheet: str | None, *, head_only: bool = False) -> Iterator[File]:
    """Yield the forms in which a file could be kept, the likeliest first; of its first rows only, to look at them.

    Raises
    ------
    ExportRefused
        It is a spreadsheet that cannot be read.
    """
    if entry.size_bytes > LARGEST_DIARY:
        return
    if is_spreadsheet(entry):
        yield from _sheets(entry, sheet)
        return
    is_json = entry.head(16).lstrip()[:1] in (b"{", b"[")
    cut = head_only and not is_json
    content = _whole_lines(entry.head(HEAD_BYTES)) if cut else read_whole(entry, LARGEST_DIARY)
    encoding = encoding_of(content)
    if encoding != "utf-16" and _NOT_TEXT.search(content[:4096]):
        return
    text = decoded(entry, content, encoding)
    keys: dict[str, object] = {"encoding": encoding}
    if text.lstrip()[:1] in ("{", "["):
        rows = json_rows(text, _SAMPLE_ROWS if head_only else None)
        if rows:
            yield File(keys | {"form": "json"}, rows)
            return
    if text.lstrip()[:1] == "<" or text.startswith(("%PDF", "{\\rtf")):
        return
    yield from _texts(text, keys)


def _whole_lines(head: bytes) -> bytes:
    """Cut a beginning at the end of its last line, of whole characters in every encoding."""
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: (end + 1) // 2 * 2] if end > 0 else head


def _texts(text: str, keys: dict[str, object]) -> Iterator[File]:
    rows = markdown_rows(text)
    if len(rows) > 2 and re.search(r"^[\s|]*:?-{2,}", text, re.MULTILINE):
        yield File(keys | {"form": "markdown"}, rows)
    delimiter = named_delimiter(text) or _delimiter(text)
    if delimiter is not None:
        yield File(keys | {"delimiter": delimiter}, separated_rows(text, delimiter))
    noted = note_rows(text)
    yield File(
        keys | {"form": "note", "header_line": 0},
        noted,
        ("It was read as a note with a line for each day.",),
        title_of(text),
    )


def _delimiter(text: str) -> str | None:
    """Return the delimiter with which most rows have a date of their own and the same number of cells."""
    lines = "\n".join(text.split("\n")[:_SAMPLE_ROWS])
    scores = {mark: _fit(separated_rows(lines, mark)) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: scores[mark])
    return best if scores[best][0] > 0 else None


def _fit(rows: list[TextRow]) -> tuple[float, float, int]:
    """Return the share of rows with a date of their own, that of rows as wide as most, and that width."""
    wide = [row for row in rows if len(row.cells) > 1]
    if not wide:
        return 0.0, 0.0, 0
    widths = [len(row.cells) for row in wide]
    usual = max(set(widths), key=widths.count)
    dated = sum(any(is_date(cell) or is_date_without_year(cell) or len(cell) < 6 for cell in row.cells) for row in wide)
    return round(dated / len(rows), 1), widths.count(usual) / len(rows), usual


def _sheets(entry: Entry, sheet: str | None) -> Iterator[File]:
    sheets = workbook_sheets(entry)
    if sheet is not None:
        yield File(_BOOK | {"sheet": sheet}, sheet_rows(sheets, sheet))
        return
    dated = {name: rows for name, rows in sheets.items() if sum(any(map(is_date, row.cells)) for row in rows) > 0}
    if len(dated) > 1 and shared_header(dated):
        every = f"All sheets with the same columns were read: {', '.join(dated)}."
        yield File(_BOOK | {"sheet": ALL_SHEETS}, sheet_rows(sheets, ALL_SHEETS), (every,))
    for name in sorted(sheets, key=lambda name: -len(dated.get(name, []))):
        only = len(sheets) == 1
        said = () if only else (f'Of its {len(sheets)} sheets "{name}" was read.',)
        yield File(_BOOK | ({} if only else {"sheet": name}), sheets[name], said, name)


def delimiter_word(delimiter: str) -> str:
    """Return a delimiter in words."""
    return _WORDS.get(delimiter, f'"{delimiter}"')

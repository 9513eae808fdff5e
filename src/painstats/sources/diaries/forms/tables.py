"""Make of a diary, in whatever form it is kept, the table of text cells that its declaration describes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from painstats.archive.entries import Entry, read_whole, refused
from painstats.parsing.csv_text import CsvParts, CsvTable, read_csv_parts, refuse_disguised
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.forms.calendar_grid import calendar_rows
from painstats.sources.diaries.forms.encodings import decoded
from painstats.sources.diaries.forms.json_rows import json_rows
from painstats.sources.diaries.forms.note import note_rows
from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.separated import markdown_rows, separated_rows
from painstats.sources.diaries.forms.workbook import ALL_SHEETS, is_spreadsheet, workbook_sheets
from painstats.sources.diaries.forms.years import completed_dates

LIMIT_BYTES = 32 << 20

_PLAIN = {
    "form": "csv", "header_line": 1, "turned": False, "side_by_side": False, "year": None, "carry_dates": False,
    "not_days": (), "uneven_rows": "rejected", "sheet": None,
}  # fmt: skip
"""The values of keys with which a diary is a plain CSV, which is read in parts."""


@dataclass(frozen=True, slots=True)
class DiaryTable:
    """The table of a diary, and the number of its rows that are not days, such as totals."""

    parts: CsvParts
    n_not_days: int = 0


def diary_table(entry: Entry, plan: DiaryPlan) -> DiaryTable:
    """Read the table that a declaration describes.

    Raises
    ------
    ExportRefused
        As :func:`painstats.parsing.csv_text.read_csv` and :func:`rows_of_form`.
    """
    if is_plain(plan):
        return DiaryTable(read_csv_parts(entry, plan.encoding, plan.delimiter))
    rows = rows_of_form(entry, plan.form, plan.encoding, plan.delimiter, plan.sheet)
    table, n_not_days = table_of_rows(rows, plan)
    return DiaryTable(CsvParts(entry, plan.encoding, plan.delimiter, table), n_not_days)


def is_plain(plan: DiaryPlan) -> bool:
    """Whether a declaration describes a CSV with its header in the first line and nothing to complete or leave out."""
    return (
        plan.layout != "calendar"
        and len(plan.delimiter) == 1
        and all(getattr(plan, key) == value for key, value in _PLAIN.items())
    )


def rows_of_form(entry: Entry, form: str, encoding: str, delimiter: str, sheet: str | None) -> list[TextRow]:
    """Return the rows of a diary in one of its forms, before its header is taken off.

    Raises
    ------
    ExportRefused
        ``not_csv``, ``encoding`` or ``too_large``.
    """
    if form == "workbook":
        return sheet_rows(workbook_sheets(entry), sheet)
    if is_spreadsheet(entry):
        raise refused("not_csv", entry, "it is a spreadsheet, not a text")
    refuse_disguised(entry)
    text = decoded(entry, read_whole(entry, LIMIT_BYTES), encoding)
    match form:
        case "json":
            return json_rows(text)
        case "markdown":
            return markdown_rows(text)
        case "note":
            return note_rows(text)
    return separated_rows(text, delimiter)


def sheet_rows(sheets: dict[str, list[TextRow]], sheet: str | None) -> list[TextRow]:
    """Return the rows of one sheet (the first by default), or of all sheets that have the header of the first."""
    if sheet != ALL_SHEETS:
        return sheets.get(sheet, []) if sheet is not None else next(iter(sheets.values()), [])
    header = shared_header(sheets)
    joined = []
    for rows in sheets.values():
        places = [place for place, row in enumerate(rows) if row.cells == header]
        joined += rows[places[0] :] if places else []
    return joined


def shared_header(sheets: dict[str, list[TextRow]]) -> tuple[str, ...] | None:
    """Return the first row that two or more sheets have in common and that has two or more cells."""
    rows = [row.cells for found in sheets.values() for row in found[:20] if sum(map(bool, row.cells)) > 1]
    return next(
        (cells for cells in rows if sum(cells in {row.cells for row in found} for found in sheets.values()) > 1), None
    )


def table_of_rows(rows: list[TextRow], plan: DiaryPlan) -> tuple[CsvTable, int]:
    """Make the table of a declaration from rows; also return how many of them are not days."""
    if plan.turned:
        rows = turned_rows(rows, plan.header_line)
    elif plan.side_by_side:
        rows = stacked_rows(rows, plan.header_line)
    elif plan.layout == "calendar":
        rows = calendar_rows(rows, plan.header_line, plan.year)
    header, body = header_and_body(rows, 1 if plan.turned or plan.layout == "calendar" else plan.header_line)
    days = [row for row in body if not is_not_day(row, plan.not_days, header)]
    place = header.index(plan.date_column) if plan.date_column in header else None
    if place is not None and plan.layout != "calendar":
        days = completed_dates(body, days, place, plan)
    fitted = [fit_row(row, header, plan) for row in days]
    return _csv_table(header, fitted, "\t" if len(plan.delimiter) > 1 else plan.delimiter), len(body) - len(days)


def header_and_body(rows: list[TextRow], header_line: int) -> tuple[tuple[str, ...], list[TextRow]]:
    """Split rows at the header; without one (line 0) columns are named ``column 1`` and so on."""
    at = next((place for place, row in enumerate(rows) if row.line >= header_line), 0) if header_line else -1
    body = rows[at + 1 :]
    width = max((len(row.cells) for row in body), default=0)
    names = list(rows[at].cells) if at >= 0 and rows else []
    while names and not names[-1] and len(names) > width:
        names.pop()
    if header_line == 0 or not names:
        names += [""] * (width - len(names))
    named = [name or f"column {place}" for place, name in enumerate(names, 1)]
    folded = [name.casefold() for name in named]
    counts = [folded[: place + 1].count(name) for place, name in enumerate(folded)]
    return tuple(name if n == 1 else f"{name} ({n})" for name, n in zip(named, counts, strict=True)), body


def is_not_day(row: TextRow, not_days: Iterable[str], header: tuple[str, ...]) -> bool:
    """Whether a row is a repeated header or begins with one of the texts that are not days."""
    shown = tuple(name for name in row.cells if name)
    return row.first in not_days or (len(shown) > 1 and shown == tuple(name for name in header if name in shown))


def turned_rows(rows: list[TextRow], header_line: int) -> list[TextRow]:
    """Swap rows and columns, from the row with the dates on."""
    kept = [row for row in rows if row.line >= header_line]
    width = max((len(row.cells) for row in kept), default=0)
    columns = ([row.cell(place) for row in kept] for place in range(width))
    swapped = (TextRow(number, tuple(cells), "\t".join(cells)) for number, cells in enumerate(columns, 1))
    return [row for row in swapped if row.first]


def columns_apart(header: tuple[str, ...]) -> int | None:
    """Return how many columns apart the same column names come again, where tables lie side by side."""
    for apart in range(2, len(header) // 2 + 2):
        first, second = header[:apart], header[apart : 2 * apart]
        names = [name for name in first if name]
        if len(names) > 1 and names == [name for name in second if name] and first[: len(second)] == second:
            return apart
    return None


def stacked_rows(rows: list[TextRow], header_line: int) -> list[TextRow]:
    """Put tables that lie side by side below one another; rows above their header are left out."""
    kept = [row for row in rows if row.line >= header_line]
    apart = columns_apart(kept[0].cells) if kept else None
    if apart is None:
        return rows
    stacked = [replace(kept[0], cells=kept[0].cells[:apart])]
    for start in range(0, max(len(row.cells) for row in kept), apart):
        stacked += [replace(row, cells=row.cells[start : start + apart]) for row in kept[1:]]
    return [row for row in stacked if row.first]


def fit_row(row: TextRow, header: tuple[str, ...], plan: DiaryPlan) -> TextRow:
    """Give a row as many cells as the header has, as far as the declaration lets it."""
    if plan.form == "csv" and plan.uneven_rows == "rejected":
        return row
    cells, width = row.cells, len(header)
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    surplus = len(cells) - width
    if surplus > 0 and plan.notes_column in header:
        at = header.index(plan.notes_column)
        note = f"{plan.delimiter} ".join(cells[at : at + surplus + 1])
        cells = (*cells[:at], note, *cells[at + surplus + 1 :])
    return TextRow(row.line, cells + ("",) * (width - len(cells)), row.text)


def _csv_table(header: tuple[str, ...], rows: list[TextRow], delimiter: str) -> CsvTable:
    kept = [row for row in rows if len(row.cells) == len(header)]
    ragged = [(row.line, row.text) for row in rows if len(row.cells) != len(header)]
    return CsvTable(
        header=header,
        cells={
            name: pl.Series(name, [row.cells[place] for row in kept], pl.String) for place, name in enumerate(header)
        },
        lines=pl.Series("line", [row.line for row in kept], pl.Int64),
        texts=pl.Series("text", [row.text for row in kept], pl.String),
        ragged=pl.DataFrame(ragged, schema={"line": pl.Int64, "text": pl.String}, orient="row"),
        delimiter=delimiter,
    )

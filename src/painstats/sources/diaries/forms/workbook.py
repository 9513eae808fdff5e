"""Spreadsheets (.xlsx, .xls, .ods), read through python-calamine: the extra ``excel``."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

from painstats.archive.entries import Entry, read_whole, refused
from painstats.sources.diaries.forms.rows_of_text import TextRow, filled, text_row

ALL_SHEETS = "*"
"""The value of ``sheet`` that reads every sheet with the columns of the diary."""

_LIMIT_BYTES = 32 << 20
_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_INSTALL = 'it is a spreadsheet; to read it, pip install "painstats[excel]", or save it as CSV UTF-8'


def is_spreadsheet(entry: Entry) -> bool:
    """Whether a file begins as spreadsheets do."""
    return entry.head(4).startswith(_MARKS)


def workbook_sheets(entry: Entry) -> dict[str, list[TextRow]]:
    """Return the rows of each sheet that has any, by its name.

    Raises
    ------
    ExportRefused
        ``not_csv``: the extra ``excel`` is not installed, the file is protected by a password, or it is no spreadsheet.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError
    except ImportError:
        raise refused("not_csv", entry, _INSTALL) from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(read_whole(entry, _LIMIT_BYTES)))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except PasswordError:
        raise refused("not_csv", entry, "it is protected by a password; save it without one") from None
    except CalamineError:
        raise refused("not_csv", entry, "it is not a spreadsheet that can be read; save it as CSV UTF-8") from None
    rows = {
        name: filled(text_row(n, map(_text, cells)) for n, cells in enumerate(sheet, 1))
        for name, sheet in sheets.items()
    }
    return {name: found for name, found in rows.items() if found}


def _text(cell: object) -> str:
    match cell:
        case bool():
            return str(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return repr(round(cell, 10))
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("seconds")
        case timedelta():
            return (datetime.min + cell).time().isoformat("seconds")
    return str(cell)

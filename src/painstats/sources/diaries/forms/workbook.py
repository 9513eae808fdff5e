"""Spreadsheets (.xlsx, .xls, .ods), read through python-calamine: the extra ``excel``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress

from painstats.archive.entries import Entry, read_whole, refused
from painstats.sources.diaries.forms import read_workbook
from painstats.sources.diaries.forms.rows_of_text import TextRow, filled, text_row

ALL_SHEETS = "*"
"""The value of ``sheet`` that reads every sheet with the columns of the diary."""

_LIMIT_BYTES = 32 << 20
_MOST_TEXT_BYTES = 64 << 20
"""Of all cells together; a diary of ten years has less than one MB."""

_LONGEST_S = 300
_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_INSTALL = 'it is a spreadsheet; to read it, pip install "painstats[excel]", or save it as CSV UTF-8'
_REASONS = {
    read_workbook.PROTECTED: "it is protected by a password; save it without one",
    read_workbook.NOT_READ: "it is not a spreadsheet that can be read; save it as CSV UTF-8",
}


def is_spreadsheet(entry: Entry) -> bool:
    """Whether a file begins as spreadsheets do."""
    return entry.head(4).startswith(_MARKS)


def workbook_sheets(entry: Entry) -> dict[str, list[TextRow]]:
    """Return the rows of each sheet that has any, by its name.

    Raises
    ------
    ExportRefused
        ``not_csv``: the extra ``excel`` is not installed, the file is protected by a password, or it is no spreadsheet.
        ``too_large``: it unpacks to more than a diary can have.
    """
    if not _can_read():
        raise refused("not_csv", entry, _INSTALL)
    code, written = _cells(read_whole(entry, _LIMIT_BYTES))
    if code in _REASONS:
        raise refused("not_csv", entry, _REASONS[code])
    if code or len(written) > _MOST_TEXT_BYTES:
        raise refused("too_large", entry, "it unpacks to more cells than a diary has; save the sheet as CSV UTF-8")
    sheets: dict[str, list[list[str]]] = json.loads(written)
    rows = {name: filled(text_row(n, cells) for n, cells in enumerate(sheet, 1)) for name, sheet in sheets.items()}
    return {name: found for name, found in rows.items() if found}


def _can_read() -> bool:
    try:
        import python_calamine  # noqa: F401 - the process that reads needs it
    except ImportError:
        return False
    return True


def _cells(workbook: bytes) -> tuple[int, bytes]:
    """Read a workbook in a process of its own, which a bomb ends; return its exit code and what it wrote."""
    process = subprocess.Popen(
        [sys.executable, "-P", read_workbook.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    clock = threading.Timer(_LONGEST_S, process.kill)
    clock.start()
    try:
        return _answer(process, workbook)
    finally:
        clock.cancel()
        process.kill()
        process.wait()


def _answer(process: subprocess.Popen[bytes], workbook: bytes) -> tuple[int, bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout as answer:
        with suppress(BrokenPipeError), process.stdin as question:
            question.write(workbook)
        written = answer.read(_MOST_TEXT_BYTES + 1)
    return process.wait(), written

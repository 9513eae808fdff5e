"""Text with cells between delimiters: CSV in all its spellings, columns aligned by spaces, and Markdown tables."""

from __future__ import annotations

import csv
import re

from painstats.sources.diaries.forms.rows_of_text import TextRow, filled, text_row

SPACES = "spaces"
"""The delimiter of columns that are aligned by two or more spaces."""

_SEPARATOR_LINE = re.compile(r"^sep=(.)$", re.IGNORECASE)
_RULE_LINE = re.compile(r"^[\s|:+=_-]*$")


def separated_rows(text: str, delimiter: str) -> list[TextRow]:
    """Cut a text into rows; a first line ``sep=;`` and blank rows are left out.

    Where quotation marks are not closed as CSV asks for, they are taken as written.
    """
    lines = text.split("\n")
    if delimiter == SPACES:
        return filled(text_row(n, re.split(r"\s{2,}|\t+", line.strip()), line) for n, line in enumerate(lines, 1))
    try:
        rows = list(_csv_rows(lines, delimiter))
    except csv.Error:
        rows = [text_row(n, line.split(delimiter), line) for n, line in enumerate(lines, 1)]
    return filled(row for row in rows if not (row.line == 1 and _SEPARATOR_LINE.match(row.text.strip())))


def named_delimiter(text: str) -> str | None:
    """Return the delimiter that a first line such as ``sep=;`` names."""
    found = _SEPARATOR_LINE.match(text.split("\n", 1)[0].strip())
    return found[1] if found else None


def _csv_rows(lines: list[str], delimiter: str) -> list[TextRow]:
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    rows, first = [], 1
    for cells in reader:
        rows.append(text_row(first, cells, "\n".join(lines[first - 1 : reader.line_num]).strip("\n")))
        first = reader.line_num + 1
    return rows


def markdown_rows(text: str) -> list[TextRow]:
    """Cut the lines of a Markdown table, and of tables drawn with bars and dashes, into rows."""
    lines = ((n, line.strip()) for n, line in enumerate(text.split("\n"), 1))
    return filled(
        text_row(n, (cell.strip(" *`") for cell in line.strip("|").split("|")), line)
        for n, line in lines
        if line.count("|") > 1 and not _RULE_LINE.match(line)
    )

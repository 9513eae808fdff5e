"""Calendars: the days 1 to 31 down the side and months across the top, or the other way round."""

from __future__ import annotations

import re

from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.words_of_dates import MONTHS, folded

HEADER = ("date", "score")

_MONTH_AND_YEAR = re.compile(r"^([^\W\d_]+)\.?\s*[-/ ']?\s*((?:19|20)?\d\d)?$")


def month_and_year(text: str) -> tuple[int, int | None] | None:
    """Read the heading of a month: ``March``, ``Mär 25``, ``mars 2025``; None for other texts."""
    found = _MONTH_AND_YEAR.match(folded(text).strip())
    month = MONTHS.get(found[1]) if found else None
    if found is None or month is None:
        return None
    return month, (int(found[2]) + (2000 if len(found[2]) == 2 else 0)) if found[2] else None


def calendar_head(rows: list[TextRow]) -> int | None:
    """Return the place of the row above a calendar: three months or more, or the days from 1 to 28 or more."""
    for place, row in enumerate(rows[:20]):
        cells = [cell for cell in row.cells if cell]
        n_months = sum(month_and_year(cell) is not None for cell in cells)
        days = [int(cell) for cell in cells if cell.isdigit()]
        below = rows[place + 1 : place + 4]
        if (
            n_months >= 2
            and n_months >= len(cells) - 1
            and below
            and all(row.first == str(n) for n, row in enumerate(below, 1))
        ):
            return place
        if days[:28] == list(range(1, 29)) and below and all(month_and_year(row.first) for row in below):
            return place
    return None


def calendar_rows(rows: list[TextRow], header_line: int, year: int | None) -> list[TextRow]:
    """Return a row ``date``, ``score`` for each filled cell of a calendar, below that header, in the order of dates.

    Cells of days that do not exist keep a text that is no date, so that they are rejected.
    """
    body = [row for row in rows if row.line >= header_line]
    if not body:
        return []
    top, found = body[0].cells, []
    for row in body[1:]:
        for place, cell in enumerate(row.cells[1:], 1):
            heads = (top[place] if place < len(top) else "", row.cell(0))
            text = _date_text(heads, year)
            if cell and text:
                found.append(TextRow(row.line, (text, cell), row.text))
    return [TextRow(1, HEADER, "\t".join(HEADER)), *sorted(found, key=lambda row: row.cells)]


def _date_text(heads: tuple[str, str], year: int | None) -> str | None:
    month = next((found for head in heads if (found := month_and_year(head))), None)
    day = next((head for head in heads if head.isdigit() and 1 <= int(head) <= 31), None)
    if month is None or day is None:
        return None
    return f"{month[1] or year}-{month[0]:02}-{int(day):02}"

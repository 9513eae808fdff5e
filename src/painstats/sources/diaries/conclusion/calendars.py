"""Calendars: which year their months are of, and their cells as a table of dates and scores."""

from __future__ import annotations

import re
from dataclasses import replace

from painstats.sources.diaries.conclusion.findings import Ask, Context, Found, Table
from painstats.sources.diaries.forms.calendar_grid import HEADER, calendar_rows, month_and_year
from painstats.sources.diaries.forms.rows_of_text import TextRow

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


def calendar_year(table: Table, context: Context) -> Found:
    """Find the year of a calendar: in the headings of its months, in a title or file name, else asked for."""
    if context.known.get("year") is not None:
        return Found({"year": int(str(context.known["year"]))})
    heads = [*table.header, *(row.cell(0) for row in table.days)]
    months = [found for head in heads if (found := month_and_year(head))]
    if all(year is not None for _, year in months):
        return Found()
    named = sorted(
        {int(year) for text in table.above for year in _YEAR.findall(text)} - set(range(context.today.year + 1, 2100))
    )
    if len(named) == 1:
        return Found(
            {"year": named[0]}, (f"The months are those of {named[0]}, the year in the title, sheet or file name.",)
        )
    years = tuple(str(context.today.year - back) for back in range(4))
    return Found({"year": int(years[0])}, (), (Ask("year", "The months have no year. Which year are they of?", years),))


def as_table(table: Table, year: object) -> Table:
    """Return the cells of a calendar as a table of dates and scores."""
    line = int(str(table.keys["header_line"]))
    top = TextRow(line, table.header, "")
    cells = calendar_rows([top, *table.days], line, int(str(year)) if year is not None else None)
    return replace(table, header=HEADER, days=tuple(cells[1:]))

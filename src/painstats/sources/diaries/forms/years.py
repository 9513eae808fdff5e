"""Complete what is left out beside a date: the date itself on further rows of a day, and the year."""

from __future__ import annotations

import re
from dataclasses import replace

from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.written_dates import ORDERS, written_date

_HEADING_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def completed_dates(body: list[TextRow], days: list[TextRow], place: int, plan: DiaryPlan) -> list[TextRow]:
    """Fill in blank dates from the row above and years, as far as the declaration lets it.

    ``body`` has all rows below the header, ``days`` those of them that are days; ``place`` is that of the date column.
    """
    if not plan.carry_dates and plan.year is None:
        return days
    kept = {row.line for row in days}
    done, above, years = [], "", _Years(plan)
    for row in body:
        if row.line not in kept:
            years.heading(row.first)
            continue
        text = row.cell(place) or (above if plan.carry_dates else "")
        above = text
        done.append(_with_cell(row, place, years.completed(text) if plan.year is not None else text))
    return done


class _Years:
    """The year of dates that do not name one: it changes where December is next to January."""

    def __init__(self, plan: DiaryPlan) -> None:
        self.year = plan.year or 0
        self.order = next((order for order in ORDERS if str(plan.date_format).startswith(order)), "day first")
        self.month = 0

    def heading(self, text: str) -> None:
        """Take the year from a heading between the rows."""
        found = _HEADING_YEAR.search(text)
        if found:
            self.year, self.month = int(found[1]), 0

    def completed(self, text: str) -> str:
        """Return a date with its year."""
        found = written_date(text)
        if found is None or not found.lacks_year:
            return text
        day = (written_date(f"{text} {self.year}") or found).day(self.order)
        if day is None:
            return text
        if self.month >= 11 and day.month <= 2:
            self.year += 1
        elif self.month and self.month <= 2 and day.month >= 11:
            self.year -= 1
        self.month = day.month
        return f"{text} {self.year}"


def _with_cell(row: TextRow, place: int, text: str) -> TextRow:
    cells = row.cells + ("",) * (place + 1 - len(row.cells))
    return replace(row, cells=(*cells[:place], text, *cells[place + 1 :]))

"""Where the table of a diary begins: its header, its date column, and which rows are days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from painstats.sources.diaries.conclusion.dates import is_date, is_date_without_year, is_serial, is_unix
from painstats.sources.diaries.conclusion.files import File
from painstats.sources.diaries.conclusion.findings import Table, counted
from painstats.sources.diaries.conclusion.names import is_date_name, plain
from painstats.sources.diaries.forms.calendar_grid import calendar_head, month_and_year
from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.tables import columns_apart, header_and_body, is_not_day, stacked_rows, turned_rows
from painstats.sources.diaries.forms.words_of_dates import folded

_TOTALS = re.compile(
    r"^(?:[øΣ∑]|(?:grand )?totals?|sum|average|avg|mean|median|max(?:imum)?|min(?:imum)?|std|count|week(?:ly)?|"
    r"month(?:ly)?|kw|summe|gesamt|durchschnitt\w*|mittelwert|schnitt|woche|anzahl|monat|somme|moyenne|semaine|"
    r"total(?:e|es)?|suma|promedio|semana|somma|media|settimana|gemiddelde?|totaal|som|soma)\b"
)
_WRITTEN = re.compile(
    r"\b(?:timestamp|zeitstempel|horodateur|marca temporal|created|modified|updated|submitted|entered|informazioni)\b"
)
_KINDS: tuple[Callable[[str], bool], ...] = (is_date, is_serial, is_unix, is_date_without_year)
_LEAST_SHARE = 0.5
_LEAST_ACROSS = 3


@dataclass(frozen=True, slots=True)
class _DateColumn:
    place: int
    is_date: Callable[[str], bool]


def table_in(file: File, names: Iterable[str]) -> Table | None:
    """Find the table of a diary; None if there are no dates.

    Parameters
    ----------
    file
        The rows of a file.
    names
        Names of file and sheet, which can say the year and what is rated.
    """
    rows = file.rows
    if not rows:
        return None
    if file.keys.get("form", "csv") != "note" and calendar_head(rows) is not None:
        return _calendar(file, names)
    column = _date_column(rows)
    across = _row_of_dates(rows)
    if across is not None and (column is None or _count(rows, column) <= 2):
        return _turned(file, across, names)
    return _upright(file, column, names) if column else None


# --- dates down the side ---


def _date_column(rows: list[TextRow]) -> _DateColumn | None:
    """Return the column with the most dates; of equal ones that which is named after the day, then the first."""
    width = max(len(row.cells) for row in rows)
    for kind in _KINDS:
        counts = {place: sum(kind(row.cell(place)) for row in rows) for place in range(width)}
        if kind in (is_serial, is_unix):
            counts = {place: n for place, n in counts.items() if place == 0 or _named(rows, place)}
        most = max(counts.values(), default=0)
        likely = [place for place, n in counts.items() if n and n >= 0.8 * most and _is_mostly(rows, place, kind)]
        if likely:
            return _DateColumn(max(likely, key=lambda place: (_preference(rows, place, kind), -place)), kind)
    return None


def _is_mostly(rows: list[TextRow], place: int, kind: Callable[[str], bool]) -> bool:
    cells = [row.cell(place) for row in rows if row.cell(place)]
    return sum(map(kind, cells)) >= _LEAST_SHARE * (len(cells) - 1)


def _named(rows: list[TextRow], place: int) -> bool:
    return any(is_date_name(row.cell(place)) for row in rows[:20])


def _preference(rows: list[TextRow], place: int, kind: Callable[[str], bool]) -> int:
    """Prefer a column named after the day of an entry to one that says when it was written."""
    names = [plain(row.cell(place)) for row in rows[:20] if not kind(row.cell(place)) and row.cell(place)]
    if any(re.search(r"birth|geburt|naissance|nacimiento|nascita", name) for name in names):
        return -2
    if any(map(_WRITTEN.search, names)):
        return 0
    return 2 if any(map(is_date_name, names)) else 1


def _count(rows: list[TextRow], column: _DateColumn) -> int:
    return sum(column.is_date(row.cell(column.place)) for row in rows)


def _upright(file: File, column: _DateColumn, names: Iterable[str]) -> Table | None:
    first = next(place for place, row in enumerate(file.rows) if column.is_date(row.cell(column.place)))
    head = None if file.keys.get("form") == "note" else _head(file.rows[:first], column.place, file.rows[first])
    keys = dict(file.keys)
    if file.keys.get("form") == "note":
        header, body = file.rows[0].cells, file.rows[1:]
        keys.pop("header_line", None)
    else:
        file = _beside(file, head)
        column = _date_column(file.rows) or column
        keys = dict(file.keys)
        keys["header_line"] = 0 if head is None else file.rows[head].line
        header, body = header_and_body(file.rows, 0 if head is None else file.rows[head].line)
        if head is None:
            body = file.rows
    if column.place >= len(header):
        return None
    return _days(keys, header, body, column, file, names, [row.text for row in file.rows[: (head or 0) + 1]])


def _head(above: list[TextRow], date_place: int, first_day: TextRow) -> int | None:
    """Return the place of the header: of the rows above the first day the fullest, or one named after dates."""
    filled = {place: sum(map(bool, row.cells)) for place, row in enumerate(above)}
    named = [place for place, row in enumerate(above) if is_date_name(row.cell(date_place)) and filled[place] > 1]
    if named:
        return named[-1]
    full = [
        place for place, n in filled.items() if n > 1 or (n and len(above[place].cells) == len(first_day.cells) > 1)
    ]
    return max(full, key=lambda place: (filled[place], place)) if full else None


def _beside(file: File, head: int | None) -> File:
    """Put tables that lie side by side below one another."""
    if head is None or columns_apart(file.rows[head].cells) is None:
        return file
    line = file.rows[head].line
    said = (*file.said, "Its tables lie side by side; they were read one after the other.")
    keys = file.keys | {"side_by_side": True}
    return replace(file, keys=keys, rows=[*file.rows[:head], *stacked_rows(file.rows, line)], said=said)


def _days(
    keys: dict[str, object], header: tuple[str, ...], body: list[TextRow], column: _DateColumn, file: File,
    names: Iterable[str], above: list[str],
) -> Table:  # fmt: skip
    rest = [row for row in body if not is_not_day(row, (), header)]
    carried = _carried(rest, column)
    others = [row for row in rest if not column.is_date(row.cell(column.place))]
    not_days = tuple(dict.fromkeys(row.first for row in others if _is_heading(row, column, bool(carried))))
    left_out = set(not_days)
    days = [
        row
        for row in rest
        if row.first not in left_out
        and (column.is_date(row.cell(column.place)) or (carried and not row.cell(column.place)))
    ]
    said = list(file.said)
    if carried:
        keys["carry_dates"] = True
        said.append(f"{counted(carried, 'row')} without a date belong to the date above them.")
    if not_days:
        keys["not_days"] = not_days
        said.append(
            f"{counted(len(body) - len(days), 'row')} that are not days, such as totals and headings, were left out."
        )
    return Table(keys, header, tuple(days), column.place, (*names, *above, *not_days), tuple(said))


def _carried(rows: list[TextRow], column: _DateColumn) -> int:
    """Count the rows without a date that belong to the one above: some of them are followed by a dated row."""
    places = [place for place, row in enumerate(rows) if column.is_date(row.cell(column.place))]
    blank = [
        place for place, row in enumerate(rows)
        if not row.cell(column.place) and not _TOTALS.match(folded(row.first)) and sum(map(bool, row.cells)) > 0
    ]  # fmt: skip
    inside = [place for place in blank if places and places[0] < place < places[-1]]
    return len(blank) if inside else 0


def _is_heading(row: TextRow, column: _DateColumn, carried: bool) -> bool:
    """Whether a row without a date is a total or a heading, not a day whose date cannot be read."""
    if _TOTALS.match(folded(row.first)):
        return True
    alone = sum(map(bool, row.cells)) == 1
    if not row.cell(column.place):
        return alone and not carried and not re.search(r"\d", row.first)
    return alone and (
        not re.search(r"\d", row.first)
        or bool(re.fullmatch(r"(?:19|20)\d\d", row.first))
        or month_and_year(row.first) is not None
    )


# --- dates across the top, and calendars ---


def _row_of_dates(rows: list[TextRow]) -> int | None:
    counts = [sum(is_date(cell) or is_date_without_year(cell) for cell in row.cells) for row in rows[:20]]
    most = max(counts, default=0)
    place = counts.index(most) if most else None
    return (
        place
        if place is not None and most >= max(_LEAST_ACROSS, len([cell for cell in rows[place].cells if cell]) - 2)
        else None
    )


def _turned(file: File, place: int, names: Iterable[str]) -> Table | None:
    line = file.rows[place].line
    swapped = turned_rows(file.rows, line)
    column = _date_column(swapped)
    if column is None:
        return None
    header, body = header_and_body(swapped, 1)
    if column.place >= len(header) or column.is_date(header[column.place]):
        return None
    turned = File(file.keys, swapped, (*file.said, "Its dates are across the top, so rows and columns were swapped."))
    keys = dict(file.keys) | {"turned": True, "header_line": line}
    return _days(keys, header, body, column, turned, names, [row.text for row in file.rows[:place]])


def _calendar(file: File, names: Iterable[str]) -> Table:
    place = calendar_head(file.rows) or 0
    top = file.rows[place]
    keys = dict(file.keys) | {"layout": "calendar", "header_line": top.line}
    said = (*file.said, "It was read as a calendar, with a cell for each day.")
    return Table(
        keys, top.cells, tuple(file.rows[place + 1 :]), 0, (*names, *(row.text for row in file.rows[: place + 1])), said
    )

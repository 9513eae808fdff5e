"""Rows with more or fewer cells than the header: short rows, and notes whose commas are not quoted."""

from __future__ import annotations

import re
from dataclasses import replace

from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.conclusion.dates import is_date, is_date_without_year
from painstats.sources.diaries.conclusion.files import delimiter_word
from painstats.sources.diaries.conclusion.findings import Ask, Table, counted
from painstats.sources.diaries.forms.rows_of_text import TextRow
from painstats.sources.diaries.forms.tables import fit_row
from painstats.sources.diaries.forms.written_scores import written_score

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?|")
_SHOWN_LINES = 5


def fit_rows(table: Table) -> tuple[Table, tuple[Ask, ...]]:
    """Give all rows as many cells as the header has, if it is clear where further cells belong; else ask.

    Rows that do not fit stay as they are, and are rejected when the diary is read.
    """
    if table.keys.get("form", "csv") != "csv" or table.keys.get("turned") or table.keys.get("layout") == "calendar":
        return table, ()
    width = len(table.header)
    uneven = [row for row in table.days if len(row.cells) != width]
    longer = [row for row in uneven if any(row.cells[width:])]
    if not uneven:
        return table, ()
    keys: dict[str, object] = dict(table.keys) | {"uneven_rows": "fitted"}
    said = table.said
    asked: tuple[Ask, ...] = ()
    if longer:
        column = _notes_column(table, longer)
        mark = delimiter_word(str(keys.get("delimiter", ",")))
        if column is None:
            asked = (_ask(longer, table, mark),)
        else:
            keys["notes_column"] = column
            said = (
                *said,
                f'{counted(len(longer), "row")} with {mark} in the text of "{column}" were put together again.',
            )
    plan = _form_of(keys)
    return replace(
        table, keys=keys, said=said, days=tuple(fit_row(row, table.header, plan) for row in table.days)
    ), asked


def _form_of(keys: dict[str, object]) -> DiaryPlan:
    """Return a declaration with these keys of the form; its other keys are not used."""
    item = {"item": "pain", "column": "", "scale": (0, 10), "higher_is": "worse", "recall": "today"}
    return DiaryPlan.model_validate({"file": "", "filled": "evening", "items": [item], **keys})


def _notes_column(table: Table, longer: list[TextRow]) -> str | None:
    """Return the only column of texts; None if there are several, or if the other cells do not fit then."""
    even = [row for row in table.days if len(row.cells) == len(table.header)]
    texts = [place for place in range(len(table.header)) if place != table.date_place and _is_text(even, place)]
    if not even:
        texts = [len(table.header) - 1]
    fitting = [place for place in texts if all(_fits(row, place, table, even) for row in longer)]
    return table.header[fitting[-1]] if len(fitting) == 1 else None


def _is_text(rows: list[TextRow], place: int) -> bool:
    cells = [row.cell(place) for row in rows if row.cell(place)]
    return not cells or sum(_NUMBER.fullmatch(cell) is None for cell in cells) > 0.5 * len(cells)


def _fits(row: TextRow, place: int, table: Table, even: list[TextRow]) -> bool:
    """Whether, with the surplus in one column, numbers are again where the other rows have them."""
    surplus = len(row.cells) - len(table.header)
    cells = (*row.cells[:place], "", *row.cells[place + surplus + 1 :])
    day = cells[table.date_place]
    if day and not (is_date(day) or is_date_without_year(day)):
        return False
    others = [n for n in range(len(table.header)) if n not in (place, table.date_place) and not _is_text(even, n)]
    note = row.cells[place : place + surplus + 1]
    is_words = any(re.search(r"[^\W\d_]", part) for part in note)
    return is_words and all(not cells[n] or written_score(cells[n]) is not None for n in others)


def _ask(longer: list[TextRow], table: Table, mark: str) -> Ask:
    lines = ", ".join(str(row.line) for row in longer[:_SHOWN_LINES])
    where = f"on {'line' if len(longer) == 1 else 'lines'} {lines}" + (
        " and others" if len(longer) > _SHOWN_LINES else ""
    )
    has = "has" if len(longer) == 1 else "have"
    question = (
        f"{counted(len(longer), 'row')} {where} {has} more cells than there are columns. "
        f"Which column has the text that contains {mark}?"
    )
    columns = tuple(name for name in reversed(table.header) if name != table.date_column)
    return Ask("notes_column", question, columns)

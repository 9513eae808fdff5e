"""Select rows of a diary and date them by events, as REDCap exports need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from painstats.parsing.csv_text import CsvTable
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.rows import parse_time

EVENT_DATE = "date by event"
"""Name of the column of dates that were computed from events."""

NO_START = "(no start)"
"""The text in that column for a participant without a first day."""


def first_days(tables: Iterable[CsvTable], plan: DiaryPlan) -> dict[str, str]:
    """Return the first day of each participant, from which events count; it is given in one of their rows."""
    starts: dict[str, str] = {}
    if plan.events is None:
        return starts
    for table in tables:
        starts_here = table.cells[plan.events.start_column].str.strip_chars()
        for participant, start in zip(_participant_ids(table, plan), starts_here, strict=True):
            if start:
                starts.setdefault(participant, start)
    return starts


def chosen_rows(table: CsvTable, plan: DiaryPlan, starts: dict[str, str]) -> tuple[CsvTable, int]:
    """Keep the rows that ``only`` selects and that have an event with a day.

    Parameters
    ----------
    starts
        The result of :func:`first_days` for the whole diary.

    Returns
    -------
    The table with those rows, and how many others there were.
    """
    wanted = pl.Series("wanted", [True] * table.n_rows, pl.Boolean)
    for column, text in plan.only.items():
        wanted = wanted & (table.cells[column].str.strip_chars() == text)
    if plan.events is not None:
        wanted = wanted & table.cells[plan.events.column].str.strip_chars().is_in(list(plan.events.days))
        filled = [starts.get(participant, "") for participant in _participant_ids(table, plan)]
        column = plan.events.start_column
        table = replace(table, cells={**table.cells, column: pl.Series(column, filled, pl.String)})
    return _filtered(table, wanted), int((~wanted).sum())


def dated_by_event(table: CsvTable, plan: DiaryPlan) -> tuple[CsvTable, DiaryPlan]:
    """Add a column of dates computed from events and let the mapping read it; without events nothing changes."""
    if plan.events is None:
        return table, plan
    days = table.cells[plan.events.column].str.strip_chars()
    starts = table.cells[plan.events.start_column]
    texts = [_day_of(start, plan, day) for start, day in zip(starts, days, strict=True)]
    cells = {**table.cells, EVENT_DATE: pl.Series(EVENT_DATE, texts, pl.String)}
    dated = replace(table, header=(*table.header, EVENT_DATE), cells=cells)
    return dated, plan.model_copy(update={"date_column": EVENT_DATE, "date_format": "%Y-%m-%d"})


def days_late(table: CsvTable, plan: DiaryPlan) -> pl.Series | None:
    """Return how many days after its own day each row was written, null where that is unknown.

    None for a diary that does not say when its rows were written.
    """
    if plan.entered_column is None:
        return None
    days, written = (
        pl.Series([moment and moment.date() for moment in map(read, table.cells[column])], dtype=pl.Date)
        for column, read in (
            (plan.date_column, lambda cell: parse_time(cell.strip(), plan.date_format)),
            (plan.entered_column, lambda cell: parse_time(cell.strip(), plan.entered_format)),
        )
    )
    return (written - days).dt.total_days()


def in_time(table: CsvTable, plan: DiaryPlan) -> tuple[CsvTable, int]:
    """Drop the rows that were written more than ``max_days_late`` days after their day; also return how many."""
    late = days_late(table, plan)
    if late is None or plan.max_days_late is None:
        return table, 0
    kept = (late <= plan.max_days_late).fill_null(True)
    return _filtered(table, kept), int((~kept).sum())


def _participant_ids(table: CsvTable, plan: DiaryPlan) -> pl.Series:
    if plan.participant_column is None:
        return pl.repeat("", table.n_rows, dtype=pl.String, eager=True)
    return table.cells[plan.participant_column]


def _day_of(start: str, plan: DiaryPlan, event: str) -> str:
    """Return the date of an event as text; an unreadable start is returned as it is, to be rejected as a date."""
    first: datetime | None = parse_time(start, plan.date_format)
    if first is None or plan.events is None:
        return start or NO_START
    return (first + timedelta(days=plan.events.days[event])).date().isoformat()


def _filtered(table: CsvTable, wanted: pl.Series) -> CsvTable:
    return replace(
        table,
        cells={name: cells.filter(wanted) for name, cells in table.cells.items()},
        lines=table.lines.filter(wanted),
        texts=table.texts.filter(wanted),
    )

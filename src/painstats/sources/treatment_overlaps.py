"""Rows of a table of treatments that are about the same days of the same treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from painstats.archive.entries import shown

_ENDLESS = date.max


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that could be read: its place among all rows, and its days."""

    place: int
    name: str
    start: date
    last: date
    is_single_day: bool


def overlapping_rows(rows: pl.DataFrame) -> dict[int, str]:
    """Find rows that begin while an earlier row of the same name and participant lasts.

    Rows of a single day without ``acts_days`` are doses or sessions; two of them on one day do not overlap.

    Parameters
    ----------
    rows
        Columns of ``treatment``, and ``column``, which is null if a row could be read.

    Returns
    -------
    The place of each such row, and a sentence on what to do about it.
    """
    found: dict[int, str] = {}
    lasting: dict[tuple[str | None, str], _Row] = {}
    for participant, row in sorted(_readable(rows), key=lambda pair: (pair[1].start, pair[1].place)):
        key = (participant, row.name.strip().casefold())
        earlier = lasting.get(key)
        if earlier and row.start <= earlier.last and not (earlier.is_single_day and row.is_single_day):
            found[row.place] = _sentence(earlier, row)
        elif earlier is None or row.last >= earlier.last:
            lasting[key] = row
    return found


def _readable(rows: pl.DataFrame) -> list[tuple[str | None, _Row]]:
    readable = rows.with_row_index("place").filter(
        pl.col("column").is_null() & pl.col("name").is_not_null() & (pl.col("start_date") <= _last_days())
    )
    return [
        (who, _Row(place, name, start, last, acts is None and last == start))
        for place, who, name, start, acts, last in readable.select(
            "place", "participant_id", "name", "start_date", "acts_days", _last_days()
        ).iter_rows()
    ]


def _last_days() -> pl.Expr:
    acting = pl.col("start_date") + pl.duration(days=pl.col("acts_days") - 1)
    return pl.coalesce(acting, "end_date", pl.lit(_ENDLESS)).alias("last_date")


def _sentence(earlier: _Row, row: _Row) -> str:
    name, lasts = shown(row.name), "has no end_date" if earlier.last == _ENDLESS else f"lasts until {earlier.last}"
    if earlier.start == row.start:
        return f"{name} has two rows that start on {row.start}; keep one of them"
    return (
        f"{name}: the row from {earlier.start} {lasts}, so the row from {row.start} was rejected; "
        f"the first must end by {row.start - timedelta(days=1)}"
    )

"""Find the date format of a whole column, from days after the twelfth and from runs of consecutive dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d")
DAY_FORMATS = (*YEAR_FIRST, *MONTH_FIRST, *DAY_FIRST)

_TIME_FORMATS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_SHAPES = {"%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}"}

MAX_FAILURES = 0.05
"""Largest share of cells that the right format may fail to read."""

_DECISIVE = 10
"""A rival format is ruled out if it fails for this many times as many cells."""

_CONSECUTIVE = 0.5
_JUMPING = 0.1
"""Neighbouring dates one day apart: least share for the right format, and largest share for the wrong one."""


@dataclass(frozen=True, slots=True)
class DayFormat:
    """The format of a column of dates.

    Parameters
    ----------
    readings
        The one format that fits; two if day first and month first fit equally well; empty if no format fits.
    """

    readings: tuple[str, ...]


def split_times(cells: pl.Series) -> pl.DataFrame:
    """Split ``4/12/2016 12:00:00 AM`` into ``day`` (text) and ``time`` (midnight if absent, null if unreadable)."""
    parts = pl.DataFrame({"cell": cells.str.strip_chars()}).select(
        pl.col("cell").str.extract(r"^(\S+?)(?:[ T].*)?$").alias("day"),
        pl.col("cell").str.extract(r"^\S+?[ T]\s*(.+)$").alias("clock"),
    )
    clock = pl.col("clock")
    times = (
        pl.when(~clock.str.contains(r":60\b")).then(clock).str.to_time(form, strict=False) for form in _TIME_FORMATS
    )
    without = pl.when(clock.is_null()).then(pl.time(0, 0, 0))
    return parts.select("day", pl.coalesce(without, *times).alias("time"))


def days(day_texts: pl.Series, day_format: str) -> pl.Series:
    """Read dates in one format, zero-padded or not; null for any other text."""
    shape = re.sub(r"%[Yymd]", lambda code: _SHAPES[code.group()], day_format.replace(".", r"\."))
    fitting = pl.DataFrame({"day": day_texts}).select(pl.when(pl.col("day").str.contains(f"^{shape}$")).then("day"))
    return fitting["day"].str.to_date(day_format, strict=False)


def day_format_of(day_texts: pl.Series, group: pl.Series | None = None) -> DayFormat:
    """Find the date format of a whole column.

    Parameters
    ----------
    day_texts
        Dates as text, without times.
    group
        The participant of each date; neighbouring dates are compared within a group.

    Notes
    -----
    A format is ruled out if it fails for many more cells than another (no month is greater than 12). If both read
    every cell, the one in which rows follow one another in time is right, unless the rows are sorted as texts; else
    the one of which the dates are consecutive while those of the other jump from month to month. Where these two
    disagree, neither is right for certain.
    """
    given = day_texts.drop_nulls()
    failures = {form: int(days(given, form).is_null().sum()) for form in DAY_FORMATS}
    possible = sorted((form for form in DAY_FORMATS if failures[form] < len(given)), key=lambda form: failures[form])
    if not possible or failures[possible[0]] > MAX_FAILURES * len(given):
        return DayFormat(())
    best, *others = possible
    rivals = [form for form in others if failures[form] < _DECISIVE * failures[best] or not failures[form]]
    if not rivals:
        return DayFormat((best,))
    return DayFormat(_by_continuity((best, rivals[0]), day_texts, group))


def _by_continuity(readings: tuple[str, str], day_texts: pl.Series, group: pl.Series | None) -> tuple[str, ...]:
    """Decide between two readings of the same texts; return both where order and continuity decide nothing."""
    read = [days(day_texts, form) for form in readings]
    if read[0].equals(read[1]):
        return readings[:1]
    in_order = [form for form, dates in zip(readings, read, strict=True) if _is_in_order(dates, group)]
    if len(in_order) == 1 and not _is_in_order(day_texts, group):
        return (in_order[0],)
    consecutive = _consecutive(readings, read, group)
    contradicted = len(in_order) == 1 and consecutive not in (None, in_order[0])
    return (consecutive,) if consecutive and not contradicted else readings


def _consecutive(readings: tuple[str, str], read: list[pl.Series], group: pl.Series | None) -> str | None:
    """Return the reading of which the dates are consecutive while those of the other jump from month to month."""
    shares = [_share_of_one_day_steps(dates, group) for dates in read]
    for form, share, other in zip(readings, shares, reversed(shares), strict=True):
        if share >= _CONSECUTIVE and other <= _JUMPING:
            return form
    return None


def _is_in_order(values: pl.Series, group: pl.Series | None) -> bool:
    """Whether rows never go back, or never go forward, within a group; texts that are sorted as texts do neither."""
    owner = group if group is not None else pl.repeat(0, len(values), eager=True)
    rows = pl.DataFrame({"owner": owner, "value": values}).drop_nulls()
    before = pl.col("value").shift().over("owner")
    goes_back, goes_on = (pl.col("value") < before).any(), (pl.col("value") > before).any()
    back, forth = rows.select(goes_back.alias("back"), goes_on.alias("forth")).row(0)
    return not (back and forth)


def _share_of_one_day_steps(dates: pl.Series, group: pl.Series | None) -> float:
    owner = group if group is not None else pl.repeat(0, len(dates), eager=True)
    steps = (
        pl.DataFrame({"owner": owner, "date": dates})
        .drop_nulls()
        .unique()
        .sort("owner", "date")
        .select(pl.col("date").diff().over("owner").dt.total_days().drop_nulls().alias("step"))["step"]
    )
    return float((steps == 1).sum()) / len(steps) if len(steps) else 0.0

"""Days of Oura: activity by date, and the trends CSV, with the activity of a date and the sleep that ended on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.duration_units import DurationUnit, near, unit_of
from painstats.parsing.text import numbers
from painstats.sources.contract import ReadSettings
from painstats.sources.oura.columns import ACTIVE, AGAIN, PARTS_OF_DAY, TRENDS, WEAR
from painstats.sources.oura.sleep import read_sleep
from painstats.sources.vendor_rows import daily_totals, split_unused

_DAY_MIN = 1440.0
_LEAST_OF_DAY = 0.1
_NOT_WORN = "days with the ring not worn"


def read_trends(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read rows with the activity of a date and the main sleep that ended on it."""
    facts = [name for name in TRENDS if name not in ("day", "non_wear_time", "resting_time")]
    rows, ignored = split_unused(rows, {"nothing was measured": pl.all_horizontal(pl.col(facts).is_null())})
    yield from ignored
    slept = rows.filter(pl.col("bedtime_start").is_not_null()).with_columns(pl.lit(None, pl.String).alias("type"))
    yield from read_sleep(entry, slept, settings)
    yield from read_activity(entry, rows.filter(pl.any_horizontal(pl.col(c.column).is_not_null() for c in ACTIVE)))


def read_activity(entry: Entry, rows: pl.DataFrame) -> Iterator[Batch]:
    """Read daily activity; a day on which the ring was not worn is not a day of 0 steps."""
    unit = _unit_of_days(entry, rows)
    idle = pl.all_horizontal(numbers(column.column).fill_null(0) == 0 for column in ACTIVE)
    unworn = numbers("non_wear_time") * unit.minutes >= _DAY_MIN - 1
    kept, ignored = split_unused(rows, {_NOT_WORN: idle | unworn})
    yield from ignored
    worn = (_DAY_MIN - numbers("non_wear_time") * unit.minutes).cast(pl.String)
    kept = kept.with_columns(worn.alias(WEAR.column))
    yield from daily_totals(kept, (ACTIVE[0], *(replace(c, per_unit=unit.minutes) for c in ACTIVE[1:]), WEAR), "day")
    if unit.n_compared:
        yield Note(
            entry.label,
            f"activity times are in {unit.name}: in this unit they add up to 24 hours or less on {unit.n_fitting} of "
            f"{unit.n_compared} days",
        )


def _unit_of_days(entry: Entry, rows: pl.DataFrame) -> DurationUnit:
    """Find the unit in which the parts of a day fit into a day; a file may lack some parts."""
    sums = pl.sum_horizontal(numbers(part) for part in PARTS_OF_DAY)
    unit = unit_of(rows, pl.when(sums > 0).then(sums), pl.lit(_LEAST_OF_DAY * _DAY_MIN), near(pl.lit(_DAY_MIN))[1])
    if not unit.is_plausible:
        raise refused(
            "duration_unit",
            entry,
            f"the activity times of {unit.n_compared - unit.n_fitting} of {unit.n_compared} days do not fit into 24 "
            f"hours in any unit; {AGAIN}",
        )
    return unit

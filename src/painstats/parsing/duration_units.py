"""In which unit a vendor's durations are written, told from what each of them must lie between."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

MINUTES_IN = {"seconds": 1 / 60, "minutes": 1.0, "milliseconds": 1 / 60_000, "hours": 60.0}
"""Minutes in one of each unit."""

MIN_SHARE = 0.5
"""Least share of the durations that must fit for a unit to be believed."""

NEAR_MIN = 5.0
NEAR_SHARE = 0.05
"""How far two durations that mean the same may lie apart: so many minutes, or this share of them."""


@dataclass(frozen=True, slots=True)
class DurationUnit:
    """The unit in which most durations lie between their bounds: its name, and how many of how many do."""

    name: str
    n_fitting: int
    n_compared: int

    @property
    def minutes(self) -> float:
        """Minutes in one unit."""
        return MINUTES_IN[self.name]

    @property
    def is_believed(self) -> bool:
        """Whether enough durations fit, or there is none to judge by."""
        return self.n_fitting >= MIN_SHARE * self.n_compared


def unit_of(
    rows: pl.DataFrame,
    duration: pl.Expr,
    least_min: pl.Expr,
    most_min: pl.Expr,
    names: Collection[str] = tuple(MINUTES_IN),
) -> DurationUnit:
    """Find the unit in which most durations lie between two bounds; of equally good ones the first.

    Parameters
    ----------
    rows
        One row for each duration.
    duration
        The durations in the unknown unit; null ones are not compared.
    least_min, most_min
        What each must lie between, in minutes; a duration without bounds is not compared.
    names
        Units that come into question.
    """
    compared = rows.select(duration.alias("duration"), least_min.alias("least"), most_min.alias("most")).drop_nulls()
    fitting = {
        name: int((compared["duration"] * MINUTES_IN[name]).is_between(compared["least"], compared["most"]).sum())
        for name in names
    }
    best = max(fitting, key=lambda name: fitting[name])
    return DurationUnit(best, fitting[best], compared.height)


def near(expected_min: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the bounds of durations that mean the same as these."""
    leeway = pl.max_horizontal(pl.lit(NEAR_MIN), expected_min.abs() * NEAR_SHARE)
    return expected_min - leeway, expected_min + leeway

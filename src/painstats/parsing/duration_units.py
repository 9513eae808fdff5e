"""Find the unit of a vendor's durations from the bounds between which each must lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

MINUTES_IN = {"seconds": 1 / 60, "minutes": 1.0, "milliseconds": 1 / 60_000, "hours": 60.0}
"""Minutes in one of each unit."""

MIN_SHARE = 0.5
"""Least share of the durations that must fit for a unit to be accepted."""

NEAR_MIN = 5.0
NEAR_SHARE = 0.05
"""Two durations of the same thing may differ by this many minutes, or by this share."""


@dataclass(frozen=True, slots=True)
class DurationUnit:
    """The unit in which most durations lie within their bounds, and how many of the compared ones do."""

    name: str
    n_fitting: int
    n_compared: int

    @property
    def minutes(self) -> float:
        """Minutes in one unit."""
        return MINUTES_IN[self.name]

    @property
    def is_plausible(self) -> bool:
        """Whether enough durations fit, or there are none to compare."""
        return self.n_fitting >= MIN_SHARE * self.n_compared


def unit_of(
    rows: pl.DataFrame,
    duration: pl.Expr,
    least_min: pl.Expr,
    most_min: pl.Expr,
    names: Collection[str] = tuple(MINUTES_IN),
) -> DurationUnit:
    """Find the unit in which most durations lie within their bounds; the first of equally good ones.

    Parameters
    ----------
    rows
        One row for each duration.
    duration
        The durations in the unknown unit; nulls are not compared.
    least_min, most_min
        The bounds of each duration in minutes; a duration without bounds is not compared.
    names
        Units to try.
    """
    compared = rows.select(duration.alias("duration"), least_min.alias("least"), most_min.alias("most")).drop_nulls()
    fitting = {
        name: int((compared["duration"] * MINUTES_IN[name]).is_between(compared["least"], compared["most"]).sum())
        for name in names
    }
    best = max(fitting, key=lambda name: fitting[name])
    return DurationUnit(best, fitting[best], compared.height)


def near(expected_min: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return bounds for durations that should equal the expected ones."""
    leeway = pl.max_horizontal(pl.lit(NEAR_MIN), expected_min.abs() * NEAR_SHARE)
    return expected_min - leeway, expected_min + leeway

"""Metrics of Health Auto Export that belong to a day: steps, exercise minutes, resting heart rate and its variability.

The app writes sums by minute, hour or day. They are read as sums of the day, never as intervals: a step that an Apple
export has with its own interval would otherwise be counted a second time in the rest of the app's minute or hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL
from painstats.sources.batching import in_batches
from painstats.sources.contract import NOT_READ, ReadSettings
from painstats.sources.health_auto_export.payload import MINUTES_IN, Object, rows_of, source_names
from painstats.sources.vendor_rows import split_unused, zoned_instants

KEYS = ("date", "qty", "units")


@dataclass(frozen=True, slots=True)
class DayMetric:
    """A metric of the app: its measure, its units with what one of them is in ours, and whether points are added up."""

    measure: str
    units: dict[str, float]
    is_sum: bool


_VARIABILITY = DayMetric("heart_rate_variability_sdnn_ms", {"ms": 1.0}, is_sum=False)
METRICS = {
    "step_count": DayMetric("step_count", {"count": 1.0, "steps": 1.0}, is_sum=True),
    "apple_exercise_time": DayMetric("exercise_time_min", MINUTES_IN, is_sum=True),
    "resting_heart_rate": DayMetric("resting_heart_rate_bpm", {"count/min": 1.0, "bpm": 1.0}, is_sum=False),
    "heart_rate_variability": _VARIABILITY,
    "heart_rate_variability_sdnn": _VARIABILITY,
}


def read_day_metric(entry: Entry, name: str, points: Sequence[Object], settings: ReadSettings) -> Iterator[Batch]:
    """Read the points of one metric as a value for each date, which is the date that the points themselves have.

    Sums of single samples of several devices are not read, because only the app can merge them.
    """
    metric = METRICS[name]
    rows = rows_of(entry, points, KEYS, settings).with_columns(source_names(points))
    if metric.is_sum and _are_unmerged_samples(rows):
        yield Ignored(entry.label, rows.height, f"{name}: single samples, not merged over devices")
        yield Note(
            entry.label,
            f"{NOT_READ}{name}, because it consists of single samples of several devices that would be counted twice; "
            "in Health Auto Export turn on the aggregation of data, by day or by hour",
        )
        return
    days, ignored = split_unused(
        _days(rows, metric), {f"{name}: days of 0": pl.lit(metric.is_sum) & (pl.col("value") == 0)}
    )
    yield from ignored
    yield from in_batches(DAILY_TOTAL, days)


def _are_unmerged_samples(rows: pl.DataFrame) -> bool:
    """Whether points are single samples of several devices: they begin at any second, or two of them at once."""
    instants = rows.select(zoned_instants("date").alias("at"))["at"].drop_nulls()
    is_regular = bool((instants.dt.second() == 0).all()) and not instants.is_duplicated().any()
    is_one_device = rows["source_name"].null_count() == 0 and rows["source_name"].n_unique() == 1
    return not is_regular and not is_one_device


def _days(rows: pl.DataFrame, metric: DayMetric) -> pl.DataFrame:
    """Add up or average the points of each date. One unreadable point makes its whole day unreadable."""
    per_unit = pl.col("units").replace_strict(metric.units, default=None, return_dtype=pl.Float64)
    marked = rows.with_columns(
        pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("day"),
        (numbers("qty") * per_unit).alias("value"),
        first_problem(date=zoned_instants("date").is_null(), qty=numbers("qty").is_null(), units=per_unit.is_null()),
    ).with_columns(pl.when(pl.col("column") == "date").then("line").alias("alone"))
    value = pl.col("value").sum().round(6) if metric.is_sum else pl.col("value").mean()
    origin = ("participant_id", "source", "device", "device_kind", "entry")
    return (
        marked.group_by("day", "alone", *origin, maintain_order=True)
        .agg(
            value.alias("value"),
            pl.col("column").drop_nulls().first().alias("column"),
            pl.col("line").first(),
            pl.col("text").first(),
        )
        .with_columns(pl.col("day").alias("date"), pl.lit(metric.measure).alias("measure"))
    )

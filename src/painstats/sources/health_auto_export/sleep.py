"""Sleep of Health Auto Export: nights with their totals, or, without aggregation, the single stages of sleep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.clocks import local_dates_of
from painstats.parsing.text import first_problem, numbers
from painstats.records import SLEEP_EPISODE, SLEEP_SEGMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.health_auto_export.payload import MINUTES_IN, Object, rows_of, source_names
from painstats.sources.vendor_rows import SECONDS, main_sleeps, split_unused, utc_label, zoned_instants

STAGES = {
    "awake": "awake", "asleep": "asleep", "unspecified": "asleep", "in bed": "in_bed", "inbed": "in_bed",
    "core": "core", "deep": "deep", "rem": "rem",
}  # fmt: skip
"""Our stage for each word of the app, in lower case; ``Asleep`` is sleep of a device without stages."""

CUT_AT_MIDNIGHT = "cut_at_midnight"
"""Rule for a night that begins or ends at the midnight at which its file does: the rest of it is in another file."""

_STAGE_KEYS = ("startDate", "endDate", "value")
_TOTALS = ("totalSleep", "asleep", "core", "deep", "rem", "awake", "inBed")
_NIGHT_KEYS = ("sleepStart", "sleepEnd", "inBedStart", "inBedEnd", *_TOTALS, "units")
_NEAR_MIN = 5.0
_ROUNDING_MIN = 1.0
_MIDNIGHT = r"^\d{4}-\d\d-\d\d 00:00:00"


def read_sleep(
    entry: Entry, points: Sequence[Object], dates: tuple[str, str], settings: ReadSettings
) -> Iterator[Batch]:
    """Read the points of ``sleep_analysis``.

    Parameters
    ----------
    dates
        The first and the last date of anything in the file.
    """
    stages = [point for point in points if "value" in point]
    nights = [point for point in points if "value" not in point]
    if stages:
        yield from in_batches(SLEEP_SEGMENT, _stages(entry, stages, settings))
    if nights:
        yield from _read_nights(entry, nights, dates, settings)


# --- without aggregation ---


def _stages(entry: Entry, points: Sequence[Object], settings: ReadSettings) -> pl.DataFrame:
    rows = rows_of(entry, points, _STAGE_KEYS, settings).with_columns(source_names(points))
    stage = pl.col("value").str.to_lowercase().replace_strict(STAGES, default=None, return_dtype=pl.String)
    return (
        _with_devices(rows)
        .with_columns(
            zoned_instants("startDate").alias("start_at"),
            zoned_instants("endDate").alias("end_at"),
            stage.alias("stage"),
        )
        .with_columns(
            first_problem(
                startDate=pl.col("start_at").is_null(),
                endDate=pl.col("end_at").is_null(),
                value=pl.col("stage").is_null(),
            )
        )
    )


def _with_devices(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the device by its kind and a hash of its name. Apple's names of products are the same in every language."""
    name = pl.col("source_name").fill_null("").str.to_lowercase()
    kind = (
        pl.when(name.str.contains("watch")).then(pl.lit("watch"))
        .when(name.str.contains("iphone")).then(pl.lit("phone"))
        .otherwise(pl.lit("app"))
    )  # fmt: skip
    tags = {each: hashlib.sha256(each.encode()).hexdigest()[:6] for each in rows["source_name"].drop_nulls().unique()}
    tag = pl.col("source_name").replace_strict(tags, default="unnamed", return_dtype=pl.String)
    return rows.with_columns(kind.alias("device_kind")).with_columns(
        pl.concat_str("device_kind", tag, separator="-").alias("device")
    )


# --- nights ---


def _read_nights(
    entry: Entry, points: Sequence[Object], dates: tuple[str, str], settings: ReadSettings
) -> Iterator[Batch]:
    nights = _nights(rows_of(entry, points, _NIGHT_KEYS, settings), settings)
    yield from in_batches(SLEEP_SEGMENT, _in_bed(nights.filter(_is_in_bed_only())))
    nights, ignored = split_unused(
        nights.filter(~_is_in_bed_only()), {"nights of 0 minutes asleep": pl.col("total_sleep_time_min") == 0}
    )
    yield from ignored
    nights, ignored = split_unused(
        nights.with_columns(_overlapped(nights)), {"overlapped by a longer sleep of the file": pl.col("is_overlapped")}
    )
    yield from ignored
    readable = pl.col("column").is_null()
    cut = readable & (_starts_at(dates[0]) | _ends_at(dates[1]))
    nights = nights.with_columns(
        pl.when(cut).then(pl.lit("sleepStart")).otherwise("column").alias("column"),
        pl.when(cut).then(pl.lit(CUT_AT_MIDNIGHT)).alias("rule"),
    )
    yield from in_batches(SLEEP_EPISODE, nights.with_columns(main_sleeps()))
    yield from _notes(entry, nights)


def _is_in_bed_only() -> pl.Expr:
    """Whether a night has a time in bed and no sleep, as a phone alone gives it, perhaps without a time of sleep."""
    slept = pl.sum_horizontal("totalSleep_min", "asleep_min", "staged_min")
    return (slept == 0) & pl.col("inBedStart").is_not_null()


def _in_bed(nights: pl.DataFrame) -> pl.DataFrame:
    """Return the time in bed of nights without any sleep, as an Apple export has it: it is not sleep."""
    times = {name: zoned_instants(key) for name, key in (("start_at", "inBedStart"), ("end_at", "inBedEnd"))}
    return nights.with_columns(
        *(time.alias(name) for name, time in times.items()), pl.lit("in_bed").alias("stage")
    ).with_columns(first_problem(inBedStart=pl.col("start_at").is_null(), inBedEnd=pl.col("end_at").is_null()))


def _nights(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read times and totals. The date is that of waking; stages that are all zero are unknown."""
    unit = pl.col("units").replace_strict(MINUTES_IN, default=None, return_dtype=pl.Float64)
    timed = rows.with_columns(
        zoned_instants("sleepStart").alias("start_at"),
        zoned_instants("sleepEnd").alias("end_at"),
        *((numbers(name) * unit).alias(f"{name}_min") for name in _TOTALS),
    ).with_columns(
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS).alias("lasted_min"),
        pl.sum_horizontal("core_min", "deep_min", "rem_min").alias("staged_min"),
    )
    has_stages = pl.col("staged_min") > 0
    woke = local_dates_of(timed["participant_id"], timed["end_at"], settings.time_zones).alias("date")
    timed = timed.with_columns(woke, _asleep_min().alias("total_sleep_time_min"))
    return timed.with_columns(
        _in_bed_min().alias("time_in_bed_min"),
        pl.when(has_stages | (pl.col("awake_min") > 0)).then("awake_min").alias("wake_after_sleep_onset_min"),
        pl.when(has_stages).then("deep_min").alias("deep_sleep_min"),
        pl.when(has_stages).then("rem_min").alias("rem_sleep_min"),
        utc_label("start_at").alias("episode_id"),
        first_problem(
            sleepStart=pl.col("start_at").is_null(),
            sleepEnd=pl.col("end_at").is_null(),
            units=unit.is_null(),
            asleep=pl.col("total_sleep_time_min").is_null(),
        ),
    )


def _asleep_min() -> pl.Expr:
    """Return the time asleep: ``totalSleep`` where the app gives it.

    Earlier versions give only ``asleep``: all sleep, or the sleep without a stage. It is all sleep if there are no
    stages or they add up to it, and sleep without a stage if both together fit into the night. Else it is unknown.
    """
    asleep, staged = pl.col("asleep_min").fill_null(0), pl.col("staged_min")
    any_given = pl.any_horizontal(
        pl.col("totalSleep_min", "asleep_min", "core_min", "deep_min", "rem_min").is_not_null()
    )
    return (
        pl.when(pl.col("totalSleep_min") > 0).then("totalSleep_min")
        .when(~any_given).then(None)
        .when(staged == 0).then(asleep)
        .when((asleep - staged).abs() <= _NEAR_MIN).then(asleep)
        .when(asleep + staged <= pl.col("lasted_min") + _NEAR_MIN).then(asleep + staged)
    )  # fmt: skip


def _in_bed_min() -> pl.Expr:
    """Return the time in bed if it contains the sleep, else the time from falling asleep to waking."""
    asleep, lasted = pl.col("total_sleep_time_min"), pl.col("lasted_min")
    rounded = pl.when(asleep <= lasted + _ROUNDING_MIN).then(pl.max_horizontal(asleep, lasted)).otherwise(lasted)
    return pl.when(pl.col("inBed_min") >= asleep).then("inBed_min").otherwise(rounded)


def _overlapped(nights: pl.DataFrame) -> pl.Series:
    """Whether a longer sleep begins before this one ends, and ends after it begins, as two devices give one night."""
    found = [False] * nights.height
    kept: tuple[int, datetime, float] | None = None
    timed = nights.with_row_index("row").filter(pl.col("column").is_null()).sort("start_at", "line")
    for row, start, end, asleep in timed.select("row", "start_at", "end_at", "total_sleep_time_min").iter_rows():
        if kept is None or start >= kept[1]:
            kept = (row, end, asleep)
        elif asleep > kept[2]:
            found[kept[0]], kept = True, (row, end, asleep)
        else:
            found[row] = True
    return pl.Series("is_overlapped", found, pl.Boolean)


def _starts_at(first: str) -> pl.Expr:
    return pl.col("sleepStart").str.contains(_MIDNIGHT) & (pl.col("sleepStart").str.slice(0, 10) == first)


def _ends_at(last: str) -> pl.Expr:
    return pl.col("sleepEnd").str.contains(_MIDNIGHT) & (pl.col("sleepEnd").str.slice(0, 10) > last)


def _notes(entry: Entry, nights: pl.DataFrame) -> Iterator[Note]:
    if n_cut := nights.filter(rule=CUT_AT_MIDNIGHT).height:
        yield Note(
            entry.label,
            f"the file begins or ends at midnight in the middle of a night, so the sleep there was rejected ({n_cut}); "
            "in Health Auto Export choose a date range of several days, such as the previous 7 days",
        )
    if n_unstaged := nights.filter(pl.col("column").is_null() & (pl.col("staged_min") == 0)).height:
        yield Note(entry.label, f"sleep without stages: {n_unstaged}; its deep and REM sleep are unknown, not 0")

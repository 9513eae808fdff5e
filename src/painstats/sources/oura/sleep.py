"""Sleep of Oura: units of the durations, the date of waking, and the main sleep of each date."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.duration_units import MIN_SHARE, DurationUnit, near, unit_of
from painstats.parsing.text import first_problem, numbers
from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.oura.columns import AGAIN, VITALS
from painstats.sources.vendor_rows import (
    SECONDS,
    daily_totals,
    main_sleeps,
    split_unused,
    utc_label,
    zoned_offsets,
    zoned_or_local,
)

MAIN_SLEEP = "long_sleep"
NO_HEART_RATE = 255
"""What the API gives as the lowest heart rate of a sleep in which none was measured."""
_LEAST_ASLEEP = 0.25


def read_sleep(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read sleeps; resting heart rate and heart rate variability are those of each day's main sleep."""
    asleep = numbers("total_sleep_duration")
    rows, ignored = split_unused(
        rows,
        {
            "sleeps that the participant deleted": pl.col("type") == "deleted",
            "rests without sleep": pl.col("total_sleep_duration").is_null() | (asleep == 0),
        },
    )
    yield from ignored
    has_days = rows["day"].count() > 0
    episodes, messages = _episodes(entry, rows if has_days else _dated(rows), settings)
    yield from in_batches(SLEEP_EPISODE, episodes)
    yield from daily_totals(_measured(episodes.filter("is_main_sleep").drop("column")), VITALS, "day")
    for message in messages if rows.height else ():
        yield Note(entry.label, message)


def _measured(sleeps: pl.DataFrame) -> pl.DataFrame:
    """Leave out the heart rate of sleeps in which none was measured."""
    is_measured = numbers("lowest_heart_rate").fill_null(0) != NO_HEART_RATE
    return sleeps.with_columns(pl.when(is_measured).then("lowest_heart_rate"))


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """Date the sleeps of a file without ``day``, as scripts write it, by waking, as Oura does."""
    woken = pl.col("bedtime_end").str.slice(0, 10)
    return rows.with_columns(pl.lit(None).alias("day"), woken.str.to_date("%Y-%m-%d", strict=False).alias("date"))


def _episodes(entry: Entry, rows: pl.DataFrame, settings: ReadSettings) -> tuple[pl.DataFrame, list[str]]:
    """Read sleeps. A day's main sleep is its longest long sleep, else its longest that is neither a nap nor a rest."""
    timed = rows.with_columns(
        *(zoned_or_local(rows, f"bedtime_{side}", settings).alias(f"{side}_at") for side in ("start", "end")),
        zoned_offsets("bedtime_start").alias("utc_offset_min"),
    )
    timed, messages = _with_minutes(entry, timed)
    is_long = pl.col("type").fill_null(MAIN_SLEEP) == MAIN_SLEEP
    may_be_main = is_long | ((pl.col("type") == "sleep") & ~is_long.any().over("date"))
    episodes = timed.with_columns(pl.when(may_be_main).then("asleep_min").alias("total_sleep_time_min")).with_columns(
        main_sleeps(),
        pl.col("asleep_min").alias("total_sleep_time_min"),
        utc_label("start_at").alias("episode_id"),
        first_problem(
            bedtime_start=pl.col("start_at").is_null(),
            bedtime_end=pl.col("end_at").is_null(),
            day=pl.col("date").is_null(),
            total_sleep_duration=pl.col("asleep_min").is_null(),
            time_in_bed=pl.col("time_in_bed_min").is_null(),
        ),
    )
    if episodes["is_main_sleep"].any():
        messages += [_dated_by_waking(entry, episodes), _longest_note(episodes)]
    n_offsets = episodes.height - episodes["utc_offset_min"].null_count()
    return episodes, [*messages, clock_note(n_offsets, episodes.height, "bedtimes")]


def _with_minutes(entry: Entry, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Add durations in minutes: the unit of times in bed follows from the bedtimes, that of the others from both."""
    rows, in_bed = _with_time_in_bed(entry, rows)
    awake, in_bed_min = numbers("awake_time"), pl.col("time_in_bed_min")
    least, most = near(in_bed_min)
    least = pl.when(awake.is_null()).then(in_bed_min * _LEAST_ASLEEP).otherwise(least)
    slept = unit_of(rows, numbers("total_sleep_duration") + awake.fill_null(0), least, most)
    _refuse_unknown_unit(entry, slept, "total_sleep_duration", "agree with the time in bed")
    waking = numbers("awake_time") - numbers("latency")
    minutes = rows.with_columns(
        (numbers("total_sleep_duration") * slept.minutes).alias("asleep_min"),
        pl.when(waking >= 0).then(waking * slept.minutes).alias("wake_after_sleep_onset_min"),
        (numbers("deep_sleep_duration") * slept.minutes).alias("deep_sleep_min"),
        (numbers("rem_sleep_duration") * slept.minutes).alias("rem_sleep_min"),
    )
    return minutes, [
        in_bed,
        f"times asleep are in {slept.name}: with the times awake they agree with the time in bed of "
        f"{slept.n_fitting} of {slept.n_compared} sleeps",
    ]


def _with_time_in_bed(entry: Entry, rows: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Add minutes in bed, by the bedtimes if the file has no times in bed, and say how they were found."""
    between = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS
    if not rows["time_in_bed"].count():
        return rows.with_columns(between.alias("time_in_bed_min")), "there are no times in bed; bedtimes give them"
    unit = unit_of(rows, numbers("time_in_bed"), *near(between))
    _refuse_unknown_unit(entry, unit, "time_in_bed", "agree with the bedtimes")
    return rows.with_columns((numbers("time_in_bed") * unit.minutes).alias("time_in_bed_min")), (
        f"times in bed are in {unit.name}: they agree with the bedtimes of {unit.n_fitting} of {unit.n_compared} sleeps"
    )


def _refuse_unknown_unit(entry: Entry, unit: DurationUnit, column: str, what: str) -> None:
    if not unit.is_plausible:
        raise refused(
            "duration_unit",
            entry,
            f"{column} of {unit.n_compared - unit.n_fitting} of {unit.n_compared} sleeps does not {what} in "
            f"any unit; {AGAIN}",
        )


def _dated_by_waking(entry: Entry, episodes: pl.DataFrame) -> str:
    """Check that ``day`` is the date of waking."""
    if not episodes["day"].count():
        return "sleeps have no day; they are dated by waking (bedtime_end)"
    woken = episodes.filter(pl.col("is_main_sleep") & pl.col("end_at").is_not_null())
    n_right = int((woken["bedtime_end"].str.slice(0, 10) == woken["day"]).sum())
    if n_right < MIN_SHARE * woken.height:
        raise refused(
            "night_dates",
            entry,
            f"day is not the date of waking (bedtime_end) in {woken.height - n_right} of {woken.height} nights; "
            f"{AGAIN}",
        )
    return f"day is the date of waking in {n_right} of {woken.height} nights"


def _longest_note(episodes: pl.DataFrame) -> str:
    """Say on how many days the main sleep, which is chosen by Oura's type of sleep, is also the longest sleep."""
    longest = pl.col("asleep_min") == pl.col("asleep_min").max().over("date")
    mains = episodes.with_columns(longest.alias("is_longest")).filter("is_main_sleep")
    return f"the main sleep is the longest sleep on {int(mains['is_longest'].sum())} of {mains.height} days"

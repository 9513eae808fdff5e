"""Steps, sleep and other samples of an Apple Health export: rows of text turned into record rows."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

import polars as pl

from painstats.sources.contract import ReadSettings
from painstats.sources.export import Entry
from painstats.sources.text import first_problem, numbers

SOURCE_NAME = "apple_health"

STEPS = "HKQuantityTypeIdentifierStepCount"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"

STAGES = {
    "InBed": "in_bed",
    "Asleep": "asleep",
    "Awake": "awake",
    "AsleepUnspecified": "asleep",
    "AsleepCore": "core",
    "AsleepDeep": "deep",
    "AsleepREM": "rem",
}
"""Sleep values as text (without their common prefix) to our stages. ``Asleep`` is what iOS 15 and older wrote."""

STAGE_NUMBERS = dict(enumerate(("in_bed", "asleep", "awake", "core", "deep", "rem")))
"""The same as raw integers, as some programs that rewrite the export keep them."""

_STAGE_BY_VALUE = {f"HKCategoryValueSleepAnalysis{value}": stage for value, stage in STAGES.items()} | {
    str(number): stage for number, stage in STAGE_NUMBERS.items()
}


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record type that becomes a measurement, and the unit that its values must have."""

    measure: str
    unit: str


SAMPLES = {
    "HKQuantityTypeIdentifierAppleExerciseTime": Sampled("exercise_time_min", "min"),
    "HKQuantityTypeIdentifierRestingHeartRate": Sampled("resting_heart_rate_bpm", "count/min"),
    "HKQuantityTypeIdentifierHeartRateVariabilitySDNN": Sampled("heart_rate_variability_sdnn_ms", "ms"),
}

_DATE = r"^\d{4}-\d\d-\d\d \d\d:\d\d:[0-5]\d [+-]\d{4}$"
_DATE_OF_2015 = r"^\d{14}[+-]\d{4}$"


def has_dates_of_2015(rows: pl.DataFrame) -> bool:
    """Whether an element has the dates of iOS 8, which had other names for its attributes too."""
    return bool(rows["start"].str.contains(_DATE_OF_2015).any())


def with_origin(rows: pl.DataFrame, entry: Entry, settings: ReadSettings) -> pl.DataFrame:
    """Add whose, what, when and where to rows of elements; names of people end here."""
    names = rows["source_name"].unique()
    tag = pl.col("source_name").replace_strict(names, [_tag(name) for name in names], return_dtype=pl.String)
    placed = rows.with_columns(
        pl.lit(settings.participant_id, pl.String).alias("participant_id"),
        pl.lit(SOURCE_NAME).alias("source"),
        _device_kind(rows).alias("device_kind"),
        _instants("start").alias("start_at"),
        _instants("end").alias("end_at"),
        pl.lit(entry.label).alias("entry"),
    ).with_columns(pl.format("{}-{}", "device_kind", tag).alias("device"))
    return placed.with_columns(_utc_offsets(placed).alias("utc_offset_min"))


def _device_kind(rows: pl.DataFrame) -> pl.Series:
    """Tell the kind of device from Health's description of it, once for each description."""
    known = pl.DataFrame({"device": rows["device"].unique()}).with_columns(
        pl.when(pl.col("device").is_null())
        .then(pl.lit("app"))
        .when(pl.col("device").str.contains(r"\b(?:model|hardware):Watch"))
        .then(pl.lit("watch"))
        .when(pl.col("device").str.contains(r"\b(?:model|hardware):iPhone"))
        .then(pl.lit("phone"))
        .otherwise(pl.lit("unknown"))
        .alias("kind")
    )
    kind = rows["device"].replace_strict(known["device"], known["kind"], return_dtype=pl.String)
    return pl.select(pl.when(rows["user_entered"]).then(pl.lit("manual")).otherwise(kind)).to_series()


def _tag(source_name: str | None) -> str:
    """Shorten the name of a device to six hex digits, the same however its spaces and letters are encoded."""
    folded = " ".join(unicodedata.normalize("NFKC", source_name or "").split())
    return hashlib.sha256(folded.encode()).hexdigest()[:6]


def _instants(column: str) -> pl.Expr:
    """Read ``2024-01-10 09:00:00 -0700`` as UTC; null where the text is anything else.

    The offset is what makes the instant right, whatever the season: an export carries the offset of the day of export
    on all its records.
    """
    text = pl.when(pl.col(column).str.contains(_DATE)).then(pl.col(column))
    clock = text.str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    minutes = text.str.slice(21, 2).cast(pl.Int32) * 60 + text.str.slice(23, 2).cast(pl.Int32)
    east = pl.when(text.str.slice(20, 1) == "-").then(-minutes).otherwise(minutes)
    return (clock - pl.duration(minutes=east)).dt.replace_time_zone("UTC")


def _utc_offsets(rows: pl.DataFrame) -> pl.Series:
    """Return minutes east of UTC in the zone that an element names; null where it names none that is known."""
    named = rows["time_zone"].drop_nulls().unique().to_list()
    offsets = pl.repeat(None, rows.height, dtype=pl.Int32, eager=True)
    for zone in sorted(set(named) & _known_zones()) if named else ():
        local = rows["start_at"].dt.convert_time_zone(zone)
        minutes = (local.dt.base_utc_offset() + local.dt.dst_offset()).dt.total_minutes().cast(pl.Int32)
        offsets = minutes.zip_with((rows["time_zone"] == zone).fill_null(False), offsets)
    return offsets


@cache
def _known_zones() -> set[str]:
    return available_timezones()


def as_text(*columns: str) -> pl.Expr:
    """Return what an element said, without any name."""
    return pl.concat_str(*columns, separator=" ", ignore_nulls=True).alias("text")


# --- record tables ---


def steps(known: pl.DataFrame) -> pl.DataFrame:
    """Return records of steps as rows of ``step_count``."""
    # Health keeps quantities as floating-point numbers, and some apps write parts of a step.
    return known.with_columns(
        numbers("value").round().cast(pl.Int64, strict=False).alias("step_count"),
    ).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            unit=pl.col("unit").fill_null("count") != "count",
            value=pl.col("step_count").is_null(),
        )
    )


def sleep_segments(known: pl.DataFrame) -> pl.DataFrame:
    """Return records of sleep as rows of ``sleep_segment``."""
    stage = pl.col("value").replace_strict(_STAGE_BY_VALUE, default=None, return_dtype=pl.String)
    return known.with_columns(stage.alias("stage")).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            value=pl.col("stage").is_null(),
        )
    )


def measurements(known: pl.DataFrame) -> pl.DataFrame:
    """Return samples as rows of ``measurement``."""
    measures, units = (
        {kind: getattr(sampled, name) for kind, sampled in SAMPLES.items()} for name in ("measure", "unit")
    )
    return known.with_columns(
        pl.col("type").replace_strict(measures, return_dtype=pl.String).alias("measure"),
        numbers("value").alias("number"),
    ).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            unit=pl.col("unit").fill_null("") != pl.col("type").replace_strict(units, return_dtype=pl.String),
            value=pl.col("number").is_null(),
        ),
        pl.col("number").alias("value"),
    )

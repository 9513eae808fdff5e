"""Turn the text rows of an Apple Health export into record rows of steps, sleep and other measurements."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.archive.entries import Entry
from painstats.parsing.byte_columns import bytes_of, have_shape, numbers_from_digits, shape
from painstats.parsing.text import first_problem, numbers
from painstats.plan.zone_names import known_names
from painstats.records import INSTANT
from painstats.sources.contract import ReadSettings

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
"""Our stage for each sleep value (without the common prefix). ``Asleep`` is what iOS 15 and older wrote."""

STAGE_NUMBERS = dict(enumerate(("in_bed", "asleep", "awake", "core", "deep", "rem")))
"""The same by the raw integers that some converters keep."""

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
_CLOCK, _SIGN = shape("9999-99-99 99:99:99 ±9999"), 20
_CLOCK_PARTS = tuple(
    slice(*ends) for ends in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19), (21, 23), (23, 25))
)
_NEVER = pl.Series([None], dtype=INSTANT)
_KIND_NAME = re.compile(r"\b(?:model|hardware):(Watch|iPhone)")
_MODEL = re.compile(r"\bhardware:([A-Za-z]+\d+,\d+)")
_IOS_8_DATE = r"^\d{14}[+-]\d{4}$"


def has_ios_8_dates(rows: pl.DataFrame) -> bool:
    """Whether an element has iOS 8's date format; iOS 8 also used different attribute names."""
    return bool(rows["start"].str.contains(_IOS_8_DATE).any())


def with_device_and_times(rows: pl.DataFrame, entry: Entry, settings: ReadSettings) -> pl.DataFrame:
    """Add participant, device, instants and UTC offset to element rows; names of participants are dropped here."""
    placed = (
        rows.join(_origins(rows), on=["source_name", "device"], how="left", nulls_equal=True, maintain_order="left")
        .drop("device")
        .with_columns(
            pl.lit(settings.participant_id, pl.String).alias("participant_id"),
            pl.lit(SOURCE_NAME).alias("source"),
            pl.when("user_entered").then(pl.lit("manual")).otherwise("device_kind").alias("device_kind"),
            _instants(rows["start"]).alias("start_at"),
            _instants(rows["end"]).alias("end_at"),
            pl.lit(entry.label).alias("entry"),
        )
        .with_columns(pl.format("{}-{}", "device_kind", "tag").alias("device"))
    )
    return placed.with_columns(_utc_offsets(placed).alias("utc_offset_min"))


def _origins(rows: pl.DataFrame) -> pl.DataFrame:
    """Derive each device's kind and a tag of its own from Health's device descriptions."""
    pairs = rows.select("source_name", "device").unique()
    return pairs.with_columns(
        pl.Series("device_kind", [_kind(device) for device in pairs["device"]], pl.String),
        pl.Series("tag", [_tag(*pair) for pair in pairs.iter_rows()], pl.String),
    )


def _kind(device: str | None) -> str:
    if device is None:
        return "app"
    named = _KIND_NAME.search(device)
    return {"Watch": "watch", "iPhone": "phone"}[named.group(1)] if named else "unknown"


def _tag(source_name: str | None, device: str | None) -> str:
    """Shorten the name and model of a device to six hex digits, independent of how spaces and letters are encoded.

    A new watch often inherits the name of the old one; the model distinguishes them.
    """
    model = _MODEL.search(device or "")
    folded = " ".join(unicodedata.normalize("NFKC", source_name or "").split()) + (model.group(1) if model else "")
    return hashlib.sha256(folded.encode()).hexdigest()[:6]


def _instants(texts: pl.Series) -> pl.Series:
    """Read ``2024-01-10 09:00:00 -0700`` as UTC; null where the text has any other form.

    The offset makes the instant right in every season: an export gives all its records the offset of the export day.
    """
    content = bytes_of(texts, _CLOCK.width)
    if content is None or not have_shape(content, _CLOCK).all() or (content[:, _SIGN] == ord(",")).any():
        return texts.to_frame("text").select(_instants_one_by_one()).to_series()
    year, month, day, hour, minute, second, *offset = (numbers_from_digits(content[:, part]) for part in _CLOCK_PARTS)
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    date = first.astype("datetime64[D]") + (day - 1)
    is_date = (month >= 1) & (month <= 12) & (day >= 1) & (date.astype("datetime64[M]") == first)
    is_clock = (hour < 24) & (minute < 60) & (second < 60)
    east_min = (offset[0] * 60 + offset[1]) * np.where(content[:, _SIGN] == ord("-"), -1, 1)
    seconds = ((date.astype(np.int64) * 24 + hour) * 60 + minute - east_min) * 60 + second
    instant = pl.from_epoch(pl.Series(seconds * 1_000_000), time_unit="us").dt.replace_time_zone("UTC")
    return instant if (valid := is_date & is_clock).all() else instant.zip_with(pl.Series(valid), _NEVER)


def _instants_one_by_one() -> pl.Expr:
    text = pl.when(pl.col("text").str.contains(_DATE)).then("text")
    clock = text.str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    minutes = text.str.slice(21, 2).cast(pl.Int32) * 60 + text.str.slice(23, 2).cast(pl.Int32)
    east = pl.when(text.str.slice(20, 1) == "-").then(-minutes).otherwise(minutes)
    return (clock - pl.duration(minutes=east)).dt.replace_time_zone("UTC")


def _utc_offsets(rows: pl.DataFrame) -> pl.Series:
    """Return minutes east of UTC in the zone that an element names; null where it names no known zone."""
    named = rows["time_zone"].drop_nulls().unique().to_list()
    offsets = pl.repeat(None, rows.height, dtype=pl.Int32, eager=True)
    for zone in sorted(set(named) & known_names()) if named else ():
        local = rows["start_at"].dt.convert_time_zone(zone)
        minutes = (local.dt.base_utc_offset() + local.dt.dst_offset()).dt.total_minutes().cast(pl.Int32)
        offsets = minutes.zip_with((rows["time_zone"] == zone).fill_null(False), offsets)
    return offsets


def as_text(*columns: str) -> pl.Expr:
    """Return an element's text without any names."""
    return pl.concat_str(*columns, separator=" ", ignore_nulls=True).alias("text")


# --- record tables ---


def steps(known: pl.DataFrame) -> pl.DataFrame:
    """Return step records as rows of ``step_count``."""
    # Health stores quantities as floating-point numbers, and some apps write fractions of a step.
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
    """Return sleep records as rows of ``sleep_segment``."""
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

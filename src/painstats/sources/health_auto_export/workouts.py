"""Workouts and symptoms of Health Auto Export, read as those of an Apple Health export are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.duration_units import unit_of
from painstats.parsing.text import numbers
from painstats.records import EXERCISE_SESSION, SELF_REPORT
from painstats.sources.apple_health.symptoms import SYMPTOMS, symptom_reports
from painstats.sources.apple_health.workouts import exercise_sessions
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.exercise_names import exercise_types
from painstats.sources.health_auto_export.payload import Object, rows_of
from painstats.sources.vendor_rows import split_unused, zoned_instants

_WORKOUT_KEYS = (
    "name", "start", "end", "duration", "distance", "distance_unit", "energy", "energy_unit", "heart_rate",
    "heart_rate_unit",
)  # fmt: skip
_QUANTITIES = {
    "distance": ("distance",),
    "energy": ("activeEnergyBurned", "activeEnergy"),
    "heart_rate": ("avgHeartRate",),
}
"""Our quantities, and their keys in both versions of the app's workouts."""

_SYMPTOM_KEYS = ("name", "start", "end", "severity")
_TYPES = {kind.removeprefix("HKCategoryTypeIdentifier").lower(): kind for kind in SYMPTOMS}
_SEVERITIES = {
    "unspecified": "Unspecified", "present": "Unspecified", "notpresent": "NotPresent", "mild": "Mild",
    "moderate": "Moderate", "severe": "Severe",
}  # fmt: skip
_SHARE_ACTIVE = (0.3, 1.05)


def read_workouts(entry: Entry, workouts: Sequence[Object], settings: ReadSettings) -> Iterator[Batch]:
    """Read workouts of version 1 and 2. Only version 2 documents the unit of durations: it follows from the times."""
    rows = _timed(rows_of(entry, [_flat(workout) for workout in workouts], _WORKOUT_KEYS, settings))
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    least, most = (share * lasted for share in _SHARE_ACTIVE)
    unit = unit_of(rows, numbers("duration"), least, most, ("seconds", "minutes"))
    duration = (numbers("duration") * unit.minutes).cast(pl.String) if unit.is_plausible else pl.lit(None, pl.String)
    known = rows.with_columns(
        pl.col("name").alias("type"), duration.alias("duration"), pl.lit("min").alias("duration_unit")
    )
    sessions = exercise_sessions(known).with_columns(exercise_types(pl.col("name")).alias("exercise_type"))
    yield from in_batches(EXERCISE_SESSION, sessions)
    if not unit.is_plausible:
        yield Note(entry.label, "durations of workouts do not fit their times, which were used instead")


def _flat(workout: Object) -> Object:
    """Return a workout with the number and the unit of each quantity; an array of samples is none."""
    found = {
        key: next((each for name in names if isinstance(each := workout.get(name), dict)), {})
        for key, names in _QUANTITIES.items()
    }
    numbers_and_units = {
        f"{key}{end}": quantity.get(name)
        for key, quantity in found.items()
        for end, name in (("", "qty"), ("_unit", "units"))
    }
    return {**{key: workout.get(key) for key in ("name", "start", "end", "duration")}, **numbers_and_units}


def read_symptoms(entry: Entry, symptoms: Sequence[Object], settings: ReadSettings) -> Iterator[Batch]:
    """Read symptoms with a severity."""
    rows = _timed(rows_of(entry, symptoms, _SYMPTOM_KEYS, settings))
    kind = pl.col("name").str.replace_all(r"[\s_]", "").str.to_lowercase()
    severity = pl.col("severity").str.replace_all(r"[\s_]", "").str.to_lowercase()
    rows, ignored = split_unused(
        rows.with_columns(kind.replace_strict(_TYPES, default=None, return_dtype=pl.String).alias("type")),
        {"symptoms of other kinds": pl.col("type").is_null()},
    )
    yield from ignored
    value = severity.replace_strict(_SEVERITIES, default=None, return_dtype=pl.String)
    known = rows.with_columns(pl.concat_str(pl.lit("HKCategoryValueSeverity"), value).alias("value"))
    if known.height:
        yield from in_batches(SELF_REPORT, symptom_reports(known, settings))
        yield Note(
            entry.label, f"{known.height} symptoms; Health's severities were read as 0 (not present) to 3 (severe)"
        )


def _timed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(zoned_instants("start").alias("start_at"), zoned_instants("end").alias("end_at"))

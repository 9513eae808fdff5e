"""Workouts in an Apple Health export, as exercise sessions."""

from __future__ import annotations

import polars as pl

from painstats.parsing.text import first_problem, numbers

PREFIX = "HKWorkoutActivityType"
"""How Apple's activity types begin."""

_KINDS = {
    "walking": "Walking WheelchairWalkPace",
    "running": "Running TrackAndField WheelchairRunPace",
    "hiking": "Hiking Climbing",
    "cycling": "Cycling HandCycling",
    "swimming": "Swimming",
    "yoga": "Yoga",
    "pilates": "Pilates Barre",
    "core": "CoreTraining",
    "strength": "FunctionalStrengthTraining TraditionalStrengthTraining",
    "mind_and_body": "MindAndBody TaiChi Flexibility Cooldown PreparationAndRecovery",
    "rowing": "Rowing",
    "elliptical": "Elliptical",
    "stairs": "StairClimbing Stairs StepTraining",
    "interval_training": "HighIntensityIntervalTraining CrossTraining MixedMetabolicCardioTraining JumpRope",
    "dance": "Dance DanceInspiredTraining CardioDance SocialDance",
    "ball_game": (
        "AmericanFootball AustralianFootball Badminton Baseball Basketball Bowling Cricket DiscSports Golf Handball "
        "Hockey Lacrosse Pickleball Racquetball Rugby Soccer Softball Squash TableTennis Tennis Volleyball"
    ),
    "winter_sport": "CrossCountrySkiing Curling DownhillSkiing SkatingSports SnowSports Snowboarding",
    "water_sport": "PaddleSports Sailing SurfingSports UnderwaterDiving WaterFitness WaterPolo WaterSports",
}
EXERCISE_TYPES = {PREFIX + name: kind for kind, names in _KINDS.items() for name in names.split()}
"""Apple's activity types → the vocabulary's exercise types; all others are ``other``."""

_MINUTES = {"min": 1.0, "s": 1 / 60, "sec": 1 / 60, "hr": 60.0, "h": 60.0}
_METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048}
_KILOCALORIES = {"kcal": 1.0, "Cal": 1.0, "kJ": 1 / 4.184, "cal": 0.001, "J": 1 / 4184}
_BEATS_PER_MINUTE = {"count/min": 1.0, "bpm": 1.0, "count/s": 60.0}


def exercise_sessions(known: pl.DataFrame) -> pl.DataFrame:
    """Return workouts as rows of ``exercise_session``.

    A session without a duration lasts from its start to its end. Health writes 0 for a distance or energy that was not
    measured; it is read as missing.
    """
    lasted_min = (pl.col("end_at") - pl.col("start_at")).dt.total_milliseconds() / 60_000
    duration_min = pl.when(pl.col("duration").is_null()).then(lasted_min).otherwise(_quantity("duration", _MINUTES))
    return known.with_columns(
        pl.col("start_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("session_id"),
        pl.col("type").replace_strict(EXERCISE_TYPES, default="other", return_dtype=pl.String).alias("exercise_type"),
        duration_min.alias("duration_min"),
        _measured(_quantity("distance", _METRES)).alias("distance_m"),
        _measured(_quantity("energy", _KILOCALORIES)).alias("energy_kcal"),
        _measured(_quantity("heart_rate", _BEATS_PER_MINUTE)).alias("heart_rate_bpm"),
    ).with_columns(
        first_problem(
            startDate=pl.col("start_at").is_null(),
            endDate=pl.col("end_at").is_null(),
            duration=pl.col("duration_min").is_null(),
            distance=_is_unreadable("distance", _METRES),
            energy=_is_unreadable("energy", _KILOCALORIES),
            heartRate=_is_unreadable("heart_rate", _BEATS_PER_MINUTE),
        )
    )


def _quantity(column: str, units: dict[str, float]) -> pl.Expr:
    """Return a quantity in our unit; null where it is absent or its number or unit is unreadable."""
    return numbers(column) * pl.col(f"{column}_unit").replace_strict(units, default=None, return_dtype=pl.Float64)


def _measured(quantity: pl.Expr) -> pl.Expr:
    return pl.when(quantity != 0).then(quantity)


def _is_unreadable(column: str, units: dict[str, float]) -> pl.Expr:
    return pl.col(column).is_not_null() & _quantity(column, units).is_null()

"""The words of painstats: measures with their units and limits, reported items, device kinds, recall periods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Something a device measures, summarised for one local date.

    Parameters
    ----------
    name
        Column name in the daily table, with its unit.
    label, unit
        Words for readers: "steps", "1,000 steps".
    per
        How many of the column's units one unit of an effect is (1,000 steps, 60 minutes).
    lag_days
        Default lag: 0 for the night that ends on the day of the outcome, 1 for the activity of the day before.
    lowest, highest
        Plausible limits of one day; outside them a day counts as missing, with the reason.
    least_within_sd
        Least within-participant standard deviation, in effect units, for a verdict about one participant.
    more
        What a higher value is called: "a longer night", "more steps".
    """

    name: str
    label: str
    unit: str
    per: float
    lag_days: int
    lowest: float
    highest: float
    least_within_sd: float
    more: str


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("total_sleep_time_min", "sleep", "hour of sleep", 60.0, 0, 120.0, 960.0, 0.5, "a longer night"),
        Measure("step_count", "steps", "1,000 steps", 1000.0, 1, 500.0, 60_000.0, 0.8, "more steps"),
        Measure("active_time_min", "active time", "30 active minutes", 30.0, 1, 1.0, 1200.0, 0.5, "more active time"),
        Measure("exercise_time_min", "exercise", "30 minutes of exercise", 30.0, 1, 0.0, 720.0, 0.3, "more exercise"),
        Measure(
            "sleep_efficiency_percent", "sleep efficiency", "10 percentage points", 10.0, 0, 20.0, 100.0, 0.3,
            "a night with less time awake in bed",
        ),
        Measure("sleep_midpoint_min", "midpoint of sleep", "hour later", 60.0, 0, -720.0, 1440.0, 0.3, "a later night"),
        Measure(
            "sleep_regularity_index", "sleep regularity", "10 points of regularity", 10.0, 0, -100.0, 100.0, 0.3,
            "two weeks of more regular sleep",
        ),
        Measure(
            "time_in_bed_min", "time in bed", "hour in bed", 60.0, 0, 120.0, 1200.0, 0.5,
            "a night with more time in bed",
        ),
    )
}  # fmt: skip
"""What a device measures on a date. A measure with a default lag of 0 is one of the night that ends on the date."""

ITEMS = (
    "pain", "soreness", "fatigue", "mood", "anxiety", "stress", "stiffness", "sleep_quality", "readiness", "energy",
    "pain_interference", "symptom",
)  # fmt: skip
"""What a self-report can be about. A study's outcome is one of them. ``symptom`` is any other, named by ``site``."""

BETTER_WHEN_HIGHER = frozenset({"mood", "sleep_quality", "readiness", "energy"})
"""The items for which a high score is good; for all others it is bad. Diaries may count either way."""

RECALLS = ("now", "today", "last_24_hours", "yesterday")
"""The period that a score describes."""

FILLED = ("morning", "evening", "any_time")
"""When in the day a diary is filled in."""

RESTING_TYPES = ("meditation", "massage", "acupuncture")
"""Kinds of sessions without exercise: meditation and therapy sessions. They are kinds of a date, and add no minutes of
exercise."""

EXERCISE_TYPES = (
    "walking", "running", "hiking", "cycling", "swimming", "yoga", "pilates", "core", "strength", "mind_and_body",
    "physiotherapy", "rowing", "elliptical", "stairs", "interval_training", "dance", "ball_game", "winter_sport",
    "water_sport", *RESTING_TYPES, "other",
)  # fmt: skip
"""Kinds of sessions; the sessions of every source have one of them."""

TREATMENT_KINDS = (
    "medicine", "supplement", "injection", "nerve_block", "exercise_programme", "physiotherapy", "yoga", "acupuncture",
    "massage", "cbt", "biofeedback", "relaxation", "therapy",
)  # fmt: skip
"""Kinds of treatment; ``therapy`` is any other."""

ONE_DAY_KINDS = ("injection", "nerve_block")
"""Kinds of a single day that act for longer: an entry of one says for how many days, or is a series with an end."""

SAMPLED: dict[str, tuple[float, float]] = {
    "exercise_time_min": (0.0, 1440.0),
    "resting_heart_rate_bpm": (20.0, 220.0),
    "heart_rate_variability_sdnn_ms": (0.0, 500.0),
    "heart_rate_variability_rmssd_ms": (0.0, 500.0),
}
"""Measures of samples other than steps, with the lowest and highest possible value."""

UNSCORED_ENTRIES = "unscored_entries"
"""How many entries without a score a diary has on a date: they show that the diary was kept on it."""

_MINUTES = (0.0, 1440.0)

DAILY_LIMITS: dict[str, tuple[float, float]] = {
    "step_count": (0.0, 200_000.0),
    "total_sleep_time_min": _MINUTES,
    "time_in_bed_min": _MINUTES,
    "sedentary_time_min": _MINUTES,
    "lightly_active_time_min": _MINUTES,
    "moderately_active_time_min": _MINUTES,
    "very_active_time_min": _MINUTES,
    "moving_time_min": _MINUTES,
    "wear_time_min": _MINUTES,
    "heart_rate_bpm": (20.0, 250.0),
    UNSCORED_ENTRIES: (1.0, 10_000.0),
    **SAMPLED,
}
"""What a source can give for a local date, with the lowest and highest possible value. The time that a phone moved with
its owner, the time that a device was worn, and the mean heart rate only show whether a device was worn."""

LEAST_WORN_STEPS = 100
"""Steps below which no evidence of wear counts: whoever is up at all takes as many, even on a day in bed."""

LEAST_WORN_HOURS = 6
"""Different hours with steps that tell of wear through the day, however few the steps are."""

LEAST_WEAR_MIN = 600.0
"""Ten hours, the usual least wear time of a valid day (Troiano et al. 2008, Med Sci Sports Exerc 40:181)."""

LEAST_ACTIVE_MIN = 30.0
"""Active minutes of a day on which a watch or tracker was worn, where the hours with steps are not known."""

LEAST_SITE_DAYS = 20
"""Rated days that a site needs to count in the outcome, unless no site has as many."""

DEVICE_KINDS = ("manual", "watch", "tracker", "phone", "app", "unknown")
"""Device kinds in the default order of trust where two recorded the same minutes."""

ASLEEP_STAGES = ("asleep", "core", "deep", "rem", "light", "restless")
"""Sleep stages that count as asleep; ``awake`` and ``in_bed`` do not."""

SLEEP_STAGES = (*ASLEEP_STAGES, "awake", "in_bed")

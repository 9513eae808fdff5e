"""Rules that every record must satisfy, by name; a row that breaks one is marked with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from painstats.batch import PLACE, Rows
from painstats.records import (
    DAILY_TOTAL,
    EXERCISE_SESSION,
    MEASUREMENT,
    OPTIONAL,
    RECORD_TABLES,
    SELF_REPORT,
    SLEEP_EPISODE,
    SLEEP_SEGMENT,
    STEP_COUNT,
    TREATMENT,
    RecordTable,
)
from painstats.vocabulary import DAILY_LIMITS, EXERCISE_TYPES, SAMPLED, SLEEP_STAGES, TREATMENT_KINDS

RULES_VERSION = 1
"""Raised by one whenever the same row would be judged differently than before: every file is then read again."""

UNREADABLE = "unreadable"
"""Rule of a row with a cell that could not be read as what it should be."""

EARLIEST_DATE = date(1990, 1, 1)
DAYS_AHEAD = 1
"""How many days after today a date may lie: it can be tomorrow already where the participant is."""

MAX_INTERVAL = timedelta(hours=24)
MAX_STEPS_IN_ONE_RECORD = 30_000
MINUTES_IN_A_DAY = 1440

MAX_OFFSET_MIN = 14 * 60
MAX_DISTANCE_M = 1_000_000
MAX_ENERGY_KCAL = 20_000
HEART_RATE_BPM = (20, 250)
MAX_COURSE_DAYS = 3650

DATE_RANGE = "date_range"
"""Rule of a row that lies in the future, or before anything could have been measured."""

_TODAY = "today"


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to reject a row.

    Parameters
    ----------
    name
        Short name, kept with the rejected row.
    rejects
        True for rows that break the rule; null counts as False. May use the column ``today``.
    explanation
        The rule in words.
    column
        The column that is to blame.
    day
        The date that must not lie in the future, for a rule about that.
    """

    name: str
    rejects: pl.Expr
    explanation: str
    column: str
    day: pl.Expr | None = None


def _date_range(column: str, day: pl.Expr) -> Rule:
    latest = pl.col(_TODAY).dt.offset_by(f"{DAYS_AHEAD}d")
    return Rule(
        DATE_RANGE,
        (day < EARLIEST_DATE) | (day > latest),
        f"lies between {EARLIEST_DATE} and {DAYS_AHEAD} day after today",
        column,
        day,
    )


def _present(table: RecordTable) -> tuple[Rule, ...]:
    """Nothing is missing: neither the participant, nor the rest of the key, nor a value."""
    participant = pl.col("participant_id")
    return (
        Rule(
            "missing_participant",
            participant.is_null() | (participant.str.strip_chars() == ""),
            "names a participant",
            "participant_id",
        ),
        *(
            Rule("missing_key" if name in table.key else "missing_value", pl.col(name).is_null(), f"has {name}", name)
            for name in table.columns
            if name not in ("participant_id", *OPTIONAL)
        ),
    )


def _between(column: str, lowest: float, highest: float, name: str) -> Rule:
    wrong = ~pl.col(column).is_between(lowest, highest)
    return Rule(name, wrong, f"lies between {lowest:,} and {highest:,}", column)


def _measured(limits: dict[str, tuple[float, float]]) -> tuple[Rule, ...]:
    """Reject values of an unknown measure and impossible ones."""
    measure, value = pl.col("measure"), pl.col("value")
    lowest, highest = (
        measure.replace_strict(
            {name: ends[end] for name, ends in limits.items()}, default=None, return_dtype=pl.Float64
        )
        for end in (0, 1)
    )
    return (
        Rule("unknown_measure", ~measure.is_in(list(limits)), "is a known measure", "measure"),
        Rule("not_finite", ~value.is_finite(), "is a finite number", "value"),
        Rule("total_negative", value < 0, "is not negative", "value"),
        Rule("total_implausible", ~value.is_between(lowest, highest), "is possible", "value"),
    )


_INTERVAL = (
    Rule("interval_negative", pl.col("end_at") < pl.col("start_at"), "does not end before it starts", "end_at"),
    Rule(
        "interval_too_long",
        pl.col("end_at") - pl.col("start_at") > MAX_INTERVAL,
        "lasts at most 24 hours",
        "end_at",
    ),
    _date_range("start_at", pl.col("start_at").dt.date()),
    _between("utc_offset_min", -MAX_OFFSET_MIN, MAX_OFFSET_MIN, "offset_implausible"),
)

RULES: dict[str, tuple[Rule, ...]] = {
    STEP_COUNT.name: (
        *_present(STEP_COUNT),
        *_INTERVAL,
        Rule("steps_negative", pl.col("step_count") < 0, "is not negative", "step_count"),
        Rule(
            "steps_implausible",
            pl.col("step_count") > MAX_STEPS_IN_ONE_RECORD,
            f"holds at most {MAX_STEPS_IN_ONE_RECORD} steps",
            "step_count",
        ),
    ),
    SLEEP_SEGMENT.name: (
        *_present(SLEEP_SEGMENT),
        *_INTERVAL,
        Rule("unknown_stage", ~pl.col("stage").is_in(SLEEP_STAGES), "is one of the known sleep stages", "stage"),
    ),
    SLEEP_EPISODE.name: (
        *_present(SLEEP_EPISODE),
        *_INTERVAL,
        _date_range("date", pl.col("date")),
        *(
            Rule(
                "minutes_implausible",
                ~pl.col(name).is_between(0, MINUTES_IN_A_DAY),
                f"lies between 0 and {MINUTES_IN_A_DAY} minutes",
                name,
            )
            for name in (
                "time_in_bed_min",
                "total_sleep_time_min",
                "wake_after_sleep_onset_min",
                "deep_sleep_min",
                "rem_sleep_min",
            )
        ),
        Rule(
            "asleep_longer_than_in_bed",
            pl.col("total_sleep_time_min") > pl.col("time_in_bed_min"),
            "is not longer than the time in bed",
            "total_sleep_time_min",
        ),
    ),
    EXERCISE_SESSION.name: (
        *_present(EXERCISE_SESSION),
        *_INTERVAL,
        Rule("unknown_exercise", ~pl.col("exercise_type").is_in(EXERCISE_TYPES), "is a known kind", "exercise_type"),
        _between("duration_min", 0, MINUTES_IN_A_DAY, "minutes_implausible"),
        _between("distance_m", 0, MAX_DISTANCE_M, "distance_implausible"),
        _between("energy_kcal", 0, MAX_ENERGY_KCAL, "energy_implausible"),
        _between("heart_rate_bpm", *HEART_RATE_BPM, "heart_rate_implausible"),
    ),
    MEASUREMENT.name: (*_present(MEASUREMENT), *_INTERVAL, *_measured(SAMPLED)),
    DAILY_TOTAL.name: (
        *_present(DAILY_TOTAL),
        _date_range("date", pl.col("date")),
        *_measured(DAILY_LIMITS),
    ),
    SELF_REPORT.name: (
        *_present(SELF_REPORT),
        _date_range("date", pl.col("date")),
        Rule("not_finite", ~pl.col("value").is_finite(), "is a finite number", "value"),
        Rule(
            "outside_scale",
            ~pl.col("value").is_between(pl.col("scale_low"), pl.col("scale_high")),
            "lies on its scale",
            "value",
        ),
    ),
    TREATMENT.name: (
        *_present(TREATMENT),
        Rule("unknown_treatment", ~pl.col("kind").is_in(TREATMENT_KINDS), "is a known kind of treatment", "kind"),
        Rule(
            "ends_before_start", pl.col("end_date") < pl.col("start_date"), "does not end before it starts", "end_date"
        ),
        Rule("dose_implausible", ~((pl.col("dose") >= 0) & pl.col("dose").is_finite()), "is not negative", "dose"),
        _between("ramp_days", 0, MAX_COURSE_DAYS, "days_implausible"),
        _between("wash_out_days", 0, MAX_COURSE_DAYS, "days_implausible"),
    ),
}
"""The rules of each record table, in the order in which they are tried; a row is rejected by the first it breaks."""


def check_records(rows: Rows, today: date) -> Rows:
    """Mark the rows that break a rule, and drop the text of the others.

    Parameters
    ----------
    rows
        Rows for one record table, as their source yields them.
    today
        The date on which they are read.

    Notes
    -----
    A row that its source could not read breaks ``unreadable``, or the rule that the source names; only other rows are
    held against the rules of their table.
    """
    table = RECORD_TABLES[rows.table]
    breaks = [(rule, rule.rejects.fill_null(False)) for rule in RULES[rows.table]]
    unread = pl.col("column").is_not_null() | pl.col("rule").is_not_null()
    broken = pl.coalesce(pl.when(wrong).then(pl.lit(rule.name)) for rule, wrong in breaks)
    to_blame = pl.coalesce(pl.when(wrong).then(pl.lit(rule.column)) for rule, wrong in breaks)
    checked = (
        rows.in_memory.lazy()
        .with_columns(pl.lit(today).alias(_TODAY))
        .with_columns(
            pl.when(unread).then(pl.col("rule").fill_null(UNREADABLE)).otherwise(broken).alias("rule"),
            pl.when(unread).then(pl.col("column")).otherwise(to_blame).alias("column"),
        )
        .with_columns(pl.when(pl.col("rule").is_not_null()).then(pl.col("text")).alias("text"))
        .collect()
    )
    return replace(
        rows,
        frame=checked.select(pl.col(name).cast(dtype) for name, dtype in {**table.columns, **PLACE}.items()),
        is_checked=True,
        recheck_on=_first_possible_day(checked.filter(pl.col("rule").is_not_null()), RULES[rows.table], today),
    )


def _first_possible_day(rejected: pl.DataFrame, rules: tuple[Rule, ...], today: date) -> date | None:
    """Return the first date on which a row that now lies in the future no longer does."""
    days = [
        rejected.filter(pl.col("rule") == rule.name, pl.col("column") == rule.column, rule.day > today)
        .select(rule.day.min())
        .item()
        for rule in rules
        if rule.day is not None and rejected.height
    ]
    return min((day - timedelta(days=DAYS_AHEAD) for day in days if day is not None), default=None)

"""Rules that every record must keep, by name; accepted and rejected rows come out side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from painstats.records import (
    DAILY_TOTAL,
    RECORD_TABLES,
    SELF_REPORT,
    SLEEP_EPISODE,
    SLEEP_SEGMENT,
    STEP_COUNT,
    RecordTable,
)
from painstats.sources.contract import RecordBatch
from painstats.vocabulary import SLEEP_STAGES

UNREADABLE = "unreadable"
"""Rule of a row with a cell that could not be read as what it should be."""

EARLIEST_DATE = date(1990, 1, 1)
DAYS_AHEAD = 1
"""How many days after today a date may lie: it can be tomorrow already where the person is."""

MAX_INTERVAL = timedelta(hours=24)
MAX_STEPS_IN_ONE_RECORD = 30_000
MAX_STEPS_IN_A_DAY = 200_000
MINUTES_IN_A_DAY = 1440

DAILY_LIMITS: dict[str, float] = {
    "step_count": MAX_STEPS_IN_A_DAY,
    "total_sleep_time_min": MINUTES_IN_A_DAY,
    "time_in_bed_min": MINUTES_IN_A_DAY,
    "sedentary_time_min": MINUTES_IN_A_DAY,
    "lightly_active_time_min": MINUTES_IN_A_DAY,
    "moderately_active_time_min": MINUTES_IN_A_DAY,
    "very_active_time_min": MINUTES_IN_A_DAY,
}
"""Greatest possible value of each daily total; the least is 0."""

_MAY_BE_NULL = ("reported_at",)
_TODAY = "today"
_EXTRA = ("entry", "line", "column", "rule", "text")


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to reject a row.

    Parameters
    ----------
    name
        Short name, kept in the quarantine.
    rejects
        True for rows that break the rule. Null counts as keeping it. May use the column ``today``.
    explanation
        The rule in words.
    column
        The column that is to blame.
    """

    name: str
    rejects: pl.Expr
    explanation: str
    column: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows of a batch, sorted by whether they keep the rules.

    ``accepted`` has exactly the columns and types of its record table; ``rejected`` has ``entry``, ``line``,
    ``column``, ``rule`` and ``text``. Their heights add up to the batch's.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def _date_range(column: str, day: pl.Expr) -> Rule:
    latest = pl.col(_TODAY).dt.offset_by(f"{DAYS_AHEAD}d")
    return Rule(
        "date_range",
        (day < EARLIEST_DATE) | (day > latest),
        f"lies between {EARLIEST_DATE} and {DAYS_AHEAD} day after today",
        column,
    )


def _present(table: RecordTable) -> tuple[Rule, ...]:
    """Nothing is missing: neither whose record it is, nor the rest of its key, nor its values."""
    participant = pl.col("participant_id")
    return (
        Rule(
            "missing_participant",
            participant.is_null() | (participant.str.strip_chars() == ""),
            "says whose it is",
            "participant_id",
        ),
        *(
            Rule("missing_key" if name in table.key else "missing_value", pl.col(name).is_null(), f"has {name}", name)
            for name in table.columns
            if name not in ("participant_id", *_MAY_BE_NULL)
        ),
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
)

_DAILY_LIMIT = pl.col("measure").replace_strict(DAILY_LIMITS, default=None, return_dtype=pl.Float64)

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
            for name in ("time_in_bed_min", "total_sleep_time_min")
        ),
        Rule(
            "asleep_longer_than_in_bed",
            pl.col("total_sleep_time_min") > pl.col("time_in_bed_min"),
            "is not longer than the time in bed",
            "total_sleep_time_min",
        ),
    ),
    DAILY_TOTAL.name: (
        *_present(DAILY_TOTAL),
        _date_range("date", pl.col("date")),
        Rule("unknown_measure", ~pl.col("measure").is_in(list(DAILY_LIMITS)), "is a known measure", "measure"),
        Rule("not_finite", ~pl.col("value").is_finite(), "is a finite number", "value"),
        Rule("total_negative", pl.col("value") < 0, "is not negative", "value"),
        Rule("total_implausible", pl.col("value") > _DAILY_LIMIT, "can be reached in one day", "value"),
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
}
"""The rules of each record table, in the order in which they are tried; a row is rejected by the first it breaks."""


def check_records(batch: RecordBatch, today: date) -> Checked:
    """Sort the rows of a batch by whether they keep the rules.

    Parameters
    ----------
    batch
        Rows for one record table, with the contract's further columns.
    today
        The date on which they are read.

    Notes
    -----
    A row that its source could not read breaks ``unreadable``, or the rule that the source names; only other rows meet
    the rules of their table.
    """
    table = RECORD_TABLES[batch.table]
    breaks = [(rule, rule.rejects.fill_null(False)) for rule in RULES[batch.table]]
    unread = pl.col("column").is_not_null() | pl.col("rule").is_not_null()
    broken = pl.coalesce(pl.when(wrong).then(pl.lit(rule.name)) for rule, wrong in breaks)
    to_blame = pl.coalesce(pl.when(wrong).then(pl.lit(rule.column)) for rule, wrong in breaks)
    sorted_out = (
        batch.frame.lazy()
        .with_columns(pl.lit(today).alias(_TODAY))
        .with_columns(
            pl.when(unread).then(pl.col("rule").fill_null(UNREADABLE)).otherwise(broken).alias("rule"),
            pl.when(unread).then(pl.col("column")).otherwise(to_blame).alias("column"),
        )
        .collect()
    )
    kept = sorted_out["rule"].is_null()
    return Checked(
        accepted=sorted_out.filter(kept).select(pl.col(name).cast(dtype) for name, dtype in table.columns.items()),
        rejected=sorted_out.filter(~kept).select(_EXTRA),
    )

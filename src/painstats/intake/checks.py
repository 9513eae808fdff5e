"""Rules that every record must satisfy, by name; a row that breaks one is marked with it.

The limits of single columns are those of :mod:`painstats.records`; only rules about several columns are written here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from painstats.batch import PLACE, Rows
from painstats.records import (
    DAILY_TOTAL,
    DAYS_AHEAD,
    EARLIEST_DATE,
    EXERCISE_SESSION,
    MEASUREMENT,
    RECORD_TABLES,
    SELF_REPORT,
    SLEEP_EPISODE,
    SLEEP_SEGMENT,
    STEP_COUNT,
    TREATMENT,
    Limit,
    RecordTable,
)
from painstats.vocabulary import DAILY_LIMITS, DECLARED, ONE_DAY_KINDS, SAMPLED

RULES_VERSION = 1
"""Raised by one whenever the same row would be judged differently than before: every file is then read again."""

UNREADABLE = "unreadable"
"""Rule of a row with a cell that could not be read as what it should be."""

MAX_INTERVAL = timedelta(hours=24)
_TODAY = "today"
_SAME_IN_MOST = ("participant_id", "source", "device", "device_kind")


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
            for name, column in table.described.items()
            if name != "participant_id" and not column.optional
        ),
    )


def _limits(table: RecordTable, *columns: str) -> tuple[Rule, ...]:
    """Return the rules of columns, in this order."""
    return tuple(_limited(name, limit) for name in columns for limit in table.described[name].limits)


def _limited(name: str, limit: Limit) -> Rule:
    if not limit.is_day:
        return Rule(limit.rule, _breaks(pl.col(name), limit), limit.text, name)
    day = pl.col(name).cast(pl.Date)
    latest = pl.col(_TODAY).dt.offset_by(f"{DAYS_AHEAD}d")
    return Rule(limit.rule, (day < EARLIEST_DATE) | (day > latest), limit.text, name, day)


def _breaks(value: pl.Expr, limit: Limit) -> pl.Expr:
    broken = [
        *([value < limit.lowest] if limit.lowest is not None else []),
        *([~(value <= limit.highest)] if limit.highest is not None else []),  # NaN is above every number
        *([~value.is_in(limit.words)] if limit.words else []),
        *([~value.is_finite()] if limit.is_finite else []),
    ]
    return pl.any_horizontal(broken)


def _measured(limits: dict[str, tuple[float, float]]) -> tuple[Rule, ...]:
    """Reject values of an unknown measure and impossible ones; a measure that a plan declares has no limits."""
    measure, value = pl.col("measure"), pl.col("value")
    known = ~measure.str.starts_with(DECLARED)
    lowest, highest = (
        measure.replace_strict(
            {name: ends[end] for name, ends in limits.items()}, default=None, return_dtype=pl.Float64
        )
        for end in (0, 1)
    )
    return (
        Rule("unknown_measure", known & ~measure.is_in(list(limits)), "is a known measure", "measure"),
        Rule("not_finite", ~value.is_finite(), "is a finite number", "value"),
        Rule("total_negative", known & (value < 0), "is not negative", "value"),
        Rule("total_implausible", known & ~value.is_between(lowest, highest), "is possible", "value"),
    )


def _interval(table: RecordTable) -> tuple[Rule, ...]:
    start, end = pl.col("start_at"), pl.col("end_at")
    return (
        Rule("interval_negative", end < start, "does not end before it starts", "end_at"),
        Rule("interval_too_long", end - start > MAX_INTERVAL, "lasts at most 24 hours", "end_at"),
        *_limits(table, "start_at", "utc_offset_min"),
    )


_LONGER_ASLEEP = Rule(
    "asleep_longer_than_in_bed",
    pl.col("total_sleep_time_min") > pl.col("time_in_bed_min"),
    "is not longer than the time in bed",
    "total_sleep_time_min",
)
_OUTSIDE_SCALE = Rule(
    "outside_scale",
    ~pl.col("value").is_between(pl.col("scale_low"), pl.col("scale_high")),
    "lies on its scale",
    "value",
)
_ENDS_BEFORE_START = Rule(
    "ends_before_start", pl.col("end_date") < pl.col("start_date"), "does not end before it starts", "end_date"
)
_IS_ONE_DAY = pl.col("end_date").is_null() | (pl.col("end_date") == pl.col("start_date"))
_EVENT_WITH_END = Rule(
    "event_with_end", pl.col("acts_days").is_not_null() & ~_IS_ONE_DAY, "has acts_days or a later end_date", "acts_days"
)
_EVENT_WITHOUT_ACTS_DAYS = Rule(
    "acts_days_missing",
    pl.col("kind").is_in(ONE_DAY_KINDS) & pl.col("acts_days").is_null() & _IS_ONE_DAY,
    "says for how many days it acts",
    "acts_days",
)

RULES: dict[str, tuple[Rule, ...]] = {
    table.name: (*_present(table), *rules)
    for table, rules in (
        (STEP_COUNT, (*_interval(STEP_COUNT), *_limits(STEP_COUNT, "step_count"))),
        (SLEEP_SEGMENT, (*_interval(SLEEP_SEGMENT), *_limits(SLEEP_SEGMENT, "stage"))),
        (
            SLEEP_EPISODE,
            (
                *_interval(SLEEP_EPISODE),
                *_limits(SLEEP_EPISODE, "date", "time_in_bed_min", "total_sleep_time_min"),
                *_limits(SLEEP_EPISODE, "wake_after_sleep_onset_min", "deep_sleep_min", "rem_sleep_min"),
                _LONGER_ASLEEP,
            ),
        ),
        (
            EXERCISE_SESSION,
            (
                *_interval(EXERCISE_SESSION),
                *_limits(EXERCISE_SESSION, "exercise_type", "duration_min", "distance_m", "energy_kcal"),
                *_limits(EXERCISE_SESSION, "heart_rate_bpm"),
            ),
        ),
        (MEASUREMENT, (*_interval(MEASUREMENT), *_measured(SAMPLED))),
        (DAILY_TOTAL, (*_limits(DAILY_TOTAL, "date"), *_measured(DAILY_LIMITS))),
        (SELF_REPORT, (*_limits(SELF_REPORT, "date", "value"), _OUTSIDE_SCALE)),
        (
            TREATMENT,
            (
                *_limits(TREATMENT, "kind"),
                _ENDS_BEFORE_START,
                *_limits(TREATMENT, "dose", "ramp_days", "wash_out_days", "acts_days"),
                _EVENT_WITH_END,
                _EVENT_WITHOUT_ACTS_DAYS,
            ),
        ),
    )
}
"""The rules of each record table, in the order in which they are tried; a row is rejected by the first it breaks."""


def check_records(rows: Rows, today: date) -> Rows:
    """Mark the rows that break a rule, and drop the text of the others, unless they may be repeated.

    A row that contradicts another of the same file is rejected when both are stored, with its own text.

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
    read = rows.in_memory
    repeated = read.select(name for name in table.key if name not in _SAME_IN_MOST).is_duplicated()
    checked = (
        read.lazy()
        .with_columns(pl.lit(today).alias(_TODAY))
        .with_columns(
            pl.when(unread).then(pl.col("rule").fill_null(UNREADABLE)).otherwise(broken).alias("rule"),
            pl.when(unread).then(pl.col("column")).otherwise(to_blame).alias("column"),
        )
        .with_columns(pl.when(pl.col("rule").is_not_null() | pl.lit(repeated)).then(pl.col("text")).alias("text"))
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

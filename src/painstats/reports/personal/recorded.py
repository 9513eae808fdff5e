"""What a participant recorded lately: from it follows what would make answers clearer."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from painstats.findings.clearer import PACE_DAYS, Recorded, first_counted
from painstats.plan.study import Study
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of
from painstats.reports.measures_shown import measures_of
from painstats.reports.personal.record import ParticipantRecord

SLEEP, STEPS = "total_sleep_time_min", "step_count"


def recorded(record: ParticipantRecord, study: Study) -> Recorded:
    """Count what was recorded in the last year."""
    outcome, last, measures = outcome_of(study.plan.outcome), record.summary.last_date, measures_of(study)
    first = first_counted(record.summary.first_date, last)
    scored = record.days.filter(record.days["outcome_score"].is_not_null() & (record.days["date"] >= first))
    return Recorded(
        outcome=outcome_words(outcome).label,
        scale=outcome.scale,
        scores=scored["outcome_score"].to_list(),
        days=(last - first).days + 1,
        nights_missing=_missing(scored[SLEEP]) if SLEEP in measures else None,
        wear_missing=_missing(scored[STEPS]) if STEPS in measures else None,
    )


def _missing(measured: pl.Series) -> int | None:
    """Count the days that are not known; None without any that is, as where there is no tracker."""
    return measured.null_count() if measured.count() else None


def recent_share(record: ParticipantRecord) -> float:
    """Return the share of the last eight weeks with a score."""
    since = record.summary.last_date - timedelta(days=PACE_DAYS - 1)
    recent = record.days.filter((record.days["date"] >= since) & record.days["outcome_score"].is_not_null())
    return recent.height / PACE_DAYS

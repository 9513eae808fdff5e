"""A participant's scores of the outcome, by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from painstats.plan.study import Study
from painstats.store.connection import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists

_SCORED = """
SELECT date, outcome_score FROM daily_summary
WHERE participant_id = ? AND date BETWEEN ? AND ? AND outcome_score IS NOT NULL ORDER BY date
"""


@dataclass(frozen=True, slots=True)
class ScoredDay:
    """A day with a score of the outcome, in points of the study's scale."""

    date: date
    outcome_score: float


def scored_days(store: Store, participant: str, first: date, last: date) -> list[ScoredDay]:
    """Return a participant's days with a score between two dates, both included."""
    if not table_exists(store, "daily_summary"):
        return []
    return select(store, ScoredDay, _SCORED, [participant, first, last])


def scale_points(study: Study) -> float:
    """Return the length of the study's scale in points."""
    low, high = study.plan.outcome.scale
    return high - low

"""Treatments that cover every day with a score: there is nothing to compare them with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from painstats.frame.phase import Phase
from painstats.plan.treatment_names import same_name
from painstats.store import Store


def scored_dates(store: Store) -> dict[str, list[date]]:
    """Return the dates with a score of each participant, in order."""
    rows = store.connection.execute(
        "SELECT participant_id, date FROM daily_summary WHERE outcome_score IS NOT NULL ORDER BY ALL"
    ).fetchall()
    dates: dict[str, list[date]] = {}
    for participant, day in rows:
        dates.setdefault(participant, []).append(day)
    return dates


def always_on(phases: Iterable[Phase], scored: Mapping[str, Sequence[date]]) -> list[tuple[str, str]]:
    """Return the participant and name of each treatment that has a phase on every day with a score, at any dose.

    Parameters
    ----------
    phases
        Phases of any participants.
    scored
        Participant to the dates with a score; one without any has nothing that could be covered.

    References
    ----------
    docs/method/treatments.md, always on.
    """
    own: dict[tuple[str, str], list[Phase]] = {}
    for phase in phases:
        own.setdefault((phase.participant_id, same_name(phase.name)), []).append(phase)
    return [
        (participant, entries[0].name.strip())
        for (participant, _), entries in own.items()
        if scored.get(participant) and all(_has(entries, day) for day in scored[participant])
    ]


def _has(entries: Sequence[Phase], day: date) -> bool:
    return any(entry.start_date <= day <= entry.last_day for entry in entries)

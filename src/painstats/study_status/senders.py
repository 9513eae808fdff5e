"""Who sends steps, sleep and a diary, and who has stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from painstats.plan.study import Study
from painstats.questions.experiment.clock import date_at
from painstats.store import Store
from painstats.store.rows import select
from painstats.store.tables import table_exists
from painstats.study_status.status import STRIP_DAYS, Sender, Stream

COLUMNS = {"steps": "step_count", "sleep": "total_sleep_time_min", "diary": "outcome_score"}
"""The streams, in the order of the page, with the measure of the daily table that shows them."""


@dataclass(frozen=True, slots=True)
class _Days:
    """The last valid day of each stream, and its valid days of the last weeks."""

    participant_id: str
    last_steps: date | None
    last_sleep: date | None
    last_diary: date | None
    steps: tuple[date, ...]
    sleep: tuple[date, ...]
    diary: tuple[date, ...]


def senders(store: Store, numbers: Mapping[str, int], at: datetime) -> tuple[Sender, ...]:
    """Return what every participant sends, those who stopped first, then in the order of their ids."""
    days = {each.participant_id: each for each in _days(store, at)}
    found = [_sender(store.study, name, number, days.get(name), at) for name, number in numbers.items()]
    return tuple(sorted(found, key=lambda sender: (not sender.overdue, sender.number)))


def _days(store: Store, at: datetime) -> list[_Days]:
    if not table_exists(store, "daily_summary"):
        return []
    lasts = ", ".join(
        f"max(date) FILTER ({column} IS NOT NULL) AS last_{name}, "
        f"coalesce(list(date ORDER BY date) FILTER ({column} IS NOT NULL AND date >= ?::DATE), []) AS {name}"
        for name, column in COLUMNS.items()
    )
    earliest = at.date() - timedelta(STRIP_DAYS + 2)  # of any time zone
    query = f"SELECT participant_id, {lasts} FROM daily_summary GROUP BY participant_id ORDER BY participant_id"
    return select(store, _Days, query, [earliest] * len(COLUMNS))


def _sender(study: Study, participant: str, number: int, days: _Days | None, at: datetime) -> Sender:
    today, nightly = date_at(study, participant, at), study.plan.nightly
    is_over = nightly.last_date is not None and nightly.last_date < today
    is_expected = not is_over and participant not in nightly.finished
    strip = [today - timedelta(back) for back in range(STRIP_DAYS, 0, -1)]
    streams = []
    for name in COLUMNS:
        last: date | None = getattr(days, f"last_{name}") if days else None
        valid = frozenset[date](getattr(days, name) if days else ())
        overdue = is_expected and last is not None and (today - last).days > nightly.patience_days
        streams.append(Stream(name, last, tuple(day in valid for day in strip), overdue))
    return Sender(participant, number, today, tuple(streams), is_expected)

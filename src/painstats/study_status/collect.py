"""Put the state of a study together, from its database, its inbox and the log of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from painstats.batch import CHECK_ZONE
from painstats.frame.participants import participant_summaries
from painstats.frame.safety import listed_opioids_with_blockers
from painstats.plan.looks import next_look
from painstats.questions.experiment.clock import now
from painstats.store import Store
from painstats.store.rows import select
from painstats.store.run_log import logged_runs
from painstats.store.tables import table_exists
from painstats.study_status.nights import last_nights
from painstats.study_status.numbers import participant_numbers
from painstats.study_status.problems import problems
from painstats.study_status.senders import senders
from painstats.study_status.status import LATELY_DAYS, STRIP_DAYS, Change, Sender, StudyStatus


def study_status(store: Store, *, is_running: bool = False) -> StudyStatus:
    """Return the state of a study now.

    Parameters
    ----------
    store
        The open study; nothing is written.
    is_running
        Whether a run of this process is under way.
    """
    study, at = store.study, now()
    zone = ZoneInfo(study.plan.study.time_zone)
    numbers, runs = participant_numbers(store), logged_runs(study)
    sending = senders(store, numbers, at)
    today = at.astimezone(zone).date()
    return StudyStatus(
        study=study.plan.study.name,
        at=at,
        today=today,
        last_run=runs[-1] if runs else None,
        problems=problems(store, sending, numbers, is_running=is_running),
        senders=sending,
        nights=last_nights(runs, today, zone),
        changes=tuple(_changes(store, numbers, today)),
        answer_days=_answer_days(store, sending),
        medicine_notices=len({pair.participant_id for pair in listed_opioids_with_blockers(store)}),
        quarantined_rows=_count(store, "SELECT count(*) FROM quarantine"),
    )


def _count(store: Store, query: str) -> int:
    row = store.connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _answer_days(store: Store, sending: Sequence[Sender]) -> int:
    """Count the participants who reach a look within a week if they score every day."""
    if not table_exists(store, "participant_summary"):
        return 0
    scoring = {sender.participant_id for sender in sending if sender.is_expected and not _has_stopped_scoring(sender)}
    looks = store.study.plan.rules.looks
    days = [each.usable_days for each in participant_summaries(store) if each.participant_id in scoring]
    return sum(next_look(looks, usable) - usable <= LATELY_DAYS for usable in days)


def _has_stopped_scoring(sender: Sender) -> bool:
    return any(stream.name == "diary" for stream in sender.overdue)


@dataclass(frozen=True, slots=True)
class _DeviceChange:
    participant_id: str
    date: date


@dataclass(frozen=True, slots=True)
class _ZoneDoubt:
    participant_id: str | None
    imported_at: datetime


ZONE_DOUBTS = """
SELECT participant_id, max(imported_at) AS imported_at FROM import
WHERE status = 'loaded' AND len(list_filter(notes, note -> contains(note, ?))) > 0 AND imported_at >= ?
GROUP BY participant_id ORDER BY participant_id NULLS FIRST
"""


def _changes(store: Store, numbers: Mapping[str, int], today: date) -> Iterator[Change]:
    """Yield the devices that changed in the last four weeks, and the exports since then that doubt the time zone."""
    since = today - timedelta(STRIP_DAYS)
    if table_exists(store, "device_change"):
        query = "SELECT participant_id, max(date) AS date FROM device_change WHERE date >= ? GROUP BY ALL ORDER BY ALL"
        for device in select(store, _DeviceChange, query, [since]):
            number = numbers.get(device.participant_id)
            yield Change(device.participant_id, number, f"another device since {device.date}")
    for doubt in select(store, _ZoneDoubt, ZONE_DOUBTS, [CHECK_ZONE, since]):
        number = numbers.get(doubt.participant_id or "")
        yield Change(doubt.participant_id, number, "an export does not suit the declared time zone")

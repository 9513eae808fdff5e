"""Answers of a look that are different since the run before, although no day was added: other records, or other rules.

A look uses the days until its date, so more days can only bring a further look. Where the same look has another answer
than when it was stored, its data, the plan or the program are others. Findings have no memory of earlier runs, and a
study that is imported at once has none either; so revisions are kept in a table of their own, which is not published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from painstats.errors import StudyError
from painstats.findings.finding import Origin
from painstats.findings.look_row import LookRow
from painstats.frame.participants import participant_summaries
from painstats.questions.estimate import Basis
from painstats.store.connection import Store
from painstats.store.rows import RowType, read_rows, replace_rows, select
from painstats.store.tables import table_exists

TABLE = "revised_answer"

KEPT_DAYS = 60
"""Days of a participant's data for which a revision is kept; pages list those of the last month."""

Cause = Literal["other_data", "other_plan", "other_version"]
"""Records of earlier days, the plan, or painstats itself: whichever differs, the last of these first."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A row of ``revised_answer``: what a look answered before, and why it has another answer now.

    Parameters
    ----------
    participant_id, question, basis, number
        The look.
    before, withdrawn_before
        The last verdict that was stored, and why a direction had been withdrawn at its look.
    noted_on
        The participant's last day in the run that found it.
    cause
        Why it differs.
    """

    participant_id: str
    question: str
    basis: Basis
    number: int
    before: str
    withdrawn_before: str | None
    noted_on: date
    cause: Cause


@dataclass(frozen=True, slots=True)
class _Computed:
    """What stored findings were computed with."""

    plan_hash: str
    painstats_version: str


Key = tuple[str | None, str, Basis]
"""Participant, question and basis."""


def note_revisions(store: Store, looks: Sequence[LookRow], origin: Origin) -> None:
    """Compare looks with the stored ones and keep what was revised. Call it before results are replaced.

    Parameters
    ----------
    store
        The open study, with its ``participant_summary``.
    looks
        The looks of this run.
    origin
        What they were computed from.
    """
    last_days = {summary.participant_id: summary.last_date for summary in participant_summaries(store)}
    cause = _cause(store, origin)
    found = [
        _revision(before, now, last_days[now.participant_id], cause)
        for before, now in revised(_stored(store, "look", LookRow), looks)
        if now.participant_id in last_days
    ]
    again = {_key(each) for each in found}
    kept = [
        each
        for each in _stored(store, TABLE, Revision)
        if _key(each) not in again and _is_recent(each, last_days.get(each.participant_id))
    ]
    replace_rows(store, TABLE, Revision, [*kept, *found])


def revised(before: Iterable[LookRow], now: Iterable[LookRow]) -> list[tuple[LookRow, LookRow]]:
    """Return the last look before and the same one now, wherever they answer differently; of participants only.

    Where the last look is no longer reached, it is compared with the last one that is.
    """
    earlier, later = _by_key(before), _by_key(now)
    pairs = [(earlier[key][-1], _same_look(earlier[key][-1], rows)) for key, rows in later.items() if key in earlier]
    return [(one, other) for one, other in pairs if other and not answers_alike(one, other)]


def revisions_of(store: Store, participant_id: str) -> tuple[Revision, ...]:
    """Read what was revised of a participant's answers."""
    query = f"SELECT * FROM {TABLE} WHERE participant_id = ? ORDER BY ALL"
    return tuple(select(store, Revision, query, [participant_id]))


def _by_key(rows: Iterable[LookRow]) -> dict[Key, list[LookRow]]:
    found: dict[Key, list[LookRow]] = {}
    for row in sorted(rows, key=lambda row: row.number):
        if row.participant_id is not None:
            found.setdefault(_key(row), []).append(row)
    return found


def _same_look(before: LookRow, now: Sequence[LookRow]) -> LookRow | None:
    reached = [row for row in now if row.number <= before.number]
    return reached[-1] if reached else None


def answers_alike(one: LookRow, other: LookRow) -> bool:
    """Whether two looks have the same verdict, withdrawn or not."""
    return (one.verdict, one.withdrawn is None) == (other.verdict, other.withdrawn is None)


def _key(row: LookRow | Revision) -> Key:
    return row.participant_id, row.question, row.basis


def _is_recent(revision: Revision, last_day: date | None) -> bool:
    return last_day is not None and revision.noted_on > last_day - timedelta(days=KEPT_DAYS)


def _revision(before: LookRow, now: LookRow, noted_on: date, cause: Cause) -> Revision:
    of = (str(now.participant_id), now.question, now.basis, now.number)
    return Revision(*of, before.verdict, before.withdrawn, noted_on, cause)


def _cause(store: Store, origin: Origin) -> Cause:
    query = "SELECT DISTINCT plan_hash, painstats_version FROM finding"
    computed = select(store, _Computed, query) if table_exists(store, "finding") else []
    if any(each.painstats_version != origin.painstats_version for each in computed):
        return "other_version"
    return "other_plan" if any(each.plan_hash != origin.plan_hash for each in computed) else "other_data"


def _stored(store: Store, table: str, row_type: type[RowType]) -> list[RowType]:
    """Read a table of the run before; empty without one, or if another version wrote it with other columns."""
    if not table_exists(store, table):
        return []
    try:
        return read_rows(store, table, row_type)
    except StudyError:
        return []

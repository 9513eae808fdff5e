"""Participants' charts, drawn by several processes: drawing is nearly all of the work of their reports."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from painstats.errors import place_of
from painstats.findings.finding import Finding
from painstats.frame.participants import ParticipantSummary
from painstats.plan.study import Study
from painstats.process_pool import Lost, default_processes, in_processes
from painstats.reports.figures.chart_cache import KeptFigures, days_hash, keep, read_kept, replace_kept, unpacked
from painstats.reports.figures.vega_svg import unchecked_charts
from painstats.reports.pages import Figure
from painstats.reports.personal.charts import figures_among_others, figures_of_days
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.reports.personal.treatment_charts import figures_of_treatments
from painstats.store.connection import Store

WORTH_PROCESSES = 16
"""Participants from which it is quicker to start processes than to draw here."""

Figures = tuple[Figure, ...]
Task = tuple[ParticipantRecord, Study, bool]
Drawn = tuple[Figures, Figures] | Lost


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """A participant's record, the hash of what the charts of their days are drawn from, and those charts if kept."""

    record: ParticipantRecord
    inputs_hash: str
    kept: KeptFigures | None


@contextmanager
def participants_drawn(
    store: Store, participants: Sequence[ParticipantSummary], findings: Sequence[Finding], processes: int | None
) -> Iterator[Iterator[tuple[ParticipantRecord, Figures | Lost]]]:
    """Draw the charts of participants, those of their days only where they have changed since the last run.

    An effect is shown among those of all participants, and every new day changes all of them a little: those charts
    are drawn in every run.

    Yields
    ------
    For each participant, in their order, what is stored about them, and their charts.
    """
    processes = processes or default_processes()
    before, now = read_kept(store), dict[str, KeptFigures]()
    wanted: deque[_Wanted] = deque()
    tasks = _tasks(store, participants, findings, before, wanted)
    is_worth = processes > 1 and len(participants) >= WORTH_PROCESSES
    drawn = in_processes(_attempt, tasks, processes) if is_worth else (_attempt(task) for task in tasks)
    try:
        yield _completed(drawn, wanted, now)
        replace_kept(store, before, now)
    finally:
        drawn.close()


def _tasks(
    store: Store,
    participants: Sequence[ParticipantSummary],
    findings: Sequence[Finding],
    before: Mapping[str, KeptFigures],
    wanted: deque[_Wanted],
) -> Iterator[Task]:
    for participant in participants:
        record = participant_record(store, participant, findings)
        inputs_hash, kept = days_hash(record, store.study), before.get(record.participant_id)
        known = kept if kept and kept.inputs_hash == inputs_hash else None
        wanted.append(_Wanted(record, inputs_hash, known))
        yield record, store.study, known is None


def _completed(
    drawn: Iterable[Drawn], wanted: deque[_Wanted], now: dict[str, KeptFigures]
) -> Iterator[tuple[ParticipantRecord, Figures | Lost]]:
    """Put the charts of days, drawn or kept, before those of effects; note in ``now`` what is to be kept."""
    for result in drawn:
        one = wanted.popleft()
        if isinstance(result, Lost):
            yield one.record, result
            continue
        of_days, among_others = result
        try:
            of_days = unpacked(one.kept) if one.kept else of_days
        except Exception as error:  # the cached charts are damaged: they are dropped, and drawn by the next run
            yield one.record, _lost(error)
            continue
        now[one.record.participant_id] = one.kept or keep(one.inputs_hash, of_days)
        yield one.record, (*of_days, *among_others)


def draw_figures(task: Task) -> tuple[Figures, Figures]:
    """Draw one participant's charts: of their days, if wanted, and of their effects among all participants'."""
    record, study, with_days = task
    with unchecked_charts():
        of_days = (*figures_of_days(record, study), *figures_of_treatments(record, study)) if with_days else ()
        return of_days, figures_among_others(record)


def _attempt(task: Task) -> Drawn:
    try:
        return draw_figures(task)
    except Exception as error:  # one participant's failure must not stop the others
        return _lost(error)


def _lost(error: Exception) -> Lost:
    """Name an error by its type and place, which reveal nothing about a participant; its message might."""
    return Lost(f"{type(error).__name__} in {place_of(error)}")

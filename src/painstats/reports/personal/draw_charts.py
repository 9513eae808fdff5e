"""People's figures, drawn by several processes: drawing is nearly all of the work of their reports."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from painstats.plan.study import Study
from painstats.process_pool import Lost, default_processes, in_processes
from painstats.reports.figures.chart_cache import KeptFigures, days_hash, keep, read_kept, replace_kept, unpacked
from painstats.reports.figures.vega_svg import unchecked_charts
from painstats.reports.pages import Figure
from painstats.reports.personal.charts import figures_among_others, figures_of_days
from painstats.reports.personal.record import PersonRecord, person_record
from painstats.store.connection import Store

WORTH_PROCESSES = 16
"""People from whom on it is quicker to start processes than to draw here."""

Row = Mapping[str, Any]
Figures = tuple[Figure, ...]
Task = tuple[PersonRecord, Study, bool]
Drawn = tuple[Figures, Figures] | Lost


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What was asked for: a person's record, what the figures of their days rest on, and those figures if kept."""

    record: PersonRecord
    inputs_hash: str
    kept: KeptFigures | None


@contextmanager
def people_drawn(
    store: Store, people: Sequence[Row], findings: Sequence[Row], processes: int | None
) -> Iterator[Iterator[tuple[PersonRecord, Figures | Lost]]]:
    """Have the figures of people drawn, those of their days only where they are not as in the last run.

    A slope is shown among everybody's, and with every new day of anybody all of them move a little: those figures are
    drawn in every run.

    Yields
    ------
    For each person, in their order, what is stored about them, and their figures.
    """
    processes = processes or default_processes()
    before, now = read_kept(store), dict[str, KeptFigures]()
    asked: deque[_Asked] = deque()
    tasks = _tasks(store, people, findings, before, asked)
    is_worth = processes > 1 and len(people) >= WORTH_PROCESSES
    drawn = in_processes(draw_figures, tasks, processes) if is_worth else (_drawn_here(task) for task in tasks)
    try:
        yield _completed(drawn, asked, now)
        replace_kept(store, before, now)
    finally:
        drawn.close()


def _tasks(
    store: Store,
    people: Sequence[Row],
    findings: Sequence[Row],
    before: Mapping[str, KeptFigures],
    asked: deque[_Asked],
) -> Iterator[Task]:
    for person in people:
        record = person_record(store, person, findings)
        inputs_hash, kept = days_hash(record, store.study), before.get(record.participant_id)
        known = kept if kept and kept.inputs_hash == inputs_hash else None
        asked.append(_Asked(record, inputs_hash, known))
        yield record, store.study, known is None


def _completed(
    drawn: Iterable[Drawn], asked: deque[_Asked], now: dict[str, KeptFigures]
) -> Iterator[tuple[PersonRecord, Figures | Lost]]:
    """Put the figures of days, drawn or kept, before those of slopes; note in ``now`` what is to be kept."""
    for answer in drawn:
        person = asked.popleft()
        if isinstance(answer, Lost):
            yield person.record, answer
            continue
        of_days, among_others = answer
        now[person.record.participant_id] = person.kept or keep(person.inputs_hash, of_days)
        yield person.record, (*(unpacked(person.kept) if person.kept else of_days), *among_others)


def draw_figures(task: Task) -> tuple[Figures, Figures]:
    """Draw one person's figures: of their days, if asked, and of their slopes among everybody's."""
    record, study, with_days = task
    with unchecked_charts():
        return figures_of_days(record, study) if with_days else (), figures_among_others(record, study)


def _drawn_here(task: Task) -> Drawn:
    try:
        return draw_figures(task)
    except Exception as error:  # one person's failure must not stop the others
        return Lost(type(error).__name__)

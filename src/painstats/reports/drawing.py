"""People's figures drawn by several processes: drawing is nearly all of the work of their reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from painstats.processes import Lost, default_processes, in_processes
from painstats.reports.pages import Figure
from painstats.reports.person_record import PersonRecord, person_record
from painstats.reports.personal_pictures import person_figures
from painstats.reports.svg import unchecked_charts
from painstats.store.connection import Store
from painstats.study import Study

WORTH_PROCESSES = 16
"""People from whom on it is quicker to start processes than to draw here."""

Row = Mapping[str, Any]
Figures = tuple[Figure, ...]


@contextmanager
def figures_ahead(
    store: Store, people: Sequence[Row], findings: Sequence[Row], processes: int | None
) -> Iterator[Iterator[Figures | Lost | None]]:
    """Have the figures of people drawn by other processes.

    Yields
    ------
    For each person, in their order, the figures; None if they are to be drawn here.
    """
    processes = processes or default_processes()
    if processes < 2 or len(people) < WORTH_PROCESSES:
        yield iter([None] * len(people))
        return
    tasks = ((person_record(store, person, findings), store.study) for person in people)
    drawn = in_processes(draw_figures, tasks, processes)
    try:
        yield drawn
    finally:
        drawn.close()


def draw_figures(task: tuple[PersonRecord, Study]) -> Figures:
    """Draw one person's figures."""
    with unchecked_charts():
        return person_figures(*task)

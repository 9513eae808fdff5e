"""The cohort's part of the treatment kind: the average change of each treatment, stored in ``treatment_average``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from painstats.plan.lots import TreatmentPlan
from painstats.questions.treatment.cohort_average import LEAST_FOR_MEAN
from painstats.questions.treatment.cohort_groups import OwnChange, group_changes
from painstats.questions.treatment.cohort_judge import judged_average, judged_difference
from painstats.questions.treatment.cohort_row import TreatmentAverage
from painstats.questions.treatment.cohort_starts import DrawnStart
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store
from painstats.store.rows import read_rows, replace_rows
from painstats.store.tables import table_exists

TABLE = "treatment_average"

DrawnStarts = Mapping[str, Sequence[DrawnStart]]
"""Treatment, as names are compared, to the starting dates that were drawn, in the order of the participants."""


def store_averages(store: Store, changes: Iterable[OwnChange], drawn: DrawnStarts) -> None:
    """Judge the averages over participants and store the table ``treatment_average``.

    Parameters
    ----------
    store
        The open study.
    changes
        Every change of every participant.
    drawn
        Starting dates of the treatments that the plan says were started by lot.
    """
    averages = treatment_averages(changes, store.study.plan.treatments, drawn)
    replace_rows(store, TABLE, TreatmentAverage, averages)


def read_averages(store: Store) -> list[TreatmentAverage]:
    """Read the table ``treatment_average``, by name; empty where no run has stored it."""
    if not table_exists(store, TABLE):
        return []
    order = "compared_with NULLS FIRST, lower(name), action, dose_before, dose_after"
    rows = read_rows(store, TABLE, TreatmentAverage, order)
    return [replace(row, verdict=Verdict(row.verdict)) for row in rows]


def treatment_averages(
    changes: Iterable[OwnChange], plans: Mapping[str, TreatmentPlan], drawn: DrawnStarts
) -> list[TreatmentAverage]:
    """Return the average of every change that at least five participants made, then the differences between arms."""
    groups = group_changes(changes)
    averages = [
        judged_average(group, drawn.get(same.treatment, ()) if same.action == "start" else ())
        for same, group in groups.items()
        if len(group.members) >= LEAST_FOR_MEAN
    ]
    arms = [
        judged_difference(groups, name, plan.compared_with, by_lot=plan.arms_drawn_by_lot)
        for name, plan in plans.items()
        if plan.compared_with is not None
    ]
    return averages + arms

"""The experiment kind: what a planned self-experiment shows."""

from __future__ import annotations

from collections.abc import Mapping

from painstats.plan.values import PlanTable
from painstats.questions.experiment.clock import now
from painstats.questions.experiment.cohort_row import AVERAGE_TABLE, ExperimentAverage
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.kind import DeclaredKind
from painstats.store.connection import Store
from painstats.store.rows import replace_rows

TABLE = "experiment_finding"


class ExperimentKeys(PlanTable):
    """The keys of ``[[questions]]`` with ``kind = "experiment"``: none besides the kind."""


def check(keys: Mapping[str, object]) -> None:
    """Refuse unknown keys of the plan."""
    ExperimentKeys.model_validate(keys)


def judge(store: Store) -> None:
    """Judge the experiments whose last block is over: each alone, then the same ones of several participants."""
    from painstats.questions.experiment.cohort_judge import experiment_averages
    from painstats.questions.experiment.judge import findings

    found = findings(store, now())
    replace_rows(store, TABLE, ExperimentFinding, found)
    replace_rows(store, AVERAGE_TABLE, ExperimentAverage, experiment_averages(store, found))


def clear(store: Store) -> None:
    """Store empty tables, where the plan does not ask this kind."""
    replace_rows(store, TABLE, ExperimentFinding, [])
    replace_rows(store, AVERAGE_TABLE, ExperimentAverage, [])


EXPERIMENT = DeclaredKind(name="experiment", check=check, judge=judge, clear=clear)

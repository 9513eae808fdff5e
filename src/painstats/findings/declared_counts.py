"""How many changes of treatments, and how many experiments, got each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store
from painstats.store.rows import read_rows
from painstats.store.tables import table_exists

SEALED = "sealed"

Counts = Mapping[str, int]


def declared_counts(store: Store) -> tuple[Counts, Counts]:
    """Count the verdicts on changes of treatments, and on experiments; those that are not over are ``sealed``."""
    changes = read_rows(store, "change_finding", ChangeFinding) if table_exists(store, "change_finding") else []
    has_experiments = table_exists(store, "experiment_finding")
    experiments = read_rows(store, "experiment_finding", ExperimentFinding) if has_experiments else []
    return (
        _in_order(change.verdict.value for change in changes),
        _in_order(SEALED if found.stage in ("planned", "sealed") else found.verdict.value for found in experiments),
    )


def _in_order(labels: Iterable[str]) -> Counts:
    counts = Counter(labels)
    order = (*(verdict.value for verdict in Verdict), SEALED)
    return {label: counts[label] for label in order if counts[label]}

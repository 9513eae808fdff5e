"""The treatment kind: the change after each start, stop and new dose that a participant declared."""

from __future__ import annotations

from collections.abc import Mapping

from painstats.plan.values import PlanTable
from painstats.questions.kind import DeclaredKind
from painstats.questions.treatment.cohort import store_averages
from painstats.questions.treatment.finding import ChangeFinding
from painstats.store.connection import Store
from painstats.store.rows import replace_rows

TABLE = "change_finding"


class TreatmentKeys(PlanTable):
    """The keys of ``[[questions]]`` with ``kind = "treatment"``: none besides the kind."""


def check(keys: Mapping[str, object]) -> None:
    """Refuse unknown keys of the plan."""
    TreatmentKeys.model_validate(keys)


def judge(store: Store) -> None:
    """Judge every declared change and their averages, and store both tables (``judge.py``, which loads scipy)."""
    from painstats.questions.treatment.judge import drawn_starts, judged_changes, read_declared

    declared = read_declared(store)
    own = judged_changes(declared, store.study)
    replace_rows(store, TABLE, ChangeFinding, [each.finding for each in own])
    store_averages(store, own, drawn_starts(declared, store.study))


def clear(store: Store) -> None:
    """Store an empty table, where the plan does not ask this kind."""
    replace_rows(store, TABLE, ChangeFinding, [])
    store_averages(store, [], {})


TREATMENT = DeclaredKind(name="treatment", check=check, judge=judge, clear=clear)

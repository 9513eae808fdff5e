"""What is to be settled about ``[treatments."NAME"]`` of the plan: names that no participant has."""

from __future__ import annotations

from painstats.plan.study import STUDY_FILE
from painstats.plan.treatment_names import same_name
from painstats.store import Store
from painstats.store.tables import table_exists


def lots_to_settle(store: Store) -> list[str]:
    """Say which treatments of ``[treatments."NAME"]`` no participant has, after the model frame was built."""
    plans = store.study.plan.treatments
    if not plans or not table_exists(store, "treatment_phase"):
        return []
    rows = store.connection.execute("SELECT DISTINCT name FROM treatment_phase").fetchall()
    known = {same_name(name) for (name,) in rows}
    written = [*plans, *(plan.compared_with for plan in plans.values() if plan.compared_with is not None)]
    return [
        f"no participant has {name}, which [treatments] in {STUDY_FILE} names; write it as in the treatments "
        "(capitals do not matter), or remove it"
        for name in dict.fromkeys(written)
        if same_name(name) not in known
    ]

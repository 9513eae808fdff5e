"""How the daily models were fitted, as stored."""

from __future__ import annotations

from painstats.questions.daily.tables import ModelFit
from painstats.store.connection import Store
from painstats.store.rows import select


def read_model_fits(store: Store, model: str) -> list[ModelFit]:
    """Read the fits over all participants (``COHORT``) or of one participant's own days.

    There is one for each moment of an exposure. That with the most guarded exposures is the first: what it tests about
    feedback includes what the others do.
    """
    query = "SELECT * FROM model_fit WHERE model = ? ORDER BY len(guarded) DESC, answered"
    return select(store, ModelFit, query, [model])

"""How one daily model was fitted, as stored."""

from __future__ import annotations

from painstats.questions.daily.tables import ModelFit
from painstats.store.connection import Store
from painstats.store.rows import select


def read_model_fit(store: Store, model: str) -> ModelFit | None:
    """Read the fit over all participants (``COHORT``) or of one participant's own days; None if there is none."""
    fits = select(store, ModelFit, "SELECT * FROM model_fit WHERE model = ?", [model])
    return fits[0] if fits else None

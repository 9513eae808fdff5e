"""``[treatments."NAME"]`` of ``study.toml``: the other arm of a treatment, and what was drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import model_validator

from painstats.plan.treatment_names import same_name
from painstats.plan.values import PlanTable


class TreatmentPlan(PlanTable):
    """``[treatments."NAME"]``: how the participants of a study came to a treatment.

    Without lots, participants chose for themselves, or someone chose for them, and no page speaks of an effect.
    """

    compared_with: str | None = None
    arms_drawn_by_lot: bool = False
    starts_drawn_by_lot: bool = False

    @model_validator(mode="after")
    def _arms_are_two(self) -> TreatmentPlan:
        if self.arms_drawn_by_lot and self.compared_with is None:
            raise ValueError('arms_drawn_by_lot needs compared_with = "…", the treatment of the other arm')
        if self.arms_drawn_by_lot and self.starts_drawn_by_lot:
            raise ValueError("keep one of arms_drawn_by_lot and starts_drawn_by_lot; they need different tests")
        return self


def check_treatments(treatments: Mapping[str, TreatmentPlan]) -> None:
    """Refuse a treatment that is written in two ways, or compared with itself.

    Raises
    ------
    ValueError
        Naming the treatment.
    """
    names = [same_name(name) for name in treatments]
    for name, plan in treatments.items():
        if names.count(same_name(name)) > 1:
            raise ValueError(f"treatments: {name} is there twice; capitals do not matter, so keep one of the two")
        if plan.compared_with is not None and same_name(plan.compared_with) == same_name(name):
            raise ValueError(f"treatments: {name} is compared with itself; write the treatment of the other arm")

"""``[[phases]]`` of ``study.toml``: the declared treatments of participants."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from painstats.plan.doses import is_possible_dose
from painstats.plan.values import PlanTable, Treatment


class PhasePlan(PlanTable):
    """``[[phases]]``: a treatment or programme of one participant, from its first day.

    ``ramp_days`` pass until the full dose: day k counts as k / (``ramp_days`` + 1) of a day in the phase, at most 1.
    ``wash_out_days`` pass after the end until the effect is gone: each counts like the last day.
    """

    participant: str
    name: str
    kind: Treatment = "therapy"
    start: date
    end: date | None = None
    dose: float | None = Field(default=None, ge=0)
    dose_unit: str | None = None
    ramp_days: int = Field(default=0, ge=0, le=3650)
    wash_out_days: int = Field(default=0, ge=0, le=3650)

    @model_validator(mode="after")
    def _runs_forwards(self) -> PhasePlan:
        if self.end is not None and self.end < self.start:
            raise ValueError("end is before start")
        if self.dose is not None and not is_possible_dose(self.dose, self.dose_unit):
            raise ValueError(f"{self.dose:,g} {self.dose_unit} of {self.name} is no possible dose; check dose_unit")
        return self

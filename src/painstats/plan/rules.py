"""``[rules]`` of ``study.toml``: when a day counts and when a verdict may be given."""

from __future__ import annotations

import itertools
from typing import Literal

from pydantic import Field, model_validator

from painstats.plan.looks import FIRST_LOOKS
from painstats.plan.values import PlanTable


class RulesPlan(PlanTable):
    """``[rules]``: when a day counts and when a verdict may be given (defaults: docs/method/verdict.md).

    Sources of ``source_order`` go before all others, best first; among those of one source, kinds of devices in
    ``step_device_order``. Devices in ``ignore_devices`` (such as ``apple_health watch-1a2b3c``) are stored but
    never counted, for example another person's watch.
    """

    step_device_order: tuple[str, ...] = ("manual", "watch", "tracker", "phone", "app", "unknown")
    source_order: tuple[str, ...] = ()
    ignore_devices: tuple[str, ...] = ()
    step_rule: Literal["merge", "max_source"] = "merge"
    adjust_for_device: bool = False
    unknown_predictors: Literal["keep", "complete"] = "keep"
    day_ends_hour: int = Field(default=4, ge=0, le=11)
    min_active_hours: int = Field(default=6, ge=0, le=24)
    low_step_days: Literal["if_worn", "never", "always"] = "if_worn"
    min_clock_hours: float = Field(default=20, ge=0, le=24)
    min_days_in_model: int = Field(default=10, ge=5)
    min_days_known: int = Field(default=20, ge=5)
    min_days_shown: int = Field(default=20, ge=10)
    min_people_mixed_model: int = Field(default=10, ge=10)
    min_people_cohort: int = Field(default=5, ge=5)
    min_compliance: float = Field(default=0.5, ge=0, le=1)
    looks: tuple[int, ...] = Field(default=FIRST_LOOKS, min_length=1, max_length=24)
    false_sign_chance: float = Field(default=0.05, gt=0, le=0.2)
    matters: float = Field(default=1.0, gt=0)
    smallest_change: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    min_days_phase: int = Field(default=28, ge=21, le=84)

    @model_validator(mode="after")
    def _in_order(self) -> RulesPlan:
        if not self.min_days_in_model <= self.min_days_shown <= self.looks[0]:
            raise ValueError("min_days_in_model, min_days_shown and the first of looks must not decrease in this order")
        if any(later <= earlier for earlier, later in itertools.pairwise(self.looks)):
            raise ValueError("looks must increase; write them as numbers of days with a score, like [60, 90, 120]")
        return self

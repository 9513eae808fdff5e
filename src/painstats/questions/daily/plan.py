"""What ``kind = "daily"`` may say: a measure and its lag, or nothing for the two standard questions."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, model_validator

from painstats.frame.exposure import Exposure
from painstats.plan.values import MeasureName
from painstats.questions.question import Outcome, Question
from painstats.vocabulary import MEASURES

NAME = "daily"
STANDARD_MEASURES = ("total_sleep_time_min", "step_count")
"""Asked where no measure is named: sleep of the night before, steps of the day before."""


class DailyPlan(BaseModel):
    """The keys of one daily question. Without ``measure`` the standard ones are asked, each at its own lag."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: MeasureName | None = None
    lag_days: int | None = Field(default=None, ge=0, le=28)
    confirmatory: bool = True
    moved_by_pain: bool = True

    @model_validator(mode="after")
    def _lag_of_a_measure(self) -> DailyPlan:
        if self.measure is None and self.lag_days is not None:
            raise ValueError("lag_days needs measure, which names what is taken so many days before")
        return self


def ask(keys: Mapping[str, object], outcome: Outcome) -> tuple[Question, ...]:
    """Return the questions that one table asks.

    Raises
    ------
    pydantic.ValidationError
        A key is unknown or its value is wrong.
    """
    plan = DailyPlan.model_validate(dict(keys))
    measures = (plan.measure,) if plan.measure else STANDARD_MEASURES
    return tuple(_question(measure, plan, outcome) for measure in measures)


def _question(measure: str, plan: DailyPlan, outcome: Outcome) -> Question:
    lag = MEASURES[measure].lag_days if plan.lag_days is None else plan.lag_days
    exposure = Exposure(measure, lag)
    return Question(
        NAME,
        exposure.name,
        outcome,
        exposure,
        MEASURES[measure].unit,
        is_confirmatory=plan.confirmatory,
        moved_by_outcome=plan.moved_by_pain,
    )

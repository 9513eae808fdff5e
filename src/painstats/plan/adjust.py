"""``[[adjust]]`` of ``study.toml``: what else the daily models take into account, and why some things they must not."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from painstats.plan.tables import TablePlan
from painstats.plan.values import Item, PlanTable
from painstats.vocabulary import DECLARED

EVENING_BEFORE = 1
"""Days from an item to the outcome, unless the plan says more."""


class AdjustPlan(PlanTable):
    """``[[adjust]]``: an item of an earlier evening, or a declared column of what no pain can change.

    An item of the same evening is refused: the night and the day before change it, as they change the outcome, so that
    an effect adjusted for it can be hidden or reversed.
    """

    item: Item | None = None
    column: str | None = None
    exogenous: bool = False
    lag_days: int | None = Field(default=None, ge=0, le=28)

    @property
    def days_before(self) -> int:
        """Days from the covariate to the outcome."""
        if self.lag_days is not None:
            return self.lag_days
        return EVENING_BEFORE if self.item else 0

    @property
    def name(self) -> str:
        """Its name, unique among the covariates of a study: ``stress_lag1``."""
        return f"{self.item or self.column}_lag{self.days_before}"

    @model_validator(mode="after")
    def _is_one_thing(self) -> AdjustPlan:
        if (self.item is None) == (self.column is None):
            raise ValueError("write either item, something that is scored, or column, a declared column of a table")
        return self

    @model_validator(mode="after")
    def _comes_before(self) -> AdjustPlan:
        if self.item is None:
            return self
        if self.exogenous:
            raise ValueError(f"{self.item} is scored by the participant, so pain can change it; remove exogenous")
        if self.lag_days == 0:
            raise ValueError(
                f"{self.item} of the same evening cannot be adjusted for: the night and the day before change it, as "
                "they change the outcome, so adjusting for it can hide or reverse their effects. Write lag_days = 1 "
                "for the evening before, or leave lag_days out"
            )
        return self

    @model_validator(mode="after")
    def _no_pain_changes_it(self) -> AdjustPlan:
        if self.column is not None and not self.exogenous:
            raise ValueError(
                f"{self.column} needs exogenous = true, which says that no pain can change it, like the weather or the "
                "day of the menstrual cycle; what pain can change is never adjusted for on the same day"
            )
        return self


def check_adjusted(adjusted: Sequence[AdjustPlan], outcome: str, tables: Sequence[TablePlan]) -> None:
    """Check the covariates of a plan together.

    Raises
    ------
    ValueError
        One is the outcome itself, is a column that no table declares, or is there twice.
    """
    names = [each.name for each in adjusted]
    declared = {column.declared for table in tables for column in table.columns}
    for each in adjusted:
        if each.item == outcome:
            raise ValueError(f"adjust: {outcome} is the outcome; the models already allow for its days before")
        if each.column is not None and each.column not in declared:
            raise ValueError(
                f"adjust: no table has the column {each.column}; declare it with [[tables.columns]] and "
                f'measure = "{DECLARED}{each.column}"'
            )
        if names.count(each.name) > 1:
            raise ValueError(f"adjust: {each.name} is there twice; keep one of them")

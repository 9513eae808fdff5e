"""What ``kind = "exercise"`` may say: whether a kind counts as done or not done, or by its minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from painstats.errors import StudyError

NAME = "exercise"

KINDS_DIFFER = "kinds_differ"
"""The contrast of all kinds, and the reason where they differ: then all exercise together has no direction."""

LEAST_MINUTES = 5.0
"""Counted minutes of a kind from which a day counts as one with it."""

MINUTES_PER_UNIT = 30.0
"""What an estimate is per, in minutes, where kinds count by their minutes."""


class ExercisePlan(BaseModel):
    """The keys of a question about kinds of exercise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    counted: Literal["done", "minutes"] = Field(default="done", alias="as")

    @property
    def by_minutes(self) -> bool:
        """Whether an estimate is per 30 minutes, not per day with the kind."""
        return self.counted == "minutes"

    @property
    def contrast(self) -> str:
        """The contrast by name."""
        return "per_30_minutes" if self.by_minutes else "session"

    @property
    def unit(self) -> str:
        """What an estimate is per."""
        return "30 minutes" if self.by_minutes else "day with it"


def ask(tables: Sequence[Mapping[str, object]]) -> ExercisePlan:
    """Return what the tables of this kind ask.

    Raises
    ------
    pydantic.ValidationError
        A key is unknown or its value is wrong.
    StudyError
        There are several tables.
    """
    plans = [ExercisePlan.model_validate(dict(keys)) for keys in tables]
    if len(plans) > 1:
        raise StudyError(f'kinds of exercise are asked about {len(plans)} times; keep one table with kind = "{NAME}"')
    return plans[0]

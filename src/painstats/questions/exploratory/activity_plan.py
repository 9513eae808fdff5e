"""What a question about activity may say: a measure of a day, or nothing for steps and exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from painstats.plan.values import MeasureName, PlanTable
from painstats.vocabulary import MEASURES

STANDARD_ACTIVITIES = ("step_count", "exercise_time_min")
"""Asked where no measure is named, each where it is known on enough days."""


def _of_a_day(measure: str) -> str:
    if MEASURES[measure].lag_days == 0:
        of_days = ", ".join(name for name, each in MEASURES.items() if each.lag_days)
        raise ValueError(f"{measure} is of a night; write a measure of a day: {of_days}")
    return measure


class ActivityKeys(PlanTable):
    """The keys of a question about activity."""

    measure: Annotated[MeasureName, AfterValidator(_of_a_day)] | None = None


@dataclass(frozen=True, slots=True)
class ActivitiesAsked:
    """The measures asked about, and whether the plan names them; if not, one that is never known is left out."""

    measures: tuple[str, ...]
    is_named: bool


def ask_activities(tables: Sequence[Mapping[str, object]]) -> ActivitiesAsked:
    """Return what the tables of a kind ask; a table without ``measure`` asks about the standard activities.

    Raises
    ------
    pydantic.ValidationError
        A key is unknown or its value is wrong.
    """
    plans = [ActivityKeys.model_validate(dict(keys)) for keys in tables]
    measures = [name for plan in plans for name in ((plan.measure,) if plan.measure else STANDARD_ACTIVITIES)]
    return ActivitiesAsked(tuple(dict.fromkeys(measures)), is_named=all(plan.measure for plan in plans))

"""``[apps]`` of ``study.toml``: what the words of a participant's own mean in the diary of an app."""

from __future__ import annotations

from pydantic import Field, field_validator

from painstats.plan.values import Item, PlanTable

LOWEST_MOOD, HIGHEST_MOOD = 1, 5


class ActivityPlan(PlanTable):
    """``[apps.daylio.activities."a name"]``: an activity that is a symptom, by item and site."""

    item: Item
    site: str = ""


class DaylioPlan(PlanTable):
    """``[apps.daylio]``: moods with names of their own, and activities that are symptoms. Capitals do not matter."""

    moods: dict[str, float] = Field(default={})
    activities: dict[str, ActivityPlan] = Field(default={})

    @field_validator("moods")
    @classmethod
    def _on_the_scale(cls, moods: dict[str, float]) -> dict[str, float]:
        for name, number in moods.items():
            if not LOWEST_MOOD <= number <= HIGHEST_MOOD:
                raise ValueError(
                    f"{name!r}: write a number from {LOWEST_MOOD} (the worst) to {HIGHEST_MOOD} (the best)"
                )
        return moods


class AppsPlan(PlanTable):
    """``[apps]``: one table for each app."""

    daylio: DaylioPlan = DaylioPlan()

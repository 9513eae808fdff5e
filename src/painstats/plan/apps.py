"""``[apps]`` of ``study.toml``: what the words of a participant's own mean in the diary of an app."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from painstats.plan.values import Item, PlanTable, Treatment
from painstats.vocabulary import ONE_DAY_KINDS

LOWEST_MOOD, HIGHEST_MOOD = 1, 5


class ActivityPlan(PlanTable):
    """``[apps.daylio.activities."a name"]``: an activity that is a symptom, by item and site, or a treatment.

    Each day with a treatment is a session or a dose of it; one that acts for longer has ``acts_days``. Without ``name``
    the treatment is called as the activity is.
    """

    item: Item | None = None
    site: str = ""
    treatment: Treatment | None = None
    name: str | None = None
    acts_days: int | None = Field(default=None, ge=1, le=3650)

    @model_validator(mode="after")
    def _is_one_thing(self) -> ActivityPlan:
        if (self.item is None) == (self.treatment is None):
            raise ValueError('write either item = "pain" for a symptom or treatment = "massage" for a treatment')
        if self.treatment and self.site:
            raise ValueError("site is for a symptom; remove it")
        if self.item and (self.name or self.acts_days):
            raise ValueError("name and acts_days are for a treatment; remove them")
        if self.treatment in ONE_DAY_KINDS and self.acts_days is None:
            raise ValueError(f"an activity of kind {self.treatment} needs acts_days: for how many days does it act?")
        return self


class DaylioPlan(PlanTable):
    """``[apps.daylio]``: one's own moods, and activities that are symptoms or treatments. Capitals do not matter."""

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

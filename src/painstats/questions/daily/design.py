"""What the daily models are laid out from: the exposures, the outcome's scale, and the rules of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.frame.exposure import Exposure
from painstats.frame.guard import day_after_name, sum_name
from painstats.mixedlm.engine.fit import Residuals
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Study
from painstats.questions.asked import exposures
from painstats.questions.daily.treatment_columns import is_treatment
from painstats.questions.question import Question

RESIDUALS: Residuals = "car1+white"
"""How residuals of the daily models correlate: what is left of a day fades over the next ones, beside noise of single
days, whose share may be zero (docs/method/real_diaries.md)."""


@dataclass(frozen=True, slots=True)
class DailyDesign:
    """What the daily models need to know of a study.

    Parameters
    ----------
    exposures
        Those of all daily questions, which enter one model together.
    scale
        Lowest and highest score of the outcome.
    rules
        The rules of the plan.
    guarded
        The exposures that the outcome of a day can move on the next day, at their usual lag.
    """

    exposures: tuple[Exposure, ...]
    scale: tuple[float, float]
    rules: RulesPlan
    guarded: tuple[Exposure, ...] = ()

    @property
    def nuisance(self) -> tuple[str, ...]:
        """The indicators of days on which an exposure is unknown."""
        return tuple(exposure.unknown for exposure in self.exposures)

    def hides(self, column: str) -> bool:
        """Whether a column is never tested or shown: an indicator, a guard column, or that of a treatment."""
        names = [exposure.within for exposure in self.guarded]
        hidden = (*self.nuisance, *map(sum_name, names), *map(day_after_name, names))
        return column in hidden or is_treatment(column)


def daily_design(study: Study, questions: Sequence[Question]) -> DailyDesign:
    """Return the design of the daily questions of a study."""
    scale, rules = study.plan.outcome.scale, study.plan.rules
    return DailyDesign(exposures(questions), scale, rules, guarded_exposures(questions))


def guarded_exposures(questions: Sequence[Question]) -> tuple[Exposure, ...]:
    """Return the exposures that the outcome of a day can move on the next day: those at their usual lag."""
    moved = exposures([question for question in questions if question.moved_by_outcome])
    return tuple(exposure for exposure in moved if exposure.lag_days == exposure.definition.lag_days)

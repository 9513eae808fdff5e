"""What the daily models are laid out from: the exposures, the outcome's scale, and the rules of the plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from painstats.frame.covariates import Covariate, covariates_of
from painstats.frame.exposure import Exposure, precedes
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
        Those that enter one model together.
    scale
        Lowest and highest score of the outcome.
    rules
        The rules of the plan.
    guarded
        The exposures that the outcome of a day can move on the next day, at their usual lag.
    covariates
        What else the models are adjusted for.
    """

    exposures: tuple[Exposure, ...]
    scale: tuple[float, float]
    rules: RulesPlan
    guarded: tuple[Exposure, ...] = ()
    covariates: tuple[Covariate, ...] = ()

    @property
    def nuisance(self) -> tuple[str, ...]:
        """The indicators of days on which an exposure or a covariate is unknown."""
        of_covariates = (covariate.unknown for covariate in self.covariates)
        return (*(exposure.unknown for exposure in self.exposures), *of_covariates)

    @property
    def answered(self) -> tuple[Exposure, ...]:
        """The exposures whose effects the model gives: none of its others comes after them."""
        return tuple(one for one in self.exposures if not any(precedes(one, other) for other in self.exposures))

    def answers(self, question: Question) -> bool:
        """Whether the model gives the effect of a question's exposure."""
        return question.exposure in self.answered

    def only(self, kept: Collection[Exposure]) -> DailyDesign:
        """Return the design with some of the exposures."""
        exposures, guarded = (
            tuple(exposure for exposure in among if exposure in kept) for among in (self.exposures, self.guarded)
        )
        return replace(self, exposures=exposures, guarded=guarded)

    def total_of(self, exposure: Exposure) -> DailyDesign:
        """Return the design of an exposure's total effect: with every exposure but those that come after it.

        Two measures of the same night, or of the same day, are adjusted for each other. Covariates are those that come
        before, or that nothing changes.

        References
        ----------
        docs/method/questions.md, total, not direct.
        """
        kept = self.only([other for other in self.exposures if not precedes(exposure, other)])
        return kept._adjusted_for_what_precedes(exposure)

    def preceding(self, exposure: Exposure) -> DailyDesign:
        """Return the design of what precedes an exposure, which itself need not be one of a daily question."""
        kept = self.only([other for other in self.exposures if precedes(other, exposure)])
        return kept._adjusted_for_what_precedes(exposure)

    def _adjusted_for_what_precedes(self, exposure: Exposure) -> DailyDesign:
        return replace(self, covariates=tuple(each for each in self.covariates if each.enters_with(exposure)))

    def totals(self) -> tuple[DailyDesign, ...]:
        """Return the design of each model that total effects need, each once, in the order of the exposures."""
        of_moments = {exposure.moment: exposure for exposure in self.exposures}
        return tuple(self.total_of(exposure) for exposure in of_moments.values())

    def hides(self, column: str) -> bool:
        """Whether a column is never tested or shown: an indicator, a guard column, a covariate, or a treatment's."""
        names = [exposure.within for exposure in self.guarded]
        covariates = [each.within for each in self.covariates]
        hidden = (*self.nuisance, *covariates, *map(sum_name, names), *map(day_after_name, names))
        return column in hidden or is_treatment(column)


def daily_design(study: Study, questions: Sequence[Question]) -> DailyDesign:
    """Return the design of the daily questions of a study, with the exposures of all of them.

    Only the latest exposure's total effect comes from one model of them all; ``totals`` has the design of each.
    """
    scale, rules = study.plan.outcome.scale, study.plan.rules
    return DailyDesign(exposures(questions), scale, rules, guarded_exposures(questions), covariates_of(study.plan))


def guarded_exposures(questions: Sequence[Question]) -> tuple[Exposure, ...]:
    """Return the exposures that the outcome of a day can move on the next day: those at their usual lag."""
    moved = exposures([question for question in questions if question.moved_by_outcome])
    return tuple(exposure for exposure in moved if exposure.lag_days == exposure.definition.lag_days)

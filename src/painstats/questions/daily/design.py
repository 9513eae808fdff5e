"""What the daily models are laid out from: the exposures, the outcome's scale, and the rules of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.fit import Residuals
from painstats.plan.study import RulesPlan, Study
from painstats.questions.asked import exposures
from painstats.questions.question import Question

RESIDUALS: Residuals = "car1+white"
"""How residuals of the daily models correlate: what is left of a day fades over the next ones, beside noise of single
days, whose share may be zero (docs/method/real_diaries.md)."""


@dataclass(frozen=True, slots=True)
class DailyDesign:
    """Exposures of all daily questions, which enter one model together; scale of the outcome; rules."""

    exposures: tuple[Exposure, ...]
    scale: tuple[float, float]
    rules: RulesPlan

    @property
    def nuisance(self) -> tuple[str, ...]:
        """Columns that are fitted but never tested or shown: indicators of days on which an exposure is unknown."""
        return tuple(exposure.unknown for exposure in self.exposures)


def daily_design(study: Study, questions: Sequence[Question]) -> DailyDesign:
    """Return the design of the daily questions of a study."""
    return DailyDesign(exposures(questions), study.plan.outcome.scale, study.plan.rules)

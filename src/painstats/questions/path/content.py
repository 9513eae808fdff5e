"""What the words and the drawing of a path are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from painstats.questions.daily.measure_words import MEASURE_WORDS, MeasureUnit, measure_label
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.path.contrasts import DIRECT, THROUGH_SLEEP
from painstats.questions.phrases import shown_unit


@dataclass(frozen=True, slots=True)
class Path:
    """A participant's path, with what its words need: contrast to finding, the activity, and the outcome's words."""

    findings: Mapping[str, ContrastFinding]
    activity: str
    outcome: OutcomeWords

    @property
    def label(self) -> str:
        """What the activity is called: "steps"."""
        return measure_label(self.activity)

    @property
    def more(self) -> str:
        """What more of the activity is called: "more steps"."""
        return MEASURE_WORDS[self.activity].more

    @property
    def unit(self) -> MeasureUnit:
        """The difference between days that its sizes are for: the smallest for which what is shown is 0.1 points."""
        told = [contrast for contrast in (THROUGH_SLEEP, DIRECT) if self.has_direction(contrast)]
        return grown_unit(self.activity, self.estimate(told[0])) if told else MEASURE_WORDS[self.activity].units[0]

    def has_direction(self, contrast: str) -> bool:
        """Whether the verdict on an arrow is a direction."""
        return self.findings[contrast].verdict.has_direction

    def estimate(self, contrast: str) -> float:
        """Return the estimate of an arrow that has one."""
        found = self.findings[contrast].estimate
        assert found is not None
        return found

    def towards(self, contrast: str) -> str:
        """Return the direction of an arrow to the outcome: "lower"."""
        return self.outcome.higher if self.estimate(contrast) > 0 else self.outcome.lower


def grown_unit(measure: str, estimate: float) -> MeasureUnit:
    """Return the smallest difference between days for which an effect is at least 0.1 points; else the largest."""
    return shown_unit(MEASURE_WORDS[measure].units, estimate)

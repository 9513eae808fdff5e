"""What the sentences of a finding are filled with: its phrases, the unit in which its size is visible, and its size."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.catalogue import participants as say
from painstats.findings.finding import Finding
from painstats.findings.reading import Reading, reading_of, shown_size
from painstats.findings.states import State, state_of
from painstats.questions.phrases import Phrases, UnitWords, shown_unit
from painstats.questions.question import Question
from painstats.questions.registry import kind_of
from painstats.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Content:
    """A finding with what its sentences need: phrases, the unit that makes its size visible, and the size."""

    finding: Finding
    state: State
    words: Phrases
    unit: UnitWords
    reading: Reading | None
    size: float

    @property
    def direction(self) -> str:
        """Name the direction of the verdict."""
        return self.towards(1 if self.finding.verdict is Verdict.HIGHER else -1)

    def towards(self, value: float) -> str:
        """Return the direction of a value."""
        return self.words.outcome.higher if value > 0 else self.words.outcome.lower

    def points(self, value: float) -> str:
        """Write a size in points, for the unit."""
        return say.points(value * self.unit.factor)

    def span(self, low: float, high: float) -> str:
        """Write a range in points, for the unit."""
        factor, outcome = self.unit.factor, self.words.outcome
        return say.span(low * factor, high * factor, outcome.lower, outcome.higher)


def phrases_of(question: Question) -> Phrases:
    """Return what the parts of a question are called, whatever its kind."""
    return kind_of(question.kind).phrases(question)


def unit_of(finding: Finding) -> UnitWords:
    """Return the smallest difference between days for which the size of a finding is at least 0.1 points.

    One that is at most small is shown as the difference between low and high days, on which it was judged.
    """
    judged, words = finding.judged, phrases_of(finding.question)
    if judged is not None and state_of(finding) is State.BOUND:
        between = say.BOUND_UNIT.format(low_days=words.low_days, high_days=words.high_days)
        return UnitWords(judged.exposure.width, between, between, "")
    size, units = shown_size(finding), words.units
    return shown_unit(units, size) if size else units[0]


def in_words(finding: Finding) -> Content:
    """Gather what the sentences of a finding need."""
    words = phrases_of(finding.question)
    return Content(finding, state_of(finding), words, unit_of(finding), reading_of(finding), shown_size(finding))


def span_words(finding: Finding, low: float, high: float, power: int = 1) -> str:
    """Write a range for the unit in which the finding is shown; ``power`` 2 for an effect of its square."""
    content = in_words(finding)
    factor = content.unit.factor ** (power - 1)
    return content.span(low * factor, high * factor)


def days_left(finding: Finding) -> int:
    """Return the days with a score until the next look."""
    return max((finding.next_look_days or 0) - finding.estimate.days, 0)

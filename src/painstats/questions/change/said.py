"""One participant's link before and now, with what its words need: phrases, and a unit in which sizes are visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from painstats.frame.exposure import Exposure
from painstats.questions.change import words as say
from painstats.questions.change.plan import BEFORE, CHANGE, LAST_60_DAYS, NAME
from painstats.questions.daily.words import phrases
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.phrases import Phrases, UnitWords, shown_unit
from painstats.questions.question import Outcome, Question
from painstats.questions.size_words import points
from painstats.questions.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Part:
    """The slope of a part of the time, with its 95% interval, in outcome points per unit."""

    estimate: float
    low: float
    high: float
    days: int

    @property
    def has_direction(self) -> bool:
        """Whether the interval leaves zero."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True)
class Said:
    """A link before the last 60 days and in them.

    Parameters
    ----------
    words, unit
        What its parts are called, and the difference between days that sizes are for.
    before, last
        The slopes of both parts.
    look
        The last day used.
    is_changed
        Whether a change was found.
    """

    words: Phrases
    unit: UnitWords
    before: Part
    last: Part
    look: date
    is_changed: bool

    @property
    def differs_now(self) -> bool:
        """Whether the intervals of both parts have nothing in common."""
        return self.before.high < self.last.low or self.last.high < self.before.low


def said_of(findings: Sequence[ContrastFinding], outcome: Outcome) -> Said | None:
    """Gather the findings about one exposure; None where nothing was judged."""
    by_contrast = {finding.contrast: finding for finding in findings}
    before, last = (_part(by_contrast[contrast]) for contrast in (BEFORE, LAST_60_DAYS))
    change = by_contrast[CHANGE]
    if change.verdict is Verdict.NOT_JUDGED or change.look_date is None or before is None or last is None:
        return None
    words = phrases_of(change, outcome)
    return Said(words, _unit(words, before, last), before, last, change.look_date, change.verdict.has_direction)


def phrases_of(finding: ContrastFinding, outcome: Outcome) -> Phrases:
    """Return what the parts of a link are called, as for the daily question about it."""
    measure, lag = finding.exposure.rsplit("_lag", 1)
    return phrases(Question(NAME, finding.exposure, outcome, Exposure(measure, int(lag)), finding.unit))


def size_sentences(said: Said) -> tuple[str, ...]:
    """Write both slopes of a link that changed, and that there is no single answer."""
    return (
        _size(said, said.before, say.BEFORE, say.BEFORE_OPEN),
        _size(said, said.last, say.LAST, say.LAST_OPEN),
        say.NO_SINGLE_ANSWER,
    )


def _size(said: Said, part: Part, entry: str, open_entry: str) -> str:
    if not part.has_direction:
        return open_entry
    outcome = said.words.outcome
    direction = outcome.higher if part.estimate > 0 else outcome.lower
    return entry.format(size=points(part.estimate * said.unit.factor), direction=direction, per=said.unit.per)


def _part(finding: ContrastFinding) -> Part | None:
    if finding.estimate is None or finding.low is None or finding.high is None:
        return None
    return Part(finding.estimate, finding.low, finding.high, finding.days_with or 0)


def _unit(words: Phrases, *parts: Part) -> UnitWords:
    """Return the smallest unit in which the larger size is visible: of those with a direction, if there are any."""
    with_direction = [part for part in parts if part.has_direction]
    largest = max(abs(part.estimate) for part in with_direction or parts)
    return shown_unit(words.units, largest)

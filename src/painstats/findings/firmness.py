"""How firm a reported direction is: in how many checks of a participant's own days it stays.

References: docs/method/verdict.md, "Firmness".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.findings.finding import Finding
from painstats.findings.reading import reading_of
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.verdict import Verdict

TOO_MANY = 2
"""Checks that disagree from which no direction is called."""


@dataclass(frozen=True, slots=True)
class Firmness:
    """The checks of one finding.

    Parameters
    ----------
    checks
        How many checks could be made; 0 where none was, or where today's reading does not show the direction itself.
    disagreeing
        Names of those that do not show the direction.
    """

    checks: int = 0
    disagreeing: tuple[str, ...] = ()

    @property
    def is_firm(self) -> bool:
        """Whether all checks show the direction."""
        return self.checks > 0 and not self.disagreeing

    @property
    def calls_no_direction(self) -> bool:
        """Whether so many checks disagree that no direction is called."""
        return len(self.disagreeing) >= TOO_MANY


NOT_CHECKED = Firmness()


def firmness_of(finding: Finding, checks: Sequence[RobustnessCheck]) -> Firmness:
    """Count the checks that show a finding's direction, and those that do not.

    A check computes today's reading again. Where that reading itself leaves out the direction, as it may between answer
    days, no check can say anything about it.

    Parameters
    ----------
    finding
        A finding about a participant.
    checks
        The checks of the same participant, about any question.
    """
    reading = reading_of(finding)
    if not finding.verdict.has_direction or reading is None:
        return NOT_CHECKED
    is_higher = finding.verdict is Verdict.HIGHER
    if not (reading.low > 0 if is_higher else reading.high < 0):
        return NOT_CHECKED
    made = [check for check in checks if check.question == finding.question.name and check.same_verdict is not None]
    return Firmness(len(made), tuple(check.check for check in made if not check.same_verdict))

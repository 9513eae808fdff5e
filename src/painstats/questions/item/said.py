"""Findings about other items with what their words need: phrases, and a unit in which sizes are visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.item.words import is_turned, phrases_of, row_name
from painstats.questions.phrases import Phrases, UnitWords, shown_unit


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, its phrases, and the unit of its exposure, which all items share."""

    finding: ContrastFinding
    words: Phrases
    unit: UnitWords

    @property
    def is_higher(self) -> bool:
        """Whether the item was higher, in its own direction."""
        return (self.finding.estimate or 0.0) > 0

    @property
    def direction(self) -> str:
        """The direction in the chart, where lower is better in every row; empty without one."""
        if not self.finding.verdict.has_direction:
            return ""
        return "higher" if self.is_higher is not is_turned(self.finding.item) else "lower"


def said_of(findings: Sequence[ContrastFinding], scale: tuple[float, float]) -> tuple[Said, ...]:
    """Gather what the words of one participant's findings need, by name of the item; ``scale`` is the study's."""
    findings = sorted(findings, key=lambda finding: row_name(finding.item, finding.site))
    words = [phrases_of(finding, scale) for finding in findings]
    units = {
        finding.exposure: _unit([other for other in findings if other.exposure == finding.exposure], phrases.units)
        for finding, phrases in zip(findings, words, strict=True)
    }
    return tuple(
        Said(finding, phrases, units[finding.exposure]) for finding, phrases in zip(findings, words, strict=True)
    )


def _unit(findings: Sequence[ContrastFinding], units: Sequence[UnitWords]) -> UnitWords:
    """Return the smallest unit in which the largest size is visible: of those with a direction, if there are any."""
    with_direction = [finding for finding in findings if finding.verdict.has_direction]
    largest = max((abs(finding.estimate or 0.0) for finding in with_direction or findings), default=0.0)
    if not largest:
        return units[0]
    return shown_unit(units, largest)

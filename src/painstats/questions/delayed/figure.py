"""The rows of the chart of later days."""

from __future__ import annotations

from collections.abc import Mapping

from painstats.questions.delayed import words as say
from painstats.questions.exploratory.card import ChartRow, RowChart
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.exploratory.row_words import row_span
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import UnitWords

SUM = "later"


def later_chart(found: Mapping[str, ContrastFinding], outcome: OutcomeWords, unit: UnitWords) -> RowChart:
    """Draw the next day, the two windows after it, and their sum, for a difference between two days."""
    rows = tuple(_row(found[name], outcome, unit.factor) for name in say.ROWS)
    caption = say.CAPTION.format(more=unit.more)
    return RowChart(say.HEAD, rows, outcome.lower, say.SAME, outcome.higher, caption)


def _row(finding: ContrastFinding, outcome: OutcomeWords, factor: float) -> ChartRow:
    label, note = say.ROWS[finding.contrast]
    assert finding.estimate is not None
    assert finding.low is not None
    assert finding.high is not None
    low, high = factor * finding.low, factor * finding.high
    return ChartRow(
        label=label,
        words=row_span(low, high, outcome.lower, outcome.higher),
        note=note,
        estimate=factor * finding.estimate,
        low=low,
        high=high,
        direction=finding.verdict if finding.verdict.has_direction else "",
        is_sum=finding.contrast == SUM,
    )

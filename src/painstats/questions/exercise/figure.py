"""The chart of kinds of exercise: a row for each, by name, also for those that cannot be judged."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.exercise import sentences as say
from painstats.questions.exercise.kind_words import kind_label
from painstats.questions.exploratory.card import ChartRow, RowChart
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.size_words import days_words, points_up, span
from painstats.questions.verdict import Verdict


def by_name(kinds: Sequence[ContrastFinding]) -> list[ContrastFinding]:
    """Return findings on kinds in the order of their names for readers."""
    return sorted(kinds, key=lambda finding: kind_label(finding.exposure).casefold())


def row_chart(kinds: Sequence[ContrastFinding], words: OutcomeWords, *, per_unit: bool) -> RowChart:
    """Draw the size of each kind; ``per_unit`` is whether sizes are for 30 minutes."""
    return RowChart(
        head=say.HEAD,
        rows=tuple(_row(finding, words) for finding in by_name(kinds)),
        lower=words.lower,
        higher=words.higher,
        caption=say.CAPTION_PER_UNIT if per_unit else say.CAPTION,
    )


def _row(finding: ContrastFinding, words: OutcomeWords) -> ChartRow:
    return ChartRow(
        label=kind_label(finding.exposure),
        note=days_words(finding.days_with or 0),
        words=row_words(finding, words),
        estimate=finding.estimate,
        low=finding.low,
        high=finding.high,
        direction=finding.verdict.value if finding.verdict.has_direction else "",
    )


def row_words(finding: ContrastFinding, words: OutcomeWords) -> str:
    """Write what a kind showed, or why it is not judged."""
    if finding.low is None or finding.high is None:
        return say.REASONS.get(finding.reasons[0], str(say.NOT_JUDGED).lower())
    if finding.verdict is Verdict.AT_MOST_SMALL:
        return say.SMALL.format(size=largest(finding))
    return span(finding.low, finding.high, words.lower, words.higher)


def largest(*findings: ContrastFinding) -> str:
    """Write the largest size that the ranges allow, rounded up."""
    return points_up(max(abs(end) for finding in findings for end in (finding.low, finding.high) if end is not None))

"""What each answer day showed a participant: a table for a question."""

from __future__ import annotations

from painstats.findings.catalogue import participants as say
from painstats.findings.content import in_words, phrases_of, span_words, unit_of
from painstats.findings.finding import Finding
from painstats.findings.look_words import answer_words, basis_words
from painstats.findings.states import state_of
from painstats.questions.exploratory.card import ChartRow, RowChart
from painstats.questions.phrases import capital, whole
from painstats.questions.verdict import Verdict
from painstats.reports.dates import date_words
from painstats.reports.pages import Table
from painstats.reports.personal.record import ParticipantRecord


def looks_table(record: ParticipantRecord, finding: Finding) -> Table | None:
    """List the looks at a question by date; None before the first, and where a single answer would hide two.

    As in the chart, the looks are those on the basis of the answer. Those of own days are listed with them only
    where days of others count too and a look gave a direction: both are needed to read it rightly.
    """
    every = [row for row in record.looks if row.question == finding.question.name]
    if not every or finding.judged is None or state_of(finding).is_split:
        return None
    has_both = finding.judged.basis == "pooled" and any(Verdict(row.verdict).has_direction for row in every)
    looks = every if has_both else [row for row in every if row.basis == finding.judged.basis]
    rows = tuple(
        (
            date_words(row.date),
            whole(row.days),
            *((basis_words(row),) if has_both else ()),
            span_words(finding, row.low, row.high),
            answer_words(finding, row),
        )
        for row in sorted(looks, key=lambda row: (row.date, row.basis))
    )
    caption = say.LOOKS_CAPTION.format(
        exposure=capital(phrases_of(finding.question).exposure), per=unit_of(finding).per
    )
    return Table(caption, say.LOOKS_HEAD if has_both else say.LOOKS_HEAD_ALONE, rows, numbers=False)


def looks_chart(record: ParticipantRecord, finding: Finding) -> RowChart | None:
    """Draw the range of each look on the basis of the answer, by date; None before the first."""
    judged, content = finding.judged, in_words(finding)
    if judged is None:
        return None
    looks = [row for row in record.looks if row.question == finding.question.name and row.basis == judged.basis]
    outcome, factor = content.words.outcome, content.unit.factor
    rows = tuple(
        ChartRow(
            label=say.LOOK_DAYS.format(days=row.days),
            note=date_words(row.date),
            words=answer_words(finding, row),
            estimate=row.estimate * factor,
            low=row.low * factor,
            high=row.high * factor,
            direction=row.verdict if Verdict(row.verdict).has_direction else "",
        )
        for row in sorted(looks, key=lambda row: row.number)
    )
    head = (say.LOOKS_HEAD[1], say.LOOKS_HEAD[-1])
    caption = say.LOOKS_CHART.format(more=content.unit.more)
    return RowChart(head, rows, lower=outcome.lower, higher=outcome.higher, caption=caption) if rows else None

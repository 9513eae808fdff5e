"""What each answer day showed a participant: one table for each question."""

from __future__ import annotations

from painstats.findings.catalogue import participants as say
from painstats.findings.content import phrases_of, span_words, unit_of
from painstats.findings.finding import Finding
from painstats.findings.look_words import answer_words, basis_words
from painstats.findings.states import state_of
from painstats.questions.phrases import capital, whole
from painstats.reports.dates import date_words
from painstats.reports.pages import Table
from painstats.reports.personal.record import ParticipantRecord


def looks_tables(record: ParticipantRecord) -> tuple[Table, ...]:
    """List the looks at each question that has been judged, by date; none where a single answer would hide two."""
    tables = (_looks_table(record, finding) for finding in record.findings)
    return tuple(table for table in tables if table is not None)


def _looks_table(record: ParticipantRecord, finding: Finding) -> Table | None:
    looks = [row for row in record.looks if row.question == finding.question.name]
    if not looks or state_of(finding).is_split:
        return None
    has_pooled = any(row.basis == "pooled" for row in looks)
    rows = tuple(
        (
            date_words(row.date),
            whole(row.days),
            *((basis_words(row),) if has_pooled else ()),
            span_words(finding, row.low, row.high),
            answer_words(finding, row),
        )
        for row in sorted(looks, key=lambda row: (row.date, row.basis))
    )
    caption = say.LOOKS_CAPTION.format(
        exposure=capital(phrases_of(finding.question).exposure), per=unit_of(finding).per
    )
    return Table(caption, say.LOOKS_HEAD if has_pooled else say.LOOKS_HEAD_ALONE, rows, numbers=False)

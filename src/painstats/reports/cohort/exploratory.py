"""Exploratory questions on the cohort page: averages of every kind, and how many participants got each verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from painstats.findings.catalogue import exploratory_averages as say
from painstats.findings.research_words import interval_words, points
from painstats.questions.asked import exploratory_kinds
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, label_text, listed, whole
from painstats.questions.question import Outcome, outcome_of
from painstats.questions.registry import exploratory_kind
from painstats.reports.cohort.treatment_counts import SMALL_CELL
from painstats.reports.numbers import NONE, p_words
from painstats.reports.pages import Cell, Part, Table
from painstats.store.connection import Store
from painstats.store.rows import read_rows

Found = TypeVar("Found", ContrastFinding, ContrastAverage)


def exploratory_part(store: Store) -> tuple[Part, ...]:
    """Show the averages of the exploratory kinds and the counts of verdicts; nothing where there are neither."""
    averages = _in_order(store, read_rows(store, "contrast_average", ContrastAverage, "rowid"))
    findings = _in_order(store, read_rows(store, "contrast_finding", ContrastFinding, "rowid"))
    outcome = outcome_of(store.study.plan.outcome)
    tables = (_averages_table(averages, outcome), _counts_table(findings, outcome))
    shown = tuple(table for table in tables if table is not None)
    return (Part(say.HEADING, paragraphs=_about(averages), tables=shown),) if shown else ()


def _in_order(store: Store, rows: Sequence[Found]) -> list[Found]:
    """Return the rows of the kinds that the study asks, in the order of the kinds."""
    kinds = [kind.name for kind in exploratory_kinds(store.study)]
    return sorted((row for row in rows if row.kind in kinds), key=lambda row: kinds.index(row.kind))


def _about(averages: Sequence[ContrastAverage]) -> tuple[str, ...]:
    """Say what the averages are; how many were asked, where any p is adjusted."""
    adjusted = {row.kind: row.asked for row in averages if row.p_adjusted is not None}
    counts = [f"{counted(asked, 'question')} ({kind.replace('_', ' ')})" for kind, asked in adjusted.items()]
    return (say.ABOUT, *([say.ADJUSTED.format(asked=listed(counts))] if counts else []))


def _averages_table(averages: Sequence[ContrastAverage], outcome: Outcome) -> Table | None:
    """List the averages of enough participants."""
    rows = tuple(_average_row(row, outcome) for row in averages if row.participants >= SMALL_CELL)
    return Table(say.AVERAGES_CAPTION, say.AVERAGES_HEAD, rows) if rows else None


def _average_row(row: ContrastAverage, outcome: Outcome) -> tuple[Cell, ...]:
    has_range = row.low is not None and row.high is not None
    return (
        question_words(row, outcome),
        row.unit,
        NONE if row.estimate is None else points(row.estimate),
        interval_words(row.low or 0.0, row.high or 0.0) if has_range else NONE,
        p_words(row.p),
        p_words(row.p_adjusted),
        NONE if row.sd_between is None else points(row.sd_between),
        whole(row.participants),
        say.VERDICTS[row.verdict.value] if row.unit else NONE,
    )


def _counts_table(findings: Sequence[ContrastFinding], outcome: Outcome) -> Table | None:
    """Count the verdicts on each question that enough participants were asked; joint tests have no unit and none."""
    by_question: dict[str, list[ContrastFinding]] = {}
    for finding in (each for each in findings if each.unit):
        by_question.setdefault(question_words(finding, outcome), []).append(finding)
    rows = tuple(_counts_row(words, own) for words, own in by_question.items() if len(own) >= SMALL_CELL)
    return Table(say.COUNTS_CAPTION, (*say.COUNTS_HEAD, *say.VERDICTS.values()), rows) if rows else None


def _counts_row(words: str, findings: Sequence[ContrastFinding]) -> tuple[Cell, ...]:
    counts = [sum(finding.verdict.value == verdict for finding in findings) for verdict in say.VERDICTS]
    return (words, whole(len(findings)), *_hidden(counts))


def _hidden(counts: Iterable[int]) -> list[str]:
    """Write counts, without those of few participants, who could be recognised."""
    return [f"< {SMALL_CELL}" if 0 < count < SMALL_CELL else whole(count) for count in counts]


def question_words(row: Found, outcome: Outcome) -> str:
    """Name a question: "Steps, later"; with its outcome where that is not the study's: "Mood: steps, later"."""
    words = exploratory_kind(row.kind).label(row.exposure, row.contrast)
    if (row.item, row.site) == (outcome.item, outcome.site):
        return capital(words)
    other = outcome_words(Outcome(row.item, label_text(row.site) if row.site else "", outcome.scale))
    name = f"{other.label} ({label_text(row.site)})" if row.site and row.item != "symptom" else other.label
    return say.OTHER_OUTCOME.format(outcome=capital(name), question=words)

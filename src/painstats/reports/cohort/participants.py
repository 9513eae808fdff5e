"""The verdicts of single participants: a table for each question, and why there is no verdict yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.research_words import interval_words, points, reason_words, verdict_words
from painstats.questions.phrases import capital, whole
from painstats.questions.question import Question
from painstats.reports.cohort.averages import BASIS
from painstats.reports.numbers import NONE, interval_of
from painstats.reports.pages import Part, Table, named


def participants_part(questions: Sequence[Question], single: Sequence[Finding]) -> Part | None:
    """Count why there is no verdict yet; None where every question of every participant has one.

    The verdicts themselves are the numbers of the forests.
    """
    tables = tuple(table for question in questions for table in _tables(question, single))
    return Part("Participant by participant", tables=tables) if tables else None


def _tables(question: Question, single: Sequence[Finding]) -> list[Table]:
    """Return the table of a question without a forest, and the reasons for which there is no verdict."""
    findings = [finding for finding in single if finding.question == question]
    has_forest = any(interval_of(finding.estimate) for finding in findings)
    tables = [participant_table(question, findings)] if findings and not has_forest else []
    reasons = Counter(reason for finding in findings if finding.verdict.is_open for reason in finding.reasons)
    if reasons:
        counts = tuple((capital(reason_words([reason])), whole(times)) for reason, times in sorted(reasons.items()))
        caption = f"Why there is no verdict yet on {phrases_of(question).exposure} (several reasons are possible)"
        tables.append(Table(caption, ("Reason", "Participants"), counts))
    return tables


def participant_table(question: Question, findings: Sequence[Finding]) -> Table:
    """List the verdict of each participant on a question, its range, and the reading of today."""
    words = phrases_of(question)
    unit = f"{capital(words.exposure)}: points of {words.outcome.label} per {words.unit}"
    rows = tuple(
        (
            named(finding.participant_id or ""),
            whole(finding.estimate.days),
            *_judged_cells(finding),
            *_reading_cells(finding),
            verdict_words(finding.verdict, words),
        )
        for finding in sorted(findings, key=lambda finding: finding.participant_id or "")
    )
    head = ("Participant", "Days", "Look", "From", "Adjusted range", "Reading today", "Own days alone", "Verdict")
    return Table(unit, head, rows)


def _judged_cells(finding: Finding) -> tuple[str, str, str]:
    """Write the look, the basis and the range of a verdict."""
    judged = finding.judged
    if judged is None:
        return (NONE, NONE, NONE)
    return (f"{judged.look.days} days", BASIS[judged.basis], interval_words(judged.low, judged.high))


def _reading_cells(finding: Finding) -> tuple[str, str]:
    """Write what all days show today, with 95% intervals: the estimate, and the same from own days alone."""
    effect, own = interval_of(finding.estimate), finding.check("own_days")
    alone = f"{points(own.value)} ({interval_words(own.low, own.high)})" if own else NONE
    return (f"{points(effect.value)} ({interval_words(effect.low, effect.high)})" if effect else NONE, alone)

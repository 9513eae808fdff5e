"""Where kinds of exercise differ, the total of exercise has no direction: opposite kinds would cancel in it.

See docs/method/questions.md, kinds of exercise.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from painstats.findings.verdict import Conclusion
from painstats.frame.exposure import Exposure
from painstats.questions.evidence import Evidence
from painstats.questions.exercise.plan import KINDS_DIFFER
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store

TOTAL = Exposure("exercise_time_min", 1)
"""The exposure that has no direction then: minutes of all exercise on the day before."""

Subjects = Set[str | None]
"""Participants; None for the average over participants."""

QUERY = """
SELECT participant_id FROM contrast_finding WHERE list_contains(reasons, $reason)
UNION SELECT NULL FROM contrast_average WHERE list_contains(reasons, $reason)
"""


def subjects_whose_kinds_differ(store: Store) -> Subjects:
    """Return for whom kinds of exercise differ, at their last look."""
    rows = store.connection.execute(QUERY, {"reason": KINDS_DIFFER}).fetchall()
    return frozenset(subject for (subject,) in rows)


def without_total(conclusion: Conclusion, evidence: Evidence, differing: Subjects) -> Conclusion:
    """Return a conclusion without an answer where it is about all exercise of a subject whose kinds differ."""
    is_total = evidence.question.exposure == TOTAL and evidence.participant_id in differing
    if not is_total or conclusion.state is None:
        return conclusion
    return replace(conclusion, verdict=Verdict.NOT_DETERMINED, reasons=(KINDS_DIFFER, *evidence.notes))

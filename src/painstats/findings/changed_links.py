"""Links that changed over time: no single direction is given for the whole time (docs/method/questions.md)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from painstats.findings.states import WITHDRAWING
from painstats.findings.verdict import Conclusion
from painstats.questions.change.plan import CHANGE, CHANGED, NAME
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store
from painstats.store.rows import read_rows

ON_AVERAGE = "link_changed_on_average"

Links = Set[tuple[str | None, str]]
"""Participant, None for the average, and exposure."""


def changed_links(store: Store) -> Links:
    """Return the links whose slope was found to change at the last monthly look."""
    own, average = (
        read_rows(store, "contrast_finding", ContrastFinding),
        read_rows(store, "contrast_average", ContrastAverage),
    )
    participants = {(row.participant_id, row.exposure) for row in own if _is_change(row)}
    return participants | {(None, row.exposure) for row in average if _is_change(row)}


def without_single_answer(conclusion: Conclusion, *, is_average: bool) -> Conclusion:
    """Return the conclusion about a link that changed.

    A participant is given no direction for the whole time; that an earlier one was withdrawn remains a reason. An
    average, which is confirmatory, keeps its verdict with a remark. Nothing changes before a look has judged.
    """
    if conclusion.state is None:
        return conclusion
    if is_average:
        return replace(conclusion, reasons=(*conclusion.reasons, ON_AVERAGE))
    withdrawn = tuple(reason for reason in conclusion.reasons if reason in WITHDRAWING)
    return replace(conclusion, verdict=Verdict.NOT_DETERMINED, reasons=(CHANGED, *withdrawn))


def _is_change(row: ContrastFinding | ContrastAverage) -> bool:
    return row.kind == NAME and row.contrast == CHANGE and row.verdict.has_direction

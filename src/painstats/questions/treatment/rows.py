"""Rows of ``change_finding``: what was declared, the days compared, and what the looks found; loads statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from painstats.plan.study import Study
from painstats.questions.treatment.changes import Change
from painstats.questions.treatment.compared import Reasons
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.looks import Look, withdrawn
from painstats.questions.treatment.numbers import with_numbers
from painstats.questions.treatment.windows import LOOK_DAYS
from painstats.questions.verdict import Verdict

BEFORE_FIRST_LOOK = "before_first_look"

Span = tuple[date, date] | tuple[None, None]
"""First and last day; None if there are none."""


@dataclass(frozen=True, slots=True)
class DaysCompared:
    """The days that are compared, and how many of them have a score."""

    before: Span
    after: Span
    days_before: int
    days_after: int


def span(first: date, last: date) -> Span:
    """Return the days from one date to another; none if the last is earlier."""
    return (first, last) if first <= last else (None, None)


def not_judged(participant: str, change: Change, days: DaysCompared, reasons: Reasons) -> ChangeFinding:
    """Return the row of a change before any look; its ``number`` is 0 until it is stored."""
    parts = change.alterations
    return ChangeFinding(
        participant_id=participant,
        number=0,
        change=change.kind,
        names=tuple(one.name for one in parts),
        actions=tuple(one.action for one in parts),
        doses_before=tuple(one.dose_before for one in parts),
        doses_after=tuple(one.dose_after for one in parts),
        dose_units=tuple(one.dose_unit for one in parts),
        first_date=change.first_date,
        last_date=change.last_date,
        in_full_date=change.in_full_date,
        before_from=days.before[0],
        before_until=days.before[1],
        after_from=days.after[0],
        after_until=days.after[1],
        days_before=days.days_before,
        days_after=days.days_after,
        look=0,
        look_date=None,
        next_look_date=None,
        verdict=Verdict.NOT_JUDGED,
        reasons=reasons,
    )


def after_looks(finding: ChangeFinding, looks: Sequence[Look], study: Study, *, is_complete: bool) -> ChangeFinding:
    """Return the row with what the last look found; as it is where there was no look.

    Parameters
    ----------
    finding, looks
        The row, and the looks that the diary has reached.
    study
        The study.
    is_complete
        Whether there are 84 days before the change.
    """
    if not looks:
        return finding
    last = looks[-1]
    found = replace(
        finding,
        look=last.number,
        look_date=last.date,
        verdict=last.verdict,
        reasons=last.reasons,
        withdrawn=withdrawn(looks),
    )
    return with_numbers(found, last, study, is_complete=is_complete and last.number == len(LOOK_DAYS))

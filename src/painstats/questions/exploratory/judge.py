"""Judge every exploratory question of a study, and store what was found in two tables.

A verdict changes at a participant's looks only: each kind is fitted to the days until the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from painstats.process_pool import for_each
from painstats.questions.daily.design import daily_design
from painstats.questions.exploratory.finding import ContrastAverage, ContrastFinding, Judged
from painstats.questions.exploratory.look_of import LookOf
from painstats.questions.exploratory.own_days import OwnDays, own_days, scored_dates
from painstats.questions.exploratory.unchanged import digest_of, is_stored, note_stored
from painstats.questions.kind import ExploratoryKind
from painstats.questions.look import LookDay
from painstats.questions.question import Question
from painstats.store.connection import Store
from painstats.store.rows import replace_rows

FINDINGS, AVERAGES = "contrast_finding", "contrast_average"

Asked = Mapping[ExploratoryKind[Any, Any], Any]
"""Kind to what the plan asks of it."""


def judge_exploratory(store: Store, questions: Sequence[Question], asked: Asked) -> None:
    """Judge the exploratory kinds and store ``contrast_finding`` and ``contrast_average``, unless nothing changed.

    Parameters
    ----------
    store
        The open study, with its daily table and model frame.
    questions
        Its daily questions.
    asked
        The kinds to judge.
    """
    calendars = dict.fromkeys(kind.looks for kind in asked)
    days = {looks_of: _looks(store, looks_of) for looks_of in calendars}
    plans = [(kind.name, plan, store.study.plan.rules) for kind, plan in asked.items()]
    digest = digest_of(plans, (own for looks in days.values() for own in _days(store, questions, looks)))
    if is_stored(store, digest, (FINDINGS, AVERAGES)):
        return
    judged = [found for looks_of in calendars for found in _at(store, questions, asked, looks_of, days[looks_of])]
    replace_rows(store, FINDINGS, ContrastFinding, [row for found in judged for row in found.findings])
    replace_rows(store, AVERAGES, ContrastAverage, [row for found in judged for row in found.averages])
    note_stored(store, digest)


def _looks(store: Store, looks_of: LookOf) -> dict[str, LookDay]:
    """Return each participant's last look, of those who have reached one."""
    rules = store.study.plan.rules
    return {name: look for name, dates in scored_dates(store).items() if (look := looks_of(dates, rules)) is not None}


def _days(store: Store, questions: Sequence[Question], looks: Mapping[str, LookDay]) -> Iterator[OwnDays]:
    return own_days(store, daily_design(store.study, questions), looks)


def _at(
    store: Store, questions: Sequence[Question], asked: Asked, looks_of: LookOf, looks: Mapping[str, LookDay]
) -> list[Judged]:
    """Judge the kinds that share a calendar of looks, reading each participant's days once."""
    kinds = {kind: plan for kind, plan in asked.items() if kind.looks is looks_of}
    chosen = tuple(kinds.items())
    own = list(for_each(_own, ((days, chosen) for days in _days(store, questions, looks))))
    return [
        kind.judge([found[place] for found in own], plan, store.study)
        for place, (kind, plan) in enumerate(kinds.items())
    ]


def _own(task: tuple[OwnDays, Sequence[tuple[ExploratoryKind[Any, Any], Any]]]) -> list[Any]:
    """Fit each kind to one participant's days, in whichever process."""
    days, kinds = task
    return [kind.own(days, plan) for kind, plan in kinds]

"""The change kind: what the registry needs to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from painstats.plan.study import Study
from painstats.questions.change.cards import cards
from painstats.questions.change.looks import last_monthly_look
from painstats.questions.change.plan import NAME, ask
from painstats.questions.change.words import label
from painstats.questions.exploratory.finding import Judged
from painstats.questions.kind import ExploratoryKind

if TYPE_CHECKING:  # they load scipy
    from painstats.questions.change.fit import OwnChange
    from painstats.questions.exploratory.own_days import OwnDays


def own(days: OwnDays, _: None) -> tuple[OwnChange, ...]:
    """Fit the change of every link in one participant's days."""
    from painstats.questions.change.fit import own_changes

    return own_changes(days)


def judge(participants: Sequence[tuple[OwnChange, ...]], _: None, _study: Study) -> Judged:
    """Judge every participant's links, and in a study of several their averages."""
    from painstats.questions.change.judge import averages, findings

    every = tuple(finding for changes in participants for finding in findings(changes))
    several = [change for changes in participants for change in changes] if len(participants) > 1 else []
    return Judged(every, tuple(averages(several)))


CHANGE = ExploratoryKind(
    name=NAME, asked_when="always", ask=ask, own=own, judge=judge, cards=cards, looks=last_monthly_look, label=label
)

"""The item kind: what the registry needs to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from painstats.plan.study import Study
from painstats.questions.exploratory.finding import Judged
from painstats.questions.exploratory.label import exposure_label
from painstats.questions.item.cards import cards
from painstats.questions.item.plan import NAME, Asked, ask
from painstats.questions.kind import ExploratoryKind

if TYPE_CHECKING:  # they load scipy
    from painstats.questions.exploratory.own_days import OwnDays
    from painstats.questions.item.fit import OwnItems


def own(days: OwnDays, asked: Asked) -> OwnItems:
    """Fit the items of one participant."""
    from painstats.questions.item.fit import own_items

    return own_items(days, asked)


def judge(found: Sequence[OwnItems], _: Asked, study: Study) -> Judged:
    """Judge the items of all participants."""
    from painstats.questions.item import judge as judging

    return judging.judge(found, study.plan.rules.min_people_cohort)


def label(exposure: str, _: str) -> str:
    """Return what researchers read for a contrast after the name of its item: there is one for each exposure."""
    return exposure_label(exposure)


ITEM = ExploratoryKind(name=NAME, asked_when="standard", ask=ask, own=own, judge=judge, cards=cards, label=label)

"""The kind about later effects: what activity goes with on the next day, and over the four weeks after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from painstats.plan.study import Study
from painstats.questions.delayed.cards import cards
from painstats.questions.delayed.rules import RULES
from painstats.questions.exploratory.activity_plan import ActivitiesAsked, ask_activities
from painstats.questions.exploratory.activity_rules import ActivityRules
from painstats.questions.exploratory.finding import Judged
from painstats.questions.kind import ExploratoryKind
from painstats.questions.question import outcome_of

if TYPE_CHECKING:  # they load statistics
    from painstats.questions.exploratory.activity_fit import ActivityFit
    from painstats.questions.exploratory.own_days import OwnDays

NAME = "delayed"


def own(days: OwnDays, asked: ActivitiesAsked) -> list[ActivityFit]:
    """Fit a participant's days until a look."""
    from painstats.questions.delayed.fit import fit_later

    return fit_later(days, asked)


def judge(fits: Sequence[list[ActivityFit]], _asked: ActivitiesAsked, study: Study) -> Judged:
    """Judge the next day and later days, for each participant and on average."""
    from painstats.questions.exploratory.activity_judge import judge_activity

    rules = ActivityRules(NAME, outcome_of(study.plan.outcome), RULES)
    return judge_activity([fit for own_fits in fits for fit in own_fits], rules)


DELAYED = ExploratoryKind(name=NAME, asked_when="standard", ask=ask_activities, own=own, judge=judge, cards=cards)

"""The kind ``exercise``: which kinds of exercise go with an outcome on the next day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from painstats.plan.study import Study
from painstats.questions.exercise import words
from painstats.questions.exercise.plan import NAME, ExercisePlan, ask
from painstats.questions.exploratory.finding import Judged
from painstats.questions.kind import ExploratoryKind

if TYPE_CHECKING:  # they load statistics
    from painstats.questions.exercise.fit import OwnKinds
    from painstats.questions.exploratory.own_days import OwnDays


def own(days: OwnDays, plan: ExercisePlan) -> OwnKinds:
    """Fit one participant's kinds (``exercise/fit.py``, which loads statistics)."""
    from painstats.questions.exercise.fit import own_kinds

    return own_kinds(days, plan)


def judge(fitted: Sequence[OwnKinds], plan: ExercisePlan, study: Study) -> Judged:
    """Judge the kinds of all participants (``exercise/judge.py``, which loads statistics)."""
    from painstats.questions.exercise.judge import judge_kinds

    return judge_kinds(fitted, plan, study)


EXERCISE = ExploratoryKind(
    name=NAME, asked_when="standard", ask=ask, own=own, judge=judge, cards=words.cards, label=words.label
)

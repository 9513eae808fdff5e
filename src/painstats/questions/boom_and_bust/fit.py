"""One participant's boom and bust, for each measure asked (docs/method/questions.md, boom and bust)."""

from __future__ import annotations

from painstats.questions.boom_and_bust.columns import CONTRASTS, swing_columns
from painstats.questions.boom_and_bust.rules import LEAST_DAYS
from painstats.questions.exploratory.activity_fit import ActivityFit, ContrastsAsked, fit_activity, measures_shown
from painstats.questions.exploratory.activity_plan import ActivitiesAsked
from painstats.questions.exploratory.own_days import OwnDays

ASKED = ContrastsAsked(CONTRASTS, LEAST_DAYS)


def fit_swings(own: OwnDays, asked: ActivitiesAsked) -> list[ActivityFit]:
    """Fit a participant's days until a look, once for each measure."""
    fits = [fit_activity(own, measure, swing_columns, ASKED) for measure in asked.measures]
    return measures_shown(fits, is_named=asked.is_named)

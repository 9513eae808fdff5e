"""One participant's later effects, for each measure asked (docs/method/questions.md, later days)."""

from __future__ import annotations

from painstats.questions.delayed.columns import CONTRASTS, window_columns
from painstats.questions.delayed.rules import LEAST_DAYS
from painstats.questions.exploratory.activity_fit import ActivityFit, ContrastsAsked, fit_activity, measures_shown
from painstats.questions.exploratory.activity_plan import ActivitiesAsked
from painstats.questions.exploratory.own_days import OwnDays

ASKED = ContrastsAsked(CONTRASTS, LEAST_DAYS, residuals_for_average="car1")
"""Averages take CAR(1) alone: the spread between participants carries what that leaves out."""


def fit_later(own: OwnDays, asked: ActivitiesAsked) -> list[ActivityFit]:
    """Fit a participant's days until a look, once for each measure."""
    fits = [fit_activity(own, measure, window_columns, ASKED) for measure in asked.measures]
    return measures_shown(fits, is_named=asked.is_named)

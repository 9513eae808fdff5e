"""The columns of boom and bust: how much the last two days differed, and the activity of both.

Without both days the difference would take up what either of them goes with (docs/method/questions.md, boom and bust).
"""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.questions.boom_and_bust.rules import SWING
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.own_fit import Weights

DAY_BEFORE, TWO_DAYS_BEFORE = "day_before", "two_days_before"

CONTRASTS: dict[str, Weights] = {SWING: {SWING: 1.0}}


def swing_columns(activity: ActivityDays, day: Integers) -> dict[str, Floats]:
    """Return |x_(t-1) - x_(t-2)|, x_(t-1) and x_(t-2) of each day (m,); NaN where one of the two is unknown."""
    before, earlier = activity.before(day, 1, 2).T
    return {SWING: np.abs(before - earlier), DAY_BEFORE: before, TWO_DAYS_BEFORE: earlier}

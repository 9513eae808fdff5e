"""The arrows of a path by name, and which of them are questions of this kind."""

from __future__ import annotations

from painstats.frame.exposure import Exposure
from painstats.vocabulary import MEASURES

NAME = "path"

SLEEP = Exposure("total_sleep_time_min", 0)
"""The night between the activity and the outcome."""

ACTIVITIES = tuple(Exposure(name, MEASURES[name].lag_days) for name in MEASURES if MEASURES[name].lag_days == 1)
"""Activity of the day before the outcome."""

TOTAL, DIRECT, THROUGH_SLEEP = "total", "direct", "through_sleep"
ACTIVITY_TO_SLEEP, SLEEP_TO_OUTCOME = "activity_to_sleep", "sleep_to_outcome"
OUTCOME_TO_SLEEP, OUTCOME_TO_ACTIVITY = "outcome_to_sleep", "outcome_to_activity"

CONTRASTS = (
    TOTAL,
    DIRECT,
    ACTIVITY_TO_SLEEP,
    SLEEP_TO_OUTCOME,
    THROUGH_SLEEP,
    OUTCOME_TO_SLEEP,
    OUTCOME_TO_ACTIVITY,
)
"""In the order of the tables."""

ASKED = (THROUGH_SLEEP, DIRECT, OUTCOME_TO_SLEEP, OUTCOME_TO_ACTIVITY)
"""The questions of this kind, which are one family for all activities of a participant."""

PARTS = (ACTIVITY_TO_SLEEP, SLEEP_TO_OUTCOME)
"""The two parts of the way through sleep: each has a direction where the whole way has one."""

POINT = "point"


def unit_of(contrast: str, activity: Exposure) -> str:
    """Return what the estimate of a contrast is per."""
    if contrast == SLEEP_TO_OUTCOME:
        return SLEEP.definition.unit
    return POINT if contrast in (OUTCOME_TO_SLEEP, OUTCOME_TO_ACTIVITY) else activity.definition.unit

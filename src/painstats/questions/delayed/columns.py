"""The columns of later effects: sums of activity over three windows of earlier days, and what they add up to.

See docs/method/questions.md, later days.
"""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.questions.delayed.rules import LATER, TOMORROW
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.own_fit import Weights

WINDOWS: dict[str, tuple[int, int]] = {TOMORROW: (1, 1), "days_2_to_7": (2, 7), "days_8_to_28": (8, 28)}
"""Window to the nearest and the furthest day before the outcome."""

LEAST_KNOWN_SHARE = 0.5
"""Share of a window's days that must be known."""

_PARTS: dict[str, tuple[str, ...]] = {
    **{window: (window,) for window in WINDOWS},
    LATER: ("days_2_to_7", "days_8_to_28"),
    "in_all": tuple(WINDOWS),
}

CONTRASTS: dict[str, Weights] = {
    name: {window: float(WINDOWS[window][1] - WINDOWS[window][0] + 1) for window in windows}
    for name, windows in _PARTS.items()
}
"""Contrast to the weights of its windows: how many later days one day more of activity has in each.

A column is a sum over its window, so its coefficient is what one day goes with on one later day.
"""


def window_columns(activity: ActivityDays, day: Integers) -> dict[str, Floats]:
    """Return each window's sum of activity before each day (m,): window to (m,), NaN where too little is known."""
    return {name: window_sum(activity.before(day, *window)) for name, window in WINDOWS.items()}


def window_sum(days: Floats) -> Floats:
    """Sum a window (m, width) of departures: (m,). Unknown days count as the mean of the known ones.

    NaN where fewer than half of the days are known.

    References
    ----------
    docs/method/questions.md, later days.
    """
    known = np.isfinite(days)
    count, width = known.sum(axis=1), days.shape[1]
    total = np.where(known, days, 0.0).sum(axis=1) * width / np.maximum(count, 1)
    return np.where(count >= LEAST_KNOWN_SHARE * width, total, np.nan)

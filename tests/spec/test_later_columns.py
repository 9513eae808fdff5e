"""Later days: windows of earlier activity, from all that is recorded, and what they add up to."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.questions.delayed.columns import CONTRASTS, WINDOWS, window_columns, window_sum
from painstats.questions.exploratory.activity import ActivityDays

DAYS = {
    # days of a window                      sum, unknown days as the mean of the known ones
    "all known": ("1 2 3 4 5 6", 21.0),
    "half known": ("1 . 3 . 5 .", 18.0),
    "fewer than half known": ("1 . 3 . . .", None),
    "none known": (". . . . . .", None),
    "departures may be negative": ("-2 . -2 . . 1", -6.0),
}


@pytest.mark.parametrize("name", DAYS)
def test_a_window_counts_unknown_days_as_the_mean_of_the_known_ones(name):
    drawn, expected = DAYS[name]
    days = np.array([[np.nan if cell == "." else float(cell) for cell in drawn.split()]])
    assert window_sum(days)[0] == pytest.approx(np.nan if expected is None else expected, nan_ok=True)


def test_windows_are_the_day_before_days_2_to_7_and_days_8_to_28():
    """On day 40, with 1 on one earlier day alone, only the window of that day is not zero."""
    for lag in range(1, 40):
        value = np.zeros(41)
        value[40 - lag] = 1.0
        columns = window_columns(ActivityDays(0, value), np.array([40]))
        inside = [name for name, values in columns.items() if values[0]]
        assert inside == [name for name, (first, last) in WINDOWS.items() if first <= lag <= last]


def test_days_before_the_first_score_count_and_days_before_the_record_are_unknown():
    columns = window_columns(ActivityDays(-28, np.ones(29)), np.array([0, 1, -12, -28]))
    assert {name: values[0] for name, values in columns.items()} == {
        "tomorrow": 1, "days_2_to_7": 6, "days_8_to_28": 21,
    }  # fmt: skip
    assert np.isnan(columns["days_8_to_28"]).tolist() == [False, False, True, True]
    assert np.isnan(columns["tomorrow"]).tolist() == [False, False, False, True]


def test_contrasts_add_up_the_days_of_their_windows():
    assert CONTRASTS == {
        "tomorrow": {"tomorrow": 1},
        "days_2_to_7": {"days_2_to_7": 6},
        "days_8_to_28": {"days_8_to_28": 21},
        "later": {"days_2_to_7": 6, "days_8_to_28": 21},
        "in_all": {"tomorrow": 1, "days_2_to_7": 6, "days_8_to_28": 21},
    }

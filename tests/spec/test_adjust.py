"""``[[adjust]]``: an item of an earlier evening, or what no pain can change; nothing else."""

from __future__ import annotations

import pytest

from painstats.errors import StudyError
from painstats.plan.study import checked_plan

TABLE = {
    "file": "weather.csv",
    "columns": [{"column": "hPa", "measure": "declared:air_pressure"}],
}


def plan(*adjust: dict[str, object], **keys: object):
    return checked_plan({"adjust": list(adjust), "tables": [TABLE]} | keys, "study.toml")


def test_an_item_is_of_the_evening_before_and_a_declared_column_of_the_same_day():
    made = plan({"item": "stress"}, {"item": "mood", "lag_days": 3}, {"column": "air_pressure", "exogenous": True})
    assert [each.name for each in made.adjust] == ["stress_lag1", "mood_lag3", "air_pressure_lag0"]


@pytest.mark.parametrize(
    ("adjust", "message"),
    [
        (
            {"item": "stress", "lag_days": 0},
            r"adjust\.0: stress of the same evening cannot be adjusted for: the night ",
        ),
        (
            {"item": "stress", "exogenous": True},
            r"adjust\.0: stress is scored by the participant, so pain can change it",
        ),
        ({"item": "calm"}, r"adjust\.0\.item: 'calm' is not known; write one of: pain"),
        ({"column": "air_pressure"}, r"adjust\.0: air_pressure needs exogenous = true, which says that no pain can"),
        ({"column": "wind", "exogenous": True}, r'no table has the column wind; declare it with .*"declared:wind"'),
        ({"item": "pain"}, "pain is the outcome; the models already allow for its days before"),
        ({}, "write either item, something that is scored, or column"),
        ({"item": "stress", "column": "air_pressure", "exogenous": True}, "write either item"),
        ({"item": "stress", "lag_days": 29}, r"adjust\.0\.lag_days"),
        ({"items": "stress"}, r"adjust\.0\.items: unknown key"),
    ],
)
def test_what_cannot_be_adjusted_for_is_refused_with_the_reason(adjust, message):
    with pytest.raises(StudyError, match=message):
        plan(adjust)


def test_a_covariate_is_declared_once():
    with pytest.raises(StudyError, match="stress_lag1 is there twice; keep one of them"):
        plan({"item": "stress"}, {"item": "stress", "lag_days": 1})


@pytest.mark.parametrize("name", ["Air", "air pressure", "", "1day", "a;b"])
def test_a_declared_column_has_a_plain_name(name):
    with pytest.raises(StudyError, match=r'such as "declared:air_pressure"'):
        plan(tables=[{"file": "w.csv", "columns": [{"column": "a", "measure": f"declared:{name}"}]}])

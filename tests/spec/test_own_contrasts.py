"""Contrasts of a participant's own fit: protected against an outcome that acts back from 180 days on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.frame.guard import ExposureDays, day_after_name, sum_name
from painstats.mixedlm.engine.rows import ModelRows, model_rows
from painstats.mixedlm.inference.one_participant import fit_one_participant
from painstats.questions.daily.guards import OWN_DAYS, guarded_alone
from painstats.questions.exploratory.own_fit import own_contrasts

SLOPE = {"slope": {"sleep": 1.0}}


def rows_and_known_days(days: int, seed: int = 3) -> tuple[ModelRows, dict[str, ExposureDays]]:
    """Return a diary in which pain, a slow part and noise, shortens the next night."""
    draws = np.random.default_rng(seed)
    slow, noise, sleep = np.zeros(days), draws.normal(0, 1.0, days), draws.normal(0, 1, days)
    for day in range(1, days):
        slow[day] = 0.85 * slow[day - 1] + draws.normal(0, 0.5)
        sleep[day] -= 0.5 * slow[day - 1]
    day, participant = np.arange(days), np.array(["p01"] * days)
    predictors = {"sleep": sleep, "time": (day - day.mean()) / 30}
    rows = model_rows(y=5 + slow + noise, predictors=predictors, participant=participant, day=day)
    return rows, {"sleep": ExposureDays(participant, day, sleep)}


def test_the_columns_that_protect_are_free_from_180_days_on():
    rows, known = rows_and_known_days(OWN_DAYS)
    first = fit_one_participant(rows, "car1+white")
    expected = guarded_alone(first, known).with_both
    assert {sum_name("sleep"), day_after_name("sleep")} <= set(expected.names)
    found = own_contrasts(rows, SLOPE, guard=known).tests[0]
    place = expected.names.index("sleep")
    assert found.estimate == pytest.approx(expected.coefficients[place], abs=1e-6 * found.se)
    assert found.se == pytest.approx(np.sqrt(expected.covariance[place, place]), rel=1e-6)
    assert abs(found.estimate - own_contrasts(rows, SLOPE).tests[0].estimate) > 0.1 * found.se


def test_with_fewer_days_or_no_known_days_nothing_changes():
    rows, known = rows_and_known_days(OWN_DAYS - 1)
    plain = own_contrasts(rows, SLOPE).tests
    assert own_contrasts(rows, SLOPE, guard=known).tests == plain
    longer, known = rows_and_known_days(OWN_DAYS)
    others = {"steps": replace(known["sleep"], value=-known["sleep"].value)}
    assert own_contrasts(longer, SLOPE, guard=others).tests == own_contrasts(longer, SLOPE).tests

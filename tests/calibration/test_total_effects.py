"""Steps that act through the night alone: their total is found; with the night in the model, as before, it is not."""

from __future__ import annotations

import pytest

from painstats.mixedlm import coefficient
from painstats.questions.daily.mixed_model import mixed_analysis
from tests.calibration.real_diaries import DESIGN, STEPS, known_days, model_frame
from tests.calibration.steps_through_sleep import Path, simulate_path


@pytest.fixture(scope="module")
def diaries():
    return simulate_path(Path(), participants=12, days=60, seed=1)


def effect_of_steps(diaries, design):
    mixed = mixed_analysis(model_frame(diaries), design, lambda _: None, known_days(diaries))
    assert mixed.can_be_used
    return coefficient(mixed.table, STEPS.within)


def test_the_total_of_steps_that_act_through_sleep_is_found(diaries):
    total = effect_of_steps(diaries, DESIGN.total_of(STEPS))
    assert total.p < 0.01
    assert total.low < Path().total < total.high < 0


def test_with_the_night_in_the_model_nothing_is_found(diaries):
    """The canary: this is what a model of both exposures says of steps."""
    direct = effect_of_steps(diaries, DESIGN)
    assert direct.p > 0.05
    assert direct.high > 0 > Path().total
    assert not direct.low < Path().total < direct.high

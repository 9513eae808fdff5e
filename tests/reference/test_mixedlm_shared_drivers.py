"""A calendar effect, drift or weekly pattern common to sleep and pain is not taken for an effect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.mixedlm import fit_mixed
from painstats.mixedlm.inference.two_stage import two_stage
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked
from painstats.questions.daily.columns import mixed_model
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.two_stage_participants import slopes_apart
from tests.spec.robust_frame import SLEEP, model_frame

STUDY = Study(folder=Path("unused"), plan=Plan())
DESIGN = daily_design(STUDY, asked(STUDY))
WITHIN = f"{SLEEP}_within"
DAY = pl.col("date").dt.weekday()
DRIVERS = {
    "a drift over the weeks": 1.2 * pl.col("time_30d"),
    "weekends": pl.when(DAY >= 6).then(1.5).otherwise(-0.6),
    "every Wednesday": pl.when(DAY == 3).then(2.4).otherwise(-0.4),
}


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_shared_driver_makes_no_effect(driver):
    apart = model_frame(10, 60, slope=0.0, seed=3)
    moved = apart.with_columns(pl.col(WITHIN) + DRIVERS[driver], pl.col("outcome_score") + DRIVERS[driver])
    assert np.corrcoef(moved[WITHIN], moved["outcome_score"])[0, 1] > 0.2  # without the calendar it looks like one
    fit = fit_mixed(mixed_model(moved, DESIGN, own_trend=False))
    assert abs(fit.coefficients[fit.names.index(WITHIN)]) < 0.08
    undriven, driven = (two_stage(slopes_apart(frame, DESIGN), WITHIN) for frame in (apart, moved))
    assert driven.estimate == pytest.approx(undriven.estimate, abs=1e-6)
    assert driven.se == pytest.approx(undriven.se, rel=1e-6)

"""Simulated cohorts as rows of ``model_frame``: sleep and steps act on pain, and pain on the next night and steps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from painstats.cohort.models.cohort_days import CohortDays
from painstats.frame import Exposure
from painstats.frame.guard import ExposureDays
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import DailyDesign

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
DESIGN = DailyDesign((STEPS, SLEEP), (0, 10), RulesPlan(), (STEPS, SLEEP))
FIRST = date(2025, 1, 6)  # a Monday


def simulated(
    seed, participants=20, days=60, slope=-0.15, slope_sd=0.15, moderator=None, moved=0.0, feedback=(-0.06, -0.15)
):
    """Return pain, sleep and steps (N, T) without gaps; ``moderator`` (N,) changes the slope of sleep by ``moved``."""
    rng = np.random.default_rng(seed)
    slopes = slope + slope_sd * rng.standard_normal(participants)
    if moderator is not None:
        slopes = slopes + moved * np.asarray(moderator)
    level = 5 + 1.5 * rng.standard_normal(participants)
    noise = residuals(rng, participants, days)
    pain, sleep, steps = (np.zeros((participants, days)) for _ in range(3))
    before = np.zeros((3, participants))
    for day in range(days):
        sleep[:, day] = feedback[0] * before[0] + 1.2 * rng.standard_normal(participants)
        pain[:, day] = slopes * sleep[:, day] + 0.02 * before[2] + noise[:, day]
        steps[:, day] = 0.2 * before[2] + feedback[1] * pain[:, day] + 2.6 * rng.standard_normal(participants)
        before = np.array([pain[:, day], sleep[:, day], steps[:, day]])
    pain = np.clip(np.rint(level[:, None] + pain), 0, 10)
    return {"pain": pain, "sleep": 7 + sleep, "steps": 6 + steps}


def residuals(rng, participants, days, rho=0.4, sd=1.2):
    """Draw residuals with correlation rho from day to day."""
    drawn = rng.standard_normal((participants, days))
    for day in range(1, days):
        drawn[:, day] = rho * drawn[:, day - 1] + np.sqrt(1 - rho**2) * drawn[:, day]
    return sd * drawn


def without(values, share, rng):
    """Return the values with a share of single ones unknown."""
    return np.where(rng.random(values.shape) < share, np.nan, values)


def cohort_days(series, exposure=SLEEP, design=DESIGN):
    """Return the rows of a simulated cohort as ``CohortDays``; NaN is unknown."""
    participants, days = series["pain"].shape
    names = np.array([f"p{number:03d}" for number in range(participants)])
    rows = {
        "participant_id": np.repeat(names, days),
        "date": [FIRST + timedelta(days=day) for _ in range(participants) for day in range(days)],
        "outcome_score": series["pain"].ravel(),
        "time_30d": np.tile((np.arange(days) - (days - 1) / 2) / 30, participants),
        "is_weekend": np.tile((np.arange(days) % 7 >= 5).astype(float), participants),
        "treatments": [[]] * (participants * days),
    }
    lagged = {SLEEP: series["sleep"], STEPS: np.column_stack([np.full(participants, np.nan), series["steps"][:, :-1]])}
    known = {}
    for each, values in lagged.items():
        usual = np.nanmean(series["sleep"] if each is SLEEP else series["steps"], axis=1, keepdims=True)
        rows |= {
            each.name: values.ravel(),
            each.within: np.nan_to_num(values - usual).ravel(),
            each.between: np.repeat(usual - usual.mean(), days),
            each.unknown: np.isnan(values).astype(float).ravel(),
            f"{each.name}_regime": np.ones(participants * days, dtype=int),
        }
        known[each.within] = _known(names, values - usual)
    treatment = pl.Struct({"treatment": pl.String, "share": pl.Float64})
    frame = pl.DataFrame(rows, schema_overrides={"treatments": pl.List(treatment)}, nan_to_null=True)
    frame = frame.with_columns(
        left_out=pl.when(pl.col("outcome_score").is_null()).then(pl.lit("no_outcome")), in_cohort=pl.lit(True)
    )
    return CohortDays(frame, exposure, design.total_of(exposure), known)


def _known(names, values):
    participant, day = np.nonzero(np.isfinite(values))
    first = (FIRST - date(1970, 1, 1)).days
    return ExposureDays(names[participant], first + day, values[participant, day])

"""Diaries in which activity of the last four weeks may change pain, and pain changes the activity of its own day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, model_rows
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.daily.columns import TIME, WEEKDAYS
from painstats.questions.delayed.columns import CONTRASTS, window_columns
from painstats.questions.delayed.rules import RULES
from painstats.questions.exploratory.activity import ActivityDays
from painstats.questions.exploratory.activity_fit import NO_FIT, ActivityFit, ColumnsOf
from painstats.questions.exploratory.activity_rules import ActivityRules
from painstats.questions.exploratory.own_fit import Weights, own_contrasts
from painstats.questions.question import Outcome

BEFORE = 28
"""Days of activity before the first score."""

Nature = Literal["ar", "slow", "walk"]
"""Residuals: AR(0.4); AR(0.9) with 60% noise of single days; months of drift, AR(0.97), beside AR(0.4)."""

RULES_OF_PAIN = ActivityRules("delayed", Outcome("pain", "", (0.0, 10.0)), RULES)

NOTHING = (0.0,) * BEFORE
SORE_THEN_BETTER = (0.10, *(-0.04,) * 13, *(0.0,) * 14)
"""Points for 1,000 steps more, on each of the next 28 days: 0.10 tomorrow, then -0.52 in all."""


@dataclass(frozen=True)
class Truth:
    """What a diary is made from; effects (28,) are points per 1,000 steps, feedback 1,000 steps per point of pain."""

    days: int = 180
    nature: Nature = "slow"
    effects: tuple[float, ...] = NOTHING
    feedback: float = -0.3
    missing: float = 0.1


def autoregressive(rng: np.random.Generator, rho: float, days: int) -> Floats:
    """Draw a series (days,) with SD 1 and correlation ``rho`` from one day to the next."""
    values = rng.standard_normal(days)
    for day in range(1, days):
        values[day] = rho * values[day - 1] + np.sqrt(1 - rho**2) * values[day]
    return values


def residuals(rng: np.random.Generator, nature: Nature, days: int) -> Floats:
    """Draw residuals (days,) with an SD of about 1.2 points."""
    match nature:
        case "ar":
            return 1.2 * autoregressive(rng, 0.4, days)
        case "slow":
            slow = np.sqrt(0.4) * autoregressive(rng, 0.9, days)
            return 1.2 * (slow + np.sqrt(0.6) * rng.standard_normal(days))
        case "walk":
            return 0.8 * autoregressive(rng, 0.97, days) + autoregressive(rng, 0.4, days)


def diary(truth: Truth, rng: np.random.Generator) -> tuple[ActivityDays, Floats]:
    """Simulate activity from 28 days before the first score, and scores (days,) rounded to whole points of 0 to 10."""
    total = BEFORE + truth.days
    steps = 6 + 1.5 * autoregressive(rng, 0.8, total) + 2 * rng.standard_normal(total)
    effects = np.array(truth.effects)
    noise, pain = residuals(rng, truth.nature, total), np.zeros(total)
    for day in range(total):
        past = steps[max(day - BEFORE, 0) : day][::-1] - 6
        pain[day] = noise[day] + past @ effects[: len(past)]
        steps[day] += truth.feedback * pain[day]
    return ActivityDays(0, steps), np.clip(np.rint(5 + pain[BEFORE:]), 0, 10)


def simulated(truth: Truth, seed: int, columns_of: ColumnsOf = window_columns) -> ModelRows:
    """Simulate one diary and lay it out; some days have no score, and some no activity."""
    rng = np.random.default_rng(seed)
    activity, scores = diary(truth, rng)
    day = np.flatnonzero(rng.random(truth.days) >= truth.missing) + BEFORE
    activity.value[rng.random(len(activity.value)) < truth.missing] = np.nan
    return laid_out(columns_of(activity, day), scores[day - BEFORE], day)


def laid_out(columns: Mapping[str, Floats], scores: Floats, day: Integers) -> ModelRows:
    """Lay out the days (m,) on which all columns (m,) are known, with calendar and time."""
    known = np.all([np.isfinite(values) for values in columns.values()], axis=0)
    calendar = {name: (day % 7 == number).astype(float) for number, name in enumerate(WEEKDAYS, start=1)}
    return model_rows(
        y=scores[known],
        predictors={name: values[known] for name, values in {**columns, **calendar, TIME: day / 30}.items()},
        participant=np.full(known.sum(), "p"),
        day=day[known],
    )


def contrasts_of(days: ModelRows, residual: Residuals, weights: Mapping[str, Weights]) -> dict[str, Coefficient]:
    """Test the contrasts of one diary; none without a certified optimum."""
    found = own_contrasts(days, weights, residual)
    return {test.name: test for test in found.tests} if found else {}


def fit_of(days: ModelRows, residual: Residuals, participant: str = "p") -> ActivityFit:
    """Fit one diary as the product does, with one kind of residuals for the participant and for averages."""
    tests = contrasts_of(days, residual, CONTRASTS)
    return ActivityFit(participant, date(2026, 1, 1), "step_count", len(days.y), "" if tests else NO_FIT, tests, tests)

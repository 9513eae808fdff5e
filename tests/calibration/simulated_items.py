"""Made-up days of one participant with several items, as the exploratory kinds receive them; without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.regimes import TREATMENTS
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome

Floats = npt.NDArray[np.float64]

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
SLEEP_SD, STEPS_SD = 1.1, 2.0
"""Hours, and thousands of steps."""

DESIGN = DailyDesign((SLEEP, STEPS), (0, 10), RulesPlan())

RESIDUAL_SD, RHO = 1.2, 0.4
FIRST_DATE = date(2025, 1, 1)


def autocorrelated(chance: np.random.Generator, days: int, items: int = 1, between_items: float = 0.0) -> Floats:
    """Draw residuals (items, days) with correlation ``RHO`` one day apart, and ``between_items`` on the same day."""
    common, own = chance.normal(size=(1, days)), chance.normal(size=(items, days))
    shocks = np.sqrt(between_items) * common + np.sqrt(1 - between_items) * own
    drawn = np.empty((items, days))
    drawn[:, 0] = shocks[:, 0]
    for day in range(1, days):
        drawn[:, day] = RHO * drawn[:, day - 1] + np.sqrt(1 - RHO**2) * shocks[:, day]
    return RESIDUAL_SD * drawn


def scored(uncut: Floats) -> Floats:
    """Round to whole points on 0-10."""
    return np.clip(np.rint(uncut), 0, 10)


def exposed(chance: np.random.Generator, days: int) -> tuple[Floats, Floats]:
    """Draw the night before each day, and the steps of the day before, both less their means."""
    return SLEEP_SD * chance.normal(size=days), STEPS_SD * chance.normal(size=days)


def own_days(
    items: Mapping[str, Floats],
    exposures: tuple[Floats, Floats],
    known: npt.NDArray[np.bool_],
    design: DailyDesign | None = None,
) -> OwnDays:
    """Lay out one participant's days.

    Parameters
    ----------
    items
        Item to its scores (days,), ``pain`` among them.
    exposures
        Sleep and steps (days,), less their means.
    known
        (days,): whether the diary was filled in.
    """
    days = known.size
    dates = [FIRST_DATE + timedelta(days=day) for day in range(days)]
    columns: dict[str, object] = {"participant_id": ["ann"] * days, "date": dates}
    for exposure, values in zip((SLEEP, STEPS), exposures, strict=True):
        columns |= {exposure.name: values, exposure.within: values - values.mean(), exposure.unknown: np.zeros(days)}
    columns["outcome_score"] = np.where(known, items["pain"], np.nan)
    columns["left_out"] = [None if each else "no_outcome" for each in known]
    columns["is_weekend"] = np.array([float(day.weekday() >= 5) for day in dates])
    columns["time_30d"] = (np.arange(days) - (days - 1) / 2) / 30
    frame = pl.DataFrame(columns).with_columns(
        pl.col("outcome_score").fill_nan(None), pl.Series("treatments", [[]] * days, dtype=TREATMENTS)
    )
    of_day = [
        [{"item": item, "site": "", "score": float(scores[day])} for item, scores in sorted(items.items())]
        if known[day] else None
        for day in range(days)
    ]  # fmt: skip
    daily = pl.DataFrame({"date": dates, "item_scores": of_day})
    when = LookDay(1, dates[-1], int(known.sum()))
    return OwnDays("ann", when, Outcome("pain", "", (0, 10)), design or DESIGN, frame, daily, {})


# --- Families: five items, two exposures

OTHERS = ("anxiety", "fatigue", "mood", "stiffness", "stress")
BETWEEN_ITEMS = 0.5
"""Correlation of the residuals of two items on a day."""

KNOWN = 0.9
"""Share of days on which the diary was filled in."""

Effects = Mapping[tuple[str, str], float]
"""Item and exposure to the effect, in points per hour or per 1,000 steps; 0 where there is none."""


def of_several_items(seed: int, days: int, effects: Effects) -> OwnDays:
    """Draw one participant with five items whose residuals are related."""
    chance = np.random.default_rng(seed)
    exposures = exposed(chance, days)
    residuals = autocorrelated(chance, days, 1 + len(OTHERS), BETWEEN_ITEMS)
    moved = {
        item: sum(
            effects.get((item, x.name), 0.0) * values for x, values in zip((SLEEP, STEPS), exposures, strict=True)
        )
        for item in OTHERS
    }
    items = {item: scored(5 + moved[item] + residuals[place + 1]) for place, item in enumerate(OTHERS)}
    return own_days(items | {"pain": scored(5 + residuals[0])}, exposures, chance.random(days) < KNOWN)


# --- Covariates: mood of the same evening, and stress of the evening before


def with_mood(seed: int, days: int) -> pl.DataFrame:
    """Draw days on which an hour of sleep lowers pain by 0.3 points; sleep and pain both move the mood of the evening.

    Column ``same_evening`` has that mood, ``evening_before`` that of the day before.
    """
    chance = np.random.default_rng(seed)
    exposures = exposed(chance, days)
    pain = -0.3 * exposures[0] + autocorrelated(chance, days)[0]
    mood = 0.6 * exposures[0] - 0.9 * pain + 1.25 * chance.normal(size=days)
    return _beside(own_days({"pain": scored(5 + pain)}, exposures, np.ones(days, bool)), mood)


def with_stress(seed: int, days: int) -> pl.DataFrame:
    """Draw days on which sleep does nothing: stress of the evening before shortens the night and raises pain."""
    chance = np.random.default_rng(seed)
    stress = chance.normal(size=days)
    before = np.concatenate([[0.0], stress[:-1]])
    sleep = -0.5 * before + np.sqrt(SLEEP_SD**2 - 0.25) * chance.normal(size=days)
    pain = 0.4 * before + autocorrelated(chance, days)[0]
    exposures = sleep, exposed(chance, days)[1]
    return _beside(own_days({"pain": scored(5 + pain)}, exposures, np.ones(days, bool)), stress)


def _beside(own: OwnDays, score: Floats) -> pl.DataFrame:
    before = np.concatenate([[np.nan], score[:-1]])
    columns = {"same_evening": score, "evening_before": before}
    return own.usable.with_columns(pl.Series(name, values) for name, values in columns.items())[1:]


def sleep_test(rows: pl.DataFrame, *also: str, residuals: Residuals = RESIDUALS) -> Coefficient:
    """Test sleep in one participant's model, with further columns."""
    fitted = own_contrasts(within_participants(rows, DESIGN, also=also), {"sleep": {SLEEP.within: 1.0}}, residuals)
    assert fitted is not None
    return fitted.tests[0]

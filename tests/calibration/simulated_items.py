"""Made-up days of one participant with several items, as the exploratory kinds receive them; without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.regimes import TREATMENTS
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome

Floats = npt.NDArray[np.float64]

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
SLEEP_SD, STEPS_SD = 1.1, 2.0
"""Hours, and thousands of steps."""

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


DESIGN = DailyDesign((SLEEP, STEPS), (0, 10), RulesPlan())

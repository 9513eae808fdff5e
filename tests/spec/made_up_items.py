"""A participant whose diary has several items: fatigue is lower, and mood and energy are better, after longer nights."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.questions.asked import asked, exposures
from painstats.store import Store
from painstats.vocabulary import BETTER_WHEN_HIGHER

FIRST_DATE = date(2024, 1, 1)

SLEEP_EFFECTS = {"pain": 0.0, "fatigue": -0.9, "mood": 0.8, "energy": 0.0, "stress": 0.0}
"""Item to its effect of an hour of sleep, in points; stress is scored on 30 days only, energy is mostly 0."""


def fill(store: Store, days: int = 62, effects: dict[str, float] = SLEEP_EFFECTS) -> None:
    """Put the participant's nights, steps and scores into the record tables, and build the daily table and the frame."""
    chance = np.random.default_rng(5)
    dates = [FIRST_DATE + timedelta(days=day) for day in range(days)]
    minutes, steps = chance.normal(420, 60, days).round(), chance.normal(7000, 2500, days).clip(600).round()
    totals = pl.DataFrame({"date": dates, "total_sleep_time_min": minutes, "step_count": steps})
    scores = {item: _scores(item, effect * (minutes - 420) / 60, chance) for item, effect in effects.items()}
    reports = pl.DataFrame({"date": dates, **scores}).unpivot(index="date", variable_name="item").with_columns(
        (~pl.col("item").is_in(sorted(BETTER_WHEN_HIGHER))).alias("is_worse")
    )  # fmt: skip
    _insert(store, totals.unpivot(index="date", variable_name="measure"), reports.drop_nulls("value"))
    build_daily_table(store)
    build_model_frame(store, exposures(asked(store.study)))


def _scores(item: str, moved: np.ndarray, chance: np.random.Generator) -> list[float | None]:
    centre = 0.5 if item == "energy" else 5.0
    scores = np.clip(np.round(centre + moved + chance.normal(size=moved.size)), 0, 10)
    return [float(score) if item != "stress" or day < 30 else None for day, score in enumerate(scores)]


def _insert(store: Store, totals: pl.DataFrame, reports: pl.DataFrame) -> None:
    store.connection.register("totals", totals.to_arrow())
    store.connection.register("reports", reports.to_arrow())
    store.connection.execute(
        "INSERT INTO daily_total SELECT 'p0', 'test', 'd', 'tracker', date, measure, value, 1 FROM totals;"
        "INSERT INTO self_report SELECT 'p0', 'test', date, NULL, item, '', 'today', 'evening', 1, value, 0, 10, is_worse, 1 "
        "FROM reports"
    )
    store.connection.unregister("totals")
    store.connection.unregister("reports")

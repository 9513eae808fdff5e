"""Rows of the model frame with a known slope, stored as the frame's builder does."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from painstats.frame.regimes import TREATMENTS
from painstats.store import Store

SLEEP, STEPS = "total_sleep_time_min_lag0", "step_count_lag1"


def model_frame(
    people: int, days: int, *, slope: float = -0.4, spread: float = 0.0, seed: int = 1, rho: float = 0.3
) -> pl.DataFrame:
    """Return complete days on which pain goes with sleep by ``slope`` (SD ``spread`` over people), not with steps."""
    draws = np.random.default_rng(seed)
    sleep, steps = draws.normal(0, 1.2, (people, days)), draws.normal(0, 2.5, (people, days))
    noise = draws.standard_normal((people, days))
    for day in range(1, days):
        noise[:, day] = rho * noise[:, day - 1] + np.sqrt(1 - rho**2) * noise[:, day]
    slopes = slope + spread * draws.standard_normal((people, 1))
    level = draws.normal(5, 1, (people, 1))
    pain = level + slopes * sleep + 0.8 * noise
    usual_sleep, usual_steps = draws.normal(0, 0.8, people), draws.normal(0, 2, people)
    dates = [date(2026, 1, 5) + timedelta(days=day) for day in range(days)]
    return pl.DataFrame(
        {
            "participant_id": np.repeat([f"p{number:02d}" for number in range(people)], days),
            "date": dates * people,
            "item": "pain",
            "site": "",
            "outcome_score": pain.ravel(),
            SLEEP: (7 + usual_sleep[:, None] + sleep).ravel(),
            STEPS: (6 + usual_steps[:, None] + steps).ravel(),
            f"{SLEEP}_era": 1,
            f"{STEPS}_era": 1,
            f"{SLEEP}_regime": 1,
            f"{STEPS}_regime": 1,
            "device_era": 1,
            f"{SLEEP}_within": sleep.ravel(),
            f"{STEPS}_within": steps.ravel(),
            f"{SLEEP}_between": np.repeat(usual_sleep - usual_sleep.mean(), days),
            f"{STEPS}_between": np.repeat(usual_steps - usual_steps.mean(), days),
            "is_weekend": [float(day.weekday() >= 5) for day in dates] * people,
            "time_30d": np.tile((np.arange(days) - (days - 1) / 2) / 30, people),
            "regime": 1,
            "treatments": pl.Series([[]] * (people * days), dtype=TREATMENTS),
            f"{SLEEP}_unknown": np.zeros(people * days),
            f"{STEPS}_unknown": np.zeros(people * days),
            f"{STEPS}_few": [False] * (people * days),
            "in_cohort": [True] * (people * days),
            "left_out": [None] * (people * days),
        },
        schema_overrides={"left_out": pl.String},
    )


def with_treatment(frame: pl.DataFrame, treated: pl.Expr, share: pl.Expr | float = 1.0) -> pl.DataFrame:
    """Return a frame in which a drug acts on some days, beside what acts on them anyway."""
    drug = pl.struct(treatment=pl.lit("drug 5 mg"), share=share if isinstance(share, pl.Expr) else pl.lit(share))
    acting = pl.when(treated).then(pl.concat_list(drug)).otherwise(pl.lit([], dtype=TREATMENTS))
    return frame.with_columns(pl.concat_list("treatments", acting).alias("treatments"))


def keep(store: Store, frame: pl.DataFrame) -> None:
    """Keep a frame as the store's ``model_frame``, and the nights and steps behind it as ``daily_summary``."""
    store.connection.register("planted", frame.to_arrow())
    store.connection.execute("CREATE OR REPLACE TABLE model_frame AS SELECT * FROM planted")
    store.connection.execute("""
        INSERT INTO model_frame BY NAME
        SELECT participant_id, min(date) - 1 AS date, 1 AS regime, [] AS treatments, 'no_outcome' AS left_out,
               any_value(in_cohort) AS in_cohort
        FROM planted GROUP BY participant_id""")  # the day of the first steps, as the frame's builder keeps it
    store.connection.execute(f"""
        CREATE OR REPLACE TABLE daily_summary AS
        SELECT participant_id, date, max(hours) * 60 AS total_sleep_time_min, max(thousands) * 1000 AS step_count,
               NULL::DOUBLE AS outcome_score
        FROM (SELECT participant_id, date, {SLEEP} AS hours, NULL::DOUBLE AS thousands FROM planted
              UNION ALL SELECT participant_id, date - 1, NULL, {STEPS} FROM planted)
        GROUP BY ALL""")
    store.connection.unregister("planted")
    store.connection.execute("CREATE TABLE IF NOT EXISTS treatment_phase AS FROM treatment")
